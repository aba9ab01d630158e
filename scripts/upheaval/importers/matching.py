"""Propose imported records that may be the same as curated ones, with evidence for review; nothing is merged."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from rapidfuzz import fuzz

from upheaval.rdf.sparql import select

IMPORTED = "/import/"
_SAME_NAME, _LIKE_NAME = 90, 60
_DAYS = 45
_HEADER = ("curated", "imported", "confidence", "parties", "spans", "types", "names", "curated label", "imported label")

_RECORDS = """
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?record ?label ?from ?to WHERE {
  { ?record a ?class } VALUES ?class { %s }
  ?record rdfs:label ?label ; statecraft:earliest ?from . FILTER (LANG(?label) = "en")
  OPTIONAL { ?record statecraft:latest ?to }
}
"""
_VALUES = """
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?record ?value WHERE { { ?record a ?class } VALUES ?class { %s } %s }
"""
_KINDS = {
    "ArmsTransfer": ("statecraft:ArmsTransfer",),
    "Agreement": (
        "statecraft:Treaty",
        "statecraft:Charter",
        "statecraft:MemorandumOfUnderstanding",
        "statecraft:JointStatement",
        "statecraft:CooperationProgramme",
        "statecraft:Contract",
    ),
}
_PARTIES = {
    "ArmsTransfer": (
        '{ ?record statecraft:supplier ?p . BIND (CONCAT("from ", STR(?p)) AS ?value) } UNION '
        '{ ?record statecraft:recipient ?p . BIND (CONCAT("to ", STR(?p)) AS ?value) }'
    ),
    "Agreement": "?record statecraft:party ?value",
}
_NAMES = {
    "ArmsTransfer": '?record statecraft:item/rdfs:label ?value . FILTER (LANG(?value) = "en")',
    "Agreement": '?record rdfs:label ?value . FILTER (LANG(?value) = "en")',
}
_TYPES = "?record statecraft:cooperationType ?value"
_WIDER = "?record statecraft:cooperationType ?type . ?type skos:broader* ?value"


@dataclass(frozen=True, slots=True)
class MatchEntry:
    """Features for comparing records: parties with sides, span, types with and without broader ones, names."""

    iri: str
    label: str
    begin: str
    end: str
    parties: frozenset[str]
    types: frozenset[str]
    wider: frozenset[str]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A proposed match: the two records, its confidence (`high` or `medium`), and the evidence."""

    curated: MatchEntry
    imported: MatchEntry
    confidence: str
    spans: str
    types: str
    names: str

    def row(self) -> tuple[str, ...]:
        """Return the match as a row of the review file."""
        parties = " ".join(sorted(party.rpartition("/")[2] for party in self.curated.parties))
        about = (self.confidence, parties, self.spans, self.types, self.names)
        return self.curated.iri, self.imported.iri, *about, self.curated.label, self.imported.label


def propose(store: ox.Store) -> list[Match]:
    """Propose matches between curated and imported records of a store.

    Two records match when they have the same parties (on the same sides), overlapping spans and compatible cooperation
    types (a type of the one is a type of the other, or wider than one); transfers also items with like names. A match
    is `high` when two agreements begin within 45 days of each other, or two items have nearly the same name.

    Args:
        store: the build and the imports; imported records have `/import/` in their IRIs.

    Returns:
        The matches by curated record, with higher confidence first.

    """
    found: list[Match] = []
    for kind in _KINDS:
        entries = list(_entries(store, kind))
        by_parties: dict[frozenset[str], list[MatchEntry]] = defaultdict(list)
        for entry in entries:
            if IMPORTED in entry.iri:
                by_parties[entry.parties].append(entry)
        for entry in entries:
            if IMPORTED not in entry.iri:
                found.extend(_matches(kind, entry, by_parties[entry.parties]))
    return sorted(found, key=lambda match: (match.curated.iri, match.confidence, match.imported.iri))


def _matches(kind: str, curated: MatchEntry, candidates: Iterable[MatchEntry]) -> Iterator[Match]:
    for other in candidates:
        common = (curated.types & other.wider) | (other.types & curated.wider)
        types = sorted(iri.rpartition("#")[2] for iri in common)
        if not types or other.begin > (curated.end or "9999") or curated.begin > (other.end or "9999"):
            continue
        likeness = max(
            (fuzz.partial_ratio(a.lower(), b.lower()) for a in curated.names for b in other.names), default=0
        )
        near = abs(_days(curated.begin) - _days(other.begin)) <= _DAYS
        if kind == "ArmsTransfer" and likeness < _LIKE_NAME:
            continue
        sure = near if kind == "Agreement" else likeness >= _SAME_NAME
        spans = f"{curated.begin}/{curated.end or '..'} {other.begin}/{other.end or '..'}"
        yield Match(curated, other, "high" if sure else "medium", spans, " ".join(types), f"{likeness:.0f}")


def _days(text: str) -> int:
    from datetime import date

    return date.fromisoformat(text).toordinal()


def _entries(store: ox.Store, kind: str) -> Iterator[MatchEntry]:
    classes = " ".join(_KINDS[kind])
    parties, types, wider, names = (
        _values(store, _VALUES % (classes, pattern)) for pattern in (_PARTIES[kind], _TYPES, _WIDER, _NAMES[kind])
    )
    for record, label, begin, end in _rows(store, _RECORDS % classes):
        if len(parties[record]) > 1:
            yield MatchEntry(
                record,
                label,
                begin,
                end,
                frozenset(parties[record]),
                frozenset(types[record]),
                frozenset(wider[record]),
                tuple(sorted(names[record])),
            )


def _values(store: ox.Store, text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for record, value in _rows(store, text):
        found[record].add(value)
    return found


def _rows(store: ox.Store, text: str) -> Iterator[tuple[str, ...]]:
    solutions = select(store, text)
    names = solutions.variables
    for solution in solutions:
        yield tuple(str(getattr(solution[name], "value", "")) for name in names)


def as_csv(matches: Iterable[Match]) -> str:
    """Write the review file as CSV."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(match.row() for match in matches)
    return target.getvalue()


def as_turtle(matches: Iterable[Match]) -> str:
    """Write the review file as Turtle: each candidate as skos:closeMatch, with its evidence in a comment."""
    lines = [
        "# Candidates for review; nothing is merged. Delete those that are not the same thing; add the rest as links.",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
    ]
    for match in matches:
        _, _, confidence, parties, spans, types, names, label, other = match.row()
        evidence = f"{confidence}; parties {parties}; spans {spans}; types {types}; names {names} of 100"
        about = f"{label} | {other}".replace("\n", " ")
        lines.append(f"\n# {about}\n# {evidence}\n<{match.curated.iri}> skos:closeMatch <{match.imported.iri}> .")
    return "\n".join(lines) + "\n"
