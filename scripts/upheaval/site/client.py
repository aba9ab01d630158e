"""Bundle the npm libraries of search and the Ask page with Node, if it is installed, and cache the bundle."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CLIENT = Path(__file__).parent / "client"
SECONDS = 300
"""Time limits for npm to fetch the libraries, and for bundling them."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files that the pages load.

    Attributes:
        folder: the folder of the bundle; the libraries are beside it in `node_modules`.
        files: the content by file name; the names of scripts and engines include their hashes.
        entries: file names by `search` (the module that every page loads), `ask` (the Ask page's), `engine` (its
            worker), `worldmap` (the module that draws maps) and `world` (coasts and borders as TopoJSON).
        licences: the licence notices of everything bundled.

    """

    folder: Path
    files: dict[str, bytes]
    entries: dict[str, str]
    licences: bytes


def cache_folder() -> Path:
    """Return the user's cache folder (XDG Base Directory Specification 0.8)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "upheaval" / "client"


def bundle(cache: Path) -> tuple[Bundle | None, str]:
    """Bundle the client, or reuse a bundle of the same sources.

    Args:
        cache: a folder for the libraries and the bundles, with a subfolder for each state of the sources.

    Returns:
        The bundle and an empty string; or None and the reason why there is no bundle, on one line.

    """
    sources = {path.relative_to(CLIENT).as_posix(): path.read_bytes() for path in _sources()}
    folder = cache / _digest(sources)
    if not _is_made(folder):
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            return None, f"{'Node' if node is None else 'npm'} is not installed; install Node 18 or later"
        try:
            _make(sources, folder, node, npm)
        except subprocess.TimeoutExpired as error:
            return None, f"{Path(error.cmd[0]).name} took more than {SECONDS} seconds"
        except subprocess.CalledProcessError as error:
            return None, f"{Path(error.cmd[0]).name} failed: {_gist(error.stderr)}"
        except OSError as error:
            return None, f"{folder} cannot be written: {error.strerror}"
    return _read(folder), ""


def _is_made(folder: Path) -> bool:
    return (folder / "bundle" / "client.json").is_file()


def _sources() -> list[Path]:
    found = sorted(path for path in CLIENT.rglob("*") if path.is_file())
    return [path for path in found if "node_modules" not in path.relative_to(CLIENT).parts]


def _digest(sources: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sources.items():
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _make(sources: dict[str, bytes], folder: Path, node: str, npm: str) -> None:
    """Install and bundle in a temporary folder, then move it into place, so that it is never incomplete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in sources.items():
            file = beside / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        # The bundler is a development dependency, which npm would skip if NODE_ENV were "production".
        _run([npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], beside)
        _run([node, "build.js", "bundle"], beside)
        if not _is_made(folder):  # another process may have made it meanwhile
            shutil.rmtree(folder, ignore_errors=True)
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=SECONDS)


def _gist(output: str) -> str:
    """Return the most useful line of an error output: the first that mentions an error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    return (telling or lines or ["it gave no reason"])[0][:200]


def _read(folder: Path) -> Bundle:
    made = folder / "bundle"
    description = json.loads((made / "client.json").read_text(encoding="utf-8"))
    files = {name: (made / name).read_bytes() for name in description["files"] if name != "THIRD-PARTY.txt"}
    return Bundle(folder, files, description["entries"], (made / "THIRD-PARTY.txt").read_bytes())
