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
from pathlib import Path

from upheaval.store.state import State, tool

Stamp = tuple[int, int, int, int]

_ALL, _EACH = "stamps", "files"
_RACY = 2_000_000_000
"""Nanoseconds within which two changes of a file may have the same time: FAT keeps two seconds."""


class Unknown(Exception):
    """Raised if the content of some input cannot be told, so that nothing is remembered of it."""


def fingerprint(state: State, paths: Iterable[Path]) -> str:
    """Return a hash of this package and of all that files and folders contain, and keep what was found in a state.

    Args:
        state: where to keep it.
        paths: files and folders; what does not exist counts as empty.

    Returns:
        The hash; an empty text if nothing can be remembered, as when a file cannot be read.

    """
    if not state.enabled:
        return ""
    now = time.time_ns()
    try:
        found = {file: _stamp(about) for path in paths for file, about in _files(os.path.abspath(path))}
        stamps = _digest(found)
        if (kept := state.get(_ALL, stamps)) is not None:
            return kept.content.decode()
        known = _known(state)
        contents = {}
        for file, stamp in found.items():
            before = known.get(file)
            contents[file] = before[0] if before is not None and before[1] == stamp else _sha256(file)
    except (OSError, Unknown):
        return ""
    root = f"{os.path.abspath(state.root)}/"
    key = _digest({file.removeprefix(root): content for file, content in contents.items()})
    settled = {file: (contents[file], stamp) for file, stamp in found.items() if max(stamp[:2]) < now - _RACY}
    if settled != known:
        state.put(_EACH, tool(), json.dumps(settled).encode())
    if len(settled) == len(found):
        state.put(_ALL, stamps, key.encode())
    return key


def _digest(values: Mapping[str, object]) -> str:
    digest = hashlib.sha256(tool().encode())
    for name in sorted(values):
        digest.update(f"{name}\0{values[name]}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


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
