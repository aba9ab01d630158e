"""What commands remember of a publication: a SQLite database under `.upheaval/`, and snapshots that it names.

Whatever is kept has a kind, a key that follows from everything it was computed from, and a checksum. It is a cache:
what is missing, damaged or of another format is computed again, and where nothing can be written nothing is remembered.
SQLite's locks keep two processes apart; a process that would have to wait long goes on without.
"""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from upheaval.store.transactions import FOLDER

FILE = "state.sqlite"

FORMAT = 2
"""The format of the database; one of another format is replaced."""

LIMITS = {"check": 16, "dataset": 2, "site": 4, "stamps": 8}
"""How many entries of a kind are kept; of any other kind, one. The oldest go first."""

_SECONDS = 2.0
"""How long to wait for another process."""

_ENTRIES = """CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY, kind TEXT, key TEXT, content BLOB, snapshot TEXT, sha256 BLOB, UNIQUE (kind, key)
)"""
_TEXTS = "CREATE TABLE IF NOT EXISTS text (name TEXT PRIMARY KEY, content BLOB)"
_AT_ONCE = 500
"""How many texts are looked up at once; SQLite allows 999 parameters or more."""

_DEPENDENCIES = (
    *("elementpath", "jinja2", "langcodes", "markdown_it", "markupsafe"),
    *("pyoxigraph", "pyshacl", "rapidfuzz", "rdflib", "yaml"),
)


class Kept(NamedTuple):
    """What was kept: its content, and the hash of the snapshot that belongs to it, if one does."""

    content: bytes
    snapshot: str


