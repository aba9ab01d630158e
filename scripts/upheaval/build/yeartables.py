"""The tables by year, as panel studies use them: one row per pair of states and year, and one per state and year."""

from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from upheaval.build.panels import Pair, PairYears, pair_years
from upheaval.build.tables import CsvTable, TableColumn
from upheaval.rdf.namespaces import RDFS, STATECRAFT, XSD
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local

_COUNTED = (
    "A step of an agreement counts in its own year, other conduct in each year from its first to its last day, and up "
    "to the year of this version if no end is known. A number of records by type is 0 where a search found nothing, "
    "and missing where nobody has searched."
)
CODES = ("isoAlpha3", "cowCode", "gwCode")
_CODES = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?state ?property ?code WHERE {
  VALUES ?property { statecraft:isoAlpha3 statecraft:cowCode statecraft:gwCode }
  ?state ?property ?code .
}
"""
_TOPS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?top WHERE { ?top skos:topConceptOf <https://w3id.org/statecraft/%s> }
"""


def panels(store: ox.Store, graph: Graph, last_year: int) -> dict[str, CsvTable]:
    """Make the tables by year.

    Args:
        store: the data, derived facts and vocabulary.
        graph: the ontology, for the meaning of codes and types.
        last_year: the last year in which conduct without an end is counted.

    Returns:
        `dyad_year` and `state_year`. A record with several types counts once for each top-level type, and once in
        `records`. Pairs of members of a coalition have a row for every year since the first phase, others for the
        years with records; `state_year` has a row for each member of a coalition and year.

    """
    found = pair_years(store, last_year)
    codes = {(row["state"].value, local(row["property"].value)): row["code"].value for row in select(store, _CODES)}
    tops = [sorted(row["top"].value for row in select(store, _TOPS % name)) for name in ("cooperation", "contention")]
    counted = tuple(_counts(graph, *tops))
    pairs = CsvTable(
        "Pairs of states by year",
        "The agreements and activities recorded between two states in a year, in total and by type, and what one did "
        f"against the other. Every year has a row for the pairs of members of a coalition. {_COUNTED}",
        (
            _text("state1", "first state", "The name of the state whose IRI comes first."),
            _text("state2", "second state", "The name of the other state."),
            *(_code(graph, code, f"{code}{side}", f"the {which} state") for side, which in _SIDES for code in CODES),
            _YEAR,
            *counted,
        ),
        [
            [*map(local, pair), *_of(codes, pair), str(year), *_cells(found, [pair], year, *tops)]
            for pair, year in found.rows()
        ],
        ("state1", "state2", "year"),
    )
    members = sorted({state for pair in found.within for state in pair})
    states = CsvTable(
        "States by year",
        "The agreements and activities recorded between a member of a coalition and any other state in a year, in "
        f"total and by type, and what it did against another or another against it. {_COUNTED}",
        (
            _text("state", "state", "The name of the state."),
            *(_code(graph, code, code, "the state") for code in CODES),
            _YEAR,
            *counted,
        ),
        [
            [local(state), *_of(codes, [state]), str(year), *_cells(found, _pairs(found, state), year, *tops)]
            for state in members
            for year in found.years
        ],
        ("state", "year"),
    )
    return {"dyad_year": pairs} | ({"state_year": states} if states.rows else {})


_SIDES = ((1, "first"), (2, "second"))
_YEAR = TableColumn("year", "year", "The calendar year.", datatypes=(str(XSD.gYear),), required=True)


def _pairs(found: PairYears, state: str) -> list[Pair]:
    return sorted({pair for pair, _ in (*found.cooperation, *found.contention, *found.in_force) if state in pair})


def _cells(
    found: PairYears, pairs: Iterable[Pair], year: int, cooperation: Sequence[str], contention: Sequence[str]
) -> list[str]:
    """Return the counts of some pairs, taken together, in the order of the columns."""
    pairs = list(pairs)
    cells: list[str] = []
    for counts, tops in ((found.cooperation, cooperation), (found.contention, contention)):
        types: dict[str, set[str]] = {}
        for pair in pairs:
            for top, records in counts.get((pair, year), {}).items():
                types.setdefault(top, set()).update(records)
        cells.append(str(len(set().union(*types.values()))))
        for top in tops:
            searched = any((pair, top, year) in found.searched for pair in pairs)
            cells.append(str(len(types[top])) if top in types else "0" if searched else "")
    for force in (found.in_force, found.force_unknown):
        cells.append(str(len(set().union(*(force.get((pair, year), set()) for pair in pairs)))))
    return cells


def _of(codes: dict[tuple[str, str], str], states: Iterable[str]) -> list[str]:
    return [codes.get((state, code), "") for state in states for code in CODES]


def _counts(graph: Graph, cooperation: Iterable[str], contention: Iterable[str]) -> Iterable[TableColumn]:
    yield _number("records", "records", "The number of records of cooperation, of any type.")
    yield from (_type(graph, iri, "") for iri in cooperation)
    yield _number("contention", "contention", "The number of records of contention between the two, of any type.")
    yield from (_type(graph, iri, "contention_") for iri in contention)
    yield _number(
        "in_force", "in force", "The number of agreements certainly in force for both on some day of the year."
    )
    yield _number(
        "force_unknown", "force unknown", "The number of agreements of which it is unknown whether they were in force."
    )


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
    label = graph.value(concept, SKOS.prefLabel) or local(iri)
    description = (
        f"The number of records of this type or a narrower one: {label}. {_definition(graph, concept)}".strip()
    )
    return _number(prefix + local(iri).replace("-", "_"), str(label), description, required=False)


def _definition(graph: Graph, term: URIRef) -> str:
    return str(graph.value(term, SKOS.definition) or "")
