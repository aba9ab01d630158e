"""What two datasets say of the same things: records with their parties, years, promises, votes and figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.rdf.sparql import select

IMPORTED = "/import/"
PROMISES = ("mutual-defence", "neutrality", "non-aggression", "consultation")
_PREFIXES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
"""
_KINDS = {
    "transfers": "?x a statecraft:ArmsTransfer .",
    "agreements": "?x a/rdfs:subClassOf* statecraft:Agreement .",
    "ballots": "?x a statecraft:DiplomaticAct . FILTER EXISTS { ?x statecraft:vote ?vote }",
}
_SELF = """SELECT DISTINCT ?x ?label ?begin ?end WHERE {
  %s ?x rdfs:label ?label . FILTER (LANG(?label) = "en" || LANG(?label) = "")
  OPTIONAL { ?x statecraft:earliest ?begin } OPTIONAL { ?x statecraft:latest ?end }
}"""
_VALUES = {
    "supplier": "?x statecraft:supplier/statecraft:partOf*/statecraft:ofState?/statecraft:continuedBy* ?value",
    "recipient": "?x statecraft:recipient/statecraft:partOf*/statecraft:ofState?/statecraft:continuedBy* ?value",
    "party": "?x statecraft:party/statecraft:continuedBy* ?value",
    "item": "?x statecraft:item ?item . ?item rdfs:label|skos:altLabel ?value",
    "kind": "?x statecraft:item/statecraft:itemKind ?value",
    "type": "?x statecraft:cooperationType/skos:broader* ?value",
    "aggregate": "?x statecraft:aggregate ?value",
    "status": "?x statecraft:evidentialStatus ?value",
    "body": "?x statecraft:framework|statecraft:involves ?value",
    "promise": "?x statecraft:provision/statecraft:provisionKind ?value",
    "symbol": "?member statecraft:recordedAs ?x ; statecraft:identifier ?value",
    "vote": "?x statecraft:vote ?v . ?v statecraft:voter/statecraft:continuedBy* ?w ; statecraft:choice ?c . "
    'BIND (CONCAT(STR(?w), " ", STR(?c)) AS ?value)',
    "figure": "?x statecraft:estimate ?e . ?e statecraft:claimedBy ?by ; statecraft:value ?n ; statecraft:unit ?u . "
    'BIND (CONCAT(STR(?by), " ", STR(?u), " ", STR(?n)) AS ?value)',
    "row": "?x statecraft:citation/statecraft:locator ?value",
    "inForce": "?s statecraft:forceOf ?x ; statecraft:earliest ?b . OPTIONAL { ?s statecraft:latest ?e } "
    'BIND (CONCAT(STR(?b), "/", COALESCE(STR(?e), "..")) AS ?value)',
}
_MEMBERS = """SELECT DISTINCT ?state WHERE {
  ?coalition a statecraft:Coalition ; statecraft:membership/statecraft:member ?state .
}"""


@dataclass(slots=True)
class ComparedRecord:
    """A record of ours or of an imported dataset, with what can be compared."""

    iri: str
    label: str
    begin: str
    end: str
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def dataset(self) -> str:
        """Return the name of the dataset that it was imported from, or an empty string if it is ours."""
        return self.iri.partition(IMPORTED)[2].partition("/")[0]

    @property
    def years(self) -> tuple[int, int]:
        """Return the first and last year; a record without a last day is taken to last until its first year only."""
        begin = int((self.begin or self.end or "0")[:4])
        return begin, max(begin, int((self.end or self.begin or "0")[:4]))

    def local(self, name: str) -> set[str]:
        """Return values as names, without their namespaces."""
        return {value.rpartition("#")[2].rpartition("/")[2] for value in self.values[name]}

    def figures(self) -> set[tuple[str, str, float]]:
        """Return the figures: who says so, the unit, the number."""
        found = set()
        for value in self.values["figure"]:
            by, unit, number = value.split(" ")
            found.add((by, unit.rpartition("#")[2], float(number)))
        return found

    def votes(self) -> dict[str, str]:
        """Return the choice of each voter; a veto is a vote against."""
        pairs = (value.split(" ") for value in self.values["vote"])
        choices = {voter: choice.rpartition("#")[2] for voter, choice in pairs}
        return {voter: "against" if choice == "vetoed" else choice for voter, choice in choices.items()}


def entries(store: ox.Store, kind: str) -> list[ComparedRecord]:
    """Return the records of a kind: `transfers`, `agreements` or `ballots`.

    Args:
        store: a publication with imports in it.
        kind: which.

    Returns:
        The records, ours and imported, by IRI. Parties are those that act, and the states that continue them.

    """
    pattern = _KINDS[kind]
    found: dict[str, ComparedRecord] = {}
    for iri, label, begin, end in _rows(store, _SELF % pattern):
        found.setdefault(iri, ComparedRecord(iri, label, begin, end))
    for name, values in _VALUES.items():
        query = f"SELECT DISTINCT ?x ?value WHERE {{ {{ SELECT DISTINCT ?x WHERE {{ {pattern} }} }} {values} }}"
        for iri, value in _rows(store, query):
            if iri in found:
                found[iri].values[name].add(value)
    return [found[iri] for iri in sorted(found)]


def universe(store: ox.Store) -> set[str]:
    """Return the states whose relations are compared: the members of the publication's coalitions."""
    return {state for (state,) in _rows(store, _MEMBERS)}


def _rows(store: ox.Store, query: str) -> Iterator[tuple[str, ...]]:
    solutions = select(store, _PREFIXES + query)
    names = solutions.variables
    for solution in solutions:
        yield tuple(str(getattr(solution[name], "value", "")) for name in names)
