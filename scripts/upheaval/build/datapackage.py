"""Describe the tables as a Data Package, version 2, with a Table Schema for each table."""

from collections.abc import Iterator, Mapping
from typing import Any

from upheaval.build.folder import Content, sha256_of, size_of
from upheaval.build.tables import NOT_NAMES, SEPARATOR, CsvTable, TableColumn
from upheaval.rdf.edtf import EDTF, PATTERN
from upheaval.rdf.namespaces import XSD
from upheaval.schema.contract import Form
from upheaval.schema.publication import Publication

PROFILES = "https://datapackage.org/profiles/2.0/"
_INTEGERS = """integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger
unsignedInt unsignedLong unsignedShort unsignedByte"""
_TYPES = {
    **dict.fromkeys(_INTEGERS.split(), "integer"),
    **dict.fromkeys(("decimal", "double", "float"), "number"),
    **dict.fromkeys(("duration", "dayTimeDuration", "yearMonthDuration"), "duration"),
    "boolean": "boolean",
    "date": "date",
    "dateTime": "datetime",
    "time": "time",
    "gYear": "year",
    "gYearMonth": "yearmonth",
}
_ITEMS = frozenset(("string", "integer", "boolean", "number", "datetime", "date", "time"))
_PARTIAL = {
    "gYear": "[0-9]{4}",
    "gYearMonth": "[0-9]{4}-[0-9]{2}",
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    EDTF: PATTERN[1:-1],
}


def datapackage(
    publication: Publication, tables: Mapping[str, CsvTable], files: Mapping[str, Content]
) -> dict[str, Any]:
    """Describe the tables (Data Package version 2).

    Args:
        publication: the publication.
        tables: the tables by name.
        files: the content of their files, by path in the build.

    Returns:
        The content of datapackage.json, without empty lists, which the profile forbids.

    """
    publishers = [] if publication.publisher in publication.creator else [publication.publisher]
    return {
        "$schema": f"{PROFILES}datapackage.json",
        "name": publication.name,
        "id": publication.iri,
        "title": publication.title,
        "description": publication.description,
        "homepage": publication.homepage,
        "version": publication.version,
        "created": f"{publication.issued}T00:00:00Z",
        "licenses": [{"path": publication.license}],
        "contributors": [
            *({"title": name, "roles": ["creator"]} for name in publication.creator),
            *({"title": name, "roles": ["publisher"]} for name in publishers),
        ],
        **({"conformsTo": list(publication.conforms_to)} if publication.conforms_to else {}),
        **({"keywords": list(publication.keyword)} if publication.keyword else {}),
        **({"sources": [{"path": address} for address in publication.source]} if publication.source else {}),
        "resources": [
            one
            for name, table in sorted(tables.items())
            for one in (_resource(name, table, files), *_other_forms(name, table, files))
        ],
    }


def path_of(name: str) -> str:
    """Return the path of a table's file in a build."""
    return f"csv/{name}.csv"


def path_of_stata(name: str) -> str:
    """Return the path of a table's file for Stata in a build."""
    return f"data/{name}.dta"


def path_of_arrow(name: str) -> str:
    """Return the path of a table's Arrow file in a build."""
    return f"data/{name}.arrow"


def _resource(name: str, table: CsvTable, files: Mapping[str, Content]) -> dict[str, Any]:
    path = path_of(name)
    return {
        "name": name.replace("_", "-"),
        "path": path,
        "type": "table",
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size_of(files[path]),
        "hash": f"sha256:{sha256_of(files[path])}",
        "schema": {
            "$schema": f"{PROFILES}tableschema.json",
            "fields": [_field(column) for column in table.columns],
            "missingValues": list(table.missing),
            "primaryKey": list(table.key),
        },
    }


def _other_forms(name: str, table: CsvTable, files: Mapping[str, Content]) -> Iterator[dict[str, Any]]:
    """Describe the files that hold a table for statistical programs, if there are any."""
    for program, form, path in (("Stata", "dta", path_of_stata(name)), ("Arrow", "arrow", path_of_arrow(name))):
        if path in files:
            yield {
                "name": f"{name.replace('_', '-')}-{form}",
                "path": path,
                "title": f"{table.title} ({program})",
                "description": table.description,
                "format": form,
                "bytes": size_of(files[path]),
                "hash": f"sha256:{sha256_of(files[path])}",
            }


def _field(column: TableColumn) -> dict[str, Any]:
    """Describe a column.

    The standard has a type `list`, with `delimiter` and `itemType`, but the JSON Schema only has it since version 2.1.
    Until that can be used, a list is a string with these two additional properties.
    """
    kind = field_type(column)
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    field: dict[str, Any] = {"name": column.name, "title": column.title, "description": column.description}
    if column.many:
        field |= {"type": "string", "delimiter": SEPARATOR, "itemType": kind if kind in _ITEMS else "string"}
        if column.form in NOT_NAMES and not _partial(column):
            field["description"] += " Inside a value, %7C stands for a vertical bar."
    else:
        field["type"] = kind
        if kind == "boolean":
            field |= {"trueValues": ["true"], "falseValues": ["false"]}
        if kind == "string" and (column.form is Form.IRI or column.datatypes == (str(XSD.anyURI),)):
            field["format"] = "uri"
        if column.codes:
            constraints["enum"] = list(column.codes)
    if date := _partial(column):
        constraints["pattern"] = f"^{date}(\\|{date})*$" if column.many else f"^{date}$"
    return field | ({"constraints": constraints} if constraints else {})


def field_type(column: TableColumn) -> str:
    """Return the Table Schema type of a column's values; a column with several datatypes is a `string`."""
    names = [datatype.removeprefix(str(XSD)) for datatype in column.datatypes]
    return _TYPES.get(names[0], "string") if len(names) == 1 else "string"


def _partial(column: TableColumn) -> str:
    """Return a pattern for dates given to the year, month or day, or an empty string for other columns."""
    names = [datatype.removeprefix(str(XSD)) for datatype in column.datatypes]
    if len(names) < 2 or not all(name in _PARTIAL for name in names):
        return ""
    return f"({'|'.join(_PARTIAL[name] for name in sorted(names))})"
