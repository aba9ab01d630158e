"""The dyad-year table: one row per pair of states and year, as panel studies use it."""

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from upheaval.build.tables import CsvTable, TableColumn
from upheaval.rdf.namespaces import RDFS, STATECRAFT, XSD
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local

TITLE = "Pairs of states by year"
DESCRIPTION = (
    "The number of agreements and activities recorded between two states in a year, in total and by type. A step of an "
    "agreement counts in its own year, an activity in each year from its first to its last day; one without a known "
    "end counts up to the year of this version. Years without records have no row."
)
CODES = ("isoAlpha3", "cowCode", "gwCode")
RECORDS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT DISTINCT ?one ?other ?record ?begin ?end ?top WHERE {
  ?record statecraft:dyad ?dyad ; statecraft:cooperationType/skos:broader* ?top .
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
STATES = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?state ?property ?code WHERE {
  VALUES ?property { statecraft:isoAlpha3 statecraft:cowCode statecraft:gwCode }
  ?state ?property ?code .
}
"""
TYPES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?top WHERE { ?top skos:topConceptOf <https://w3id.org/statecraft/cooperation> }
"""


def dyad_years(store: ox.Store, graph: Graph, last_year: int) -> CsvTable:
    """Count agreements and activities for each pair of states and year.

    Args:
        store: the data, derived facts and vocabulary.
        graph: the ontology, for the meaning of codes and types.
        last_year: the last year in which activities without an end are counted.

    Returns:
        The table. A step of an agreement counts in its own year; an activity in each year from its earliest to its
        latest day, or to `last_year` if no end is known. A record with several types counts once for each top-level
        type, and once in `records`. Years without records have no row.

    """
    tops = {local(row["top"].value): row["top"].value for row in select(store, TYPES)}
    types = sorted(tops)
    codes = {(row["state"].value, local(row["property"].value)): row["code"].value for row in select(store, STATES)}
    cells: dict[tuple[str, str, int], dict[str, set[str]]] = {}
    for row in select(store, RECORDS):
        begin = int(row["begin"].value[:4])
        end = int(row["end"].value[:4]) if row["end"] is not None else max(last_year, begin)
        for year in range(begin, end + 1):
            counts = cells.setdefault((row["one"].value, row["other"].value, year), {})
            counts.setdefault(local(row["top"].value), set()).add(row["record"].value)
            counts.setdefault("records", set()).add(row["record"].value)
    columns = (
        _column("state1", "first state", "The name of the state whose IRI comes first.", required=True),
        _column("state2", "second state", "The name of the other state.", required=True),
        *(_code(graph, code, side) for side in (1, 2) for code in CODES),
        _column("year", "year", "The calendar year.", XSD.gYear, required=True),
        _column("records", "records", "The number of records, of any type.", XSD.integer, required=True),
        *(_type(graph, name, tops[name]) for name in types),
    )
    rows = [
        [
            local(one),
            local(other),
            *(codes.get((state, code), "") for state in (one, other) for code in CODES),
            str(year),
            *(str(len(counts.get(name, ()))) for name in ("records", *types)),
        ]
        for (one, other, year), counts in sorted(cells.items())
    ]
    return CsvTable(TITLE, DESCRIPTION, columns, rows, ("state1", "state2", "year"))


def _column(
    name: str, title: str, description: str, datatype: URIRef = XSD.string, required: bool = False
) -> TableColumn:
    return TableColumn(name, title, description, datatypes=(str(datatype),), required=required)


def _code(graph: Graph, name: str, side: int) -> TableColumn:
    """Return the column for a code of one of the two states; former states often have none."""
    prop, which = STATECRAFT[name], ("first", "second")[side - 1]
    label = graph.value(prop, RDFS.label) or name
    return _column(f"{name}{side}", f"{label} of the {which} state", f"{_text(graph, prop)} Of the {which} state.")


def _type(graph: Graph, name: str, iri: str) -> TableColumn:
    concept = URIRef(iri)
    label = graph.value(concept, SKOS.prefLabel) or name
    description = f"The number of records of this type or a narrower one: {label}. {_text(graph, concept)}".strip()
    return _column(name.replace("-", "_"), str(label), description, XSD.integer, required=True)


def _text(graph: Graph, term: URIRef) -> str:
    return str(graph.value(term, SKOS.definition) or "")
