"""QuickStatements: the lines that a person pastes there, as version 1 and as CSV (Help:QuickStatements)."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import quickstatements_client as quickstatements
from quickstatements_client import Line, Qualifier, render_lines
from quickstatements_client.model import prepare_date

from upheaval.link.giving import Gap, GapStatus, NewItem, safe_address
from upheaval.link.wikidataitems import DAY, MONTH, YEAR

URL, RETRIEVED, STATED_IN = "S854", "S813", "S248"
_PRECISION = {10: DAY, 7: MONTH, 4: YEAR}


def statement_lines(gaps: Iterable[Gap]) -> list[Line]:
    """Return a line for each gap that may be sent and each of its references.

    QuickStatements adds a further reference to a statement that is there already, so each line has one.
    """
    return [line for gap in gaps if gap.status is GapStatus.SEND for line in _lines(gap, gap.item)]


def new_item_lines(item: NewItem) -> list[Line]:
    """Return the lines that make an item: its English name, its class and what our record says with a source."""
    made: list[Line] = [
        quickstatements.CreateLine(),
        quickstatements.TextLine(subject="LAST", predicate="Len", target=item.profile.label),
    ]
    made.extend(
        quickstatements.EntityLine(subject="LAST", predicate="P31", target=item.instance_of, qualifiers=reference)
        for reference in _references(item.gaps[0])[:1]
    )
    return [*made, *(line for gap in item.gaps for line in _lines(gap, "LAST"))]


def _lines(gap: Gap, subject: str) -> Iterator[Line]:
    qualifiers = [
        quickstatements.DateQualifier(predicate=name, target=written_date(value)) for name, value in gap.qualifiers
    ]
    for reference in _references(gap):
        common: dict[str, Any] = {
            "subject": subject,
            "predicate": gap.entry.number,
            "qualifiers": [*qualifiers, *reference],
        }
        match gap.entry.form:
            case "item":
                yield quickstatements.EntityLine(target=gap.value, **common)
            case "time":
                day, precision = _day(gap.value)
                yield quickstatements.DateLine(target=day, precision=precision, **common)
            case _:
                yield quickstatements.TextLine(target=gap.value, **common)


def _references(gap: Gap) -> list[list[Qualifier]]:
    found: list[list[Qualifier]] = []
    for source in gap.sources:
        parts: list[Qualifier] = [quickstatements.TextQualifier(predicate=URL, target=safe_address(source.address))]
        if source.item:
            parts.insert(0, quickstatements.EntityQualifier(predicate=STATED_IN, target=source.item))
        if source.retrieved:
            parts.append(quickstatements.DateQualifier(predicate=RETRIEVED, target=written_date(source.retrieved)))
        found.append(parts)
    return found


def written_date(text: str) -> str:
    """Return an XSD date, year and month, or year as QuickStatements writes it, with its precision."""
    day, precision = _day(text)
    return prepare_date(day, precision=precision)


def _day(text: str) -> tuple[date, int]:
    padded = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    return date.fromisoformat(padded), _PRECISION[len(text)]


def as_version_1(lines: Iterable[Line]) -> str:
    """Return lines as version 1: a command a line, its parts separated by tabs."""
    return render_lines(lines, sep="\t", newline="\n") + "\n"


def as_statement_csv(lines: Iterable[Line]) -> str:
    """Return lines as the CSV of QuickStatements: a group of columns for each property with its qualifiers.

    Lines that make items or name them are left out: CSV has them in other columns.
    """
    found = [line for line in lines if line.type != "Create" and line.predicate.startswith("P")]
    groups = dict.fromkeys((line.predicate, *(one.predicate for one in line.qualifiers)) for line in found)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    columns = [_column(name, at) for group in groups for at, name in enumerate(group)]
    writer.writerow(["qid", *columns])
    for line in found:
        cells: list[str] = []
        for group in groups:
            own = group == (line.predicate, *(one.predicate for one in line.qualifiers))
            cells += [line.get_target(), *(one.get_target() for one in line.qualifiers)] if own else [""] * len(group)
        writer.writerow([line.subject, *cells])
    return target.getvalue()


def _column(name: str, at: int) -> str:
    return name if at == 0 or name.startswith("S") else f"qal{name[1:]}"
