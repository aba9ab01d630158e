"""Hold a folder against the manifest that lists its files: by size and SHA-256, none missing and none more."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from upheaval.faults import Fault, Refusal, refuse

MANIFEST = "manifest.json"
PAGES = "site.json"
"""The list of the web pages, which a build may have beside its own files, in a folder or around them."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """What a manifest says of a file: its size in bytes and its SHA-256 in hexadecimal digits."""

    bytes: int
    sha256: str


def verify(folder: Path) -> list[Fault]:
    """Compare a folder with its manifest: every file by size and SHA-256, none missing and none more.

    Args:
        folder: a snapshot, a build or a static site. Its web pages are held against `site.json`.

    Returns:
        The faults, by file; a symbolic link or a path that leads out of the folder is one.

    """
    try:
        _, files = read_manifest(folder)
        pages = _read_pages(folder)
    except Refusal as refusal:
        return list(refusal.faults)
    faults = [fault for path, listed in files.items() if (fault := file_fault(folder, path, listed, True))]
    for path, digest in pages.items():
        if digest and (fault := _page_fault(folder, path, digest)):
            faults.append(fault)
    known = {MANIFEST, *files, *pages, *([PAGES] if pages else [])}
    for path in _walk(folder, ""):
        if path not in known:
            cure = "delete it, or make the folder again"
            faults.append(Fault(path, "the manifest does not list this file", cure, rule="snapshot/extra"))
    return sorted(faults)


def is_inside(path: str) -> bool:
    """Return whether a path in a manifest stays inside its folder."""
    parts = PurePosixPath(path).parts
    plain = path == "/".join(parts) and "\\" not in path and "\0" not in path
    return plain and bool(parts) and path[0] != "/" and not {".", ".."} & set(parts) and path != MANIFEST


def listed_files(text: bytes, where: str) -> dict[str, ListedFile]:
    """Read the list of files of a manifest.

    Args:
        text: the manifest.
        where: its name in messages.

    Raises:
        Refusal: it is not a manifest, or it lists a path outside its folder.

    """
    try:
        manifest: Any = json.loads(text)
        files = {
            str(path): ListedFile(int(one["bytes"]), str(one["sha256"])) for path, one in manifest["files"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        refuse(where, "is not the manifest of a build", "build it again", rule="snapshot/manifest")
    for path in files:
        if not is_inside(path):
            message = f"the manifest lists {path!r}, which is not a file in its folder"
            refuse(where, message, "do not use this folder", rule="snapshot/path")
    return files


def read_manifest(folder: Path) -> tuple[bytes, dict[str, ListedFile]]:
    """Return a folder's manifest, as it is and as the files that it lists.

    Raises:
        Refusal: there is none, or it is not one.

    """
    file = folder / MANIFEST
    try:
        if file.is_symlink():
            refuse(str(file), "is a symbolic link", "do not use this folder", rule="snapshot/link")
        text = file.read_bytes()
    except OSError as error:
        cure = "name the output of `upheaval build`"
        refuse(str(folder), f"has no readable {MANIFEST}: {error.strerror}", cure, rule="snapshot/manifest")
    return text, listed_files(text, str(file))


def _read_pages(folder: Path) -> dict[str, str]:
    try:
        found: Any = json.loads((folder / PAGES).read_bytes())
        return {str(path): str(digest) for path, digest in found["files"].items() if is_inside(str(path))}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        refuse(str(folder / PAGES), "is not a list of pages", "run `upheaval site` again", rule="snapshot/manifest")


def file_fault(folder: Path, path: str, listed: ListedFile, hashed: bool) -> Fault | None:
    """Return what is wrong with a listed file, or None; its hash is only compared if wanted."""
    cure = "build it again, or fetch it again"
    if fault := _unsafe(folder, path):
        return fault
    file = folder / path
    try:
        size = file.stat().st_size
        if size != listed.bytes:
            message = f"has {size} bytes instead of {listed.bytes}"
        elif hashed and file_hash(file) != listed.sha256:
            message = "has another SHA-256 than the manifest says"
        else:
            return None
    except OSError as error:
        message = "is missing" if error.errno == errno.ENOENT else f"cannot be read: {error.strerror}"
    return Fault(path, message, cure, rule="snapshot/file")


def _page_fault(folder: Path, path: str, digest: str) -> Fault | None:
    if fault := _unsafe(folder, path):
        return fault
    try:
        same = file_hash(folder / path) == digest
    except OSError:
        return Fault(path, "is missing", "run `upheaval site` again", rule="snapshot/file")
    if same:
        return None
    return Fault(path, f"has another SHA-256 than {PAGES} says", "run `upheaval site` again", rule="snapshot/file")


def _unsafe(folder: Path, path: str) -> Fault | None:
    """Return a fault if a path goes through a symbolic link."""
    place = folder
    for part in PurePosixPath(path).parts:
        place = place / part
        if place.is_symlink():
            return Fault(path, "is a symbolic link, or in one", "do not use this folder", rule="snapshot/link")
    return None


def _walk(folder: Path, within: str) -> Iterator[str]:
    """Yield the paths of all files, and of links to folders; a folder of pages inside a build is another thing."""
    with os.scandir(folder / within) as entries:
        for entry in entries:
            path = within + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not (within == "" and entry.name == "site" and (folder / path / PAGES).is_file()):
                    yield from _walk(folder, f"{path}/")
            else:
                yield path


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
