"""The part of the pages that comes from npm: bundled once by Node where there is one, and kept for later."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOM = Path(__file__).parent / "client"
SECONDS = 300
"""How long npm may take to fetch the libraries, and how long the bundling may take."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the Ask page loads.

    Attributes:
        folder: where it was made; the libraries lie beside it in `node_modules`.
        files: content by file name; every script's and every engine's name holds its hash.
        entries: file names by `ask` (the module that the page loads) and `engine` (its worker).
        licences: the notices of all that was bundled.

    """

    folder: Path
    files: dict[str, bytes]
    entries: dict[str, str]
    licences: bytes


def cache_folder() -> Path:
    """Return the user's folder for what can be made again (XDG Base Directory Specification 0.8)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "upheaval" / "client"


def bundle(cache: Path) -> tuple[Bundle | None, str]:
    """Bundle the client, or take what was bundled of the same sources before.

    Args:
        cache: a folder for the libraries and the bundles, one subfolder for each state of the sources.

    Returns:
        The bundle and an empty text; or None and, in one line, why there is none.

    """
    sources = {path.relative_to(ROOM).as_posix(): path.read_bytes() for path in _sources()}
    folder = cache / _digest(sources)
    if not (folder / "bundle" / "client.json").is_file():
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            return None, f"no {'Node' if node is None else 'npm'} here; it comes with Node 18 or later"
        try:
            _make(sources, folder, node, npm)
        except subprocess.TimeoutExpired as error:
            return None, f"{Path(error.cmd[0]).name} took more than {SECONDS} seconds"
        except subprocess.CalledProcessError as error:
            return None, f"{Path(error.cmd[0]).name} failed: {_gist(error.stderr)}"
        except OSError as error:
            return None, f"{folder} cannot be written: {error.strerror}"
    return _read(folder), ""


def _sources() -> list[Path]:
    found = sorted(path for path in ROOM.rglob("*") if path.is_file())
    return [path for path in found if "node_modules" not in path.relative_to(ROOM).parts]


def _digest(sources: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sources.items():
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _make(sources: dict[str, bytes], folder: Path, node: str, npm: str) -> None:
    """Install and bundle beside the folder and then put all in its place, so that nobody meets half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in sources.items():
            file = beside / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        # The tool that bundles is a development dependency, which a NODE_ENV of "production" would leave out.
        _run([npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], beside)
        _run([node, "build.js", "bundle"], beside)
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=SECONDS)


def _gist(output: str) -> str:
    """Return the line of an error output that says most: the first one that speaks of an error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    return (telling or lines or ["it gave no reason"])[0][:200]


def _read(folder: Path) -> Bundle:
    made = folder / "bundle"
    description = json.loads((made / "client.json").read_text(encoding="utf-8"))
    files = {name: (made / name).read_bytes() for name in description["files"] if name != "THIRD-PARTY.txt"}
    return Bundle(folder, files, description["entries"], (made / "THIRD-PARTY.txt").read_bytes())
