"""Snapshots: folders that are named by the hash of their manifest, added whole, verified, and collected."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from upheaval.faults import Refusal, refuse
from upheaval.store.integrity import MANIFEST, ListedFile, file_fault, file_hash, read_manifest, verify

FOLDER = ".upheaval/snapshots"

_TEMPORARY = ".new-"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot in the store.

    Attributes:
        hash: its name, the SHA-256 of its manifest.
        folder: where it is.
        files: what its manifest lists, by path.

    """

    hash: str
    folder: Path
    files: Mapping[str, ListedFile]


def put(root: Path, folder: Path) -> StoredSnapshot:
    """Add a folder to the store: all of its listed files or nothing.

    Args:
        root: the folder that has the store.
        folder: a folder with a manifest; it stays as it is.

    Returns:
        The snapshot; if it is already there, that one.

    Raises:
        Refusal: a file is not what the manifest says, or the store cannot be written. Nothing has been added then.

    """
    text, files = read_manifest(folder)
    if faults := [fault for path, listed in files.items() if (fault := file_fault(folder, path, listed, False))]:
        raise Refusal(faults)
    name, store = hashlib.sha256(text).hexdigest(), root / FOLDER
    target = store / name
    if target.is_dir() and not verify(target):
        return StoredSnapshot(name, target, files)
    import tempfile

    new: Path | None = None
    try:
        store.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=store))
        with _locked(new, fcntl.LOCK_SH):
            known = dict(_stored_files(store))
            for path, listed in files.items():
                _add(folder / path, new / path, listed, known.get(listed.sha256))
            _write(new / MANIFEST, text)
            _open_and_sync(new)
            _rename(new, target)
    except OSError as error:
        message = f"the files of {folder} cannot be stored: {error.strerror or error}"
        refuse(FOLDER, message, "free up disk space or check the permissions; nothing was added", rule="snapshot/write")
    finally:
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)
    return StoredSnapshot(name, target, files)


def put_made(root: Path, folder: Path) -> StoredSnapshot:
    """Add a folder that has no manifest yet: list all of its files in one, and add it."""
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": file_hash(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / MANIFEST).write_text(json.dumps({"files": files}), encoding="utf-8")
    return put(root, folder)


def open_snapshot(root: Path, name: str) -> StoredSnapshot:
    """Return a snapshot by its hash, after checking its manifest and the sizes of its files.

    Raises:
        Refusal: it is not in the store, or it has been changed.

    """
    folder = root / FOLDER / name
    if not folder.is_dir():
        refuse(f"{FOLDER}/{name}", "there is no such snapshot", rule="snapshot/missing")
    text, files = read_manifest(folder)
    if hashlib.sha256(text).hexdigest() != name:
        refuse(
            f"{FOLDER}/{name}/{MANIFEST}", "the manifest has been changed", "delete the folder", rule="snapshot/hash"
        )
    faults = [fault for path, listed in files.items() if (fault := file_fault(folder, path, listed, False))]
    if faults:
        raise Refusal(faults)
    return StoredSnapshot(name, folder, files)


def collect(root: Path, keep: Iterable[str]) -> list[str]:
    """Remove snapshots that nobody keeps, and what interrupted processes have left.

    Args:
        root: the folder that has the store.
        keep: the hashes of those to keep.

    Returns:
        The hashes of those removed. A snapshot that a process holds open is left.

    """
    kept, removed = set(keep), []
    for folder in sorted((root / FOLDER).glob("*")) + sorted((root / FOLDER).glob(f"{_TEMPORARY}*")):
        if folder.name in kept or not folder.is_dir():
            continue
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder)
        except OSError:
            continue
        if not folder.name.startswith(_TEMPORARY):
            removed.append(folder.name)
    return removed


def discard(root: Path, names: Iterable[str]) -> None:
    """Remove snapshots of which nobody else can know, and what interrupted processes have left; none that is held."""
    store = root / FOLDER
    for folder in (*(store / name for name in names), *store.glob(f"{_TEMPORARY}*")):
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder)
        except OSError:
            continue


def hold(snapshot: StoredSnapshot) -> int:
    """Keep a snapshot from being removed until the file descriptor that this returns is closed, or the process ends.

    Raises:
        OSError: it has been removed.

    """
    handle = os.open(snapshot.folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def held(snapshot: StoredSnapshot) -> Iterator[StoredSnapshot]:
    """Keep a snapshot from being collected while it is read."""
    with _locked(snapshot.folder, fcntl.LOCK_SH):
        yield snapshot


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _stored_files(store: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of all snapshots by their hash."""
    for folder in sorted(store.glob("[0-9a-f]*")):
        try:
            _, files = read_manifest(folder)
        except Refusal:
            continue
        for path, listed in files.items():
            yield listed.sha256, folder / path


def _add(origin: Path, target: Path, listed: ListedFile, known: Path | None) -> None:
    """Link a file that another snapshot has, or copy it: a link to a file that people may edit would not last."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if known is not None and file_hash(known) == listed.sha256:
            os.link(known, target, follow_symlinks=False)
            return
    except OSError:
        pass
    digest = hashlib.sha256()
    with origin.open("rb") as source, target.open("xb") as copy:
        while block := source.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != listed.sha256:
        refuse(str(origin), "has another SHA-256 than the manifest says", "build it again", rule="snapshot/file")
    target.chmod(0o444)


def _write(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(0o444)


def _open_and_sync(folder: Path) -> None:
    """Let others read the folders, whatever the umask, as a web server may have to; and write them to the disk."""
    for place, _, _ in os.walk(folder):
        os.chmod(place, 0o755)
        _sync(Path(place))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rename(new: Path, target: Path) -> None:
    """Move a verified folder to its name; a damaged one there makes way, an equal one stays."""
    try:
        os.rename(new, target)
    except OSError:
        if not target.is_dir() or not verify(target):
            if not target.is_dir():
                raise
            return
        old = new.with_name(new.name + "-old")
        os.rename(target, old)
        os.rename(new, target)
        shutil.rmtree(old, ignore_errors=True)
    _sync(target.parent)