def text_name(content: bytes) -> str:
    """Return the name of a text, 128 bits of BLAKE2b: enough to tell damage, and not meant to resist forgery."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class State:
    """What is remembered of a publication.

    Args:
        root: its folder.
        enabled: whether to remember anything; without, nothing is found and nothing is kept. The environment variable
            `UPHEAVAL_NO_STATE` turns it off as well.

    """

    def __init__(self, root: Path, enabled: bool = True) -> None:
        self.root, self.enabled = root, enabled and not os.environ.get("UPHEAVAL_NO_STATE")

    def get(self, kind: str, key: str) -> Kept | None:
        """Return what is kept under a key, or None; what does not agree with its checksum is forgotten."""
        row = self._select("SELECT content, snapshot, sha256 FROM entry WHERE kind = ? AND key = ?", kind, key)
        if row is None:
            return None
        content, snapshot, digest = row
        if not isinstance(content, bytes) or _digest(kind, key, content, snapshot) != digest:
            self.forget(kind, key)
            return None
        return Kept(content, str(snapshot))

    def folder(self) -> Path:
        """Return the folder that everything is kept in, after making it.

        Raises:
            OSError: it cannot be made.

        """
        folder = self.root / FOLDER
        if not self.enabled:
            raise PermissionError(folder)
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        return folder

    def put(self, kind: str, key: str, content: bytes, snapshot: str = "") -> None:
        """Keep something under a key, and let go of the oldest of its kind.

        Args:
            kind, key: see above.
            content: what to keep.
            snapshot: the hash of a snapshot that belongs to it; it is removed when the entry is.

        """
        dropped: list[str] = []
        with suppress(sqlite3.Error, OSError), self._writing() as database:
            database.execute("DELETE FROM entry WHERE kind = ? AND key = ?", (kind, key))
            row = (kind, key, content, snapshot, _digest(kind, key, content, snapshot))
            database.execute("INSERT INTO entry (kind, key, content, snapshot, sha256) VALUES (?, ?, ?, ?, ?)", row)
            old = database.execute(
                "SELECT number, snapshot FROM entry WHERE kind = ? ORDER BY number DESC LIMIT -1 OFFSET ?",
                (kind, LIMITS.get(kind, 1)),
            ).fetchall()
            database.executemany("DELETE FROM entry WHERE number = ?", [(number,) for number, _ in old])
            kept = {name for (name,) in database.execute("SELECT snapshot FROM entry")}
            dropped = [name for _, name in old if name and name not in kept]
        self._discard(dropped)

    def texts(self, names: Collection[str]) -> dict[str, bytes]:
        """Return the texts of some names; those that are not there, or are not what their names say, are left out."""
        found = dict[str, bytes]()
        wanted = list(names)
        try:
            with self._reading() as database:
                if database is None:
                    return {}
                for start in range(0, len(wanted), _AT_ONCE):
                    some = wanted[start : start + _AT_ONCE]
                    marks = ", ".join("?" * len(some))
                    found.update(database.execute(f"SELECT name, content FROM text WHERE name IN ({marks})", some))
        except sqlite3.Error:
            return {}
        return {name: one for name, one in found.items() if text_name(one) == name}

    def put_with_texts(
        self,
        kind: str,
        key: str,
        content: bytes,
        texts: Mapping[str, bytes],
        before: Kept | None,
        live: Collection[str] | None = None,
    ) -> None:
        """Keep something in the place of what was found before, unless another process has been quicker.

        Args:
            kind, key, content: as for `put`.
            texts: texts that it names and that are not kept yet, by name.
            before: what was found under the key; if nothing was, all texts of before are removed.
            live: the names of all texts that are needed, if the others are to be removed.

        """
        with suppress(sqlite3.Error, OSError), self._writing() as database:
            row = database.execute("SELECT content FROM entry WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            if before is not None and row != (before.content,):
                return
            if before is None:
                database.execute("DELETE FROM text")
            database.executemany("INSERT OR REPLACE INTO text VALUES (?, ?)", texts.items())
            if live is not None:
                gone = [(name,) for (name,) in database.execute("SELECT name FROM text") if name not in live]
                database.executemany("DELETE FROM text WHERE name = ?", gone)
            database.execute("DELETE FROM entry WHERE kind = ?", (kind,))
            values = (kind, key, content, "", _digest(kind, key, content, ""))
            database.execute("INSERT INTO entry (kind, key, content, snapshot, sha256) VALUES (?, ?, ?, ?, ?)", values)

    def forget(self, kind: str, key: str) -> None:
        """Let go of what is kept under a key."""
        row = self._select("SELECT snapshot FROM entry WHERE kind = ? AND key = ?", kind, key)
        with suppress(sqlite3.Error, OSError), self._writing() as database:
            database.execute("DELETE FROM entry WHERE kind = ? AND key = ?", (kind, key))
        self._discard([str(row[0])] if row and row[0] else [])

    def _discard(self, snapshots: list[str]) -> None:
        if snapshots:
            from upheaval.store.snapshots import discard

            discard(self.root, snapshots)

    def _select(self, query: str, *values: str) -> tuple[object, ...] | None:
        try:
            with self._reading() as database:
                found: tuple[object, ...] | None = database.execute(query, values).fetchone() if database else None
                return found
        except sqlite3.OperationalError:  # busy, or cannot be read
            return None
        except sqlite3.DatabaseError:
            with suppress(OSError):
                (self.root / FOLDER / FILE).unlink()
            return None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the database, or nothing if there is none, or one of another format.

        Raises:
            sqlite3.Error: it cannot be read.

        """
        file = self.root / FOLDER / FILE
        if not self.enabled or not file.is_file():
            yield None
            return
        address = f"file:{quote(str(file.resolve()))}?mode=ro"
        with closing(sqlite3.connect(address, timeout=_SECONDS, uri=True)) as database:
            yield database if database.execute("PRAGMA user_version").fetchone() == (FORMAT,) else None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing.

        Raises:
            OSError: nothing can be written.
            sqlite3.Error: nothing can be written, or another process is writing.

        """
        with closing(sqlite3.connect(self.folder() / FILE, timeout=_SECONDS, isolation_level=None)) as database:
            # A power cut may damage the database, which the checksums tell; waiting for the disk would cost more.
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN IMMEDIATE")
            if database.execute("PRAGMA user_version").fetchone() != (FORMAT,):
                database.execute("DROP TABLE IF EXISTS entry")
                database.execute("DROP TABLE IF EXISTS text")
                database.execute(f"PRAGMA user_version = {FORMAT}")
            database.execute(_ENTRIES)
            database.execute(_TEXTS)
            yield database
            database.execute("COMMIT")


def _digest(kind: str, key: str, content: bytes, snapshot: object) -> bytes:
    digest = hashlib.sha256(f"{kind}\0{key}\0{snapshot}\0".encode())
    digest.update(content)
    return digest.digest()


@cache
def tool() -> str:
    """Return what changes when this package, Python or a library does that results depend on."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(sys.version.encode())
    files = sorted(package.rglob("*.py"))
    for name in _DEPENDENCIES:
        spec = find_spec(name)
        if spec is not None and spec.origin:
            files.extend((Path(spec.origin), Path(spec.origin).parent))
    for file in files:
        about = file.stat()
        digest.update(f"{file}\0{about.st_size}\0{about.st_mtime_ns}\0".encode())
    return digest.hexdigest()
