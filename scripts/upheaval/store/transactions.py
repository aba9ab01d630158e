"""Change several files of a publication together: all of them or none, even if the process is killed.

A rollback journal, as databases keep it (SQLite, "Atomic Commit", section 3): the old contents are saved in
`.upheaval/journal` before the first file is touched, and its removal is what commits the change. Whoever opens the
publication and finds a journal that nobody is working on puts the old contents back.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from upheaval.faults import refuse

FOLDER = ".upheaval"
"""The folder in a publication for what the package keeps there itself; Git ignores it."""

_JOURNAL, _LOCK, _INDEX = "journal", "lock", "index.json"


def commit(root: Path, before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]) -> None:
    """Change files, all or none.

    Args:
        root: the publication's folder.
        before: the content that each file must have, by its path; None if there must be no such file.
        after: the content that each is to have, for the same paths; None deletes it.

    Raises:
        Refusal: a file is not as it was expected, another change is under way, or a file cannot be written; then
            nothing has changed.

    """
    with _locked(root):
        _recover(root)
        for path, content in before.items():
            if _content(root / path) != content:
                refuse(path, "the file has changed in the meantime; nothing was written", "run the command again")
        try:
            _begin(root, before, after)
            for path, content in after.items():
                _put(root / path, content)
            _end(root)
        except OSError as error:
            _recover(root)
            message = f"cannot be written: {error.strerror}; nothing has changed"
            refuse(str(error.filename or FOLDER), message, "free up disk space, or check the permissions")
        except BaseException:
            _recover(root)
            raise


def recover(root: Path) -> None:
    """Undo a change that was interrupted, if there is one.

    Args:
        root: the publication's folder.

    Raises:
        Refusal: a file has been edited since; or the folder cannot be written.

    """
    if not (root / FOLDER / _JOURNAL).is_dir():
        return
    with _locked(root):
        try:
            _recover(root)
        except OSError as error:
            message = f"a change was interrupted and cannot be undone: {error.strerror}"
            refuse(f"{FOLDER}/{_JOURNAL}", message, "check the permissions of the folder, then try again")


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold the publication's lock, which the system releases when the process ends."""
    try:
        (root / FOLDER).mkdir(exist_ok=True)
        lock = (root / FOLDER / _LOCK).open("wb")
    except OSError as error:
        refuse(FOLDER, f"the publication cannot be written: {error.strerror}", "check the permissions of the folder")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            refuse(FOLDER, "another command is changing this publication", "try again shortly")
        yield


def _begin(root: Path, before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]) -> None:
    """Save the old contents; the journal counts from the moment that it has its name."""
    journal = root / FOLDER / _JOURNAL
    draft = journal.with_name(f"{_JOURNAL}-{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    entries = []
    for number, (path, content) in enumerate(before.items()):
        if content is not None:
            _write(draft / str(number), content)
        entries.append({"path": path, "old": content is not None, "new": _digest(after[path])})
    _write(draft / _INDEX, json.dumps(entries).encode())
    os.rename(draft, journal)
    _sync(journal.parent)


def _end(root: Path) -> None:
    """Commit: the journal loses its name, and what is left of it is removed."""
    journal = root / FOLDER / _JOURNAL
    done = journal.with_name(f"{_JOURNAL}-{os.getpid()}")
    os.rename(journal, done)
    _sync(journal.parent)
    shutil.rmtree(done, ignore_errors=True)


def _recover(root: Path) -> None:
    """Put the old contents back, if there is a journal; a file that somebody has edited since is left alone."""
    journal = root / FOLDER / _JOURNAL
    if not journal.is_dir():
        for draft in (root / FOLDER).glob(f"{_JOURNAL}-*"):
            shutil.rmtree(draft, ignore_errors=True)
        return
    entries = json.loads((journal / _INDEX).read_bytes())
    olds = [(journal / str(number)).read_bytes() if one["old"] else None for number, one in enumerate(entries)]
    for one, old in zip(entries, olds, strict=True):
        content = _content(root / one["path"])
        if content != old and _digest(content) != one["new"]:
            message = f"a change was interrupted, and this file has been edited since; its old text is in {journal}"
            refuse(one["path"], message, f"restore the files with Git, then delete {journal}")
    for one, old in zip(entries, olds, strict=True):
        _beside(root / one["path"]).unlink(missing_ok=True)
        if _content(root / one["path"]) != old:
            _put(root / one["path"], old)
    _end(root)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _beside(path: Path) -> Path:
    """Return where a file is written before it takes its place."""
    return path.with_name(f".{path.name}.tmp")


def _put(path: Path, content: bytes | None) -> None:
    """Replace or delete a file; its permissions stay."""
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    try:
        _write(beside, content)
        with suppress(FileNotFoundError):
            shutil.copymode(path, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Write a folder's entries to the disk, so that a power cut does not undo a renaming."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
