"""Writing a build: all of it or nothing."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from upheaval.faults import refuse

SITE = "site"
"""The folder of the web pages, which a new build takes over from the one before; `upheaval site` then renews them."""

Content: TypeAlias = bytes | Path
"""What goes into a file of a build: bytes, or another file on the same disk, which is moved."""


def size_of(content: Content) -> int:
    """Return the number of bytes."""
    return content.stat().st_size if isinstance(content, Path) else len(content)


def sha256_of(content: Content) -> str:
    """Return the SHA-256 in hexadecimal digits."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_build(files: Mapping[str, Content], target: Path) -> None:
    """Write the files of a build into a folder, in the place of what a build left there before.

    Args:
        files: content by path.
        target: the folder, usually `build`. What is in it is kept until everything new has been written beside it.

    Raises:
        Refusal: the disk is full or read-only, or the folder cannot be replaced, or holds something that is no build;
            what was there is untouched.

    """
    target = target.resolve()
    if target.exists() and not is_build(target):
        message = f"{target} is there already and is no build, and a build replaces the whole folder"
        refuse(target.name, message, "name an empty or a new folder", rule="build/target")
    beside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for path, content in files.items():
            file = beside / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                content.rename(file)
            else:
                file.write_bytes(content)
        beside.chmod(0o755)
        swap(beside, target)
    except OSError as error:
        message = f"the build cannot be written to {target}: {error.strerror}"
        cure = "make room or give write access, then build again; the build before is untouched"
        refuse(target.name, message, cure, rule="build/write")
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def is_build(folder: Path) -> bool:
    """Say whether a folder may be replaced: it is empty, or has the manifest that a build or an import leaves."""
    return folder.is_dir() and ((folder / "manifest.json").is_file() or not any(folder.iterdir()))


def swap(new: Path, target: Path) -> None:
    """Put a folder in the place of another; when that fails or is interrupted in between, it is undone."""
    old = new.with_name(new.name + "-old")
    try:
        if target.exists():
            os.rename(target, old)
        os.rename(new, target)
        if (old / SITE).is_dir() and not (target / SITE).exists():
            os.rename(old / SITE, target / SITE)
    finally:
        if old.exists() and not target.exists():
            os.rename(old, target)
        shutil.rmtree(old, ignore_errors=True)
