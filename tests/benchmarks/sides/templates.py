"""Map tables by OTTR templates with maplib: FOLDER of CSV files and their description; prints the number of triples.

Texts with a language become plain ones, which data frames have; the number of triples is the same.
"""

import json
from pathlib import Path

import polars as pl
from maplib import Model  # type: ignore[import-not-found]

from tests.benchmarks.sides.timing import report, words

XSD = "http://www.w3.org/2001/XMLSchema#"
FRAME: dict[str, pl.DataType | type[pl.DataType]] = {
    f"{XSD}date": pl.Date,
    f"{XSD}integer": pl.Int64,
    f"{XSD}decimal": pl.Decimal(38, 12),
}
"""The types that a column has for maplib to give its values that datatype; others are texts."""

folder = Path(words()[0])
tables = json.loads((folder / "tables.json").read_text(encoding="utf-8"))


def template(name: str, cls: str, columns: list[list[str]]) -> str:
    """Write a template (https://spec.ottr.xyz/stOTTR/) that gives each row its type and its properties."""
    asked = "".join(f", ? {kind_of(kind)} ?{column}" for column, _, kind, _ in columns)
    given = [f"ottr:Triple(?id, <{predicate}>, ?{column})" for column, predicate, *_ in columns]
    if cls:
        given.insert(0, f"ottr:Triple(?id, rdf:type, <{cls}>)")
    return f"<urn:template:{name}> [ ottr:IRI ?id{asked} ] :: {{ {', '.join(given)} }} .\n"


def kind_of(kind: str) -> str:
    if kind == "iri":
        return "ottr:IRI"
    return f"<{XSD}string>" if kind.startswith("@") else f"<{kind}>"


def work() -> tuple[int]:
    model = Model()
    prefix = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    for table in tables:
        columns = table["columns"]
        model.add_template(prefix + template(table["name"], table["class"], columns))
        schema = {"id": pl.String, **{column: FRAME.get(kind, pl.String) for column, _, kind, _ in columns}}
        frame = pl.read_csv(folder / f"{table['name']}.csv", schema=schema)
        prefixes = {"id": table["prefix"]} | {column: prefix for column, _, _, prefix in columns}
        frame = frame.with_columns(
            (pl.lit(prefix) + pl.col(name)).alias(name) for name, prefix in prefixes.items() if prefix
        )
        model.map(f"urn:template:{table['name']}", frame, validate_iris=False)
    return (model.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").item(),)


report(work)
