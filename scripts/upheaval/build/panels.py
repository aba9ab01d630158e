"""What the tables by year count: the records of each pair of states and year, by type, and the agreements in force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations, permutations, product

import pyoxigraph as ox

from upheaval.build.paneldates import years_of
from upheaval.build.panelforce import InForce, Pair, force_years
from upheaval.rdf.sparql import select

Counts = dict[tuple[Pair, int], dict[str, set[str]]]
"""The names of records by pair and year, then by top-level type."""

_TYPED = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT DISTINCT ?one ?other ?record ?top WHERE {
  ?record statecraft:%s/skos:broader* ?top .
  ?top skos:topConceptOf ?scheme .
  %s
}
"""
_PAIRS = """
  ?record statecraft:dyad ?dyad .
  ?dyad statecraft:dyadMember ?one, ?other .
  FILTER (STR(?one) < STR(?other))
"""
_STATE = "statecraft:partOf*/statecraft:ofState?/statecraft:continuedBy?"
_GIVEN = f"""
  VALUES ?gives {{
    statecraft:actor statecraft:supplier statecraft:sender statecraft:investor statecraft:lender statecraft:payer
    statecraft:supporter
  }}
  VALUES ?takes {{ statecraft:recipient statecraft:host statecraft:borrower statecraft:beneficiary }}
  ?record ?gives ?giver ; ?takes ?taker .
  ?giver {_STATE} ?one . ?taker {_STATE} ?other .
  FILTER (?one != ?other)
  ?record statecraft:dyad ?dyad .
  ?dyad statecraft:dyadMember ?one, ?other .
"""
_AGAINST = """
  {
    ?record statecraft:involvesState ?one ; statecraft:targetState ?other .
  } UNION {
    ?record statecraft:belligerency ?first, ?second .
    ?first statecraft:side ?here ; statecraft:belligerentState ?one .
    ?second statecraft:side ?there ; statecraft:belligerentState ?other .
    FILTER (?here != ?there)
  }
  FILTER (?one != ?other)
  ?record statecraft:dyad ?dyad .
  ?dyad statecraft:dyadMember ?one, ?other .
"""
_KINDS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?record ?class WHERE {
  VALUES ?class { statecraft:Agreement statecraft:Supply }
  ?record statecraft:cooperationType ?type ; a/rdfs:subClassOf* ?class .
}
"""
_AGGREGATES = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?record WHERE { ?record statecraft:aggregate true }
"""
_FINDINGS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?one ?other ?top ?begin ?end WHERE {
  ?finding statecraft:searchedType ?top ; statecraft:searchedPhase ?phase .
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


@dataclass(slots=True)
class Counted:
    """The records of one kind of conduct: those that certainly fall in a year, and those of which it is unknown."""

    certain: Counts = field(default_factory=dict)
    unknown: Counts = field(default_factory=dict)

    def within(self, pairs: list[Pair], year: int) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Return the records of some pairs in a year, taken together: the certain and the unknown, by type."""
        return _joined(self.certain, pairs, year), _joined(self.unknown, pairs, year)


@dataclass(slots=True)
class PairYears:
    """What is known of each pair of states, by year.

    Attributes:
        directed: whether a pair is one that acts and one for or against which it acts.
        cooperation, contention: the records.
        kinds: the class of each agreement and supply; what has none is another activity.
        searched: the pairs, top-level types and years for which a search found nothing.
        in_force: the agreements certainly in force for both, or for states they continue, on some day of the year.
        force_unknown: those of which it is unknown whether they were.
        within: the pairs of members of a coalition, for which every year has a row.
        years: the years that these rows span.

    """

    directed: bool
    cooperation: Counted
    contention: Counted
    kinds: dict[str, str] = field(default_factory=dict)
    searched: set[tuple[Pair, str, int]] = field(default_factory=set)
    in_force: InForce = field(default_factory=dict)
    force_unknown: InForce = field(default_factory=dict)
    within: set[Pair] = field(default_factory=set)
    years: range = range(0)

    def rows(self) -> list[tuple[Pair, int]]:
        """Return the pairs and years that have a row, sorted: those with records, and every year within a coalition."""
        whole = product(self.within, self.years)
        return sorted({*self.cooperation.certain, *self.contention.certain, *whole})


def pair_years(store: ox.Store, last_year: int, first_year: int | None = None, *, directed: bool = False) -> PairYears:
    """Count what is recorded between states, by year.

    Args:
        store: the data, derived facts and vocabulary.
        last_year: the last year; what has no known end may have gone on until then.
        first_year: the first year of the rows within a coalition; by default that of the publication's first phase.
        directed: whether to count only what one state gives to another, or does against it, by its direction.

    Returns:
        The counts. A record that sums up others (`aggregate`) counts for a pair, type and year only where no other
        record does.

    """
    years, aggregates = years_of(store, last_year), {row["record"].value for row in select(store, _AGGREGATES)}
    cooperation, contention = (_GIVEN, _AGAINST) if directed else (_PAIRS, _PAIRS)
    counted = []
    for prop, pairs in (("cooperationType", cooperation), ("contentionType", contention)):
        found = Counted()
        for row in select(store, _TYPED % (prop, pairs)):
            record, pair = row["record"].value, (row["one"].value, row["other"].value)
            for counts, when in ((found.certain, "certain"), (found.unknown, "unknown")):
                for year in getattr(years[record], when) if record in years else ():
                    counts.setdefault((pair, year), {}).setdefault(row["top"].value, set()).add(record)
        _without_aggregates(found.certain, aggregates)
        counted.append(found)
    result = PairYears(directed, counted[0], counted[1])
    result.kinds = {row["record"].value: row["class"].value.rpartition("#")[2] for row in select(store, _KINDS)}
    choose = permutations if directed else combinations
    coalitions: dict[str, set[str]] = defaultdict(set)
    for row in select(store, _MEMBERS):
        coalitions[row["coalition"].value].add(row["state"].value)
    result.within = {pair for members in coalitions.values() for pair in choose(sorted(members), 2)}
    for row in select(store, _FIRST):
        if row["first"] is not None:
            result.years = range(first_year or int(row["first"].value[:4]), last_year + 1)
    for row in select(store, _FINDINGS):
        begin, end = int(row["begin"].value[:4]), int(row["end"].value[:4]) if row["end"] is not None else last_year
        for pair in choose((row["one"].value, row["other"].value), 2):
            result.searched.update((pair, row["top"].value, year) for year in range(begin, end + 1))
    if not directed:
        result.in_force, result.force_unknown = force_years(store, last_year)
    return result


def _joined(counts: Counts, pairs: list[Pair], year: int) -> dict[str, set[str]]:
    types: dict[str, set[str]] = {}
    for pair in pairs:
        for top, records in counts.get((pair, year), {}).items():
            types.setdefault(top, set()).update(records)
    return types


def _without_aggregates(counts: Counts, aggregates: set[str]) -> None:
    for types in counts.values():
        for top, records in types.items():
            types[top] = records - aggregates or records
