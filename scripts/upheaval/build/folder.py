"""Write a build atomically: all of it or nothing."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from upheaval.faults import refuse

SITE = "site"
"""The folder of the web pages, which a new build keeps from the previous one; `upheaval site` updates them."""

Content: TypeAlias = bytes | Path
"""The content of a file: bytes, or another file on the same disk, which is moved."""


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
    """Write a build to a folder, replacing a previous build.

    Args:
        files: the content by path.
        target: the folder, usually `build`. It is only replaced when everything has been written beside it.

    Raises:
        Refusal: the disk is full or read-only, or the folder cannot be replaced or is not a build; in every case it is
            unchanged.

    """
    target = target.resolve()
    if target.exists() and not is_build(target):
        message = f"{target} already exists and is not a build; building would replace it"
        refuse(target.name, message, "name a new or empty folder", rule="build/target")
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
        cure = "free up disk space or check the permissions, then build again; your previous build is unchanged"
        refuse(target.name, message, cure, rule="build/write")
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def is_build(folder: Path) -> bool:
    """Return whether a folder may be replaced: it is empty, or has the manifest of a build or import."""
    return folder.is_dir() and ((folder / "manifest.json").is_file() or not any(folder.iterdir()))


def swap(new: Path, target: Path) -> None:
    """Replace a folder by another; a failure or an interruption is rolled back."""
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
