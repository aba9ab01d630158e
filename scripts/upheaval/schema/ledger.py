"""The ledger: every IRI that a publication has published, and what became of it.

One line an IRI, sorted, so that a union of two branches is merged by sorting it again. Entries may come in any order;
an annotated line of an IRI stands before one that is not annotated.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from upheaval.faults import Fault, Refusal
from upheaval.schema.ledgerlines import COLUMNS, FILE, Entry, Fate, ledger_fault, read_lines
from upheaval.sources.textfiles import read_text

__all__ = [
    "COLUMNS",
    "FILE",
    "Entry",
    "Fate",
    "Ledger",
    "absolute",
    "is_absolute",
    "parse_ledger",
    "read_ledger",
    "relative",
    "write_ledger",
]

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class _Circle(Exception):
    """Raised with the IRIs on the way if successors lead in a circle."""


@dataclass(frozen=True)
class Ledger:
    """The IRIs that a publication has published.

    Attributes:
        entries: by IRI, as the file writes it.

    """

    entries: Mapping[str, Entry]

    @cached_property
    def annotated(self) -> dict[str, Entry]:
        """The entries of the IRIs that are no longer in use."""
        return {iri: entry for iri, entry in self.entries.items() if entry.state}

    @cached_property
    def owners(self) -> frozenset[str]:
        """The records, and what else has no fragment, of which the ledger has an IRI or a successor."""
        named = chain(self.entries, *(entry.successors for entry in self.annotated.values()))
        return frozenset(iri.partition("#")[0] for iri in named)

    def resolve(self, iri: str) -> Entry | None:
        """Say what became of an IRI.

        The annotation of a record, or of a node inside one, holds for the nodes inside it that have none themselves:
        where `a` is renamed `b`, `a#x` is renamed `b#x`, and `pair/a--c`, which is derived of it, `pair/b--c`.

        Args:
            iri: the IRI, as the file writes it; see `relative`.

        Returns:
            Its entry, with the living IRIs at the end of the chain as successors; if all of them were retired, the
            state, day and reason are those of the last. None if neither it nor what it is inside is in the ledger.

        """
        step = self._step(iri)
        if step is None:
            return self.entries.get(iri)
        since = self.entries[iri].since if iri in self.entries else step.since
        ends: dict[str, Entry] = {}
        last = self._follow(step, ends, frozenset((iri,)))
        if not ends and step.state is not Fate.RETIRED:
            return last._replace(iri=iri, since=since, successors=())
        return step._replace(iri=iri, since=since, successors=tuple(ends))

    def with_entries(self, entries: Iterable[Entry]) -> "Ledger":
        """Return a ledger in which entries are added, or replace those of the same IRIs."""
        return Ledger({**self.entries, **{entry.iri: entry for entry in entries}})

    def render(self) -> str:
        """Return the text of the file: the header and a line an entry, sorted by code point."""
        rows = ["\t".join(COLUMNS), *(self.entries[iri].row() for iri in sorted(self.entries))]
        return "".join(f"{row}\n" for row in rows)

    def cycles(self) -> Iterator[Entry]:
        """Yield one entry of each circle of successors."""
        known: set[str] = set()
        for iri, entry in sorted(self.annotated.items()):
            try:
                self._follow(entry, {}, frozenset((iri,)))
            except _Circle as circle:
                if known.isdisjoint(circle.args[0]):
                    yield entry
                known |= circle.args[0]

    def _step(self, iri: str) -> Entry | None:
        """Return the annotation that holds for an IRI, put in terms of it; None if it is in use or unknown."""
        if (own := self.annotated.get(iri)) is not None:
            return own
        for outer in _outer(iri):
            if (entry := self.annotated.get(outer)) is not None:
                rest = iri[len(outer) :]
                within = entry.successors
                if entry.state is not Fate.SPLIT:
                    within = tuple(_inside(successor, rest) for successor in within)
                return entry._replace(iri=iri, successors=within)
        return self._derived_step(iri)

    def _derived_step(self, iri: str) -> Entry | None:
        """Return the annotation of a record from whose name a derived IRI was made."""
        owner, hash_, rest = iri.partition("#")
        if "/" not in owner or is_absolute(owner):
            return None
        for name in re.split("/|--", owner):
            if (entry := self.annotated.get(name)) is not None:
                if entry.state in (Fate.RENAMED, Fate.MERGED):
                    renamed = "/".join(_replaced(part, name, *entry.successors) for part in owner.split("/"))
                    entry = entry._replace(successors=(renamed + hash_ + rest,))
                return entry._replace(iri=iri)
        return None

    def _follow(self, entry: Entry, ends: dict[str, Entry], used: frozenset[str]) -> Entry:
        """Gather the living successors of an annotated entry, and return the last annotation on the way."""
        last = entry
        for successor in entry.successors:
            step = self._step(successor)
            if step is None:
                ends[successor] = entry
                continue
            if step.iri in used or len(used) > len(self.annotated):
                raise _Circle(used)
            last = self._follow(step, ends, used | {step.iri})
        return last


def read_ledger(root: Path) -> Ledger:
    """Read a publication's ledger.

    Args:
        root: the publication's folder.

    Returns:
        The ledger; an empty one if there is no file.

    Raises:
        Refusal: the file cannot be read, or has lines that are malformed or contradict one another.

    """
    if not (root / FILE).is_file():
        return Ledger({})
    return parse_ledger(read_text(root / FILE, FILE, root))


def parse_ledger(text: str) -> Ledger:
    """Read a ledger from its text; the errors are those of `read_ledger`."""
    header, *lines = text.split("\n")
    if header.rstrip("\r").split("\t") != list(COLUMNS):
        message = f"the first line is not `{' '.join(COLUMNS)}`, separated by tabs"
        raise Refusal([ledger_fault(1, 1, message, "write it above the entries", "header")])
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for entry in read_lines(lines, 2):
        if isinstance(entry, Fault):
            faults.append(entry)
            continue
        known = entries.setdefault(entry.iri, entry)
        if known is not entry:
            if known.annotated and entry.annotated and known[2:6] != entry[2:6]:
                faults.append(_contradiction(known, entry))
            entries[entry.iri] = _union(known, entry)
    ledger = Ledger(entries)
    if not faults:
        faults.extend(_circle(entry) for entry in ledger.cycles())
    if faults:
        raise Refusal(sorted(faults))
    return ledger


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Write a ledger, sorted; the file is there whole, or as it was before.

    Args:
        path: the file.
        ledger: the ledger.

    Raises:
        OSError: it cannot be written.

    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(ledger.render())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def relative(iri: str, base: str) -> str:
    """Return an IRI as the ledger writes it: without the publication's namespace, if it is in there."""
    return iri.removeprefix(base) or iri


