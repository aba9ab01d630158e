"""The agreements in force for both states of a pair, by year, and those that may have been."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product

import pyoxigraph as ox

from upheaval.rdf.sparql import select

Pair = tuple[str, str]
InForce = dict[tuple[Pair, int], set[str]]

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
_IN_FORCE = ("in-force", "provisionally-applied")


def force_years(store: ox.Store, last_year: int) -> tuple[InForce, InForce]:
    """Return the agreements in force for both states of a pair on a common day of a year, and those that may have been.

    Args:
        store: the data, derived facts and vocabulary.
        last_year: the year until which force without a known end is counted.

    """
    in_force: InForce = defaultdict(set)
    unknown: InForce = defaultdict(set)
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
                in_force[pair, year].add(agreement)
            for year in set(_common(one, other, certain=False)) - certain:
                unknown[pair, year].add(agreement)
    return in_force, unknown


def _common(
    one: Iterable[tuple[str, str, bool]], other: Iterable[tuple[str, str, bool]], *, certain: bool
) -> Iterator[int]:
    """Yield the years in which spans of two parties share a day."""
    for (begin, end, sure), (begins, ends, surely) in product(one, other):
        first, last = max(begin, begins), min(end, ends)
        if first <= last and certain == sure == surely:
            yield from range(int(first[:4]), int(last[:4]) + 1)
