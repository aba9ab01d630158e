"""The tables by year, as panel studies use them: pairs of states, directed pairs of states, and states."""

from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from upheaval.build.panelforce import Pair
from upheaval.build.panels import Counted, PairYears, pair_years
from upheaval.build.tables import CsvTable, TableColumn
from upheaval.rdf.graphs import value_of
from upheaval.rdf.namespaces import RDFS, STATECRAFT, XSD
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local

UNKNOWN, NOT_SEARCHED = "NA", ""
"""What a cell holds instead of a number of records, if that is unknown, and if nobody has searched."""
_MISSING = (NOT_SEARCHED, UNKNOWN)
_COUNTED = (
    "A step of an agreement counts in its own year, other conduct in each year from its first to its last day; a "
    "record that sums up others counts only where none of those does. A number of records is 0 where searches found "
    "nothing, NA where something is recorded of which it is unknown whether it falls in the year (no known end, or a "
    "date that leaves the year open), and empty where nobody has searched."
)
CODES = ("isoAlpha3", "cowCode", "gwCode")
_CODES = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?state ?property ?code WHERE {
  VALUES ?property { statecraft:isoAlpha3 statecraft:cowCode statecraft:gwCode }
  ?state ?property ?code .
}
"""
_NAMES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?state ?name WHERE {
  VALUES ?kind { statecraft:State statecraft:HistoricalState }
  ?state a ?kind ; rdfs:label ?name . FILTER (LANG(?name) = "en")
}
"""
_TOPS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?top WHERE { ?top skos:topConceptOf <https://w3id.org/statecraft/%s> }
"""


def panels(store: ox.Store, graph: Graph, last_year: int, first_year: int | None = None) -> dict[str, CsvTable]:
    """Make the tables by year.

    Args:
        store: the data, derived facts and vocabulary.
        graph: the ontology, for the meaning of codes and types.
        last_year: the last year, in which conduct without a known end may still go on.
        first_year: the first year for members of a coalition; by default that of the first phase.

    Returns:
        `dyad_year`, `dyad_year_directed` and `state_year`. A record with several types counts once for each top-level
        type, and once in `records`. Pairs of members of a coalition have a row for every year, others for the years
        with records; `state_year` has a row for each member of a coalition and year.

    """
    codes = {(row["state"].value, local(row["property"].value)): row["code"].value for row in select(store, _CODES)}
    tops = [sorted(row["top"].value for row in select(store, _TOPS % name)) for name in ("cooperation", "contention")]
    found, directed = (pair_years(store, last_year, first_year, directed=one) for one in (False, True))
    pairs = CsvTable(
        "Pairs of states by year",
        "The agreements and activities recorded between two states in a year, in total and by type, and what one did "
        f"against the other. Every year has a row for the pairs of members of a coalition. {_COUNTED}",
        (*_sides(graph, "first", "second"), _YEAR, *_counts(graph, *tops, directed=False)),
        _rows(found, codes, tops),
        ("state1", "state2", "year"),
        _MISSING,
    )
    acts = CsvTable(
        "Directed pairs of states by year",
        "What the first state gave to the second, sent it, lent it or did for it in a year, in total and by type, and "
        "what it did against it; fighting counts in both directions. Agreements, and what two do side by side, have no "
        "direction and are not counted here. Every year has two rows for the pairs of members of a coalition. "
        f"{_COUNTED}",
        (*_sides(graph, "acting", "other"), _YEAR, *_counts(graph, *tops, directed=True)),
        _rows(directed, codes, tops),
        ("state1", "state2", "year"),
        _MISSING,
    )
    members = sorted({state for pair in found.within for state in pair})
    states = CsvTable(
        "States by year",
        "The agreements and activities recorded between a member of a coalition and any other state in a year, in "
        f"total and by type, and what it did against another or another against it. {_COUNTED} Here it is 0 only if "
        "the searches with all other members of the coalition found nothing.",
        (
            _text("state", "state", "The name of the state."),
            *(_code(graph, code, code, "the state") for code in CODES),
            _YEAR,
            *_counts(graph, *tops, directed=False),
        ),
        [
            [local(state), *_of(codes, [state]), str(year), *_cells(found, _pairs(found, state), year, tops)]
            for state in members
            for year in found.years
        ],
        ("state", "year"),
        _MISSING,
    )
    tables = {"dyad_year": pairs, "dyad_year_directed": acts, "state_year": states}
    return {name: table for name, table in tables.items() if table.rows or name == "dyad_year"}


def state_names(store: ox.Store) -> dict[str, str]:
    """Return the names of states in English, by the names of their records."""
    return {local(row["state"].value): row["name"].value for row in select(store, _NAMES)}


_SIDES = ("state1", "state2")
_YEAR = TableColumn("year", "year", "The calendar year.", datatypes=(str(XSD.gYear),), required=True)
_CLASSES = {
    "agreements": ("Agreement", "of which agreements", "The number of agreements that took a step in the year."),
    "events": (
        "",
        "of which events",
        "The number of other activities: acts, visits, votes, exercises, deployments, loans.",
    ),
    "flows": ("Supply", "of which flows", "The number of supplies of arms, energy and other goods."),
}


def _rows(found: PairYears, codes: dict[tuple[str, str], str], tops: Sequence[Sequence[str]]) -> list[list[str]]:
    return [
        [*map(local, pair), *_of(codes, pair), str(year), *_cells(found, [pair], year, tops)]
        for pair, year in found.rows()
    ]


def _pairs(found: PairYears, state: str) -> list[Pair]:
    known = (found.cooperation.certain, found.contention.certain, found.in_force, found.force_unknown)
    return sorted(
        {pair for counts in known for pair, _ in counts if state in pair} | {p for p in found.within if state in p}
    )


def _cells(found: PairYears, pairs: list[Pair], year: int, tops: Sequence[Sequence[str]]) -> list[str]:
    """Return the counts of some pairs, taken together, in the order of the columns."""
    within = [pair for pair in pairs if pair in found.within] or pairs
    cells = []
    for counted, of_kind in zip((found.cooperation, found.contention), tops, strict=True):
        searched = {top for top in of_kind if all((pair, top, year) in found.searched for pair in within)}
        cells.extend(_kind(counted, found, pairs, year, of_kind, searched))
    if not found.directed:
        for force in (found.in_force, found.force_unknown):
            cells.append(str(len(set().union(*(force.get((pair, year), set()) for pair in pairs)))))
    return cells


def _kind(
    counted: Counted, found: PairYears, pairs: list[Pair], year: int, tops: Sequence[str], searched: set[str]
) -> list[str]:
    """Return the counts of cooperation, in total, by class and by type, or of contention, in total and by type."""
    certain, unknown = counted.within(pairs, year)
    records, perhaps = set().union(*certain.values()), set().union(*unknown.values())
    cells = [_cell(records, perhaps, len(searched) == len(tops))]
    if counted is found.cooperation:
        for name, (kind, _, _) in _CLASSES.items():
            if not found.directed or name != "agreements":
                some, more = ({one for one in all_ if found.kinds.get(one, "") == kind} for all_ in (records, perhaps))
                cells.append(_cell(some, more, len(searched) == len(tops)))
    return [*cells, *(_cell(certain.get(top, set()), unknown.get(top, set()), top in searched) for top in tops)]


def _cell(records: set[str], perhaps: set[str], searched: bool) -> str:
    if records:
        return str(len(records))
    return UNKNOWN if perhaps else "0" if searched else NOT_SEARCHED


def _of(codes: dict[tuple[str, str], str], states: Iterable[str]) -> list[str]:
    return [codes.get((state, code), "") for state in states for code in CODES]


def _sides(graph: Graph, first: str, second: str) -> Iterable[TableColumn]:
    order = {"first": "The name of the state whose IRI comes first.", "second": "The name of the other state."}
    for name, which in zip(_SIDES, (first, second), strict=True):
        yield _text(name, f"{which} state", order.get(which, f"The name of the {which} state."))
    for name, which in zip(_SIDES, (first, second), strict=True):
        yield from (_code(graph, code, f"{code}{name[-1]}", f"the {which} state") for code in CODES)


def _counts(
    graph: Graph, cooperation: Iterable[str], contention: Iterable[str], *, directed: bool
) -> Iterable[TableColumn]:
    yield _number("records", "records", "The number of records of cooperation, of any type.", required=False)
    for name, (_, title, description) in _CLASSES.items():
        if not directed or name != "agreements":
            yield _number(name, title, description, required=False)
    yield from (_type(graph, iri, "") for iri in cooperation)
    yield _number("contention", "contention", "The number of records of contention, of any type.", required=False)
    yield from (_type(graph, iri, "contention_") for iri in contention)
    if not directed:
        force = "The number of agreements"
        yield _number("in_force", "in force", f"{force} certainly in force for both on some day of the year.")
        yield _number("force_unknown", "force unknown", f"{force} of which it is unknown whether they were in force.")


def _text(name: str, title: str, description: str) -> TableColumn:
    return TableColumn(name, title, description, required=True)


def _number(name: str, title: str, description: str, required: bool = True) -> TableColumn:
    return TableColumn(name, title, description, datatypes=(str(XSD.integer),), required=required)


def _code(graph: Graph, code: str, name: str, whose: str) -> TableColumn:
    """Return the column for a code of a state; former states often have none."""
    prop = STATECRAFT[code]
    label = graph.value(prop, RDFS.label) or code
    return TableColumn(name, f"{label} of {whose}", f"{_definition(graph, prop)} Of {whose}.")


def _type(graph: Graph, iri: str, prefix: str) -> TableColumn:
    concept = URIRef(iri)
    label = value_of(graph, concept, SKOS.prefLabel) or local(iri)
    description = (
        f"The number of records of this type or a narrower one: {label}. {_definition(graph, concept)}".strip()
    )
    return _number(prefix + local(iri).replace("-", "_"), str(label), description, required=False)


def _definition(graph: Graph, term: URIRef) -> str:
    return str(graph.value(term, SKOS.definition) or "")
