"""The tables by year for statistical programs: Stata's .dta, which R, SPSS and Julia read too, and Arrow."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from upheaval.build.common import Files
from upheaval.build.datapackage import path_of_arrow, path_of_stata
from upheaval.build.tables import CsvTable, TableColumn
from upheaval.build.yeartables import NOT_SEARCHED, UNKNOWN
from upheaval.rdf.namespaces import XSD
from upheaval.schema.publication import Publication

STATA_NAME, STATA_LABEL = 30, 80
"""The most characters in the name and label of a variable; of Stata's 32 in a name, a set of labels needs two."""
REASONS = {NOT_SEARCHED: ("n", "not searched"), UNKNOWN: ("u", "unknown")}
"""What is written for a missing number: the letter of Stata's missing value (`.n`, `.u`), and its label."""
_NONE_FOUND = "none found"
_STATE_CODES = re.compile(r"(cow|gw)Code([12]?)")
_VERSION = 14  # readable since Stata 14, of 2015


def panel_files(publication: Publication, tables: Mapping[str, CsvTable], states: Mapping[str, str]) -> Files:
    """Write the tables by year for statistical programs; the same tables have the same bytes.

    Args:
        publication: the publication.
        tables: the tables by name.
        states: the names of states in English, by the names of their records.

    Returns:
        The content by path. Numbers of records are integers: of missing ones, Stata's missing value says why (`.n` not
        searched, `.u` unknown), and so does the column `NAME_status` in Arrow. Codes of COW and Gleditsch-Ward are
        integers, labelled with the names of the states.

    """
    files: Files = {}
    for name, table in tables.items():
        files[path_of_stata(name)] = _stata(publication, table, states)
        files[path_of_arrow(name)] = _arrow(publication, table)
    return files


def stata_names(table: CsvTable) -> dict[str, str]:
    """Return the name of each column in Stata, shortened to what it allows; columns stay distinct."""
    names = {column.name: column.name[:STATA_NAME] for column in table.columns}
    if len(set(names.values())) < len(names):
        raise ValueError(f"two columns have the same first {STATA_NAME} letters")
    return names


def _columns(table: CsvTable) -> Iterator[tuple[TableColumn, list[str]]]:
    for number, column in enumerate(table.columns):
        yield column, [row[number] for row in table.rows]


def is_count(column: TableColumn) -> bool:
    """Tell whether a column has numbers of records."""
    return column.datatypes == (str(XSD.integer),)


def _is_number(column: TableColumn) -> bool:
    return bool(is_count(column) or column.datatypes == (str(XSD.gYear),) or _STATE_CODES.fullmatch(column.name))


def _stata(publication: Publication, table: CsvTable, states: Mapping[str, str]) -> bytes:
    import pandas
    from pyreadstat import write_dta

    names = stata_names(table)
    frame: dict[str, Any] = {}
    labels: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[str]] = {}
    for column, cells in _columns(table):
        name = names[column.name]
        if is_count(column) and not column.required:
            values = [REASONS[cell][0] if cell in REASONS else int(cell) for cell in cells]
            # Categories tell the writer that letters and numbers are mixed; else it guesses from the first rows.
            numbers = sorted({value for value in values if isinstance(value, int)})
            letters = [letter for letter, _ in REASONS.values()]
            frame[name] = pandas.Categorical(values, categories=pandas.Index([*numbers, *letters], dtype=object))
            labels[name] = {0: _NONE_FOUND, **dict(REASONS.values())}
            missing[name] = letters
        elif _is_number(column):
            frame[name] = pandas.Series([int(cell) if cell else None for cell in cells], dtype="Int32")
        else:
            frame[name] = pandas.Series(cells, dtype=object)
        if code := _STATE_CODES.fullmatch(column.name):
            owners = dict(_columns_by_name(table))[f"state{code[2]}"]
            labels[name] = {int(cell): states[owner] for cell, owner in sorted(zip(cells, owners, strict=True)) if cell}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.dta"
        write_dta(
            pandas.DataFrame(frame),
            file,
            file_label=f"{publication.title}: {table.title}"[:STATA_LABEL],
            column_labels=[column.title[:STATA_LABEL] for column in table.columns],
            version=_VERSION,
            variable_value_labels=labels,
            missing_user_values=missing,
        )
        return _dated(file.read_bytes(), publication.issued)


def _columns_by_name(table: CsvTable) -> Iterator[tuple[str, list[str]]]:
    return ((column.name, cells) for column, cells in _columns(table))


def _dated(content: bytes, issued: str) -> bytes:
    """Put the day of the version in the place of the time of writing (`dd Mon yyyy hh:mm`, as .dta 118 has it)."""
    day = date.fromisoformat(issued)
    stamp = f"{day.day:02} {_MONTHS[day.month - 1]} {day.year} 00:00".encode()
    return re.sub(rb"(<timestamp>.)[^<]{17}(</timestamp>)", lambda found: found[1] + stamp + found[2], content, count=1)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _arrow(publication: Publication, table: CsvTable) -> bytes:
    import pyarrow

    text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    fields, arrays = [], []

    def add(name: str, values: list[Any], kind: Any, title: str, description: str) -> None:
        fields.append(pyarrow.field(name, kind, metadata={"label": title, "description": description}))
        arrays.append(pyarrow.array(values).dictionary_encode() if kind == text else pyarrow.array(values, kind))

    for column, cells in _columns(table):
        if _is_number(column):
            values = [None if cell in REASONS else int(cell) for cell in cells]
            add(column.name, values, pyarrow.int32(), column.title, column.description)
        else:
            add(column.name, [cell or None for cell in cells], text, column.title, column.description)
        if is_count(column) and not column.required:
            status = [
                REASONS[cell][1] if cell in REASONS else "recorded" if cell != "0" else _NONE_FOUND for cell in cells
            ]
            add(
                f"{column.name}_status",
                status,
                text,
                f"{column.title}: status",
                f"What the cell of {column.name} means.",
            )
    metadata = {"title": f"{publication.title}: {table.title}", "description": table.description}
    schema = pyarrow.schema(
        fields, metadata=metadata | {"version": publication.version, "license": publication.license}
    )
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_file(sink, schema) as writer:
        writer.write_table(pyarrow.table(arrays, schema=schema))
    return bytes(sink.getvalue().to_pybytes())
