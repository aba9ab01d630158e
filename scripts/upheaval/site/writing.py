"""Write a site to its folder: only changed files are written, and obsolete ones are deleted."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from upheaval.faults import refuse

MANIFEST = "site.json"


def write_site(
    target: Path, pages: Iterable[tuple[str, bytes]], copies: Mapping[str, Path], identity: str
) -> tuple[int, int]:
    """Write a site.

    Args:
        target: its folder; created if missing.
        pages: the path and content of each file.
        copies: files of the build by their path in the site; hard-linked if the file system allows, otherwise copied.
        identity: the hash of the dataset, which tells a server which build the pages belong to.

    Returns:
        The number of files in the site, and the number of those that were written.

    Raises:
        Refusal: the folder is neither empty nor a site, or it cannot be written.

    """
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        message = f"{target} already exists and is not a site"
        refuse(target.name, message, "name a new or empty folder with --to", rule="site/target")
    try:
        return _write(target, pages, copies, identity)
    except OSError as error:
        message = f"the site cannot be written to {target}: {error.strerror}"
        refuse(target.name, message, "free up disk space, or check the permissions", rule="site/write")


def _write(
    target: Path, pages: Iterable[tuple[str, bytes]], copies: Mapping[str, Path], identity: str
) -> tuple[int, int]:
    before = _hashes(target)
    hashes: dict[str, str] = {}
    written = 0
    target.mkdir(parents=True, exist_ok=True)
    if before:  # until the end, the manifest marks the site as incomplete
        (target / MANIFEST).write_text(_manifest("", before), encoding="utf-8")
    for path, content in pages:
        if path in hashes:
            raise ValueError(f"two pages have the path {path}")
        hashes[path] = hashlib.sha256(content).hexdigest()
        file = target / path
        if before.get(path) != hashes[path] or not file.is_file():
            _put(file, content)
            written += 1
    for path, origin in copies.items():
        hashes[path] = ""
        written += _link(origin, target / path)
    for path in before.keys() - hashes.keys():
        _remove(target, path)
    (target / MANIFEST).write_text(_manifest(identity, hashes), encoding="utf-8")
    return len(hashes), written


def _manifest(identity: str, hashes: Mapping[str, str]) -> str:
    return json.dumps({"rdfc10_sha256": identity, "files": dict(sorted(hashes.items()))}, indent=1) + "\n"


def _hashes(target: Path) -> dict[str, str]:
    try:
        found = json.loads((target / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {str(path): str(digest) for path, digest in found.items()}
    except (OSError, ValueError, KeyError, AttributeError):
        return {}


def _put(file: Path, content: bytes) -> None:
    """Write a file atomically, through a temporary one."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(content)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
    os.replace(beside, file)


def _link(origin: Path, file: Path) -> bool:
    """Add a file of the build to the site, and return whether it was missing."""
    if file.is_file() and os.path.samefile(origin, file):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    try:
        os.link(origin, file)
    except OSError:
        shutil.copyfile(origin, file)
    return True


def _remove(target: Path, path: str) -> None:
    file = target / path
    if file.resolve().is_relative_to(target.resolve()):
        file.unlink(missing_ok=True)
        folder = file.parent
        while folder != target and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
