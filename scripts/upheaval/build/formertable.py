"""The table of names that are no longer in use."""

from collections.abc import Iterable

from upheaval.build.tables import SEPARATOR, CsvTable, TableColumn
from upheaval.rdf.namespaces import XSD
from upheaval.schema.contract import Form
from upheaval.schema.succession import FormerName

NAME = "former_names"


def former_table(former: Iterable[FormerName], base: str) -> CsvTable:
    """Return the table.

    Args:
        former: the names.
        base: the namespace of the records, which names are written without.

    """
    rows = [
        [
            name.iri.removeprefix(base),
            SEPARATOR.join(one.removeprefix(base) for one in name.successors),
            name.day,
            name.what,
        ]
        for name in former
    ]
    return CsvTable(
        "Former names",
        "The names of records, and of nodes inside them, that are no longer in use, with those that took their place.",
        (
            TableColumn("id", "former name", "The name that is no longer in use.", Form.IRI, required=True),
            TableColumn("isReplacedBy", "successor", "What took its place; none if retired.", Form.IRI, many=True),
            TableColumn("modified", "day", "The day of the change.", datatypes=(str(XSD.date),), required=True),
            TableColumn("comment", "what", "What became of it, when and why.", required=True),
        ),
        rows,
    )
