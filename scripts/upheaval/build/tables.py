"""CSV tables, derived from the contract and the ontology: a table a kind, and one for each kind of part."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from upheaval.build.framing import Frame
from upheaval.rdf.namespaces import RDFS, XSD
from upheaval.schema.context import Context
from upheaval.schema.contract import Contract, Form, Key, Kind, local

SEPARATOR = "|"
"""What stands between the values of a cell that can hold several. A value has it as %7C."""

NOT_NAMES = (Form.LITERAL, Form.LANGUAGE)
"""The forms of values that can hold any character; names of records, codes and IRIs never have a separator."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table.

    Attributes:
        name: as in the header.
        title, description: what it holds, in English.
        form: how its values are written.
        datatypes: the IRIs of the XSD datatypes of its values, for literals.
        many: whether a cell can hold several values.
        required: whether every row has a value.
        codes: what a value is one of; empty where there is no such list.
        language: the language of its texts, or an empty text.

    """

    name: str
    title: str
    description: str
    form: Form = Form.LITERAL
    datatypes: tuple[str, ...] = (str(XSD.string),)
    many: bool = False
    required: bool = False
    codes: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table: what it is, its columns, its rows in order, and the columns that tell its rows apart."""

    title: str
    description: str
    columns: tuple[TableColumn, ...]
    rows: list[list[str]]
    key: tuple[str, ...] = ("id",)

    def to_csv(self) -> bytes:
        """Write the table as a CSV file."""
        return to_csv([column.name for column in self.columns], self.rows)


@dataclass(slots=True)
class _Collected:
    """The rows of a table before it has columns."""

    kind: Kind
    part: bool
    frames: list[Frame] = field(default_factory=list)


