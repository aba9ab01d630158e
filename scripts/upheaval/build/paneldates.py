"""The years of conduct: those in which it certainly went on, and those of which that is unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.rdf.edtf import extent
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local

_DATES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?record ?property ?value WHERE {
  { ?record statecraft:cooperationType ?type } UNION { ?record statecraft:contentionType ?type }
  {
    VALUES ?property { statecraft:date statecraft:startDate statecraft:endDate }
    ?record ?property ?value .
  } UNION {
    ?record statecraft:step/statecraft:date ?value . BIND (statecraft:step AS ?property)
  } UNION {
    ?record a/rdfs:subClassOf* statecraft:Supply ; statecraft:estimate/(statecraft:asOf|statecraft:endDate) ?value .
    BIND (statecraft:asOf AS ?property)
  }
}
"""


@dataclass(slots=True)
class Years:
    """The years in which conduct certainly went on, and those of which it is unknown."""

    certain: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)

    def add(self, other: Years) -> None:
        """Take in the years of another date; what is certain by one is not unknown by another."""
        self.certain |= other.certain
        self.unknown = (self.unknown | other.unknown) - self.certain


def years_of(store: ox.Store, last_year: int) -> dict[str, Years]:
    """Return the years of each agreement, activity and contention that has a date.

    Args:
        store: the data, derived facts and vocabulary.
        last_year: the last year; what has no known end may have gone on until then.

    Returns:
        The years by record. A step of an agreement, and what happened on one date, is in the year of that date;
        what has a start and an end is in all years between. Of what has a start alone, the years after it are
        unknown, but for a supply, which is in all years up to the last that a figure refers to. If a date leaves the
        year open, its years are unknown.

    """
    dates: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in select(store, _DATES):
        dates[row["record"].value][local(row["property"].value)].append(row["value"].value)
    return {record: _years(found, last_year) for record, found in dates.items() if found.keys() - {"asOf"}}


def _years(found: dict[str, list[str]], last_year: int) -> Years:
    years = Years()
    for date in (*found.get("date", ()), *found.get("step", ())):
        years.add(_at(date, last_year))
    for start in found.get("startDate", ()):
        for end in found.get("endDate", [""]):
            years.add(_between(start, end, found.get("asOf", ()), last_year))
    if "startDate" not in found:
        for end in found.get("endDate", ()):
            years.add(_at(end, last_year))
    return years


def _at(date: str, last_year: int) -> Years:
    """Return the years of a date; an interval or a set of all its dates is certain, one of several dates is not."""
    first, last = _bounds(date)
    if first is None or last is None:
        return Years(unknown=set(range(first, max(first, last_year) + 1)) if first is not None else set())
    years = set(range(first, last + 1))
    lasts = first == last or "/" in date or date.startswith("{")
    return Years(certain=years) if lasts else Years(unknown=years)


def _between(start: str, end: str, figures: Iterable[str], last_year: int) -> Years:
    earliest, begun = _bounds(start)
    if earliest is None:
        return _at(end, last_year) if end else Years()
    begun = earliest if begun is None else begun
    if end:
        ended, latest = _bounds(end)
        ended = begun if ended is None or earliest == begun > ended else ended
    else:
        known = (_bounds(figure)[1] for figure in figures)
        ended = max([begun, *(min(year, last_year) for year in known if year is not None)])
        latest = None
    certain = set(range(begun, ended + 1))
    latest = max(last_year, earliest) if latest is None else latest
    return Years(certain, set(range(earliest, latest + 1)) - certain)


def _bounds(date: str) -> tuple[int | None, int | None]:
    """Return the first and last year of a date; None at an open end."""
    first, last = extent(date)
    return (int(first[:4]) if first else None), (int(last[:4]) if last else None)
