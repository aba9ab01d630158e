"""One row a pair of states and year, in the form that panel studies use."""

import pyoxigraph as ox

from upheaval.build.tables import Table
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local

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


def dyad_years(store: ox.Store, last_year: int) -> Table:
    """Count agreements and activities for each pair of states and year.

    Args:
        store: data, derived facts and vocabulary.
        last_year: the year up to which activities without an end are counted.

    Returns:
        Header and rows. A step of an agreement counts in its own year; an activity in each year from its earliest to
        its latest day, or to `last_year` where it has begun and no end is known. A record with several types counts
        under each top-level type once, and once in `records`. Years without a record have no row.

    """
    types = sorted(local(row["top"].value) for row in select(store, TYPES))
    codes = {(row["state"].value, local(row["property"].value)): row["code"].value for row in select(store, STATES)}
    cells: dict[tuple[str, str, int], dict[str, set[str]]] = {}
    for row in select(store, RECORDS):
        begin = int(row["begin"].value[:4])
        end = int(row["end"].value[:4]) if row["end"] is not None else max(last_year, begin)
        for year in range(begin, end + 1):
            counts = cells.setdefault((row["one"].value, row["other"].value, year), {})
            counts.setdefault(local(row["top"].value), set()).add(row["record"].value)
            counts.setdefault("records", set()).add(row["record"].value)
    header = ["state1", "state2", *(f"{code}{side}" for side in (1, 2) for code in CODES), "year", "records"]
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
    return [*header, *(name.replace("-", "_") for name in types)], rows
