"""What the tables by year count: the records of each pair of states and year, by type, and the agreements in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, product

import pyoxigraph as ox

from upheaval.rdf.sparql import select

Pair = tuple[str, str]

_RECORDS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT DISTINCT ?one ?other ?record ?begin ?end ?top WHERE {
  ?record statecraft:dyad ?dyad ; statecraft:%s/skos:broader* ?top .
  ?dyad statecraft:dyadMember ?one, ?other .
  ?top skos:topConceptOf ?scheme .
  FILTER (STR(?one) < STR(?other))
  {
    ?record statecraft:step/statecraft:earliest ?begin .
    BIND (?begin AS ?end)
  } UNION {
    ?record statecraft:earliest ?begin .
    FILTER NOT EXISTS { ?record statecraft:step ?step }
    OPTIONAL { ?record statecraft:latest ?end }
  }
}
"""
_SPANS = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?agreement ?state ?status ?begin ?end ?certainBegin ?certainEnd WHERE {
  ?span statecraft:forceOf ?agreement ; statecraft:forceFor ?party ; statecraft:forceStatus ?status ;
    statecraft:earliest ?begin .
  ?party statecraft:continuedBy* ?state .
  FILTER EXISTS { ?dyad statecraft:dyadMember ?state }
  OPTIONAL { ?span statecraft:latest ?end }
  OPTIONAL { ?span statecraft:certainFrom ?certainBegin }
  OPTIONAL { ?span statecraft:certainUntil ?certainEnd }
}
"""
_FINDINGS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?one ?other ?top ?begin ?end WHERE {
  ?finding statecraft:searchedType/skos:broader* ?top ; statecraft:searchedPhase ?phase .
  ?finding statecraft:searchedActor ?one, ?other .
  ?top skos:topConceptOf ?scheme .
  FILTER (STR(?one) < STR(?other))
  ?phase statecraft:earliest ?begin . OPTIONAL { ?phase statecraft:latest ?end }
}
"""
_MEMBERS = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT DISTINCT ?coalition ?state WHERE {
  ?coalition a statecraft:Coalition ; statecraft:membership/statecraft:member ?state .
  ?state a statecraft:State .
}
"""
_FIRST = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT (MIN(?earliest) AS ?first) WHERE { ?phase a statecraft:Phase ; statecraft:earliest ?earliest }
"""
_IN_FORCE = ("in-force", "provisionally-applied")


@dataclass(slots=True)
class PairYears:
    """What is known of each pair of states, by year.

    Attributes:
        cooperation, contention: the records by pair and year, then by top-level type, then by name.
        searched: the pairs, top-level types and years for which a search found nothing.
        in_force: the agreements certainly in force for both, or for states they continue, on some day of the year.
        force_unknown: those of which it is unknown whether they were.
        within: the pairs of members of a coalition, for which every year has a row.
        years: the years that these rows span.

    """

    cooperation: dict[tuple[Pair, int], dict[str, set[str]]] = field(default_factory=dict)
    contention: dict[tuple[Pair, int], dict[str, set[str]]] = field(default_factory=dict)
    searched: set[tuple[Pair, str, int]] = field(default_factory=set)
    in_force: dict[tuple[Pair, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    force_unknown: dict[tuple[Pair, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    within: set[Pair] = field(default_factory=set)
    years: range = range(0)

    def rows(self) -> list[tuple[Pair, int]]:
        """Return the pairs and years that have a row, sorted: those with records, and every year within a coalition."""
        whole = product(self.within, self.years)
        return sorted({*self.cooperation, *self.contention, *whole})


def pair_years(store: ox.Store, last_year: int) -> PairYears:
    """Count what is recorded between states, by year.

    Args:
        store: the data, derived facts and vocabulary.
        last_year: the last year; conduct, phases and force without a known end are counted until then.

    Returns:
        The counts. A step of an agreement counts in its own year, other conduct in each year from its earliest to its
        latest day. Rows within a coalition span the years from the first phase of the publication on, if it has one.

    """
    found = PairYears(_counted(store, "cooperationType", last_year), _counted(store, "contentionType", last_year))
    coalitions: dict[str, set[str]] = {}
    for row in select(store, _MEMBERS):
        coalitions.setdefault(row["coalition"].value, set()).add(row["state"].value)
    found.within = {pair for members in coalitions.values() for pair in combinations(sorted(members), 2)}
    for row in select(store, _FIRST):
        if row["first"] is not None:
            found.years = range(int(row["first"].value[:4]), last_year + 1)
    for row in select(store, _FINDINGS):
        pair = row["one"].value, row["other"].value
        found.searched.update((pair, row["top"].value, year) for year in _years(row["begin"], row["end"], last_year))
    _add_force(store, found, last_year)
    return found


def _counted(store: ox.Store, prop: str, last_year: int) -> dict[tuple[Pair, int], dict[str, set[str]]]:
    counts: dict[tuple[Pair, int], dict[str, set[str]]] = {}
    for row in select(store, _RECORDS % prop):
        pair = row["one"].value, row["other"].value
        for year in _years(row["begin"], row["end"], last_year):
            types = counts.setdefault((pair, year), {})
            types.setdefault(row["top"].value, set()).add(row["record"].value)
    return counts


def _years(begin: ox.Literal, end: ox.Literal | None, last_year: int) -> range:
    first = int(begin.value[:4])
    return range(first, (int(end.value[:4]) if end is not None else max(last_year, first)) + 1)


def _add_force(store: ox.Store, found: PairYears, last_year: int) -> None:
    """Add the agreements in force for both states of a pair on a common day of a year, and those that may have been."""
    spans: dict[str, dict[str, list[tuple[str, str, bool]]]] = {}
    for row in select(store, _SPANS):
        of_agreement = spans.setdefault(row["agreement"].value, {})
        of_state = of_agreement.setdefault(row["state"].value, [])
        end = row["end"].value if row["end"] is not None else f"{last_year}-12-31"
        of_state.append((row["begin"].value, end, False))
        if row["status"].value.rpartition("#")[2] in _IN_FORCE:
            begin = row["certainBegin"] or row["begin"]
            until = row["certainEnd"].value if row["certainEnd"] is not None else end
            of_state.append((begin.value, until, True))
    for agreement, of_agreement in spans.items():
        for pair in combinations(sorted(of_agreement), 2):
            one, other = (of_agreement[state] for state in pair)
            certain = set(_common(one, other, certain=True))
            for year in certain:
                found.in_force[pair, year].add(agreement)
            for year in set(_common(one, other, certain=False)) - certain:
                found.force_unknown[pair, year].add(agreement)


def _common(
    one: Iterable[tuple[str, str, bool]], other: Iterable[tuple[str, str, bool]], *, certain: bool
) -> Iterator[int]:
    """Yield the years in which spans of two parties share a day."""
    for (begin, end, sure), (begins, ends, surely) in product(one, other):
        first, last = max(begin, begins), min(end, ends)
        if first <= last and certain == sure == surely:
            yield from range(int(first[:4]), int(last[:4]) + 1)
