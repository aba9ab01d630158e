"""The lines of the ledger: an IRI, the version that first had it, and what became of it."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from upheaval.faults import Fault
from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.rdf.xsd import XSD
from upheaval.schema.configuration import version_problem
from upheaval.sources.packaged import LEDGER

FILE = LEDGER
COLUMNS = ("iri", "since", "state", "successors", "date", "why")

_NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f]')
_NOT_IN_NAMES = bytes(range(0x21)) + b'<>"{}|^`\\\x7f'


class Fate(StrEnum):
    """What became of an IRI; the value is the `state` of its line."""

    PRESENT = ""
    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    RETIRED = "retired"


_STATES = frozenset(fate.value for fate in Fate)


class Entry(NamedTuple):
    """An IRI of the ledger.

    Attributes:
        iri: relative to the publication's namespace, or absolute if it is in another.
        since: the version that first had it.
        state: what became of it.
        successors: what took its place, written as `iri` is.
        date: the day of the annotation, as `YYYY-MM-DD`.
        why: the reason, in words.
        line: its line in the file, or 0.

    """

    iri: str
    since: str
    state: Fate = Fate.PRESENT
    successors: tuple[str, ...] = ()
    date: str = ""
    why: str = ""
    line: int = 0

    @property
    def annotated(self) -> bool:
        """Whether the IRI is no longer in use."""
        return self.state is not Fate.PRESENT

    def row(self) -> str:
        """Return the entry as a line of the file, without its end."""
        why = " ".join(self.why.split())
        return "\t".join((self.iri, self.since, self.state, " ".join(self.successors), self.date, why))


def read_lines(lines: Sequence[str], first: int) -> Iterator[Entry | Fault]:
    """Read lines; blank ones, and the headers that a union of two files leaves among them, are left out.

    Args:
        lines: their texts, without their ends.
        first: the number of the first in the file.

    Yields:
        The entry of each, or what is wrong with it.

    """
    parts = [line.partition("\t") for line in lines]
    names = "".join(name for name, _, _ in parts).encode()
    clean = len(names.translate(None, _NOT_IN_NAMES)) == len(names)
    versions: dict[str, str] = {}
    for number, (name, tab, rest) in enumerate(parts, first):
        # Nearly all lines are not annotated: what there is to check of those is checked once for all.
        if clean and name and rest in versions:
            yield Entry(name, versions[rest], Fate.PRESENT, (), "", "", number)
        elif (line := name + tab + rest).strip() and tuple(line.rstrip("\r").split("\t")) != COLUMNS:
            entry = read_line(line, number)
            if isinstance(entry, Entry) and not entry.annotated:
                versions[rest] = entry.since
            yield entry


def read_line(line: str, number: int) -> Entry | Fault:
    """Read a line.

    Args:
        line: its text, without its end.
        number: its number in the file.

    Returns:
        The entry, or what is wrong with it.

    """
    fields = line.rstrip("\r").split("\t")
    if problem := _problem(number, fields):
        return problem
    iri, since, state, successors, date, why = fields
    return Entry(iri, since, Fate(state), tuple(successors.split()), date, why, number)


def ledger_fault(line: int, column: int, message: str, cure: str, rule: str) -> Fault:
    """Return a fault of the ledger."""
    return Fault(FILE, message, cure, at=(line, column), rule=f"ledger/{rule}")


def _problem(number: int, fields: list[str]) -> Fault | None:
    """Return the first thing that is wrong with a line."""
    if len(fields) != len(COLUMNS):
        message = f"the line has {len(fields)} columns, not {len(COLUMNS)}"
        return ledger_fault(number, 1, message, f"write {', '.join(COLUMNS)}, separated by tabs", "columns")

    def wrong(place: int, message: str, cure: str, rule: str = "") -> Fault:
        column = 1 + sum(len(field) + 1 for field in fields[:place])
        return ledger_fault(number, column, message, cure, rule or COLUMNS[place])

    iri, since, state, successors, date, why = fields
    restore = "restore the line from the repository's history"
    for place, name in ((0, iri), *((3, one) for one in successors.split())):
        if not name or _NOT_IN_IRIS.search(name):
            return wrong(place, f"`{name}` is not an IRI", restore, "iri")
    if not _is_version(since):
        return wrong(1, f"`{since}` is not a version", restore)
    if state not in _STATES:
        cure = f"write one of {', '.join(fate for fate in Fate if fate)}, or leave it empty"
        return wrong(2, f"`{state}` is not a state of an IRI", cure)
    if problem := _counted(Fate(state), successors.split()):
        return wrong(3, *problem)
    if state and not _is_day(date):
        return wrong(4, f"`{date}` is not the day of the change", "write it as 2026-11-29")
    if not state and (date or why):
        cure = "delete the date and the reason, or write the state"
        return wrong(4, "the line has a date or a reason, but no state", cure, "state")
    if state == Fate.RETIRED and not why.strip():
        return wrong(5, "the line does not say why the IRI was retired", "write the reason")
    return None


def _counted(state: Fate, successors: list[str]) -> tuple[str, str] | None:
    """Return what is wrong with the number of successors, and the cure."""
    count = len(successors)
    if state in (Fate.PRESENT, Fate.RETIRED) and count:
        what = "retired" if state else "in use"
        return f"an IRI that is {what} has no successors", f"delete them, or write the state `{Fate.RENAMED}`"
    if state in (Fate.RENAMED, Fate.MERGED) and count != 1:
        return f"an IRI that was {state} has one successor, not {count}", "write the one that took its place"
    if state is Fate.SPLIT and (count < 2 or len(set(successors)) != count):
        return "an IRI that was split has two or more successors", "write each once, separated by spaces"
    return None


@cache
def _is_version(text: str) -> bool:
    return not version_problem(text)


@cache
def _is_day(text: str) -> bool:
    try:
        return bool(typed(text, (f"{XSD}date",))) and text[4:5] == "-" and len(text) == 10
    except IllFormed:
        return False
