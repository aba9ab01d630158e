"""CSV tables, derived from the contract and the ontology: one for each kind of record and of part."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from upheaval.build.framing import Frame
from upheaval.rdf.namespaces import RDFS, XSD
from upheaval.schema.context import terms_of
from upheaval.schema.contract import Context, Contract, Form, Key, Kind, local
from upheaval.schema.derivation import foreign_last

SEPARATOR = "|"
"""Separates the values of a cell that can hold several; inside a value it is written %7C."""

NOT_NAMES = (Form.LITERAL, Form.LANGUAGE)
"""The forms of values that may contain the separator; record names, codes and IRIs never do."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table.

    Attributes:
        name: its name in the header.
        title, description: its meaning, in English.
        form: how its values are written.
        datatypes: the IRIs of the XSD datatypes of literals.
        many: whether a cell can hold several values.
        required: whether every row has a value.
        codes: the permitted values, or empty.
        language: the language of its texts, or an empty string.

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
    """A table: its description, its columns, its sorted rows, the columns of its key, and what stands for no value."""

    title: str
    description: str
    columns: tuple[TableColumn, ...]
    rows: list[list[str]]
    key: tuple[str, ...] = ("id",)
    missing: tuple[str, ...] = ("",)

    def to_csv(self) -> bytes:
        """Write the table as a CSV file."""
        return to_csv([column.name for column in self.columns], self.rows)


@dataclass(slots=True)
class _Collected:
    """The rows of a table whose columns are not yet known."""

    kind: Kind
    part: bool
    frames: list[Frame] = field(default_factory=list)


class TableMaker:
    """Lays records out in tables.

    Args:
        contract: the kinds and keys.
        context: the JSON-LD context.
        graph: the ontology, for the meaning of derived properties.
        base: the namespace of the records.

    """

    def __init__(self, contract: Contract, context: Context, graph: Graph, base: str) -> None:
        self._contract, self._context, self._graph, self._base = contract, context, graph, base
        self._names = _names_of_parts(contract)

    def tables(self, frames: Iterable[Frame]) -> dict[str, CsvTable]:
        """Lay records out.

        Args:
            frames: the frames of the data and derived facts, from `frames`.

        Returns:
            The tables by name: the folder of a kind, or the key of a part plus `s` (and its class, where another table
            has that name). A table has a column for each key
            of its kind, in the contract's order, followed by one for each further property of its rows, which are
            those that only rules produce. Texts have one column per language.

        """
        by_name = {kind.name: kind for kind in self._contract.kinds.values()}
        collected: dict[str, _Collected] = {}
        for frame in frames:
            kind = by_name.get(str(frame.get("type")))
            if kind is not None and kind.folder:
                self._collect(kind.folder, kind, frame, "", collected)
        return {name: self._table(name, found) for name, found in sorted(collected.items())}

    def _collect(self, table: str, kind: Kind, frame: Frame, parent: str, collected: dict[str, _Collected]) -> None:
        row = {**frame, _parent_column(kind): parent} if parent else frame
        collected.setdefault(table, _Collected(kind, bool(parent))).frames.append(row)
        for key in kind.keys.values():
            if key.form is Form.NODE:
                for part in _items(frame.get(key.name)):
                    inner = self._contract.kinds[key.classes[0]]
                    self._collect(self._names[key.name, inner.iri], inner, part, str(frame["id"]), collected)

    def _table(self, name: str, found: _Collected) -> CsvTable:
        kind, frames = found.kind, found.frames
        columns = [(self._identifier(), "id")]
        if found.part:
            columns.append((self._parent(kind), _parent_column(kind)))
        for key in kind.keys.values():
            if key.form is Form.LANGUAGE:
                tags = sorted({tag for frame in frames for tag in frame.get(key.name, {})})
                columns.extend((self._of_key(key, tag), key.name) for tag in tags)
            elif key.form is not Form.NODE:
                columns.append((self._of_key(key), key.name))
        columns = _distinct(columns, kind)
        known = {*kind.keys, "id", "type", _parent_column(kind)}
        for other in sorted({key for frame in frames for key in frame} - known):
            taken = {column.name for column, _ in columns}
            columns.append((self._derived(other, kind, frames, taken), other))
        rows = [[_cell(frame, key, column) for column, key in columns] for frame in frames]
        title = name.replace("-", " ").capitalize()
        return CsvTable(title, kind.comment or f"{title}.", tuple(column for column, _ in columns), sorted(rows))

    def _identifier(self) -> TableColumn:
        description = f"The row's name: its IRI is {self._base} followed by this."
        return TableColumn("id", "identifier", description, required=True)

    def _parent(self, kind: Kind) -> TableColumn:
        description = "The name of the record or part that this is a part of."
        return TableColumn(_parent_column(kind), "part of", description, required=True)

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

    def _derived(self, name: str, kind: Kind, frames: list[Frame], taken: set[str]) -> TableColumn:
        """Describe a property that is no key; one whose name the context gives to another is called by its IRI."""
        term = terms_of(self._context, (kind.name,)).get(name, {})
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


def _names_of_parts(contract: Contract) -> dict[tuple[str, str], str]:
    """Return a name for the table of each kind of part, by its key and class; Statecraft's choose first."""
    parts = {
        (key.name, key.classes[0])
        for kind in contract.kinds.values()
        for key in kind.keys.values()
        if key.form is Form.NODE
    }
    names: dict[tuple[str, str], str] = {}
    for name, cls in sorted(parts, key=lambda part: (foreign_last(part[1]), part)):
        many = _plural(name)
        choices = chain((many, f"{many}-{local(cls)}"), (f"{many}-{local(cls)}-{n}" for n in count(2)))
        names[name, cls] = next(one for one in choices if one not in {*names.values(), *contract.folders})
    return names


def _plural(name: str) -> str:
    """Return what several of a part are called: `searches` for `search`, `geometries` for `hasGeometry`."""
    bare = re.sub(r"^has([A-Z])", lambda found: found[1].lower(), name)
    if re.search(r"[^aeiou]y$", bare):
        return f"{bare[:-1]}ies"
    return f"{bare}es" if bare.endswith(("s", "x", "ch", "sh")) else f"{bare}s"


def _parent_column(kind: Kind) -> str:
    return "partOf" if "partOf" not in kind.keys else "inside"


def _distinct(columns: list[tuple[TableColumn, str]], kind: Kind) -> list[tuple[TableColumn, str]]:
    """Name a column by its IRI where another has its name already: `label_en` may be a key, or the label in English."""
    taken: set[str] = set()
    found = []
    for column, key in columns:
        if column.name in taken:
            suffix = f"_{column.language}" if column.language else ""
            column = replace(column, name=f"{kind.keys[key].iri}{suffix}")
        taken.add(column.name)
        found.append((column, key))
    return found


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
    """Escape a value for a cell that can hold several: a bar becomes %7C, and a literal %25 or %7C %2525 or %257C."""
    return text.replace("%25", "%2525").replace("%7C", "%257C").replace(SEPARATOR, "%7C")


def to_csv(header: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Write a table as CSV (RFC 4180, UTF-8, CRLF line ends), with unchanged values."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
