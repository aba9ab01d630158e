"""CSV tables and their datapackage.json, derived from the contract: a table a kind, and one for each kind of part."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from upheaval.build.framing import Frame
from upheaval.schema.contract import Contract, Form, Key, Kind
from upheaval.schema.publication import Publication

SEPARATOR = "|"
DERIVED = {
    "earliest": "The first day at which it can have begun, derived.",
    "latest": "The last day at which it can have ended, derived.",
    "phase": "The phases in which it falls, asserted or derived.",
    "involvesState": "The states that are involved, derived.",
    "dyad": "The pairs of states that it concerns, derived.",
    "independentSources": "The number of independent sources that support it, derived.",
    "officialOnly": "Whether all of them are official, derived.",
    "disputed": "Whether a source disputes it, derived.",
}
Table = tuple[list[str], list[list[str]]]


def tables(frames: list[Frame], contract: Contract) -> dict[str, Table]:
    """Lay records out in tables.

    Args:
        frames: as `frames` returns them for data and derived facts together.
        contract: which kinds and keys there are.

    Returns:
        Header and rows by the table's name: the folder of a kind, or the key of a part and an `s`. Several values
        of one key stand in one cell, separated by a vertical bar; texts are in one column a language.

    """
    by_name = {kind.name: kind for kind in contract.kinds.values()}
    rows: dict[str, tuple[Kind, list[Frame]]] = {}
    for frame in frames:
        kind = by_name.get(str(frame.get("type")))
        if kind is not None and kind.folder:
            _collect(kind.folder, kind, frame, "", contract, rows)
    return {name: _table(kind, found) for name, (kind, found) in sorted(rows.items())}


def _collect(
    table: str,
    kind: Kind,
    frame: Frame,
    parent: str,
    contract: Contract,
    rows: dict[str, tuple[Kind, list[Frame]]],
) -> None:
    row = {**frame, "partOf": parent} if parent else frame
    rows.setdefault(table, (kind, []))[1].append(row)
    for key in kind.keys.values():
        if key.form is Form.NODE:
            for part in _items(frame.get(key.name)):
                inner = contract.kinds[key.classes[0]]
                _collect(f"{key.name}s", inner, part, str(frame["id"]), contract, rows)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _table(kind: Kind, frames: list[Frame]) -> Table:
    columns: list[tuple[str, str, str]] = [("id", "id", "")]
    if any("partOf" in frame for frame in frames) and not kind.folder:
        columns.append(("partOf", "partOf", ""))
    for key in kind.keys.values():
        if key.form is Form.LANGUAGE:
            columns.extend((f"{key.name}_{tag}", key.name, tag) for tag in _languages(frames, key))
        elif key.form is not Form.NODE:
            columns.append((key.name, key.name, ""))
    known = {name for name, _, _ in columns}
    columns.extend((name, name, "") for name in DERIVED if name not in known and any(name in frame for frame in frames))
    rows = [[_cell(frame, name, language) for _, name, language in columns] for frame in frames]
    return [name for name, _, _ in columns], sorted(rows)


def _languages(frames: list[Frame], key: Key) -> list[str]:
    return sorted({language for frame in frames for language in frame.get(key.name, {})})


def _cell(frame: Frame, name: str, language: str) -> str:
    value = frame.get(name)
    if language:
        value = (value or {}).get(language)
    return SEPARATOR.join(str(item["@value"]) if isinstance(item, dict) else str(item) for item in _items(value))


def to_csv(header: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Write a table as CSV (RFC 4180, UTF-8, lines end in CRLF), its values unchanged."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def datapackage(publication: Publication, contract: Contract, found: dict[str, Table]) -> dict[str, Any]:
    """Describe the tables (Data Package version 2, with Table Schemas).

    Args:
        publication: whose tables.
        contract: for what the columns mean.
        found: as `tables` returns them; names of other tables are described by their header alone.

    Returns:
        The content of datapackage.json.

    """
    labels = {kind.folder: kind.comment for kind in contract.kinds.values() if kind.folder}
    descriptions = {key.name: key for kind in contract.kinds.values() for key in kind.keys.values()}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": publication.name,
        "id": publication.iri,
        "title": publication.title,
        "description": publication.description,
        "version": publication.version,
        "created": f"{publication.issued}T00:00:00Z",
        "licenses": [{"path": publication.license}],
        "contributors": [{"title": name, "roles": ["creator"]} for name in publication.creator],
        "keywords": list(publication.keyword),
        "resources": [
            {
                "name": name.replace("_", "-"),
                "path": f"csv/{name}.csv",
                "type": "table",
                "description": labels.get(name, f"The {name} inside records."),
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                    "fields": [_field(column, descriptions) for column in header],
                    **({"primaryKey": ["id"]} if "id" in header else {}),
                },
            }
            for name, (header, _) in sorted(found.items())
        ],
    }


def _field(column: str, keys: dict[str, Key]) -> dict[str, str]:
    key = keys.get(column.partition("_")[0])
    number = key is not None and key.maximum == 1 and any(name.endswith("#decimal") for name in key.datatypes)
    text = key.description if key else DERIVED.get(column, "")
    return {
        "name": column,
        "type": "number" if number else "string",
        **({"description": text} if text else {}),
    }
