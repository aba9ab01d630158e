"""What files contain, as one hash: a file is read again only where it may have changed.

As in Git's index, a file is taken for unchanged while its size, inode and times of change stay the same, unless it
changed so shortly before it was read that a later change may have left the same times ("racy Git", in Git's
documentation).
"""

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from upheaval.store.state import State, tool

Stamp = tuple[int, int, int, int]

_ALL, _EACH = "stamps", "files"
_RACY = 2_000_000_000
"""Nanoseconds within which two changes of a file may have the same time: FAT keeps two seconds."""


class Unknown(Exception):
    """Raised if the content of some input cannot be told, so that nothing is remembered of it."""


class Fingerprint:
    """What some files contain, by name and as one hash; what is found of each is kept in a state.

    Args:
        state: where to keep it.
        paths: files and folders; what does not exist counts as empty.

    Raises:
        OSError, Unknown: a file cannot be read, or is not an ordinary one.

    """

    def __init__(self, state: State, paths: Iterable[Path]) -> None:
        self._state, self._paths, self._now = state, list(paths), time.time_ns()
        self._found = stamps(self._paths)

    @cached_property
    def key(self) -> str:
        """A hash of this package and of all that the files contain."""
        found = digest(self._found)
        if (kept := self._state.get(_ALL, found)) is not None:
            return kept.content.decode()
        key = digest(self.contents)
        if not self._racy:
            self._state.put(_ALL, found, key.encode())
        return key

    @cached_property
    def contents(self) -> dict[str, str]:
        """The hash of each file by name, relative to the publication's folder where it is inside."""
        known = _known(self._state)
        root = f"{os.path.abspath(self._state.root)}/"
        contents: dict[str, str] = {}
        for file, stamp in self._found.items():
            before = known.get(file)
            contents[file] = before[0] if before is not None and before[1] == stamp else _sha256(file)
        settled = {file: [contents[file], stamp] for file, stamp in self._found.items() if file not in self._racy}
        if any(known.get(file) != (content, stamp) for file, (content, stamp) in settled.items()):
            self._state.put(_EACH, tool(), json.dumps(settled).encode())
        return {file.removeprefix(root): content for file, content in contents.items()}

    def holds(self) -> bool:
        """Tell whether the files still contain what they did."""
        try:
            now = stamps(self._paths)
            if now.keys() != self._found.keys():
                return False
            root = f"{os.path.abspath(self._state.root)}/"
            again = self._racy | {file for file, stamp in now.items() if stamp != self._found[file]}
            return all(_sha256(file) == self.contents[file.removeprefix(root)] for file in again)
        except (OSError, Unknown):
            return False

    @cached_property
    def _racy(self) -> set[str]:
        """The files that changed so recently that a later change may not show."""
        return {file for file, stamp in self._found.items() if max(stamp[:2]) >= self._now - _RACY}


def fingerprint(state: State, paths: Iterable[Path]) -> str:
    """Return the hash of files and folders, or an empty text if nothing can be remembered; see `Fingerprint`."""
    try:
        return Fingerprint(state, paths).key if state.enabled else ""
    except (OSError, Unknown):
        return ""


def digest(values: Mapping[str, object]) -> str:
    """Return a hash of this package and of values by name."""
    found = hashlib.sha256(tool().encode())
    for name in sorted(values):
        found.update(f"{name}\0{values[name]}\0".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def stamps(paths: Iterable[Path]) -> dict[str, Stamp]:
    """Return what changes when files do, by path.

    Raises:
        OSError, Unknown: as for `Fingerprint`.

    """
    return {file: _stamp(about) for path in paths for file, about in _files(os.path.abspath(path))}


def _known(state: State) -> dict[str, tuple[str, Stamp]]:
    kept = state.get(_EACH, tool())
    read = json.loads(kept.content) if kept is not None else {}
    return {file: (content, tuple(stamp)) for file, (content, stamp) in read.items()}


def _stamp(about: os.stat_result) -> Stamp:
    return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino


def _files(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the files in a folder, or a file itself.

    Raises:
        Unknown: something is a link to what is there, or neither a file nor a folder.
        OSError: something cannot be read.

    """
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(about.st_mode):
        yield path, _plain(path, about)
        return
    for entry in list(os.scandir(path)):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        else:
            yield entry.path, _plain(entry.path, entry.stat(follow_symlinks=False))


def _plain(path: str, about: os.stat_result) -> os.stat_result:
    """Return what is known of a file, or of a link to nothing, as Emacs leaves beside a file that it edits."""
    if not stat.S_ISREG(about.st_mode) and (not stat.S_ISLNK(about.st_mode) or os.path.exists(path)):
        raise Unknown(path)
    return about


def _sha256(file: str) -> str:
    if os.path.islink(file):
        return os.readlink(file)
    with open(file, "rb", buffering=0) as content:
        return hashlib.sha256(content.read()).hexdigest()
