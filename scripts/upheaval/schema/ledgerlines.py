"""The lines of the ledger: an IRI, the version that first had it, and what became of it."""

import re
from enum import StrEnum
from typing import NamedTuple

from upheaval.faults import Fault
from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.rdf.xsd import XSD
from upheaval.schema.configuration import version_problem

FILE = "ledger.tsv"
COLUMNS = ("iri", "since", "state", "successors", "date", "why")

_NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f]')
_is_clean = re.compile(r'[^\x00-\x20<>"{}|^`\\\x7f]+').fullmatch


class Fate(StrEnum):
    """What became of an IRI; the value is the `state` of its line."""

    PRESENT = ""
    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    RETIRED = "retired"


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


def read_plain(line: str, number: int, versions: set[str]) -> Entry | None:
    """Read a line that is not annotated, as nearly all are, or return None.

    Args:
        line: its text, without its end.
        number: its number in the file.
        versions: the versions that are known to be well-formed, to which that of the line is added.

    """
    iri, _, rest = line.partition("\t")
    since = rest[:-4]
    if rest[-4:] != "\t\t\t\t" or not _is_clean(iri):
        return None
    if since not in versions:
        if version_problem(since):
            return None
        versions.add(since)
    return Entry(iri, since, Fate.PRESENT, (), "", "", number)


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
    starts = [1 + sum(len(field) + 1 for field in fields[:place]) for place in range(len(fields))]
    iri, since, state, successors, date, why = fields
    restore = "restore the line from the repository's history"
    for name, start in ((iri, starts[0]), *((one, starts[3]) for one in successors.split())):
        if not name or _NOT_IN_IRIS.search(name):
            return ledger_fault(number, start, f"`{name}` is not an IRI", restore, "iri")
    if version_problem(since):
        return ledger_fault(number, starts[1], f"`{since}` is not a version", restore, "since")
    if state not in list(Fate):
        cure = f"write one of {', '.join(fate for fate in Fate if fate)}, or leave it empty"
        return ledger_fault(number, starts[2], f"`{state}` is not a state of an IRI", cure, "state")
    if problem := _counted(Fate(state), successors.split()):
        return ledger_fault(number, starts[3], *problem, "successors")
    if state and not _is_day(date):
        message = f"`{date}` is not the day of the change"
        return ledger_fault(number, starts[4], message, "write it as 2026-11-29", "date")
    if not state and (date or why):
        cure = "delete the date and the reason, or write the state"
        return ledger_fault(number, starts[4], "the line has a date or a reason, but no state", cure, "state")
    if state == Fate.RETIRED and not why.strip():
        message = "the line does not say why the IRI was retired"
        return ledger_fault(number, starts[5], message, "write the reason", "why")
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


def _is_day(text: str) -> bool:
    try:
        return bool(typed(text, (f"{XSD}date",))) and text[4:5] == "-" and len(text) == 10
    except IllFormed:
        return False