class TableMaker:
    """Lays records out in tables.

    Args:
        contract: which kinds and keys there are.
        context: what their names stand for.
        graph: the ontology, which says what derived properties mean.
        base: the namespace of the records.

    """

    def __init__(self, contract: Contract, context: Context, graph: Graph, base: str) -> None:
        self._contract, self._context, self._graph, self._base = contract, context, graph, base

    def tables(self, frames: Iterable[Frame]) -> dict[str, CsvTable]:
        """Lay records out.

        Args:
            frames: as `frames` returns them for data and derived facts together.

        Returns:
            The tables by name: the folder of a kind, or the key of a part and an `s`. A table has a column for each
            key of its kind, in the contract's order, and then one for each other property that its rows have, which
            are those that only rules produce; texts are in one column a language.

        """
        by_name = {kind.name: kind for kind in self._contract.kinds.values()}
        collected: dict[str, _Collected] = {}
        for frame in frames:
            kind = by_name.get(str(frame.get("type")))
            if kind is not None and kind.folder:
                self._collect(kind.folder, kind, frame, "", collected)
        return {name: self._table(name, found) for name, found in sorted(collected.items())}

    def _collect(self, table: str, kind: Kind, frame: Frame, parent: str, collected: dict[str, _Collected]) -> None:
        row = {**frame, "partOf": parent} if parent else frame
        collected.setdefault(table, _Collected(kind, bool(parent))).frames.append(row)
        for key in kind.keys.values():
            if key.form is Form.NODE:
                for part in _items(frame.get(key.name)):
                    inner = self._contract.kinds[key.classes[0]]
                    self._collect(f"{key.name}s", inner, part, str(frame["id"]), collected)

    def _table(self, name: str, found: _Collected) -> CsvTable:
        kind, frames = found.kind, found.frames
        columns = [(self._identifier(), "id")]
        if found.part:
            columns.append((self._parent(), "partOf"))
        for key in kind.keys.values():
            if key.form is Form.LANGUAGE:
                tags = sorted({tag for frame in frames for tag in frame.get(key.name, {})})
                columns.extend((self._of_key(key, tag), key.name) for tag in tags)
            elif key.form is not Form.NODE:
                columns.append((self._of_key(key), key.name))
        known = {*kind.keys, "id", "type", "partOf"}
        for other in sorted({key for frame in frames for key in frame} - known):
            taken = {column.name for column, _ in columns}
            columns.append((self._derived(other, frames, taken), other))
        rows = [[_cell(frame, key, column) for column, key in columns] for frame in frames]
        title = name.replace("-", " ").capitalize()
        return CsvTable(title, kind.comment or f"{title}.", tuple(column for column, _ in columns), sorted(rows))

    def _identifier(self) -> TableColumn:
        description = f"The row's name: its IRI is {self._base} followed by this."
        return TableColumn("id", "identifier", description, required=True)

    def _parent(self) -> TableColumn:
        description = "The name of the record, or of the part of one, that this is a part of."
        return TableColumn("partOf", "part of", description, required=True)

    def _of_key(self, key: Key, language: str = "") -> TableColumn:
        if language:
            meaning = f"{key.label[:1].upper()}{key.label[1:]}, in the language {language}."
            return TableColumn(
                name=f"{key.name}_{language}",
                title=f"{key.label} ({language})",
                description=f"{meaning} {self._definition(key.iri)}".strip(),
                form=key.form,
                many=not key.per_language,
                language=language,
            )
        codes = {code for cls in key.classes for code in self._contract.codes.get(cls, ())}
        return TableColumn(
            name=key.name,
            title=key.label,
            description=key.description or self._definition(key.iri) or _named(key.iri),
            form=key.form,
            datatypes=key.datatypes,
            many=key.maximum != 1,
            required=key.minimum > 0,
            codes=tuple(sorted(codes)) if key.form is Form.CODE else (),
        )

    def _definition(self, prop: str) -> str:
        return str(self._graph.value(URIRef(prop), SKOS.definition) or "")

    def _derived(self, name: str, frames: list[Frame], taken: set[str]) -> TableColumn:
        """Describe a property that is no key; one whose name the context gives to another is called by its IRI."""
        term = self._context.get(name, {})
        prop = term.get("@id", name)
        datatype = term.get("@type") or _datatype(frames, name)
        return TableColumn(
            name=name if term or local(name) in taken | self._context.keys() else local(name),
            title=str(self._graph.value(URIRef(prop), RDFS.label) or _words(prop)),
            description=self._definition(prop) or _named(prop),
            form=Form.LITERAL if not datatype.startswith("@") else Form.RECORD,
            datatypes=() if datatype.startswith("@") else (datatype,),
            many=term.get("@container") == "@set" or any(isinstance(frame.get(name), list) for frame in frames),
        )


def _datatype(frames: list[Frame], name: str) -> str:
    """Return the type of values that the context says nothing of; it may be a keyword of JSON-LD."""
    values = [item for frame in frames for item in _items(frame.get(name)) if isinstance(item, Mapping)]
    types = sorted({"@id" if "@id" in item else str(item.get("@type", XSD.string)) for item in values})
    return types[0] if len(types) == 1 else str(XSD.string)


def _words(iri: str) -> str:
    """Return the local name of a property as words: `exact match` for exactMatch."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local(iri)).lower()


def _named(iri: str) -> str:
    return f"{_words(iri).capitalize()}, as <{iri}> defines it."


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _cell(frame: Frame, name: str, column: TableColumn) -> str:
    value = frame.get(name)
    if value is not None and column.language:
        value = value.get(column.language)
    if value is None:
        return ""
    escaped = column.many and column.form in NOT_NAMES
    if isinstance(value, list):
        texts = map(_text, value)
        return SEPARATOR.join(map(escape, texts) if escaped else texts)
    return escape(_text(value)) if escaped else _text(value)


def _text(item: Any) -> str:
    if isinstance(item, str):
        return item
    return str(item.get("@value", item.get("@id")) if isinstance(item, Mapping) else item)


def escape(text: str) -> str:
    """Write a value for a cell that can hold several: %7C for a bar, and %2525 and %257C for %25 and %7C themselves."""
    return text.replace("%25", "%2525").replace("%7C", "%257C").replace(SEPARATOR, "%7C")


def to_csv(header: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Write a table as CSV (RFC 4180, UTF-8, lines end in CRLF), its values unchanged."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