def absolute(iri: str, base: str) -> str:
    """Return the IRI that the ledger of a publication with this namespace means."""
    return iri if is_absolute(iri) else base + iri


def is_absolute(iri: str) -> bool:
    """Tell whether an IRI of the ledger is in another namespace than the publication's."""
    return ":" in iri and _ABSOLUTE.match(iri) is not None


def _outer(iri: str) -> Iterator[str]:
    """Yield what an IRI is inside, the nearest first: `a#x/y` is inside `a#x`, and that inside `a`."""
    owner, hash_, fragment = iri.partition("#")
    while "/" in fragment:
        fragment = fragment.rpartition("/")[0]
        yield f"{owner}#{fragment}"
    if hash_:
        yield owner


def _inside(outer: str, rest: str) -> str:
    """Return the IRI of a node inside another."""
    return f"{outer}{'/' if '#' in outer else '#'}{rest[1:]}"


def _replaced(part: str, name: str, new: str) -> str:
    """Rename one of the records that part of a derived IRI joins by `--`; those in order stay in order."""
    names = part.split("--")
    after = [new if one == name else one for one in names]
    return "--".join(sorted(after) if names == sorted(names) else after)


def _union(one: Entry, other: Entry) -> Entry:
    """Return what two lines of one IRI say together."""
    chosen = min(one, other, key=lambda entry: (not entry.annotated, entry.row(), entry.line))
    return chosen._replace(since=min(one.since, other.since, key=_by_number))


def _by_number(version: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"[.+-]", version)]


def _contradiction(one: Entry, other: Entry) -> Fault:
    first, second = sorted((one, other), key=lambda entry: entry.line)
    message = f"`{second.iri}` is annotated twice, and line {first.line} says something else"
    return ledger_fault(second.line, 1, message, "delete the line that is wrong", "annotated-twice")


def _circle(entry: Entry) -> Fault:
    message = f"the successors of `{entry.iri}` lead back to it, so it has none that is in use"
    return ledger_fault(entry.line, 1, message, "write the name that is in use as its successor", "cycle")
