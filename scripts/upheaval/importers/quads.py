"""Tables of records to N-Quads, as one expression made from the declaration's columns and the JSON-LD context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import ibis

from upheaval.faults import refuse
from upheaval.importers.dates import datatype_of, first_day, last_day
from upheaval.importers.declaration import Rows
from upheaval.importers.expressions import Expression, Table, join
from upheaval.rdf.namespaces import RDF, STATECRAFT, XSD
from upheaval.schema.context import iri_in, terms_of
from upheaval.schema.contract import Context, Contract, Kind

_REPEATED = re.compile(r"_\d$")
_SKIPPED = {"id", "of", "row", "file", "locator", "says"}
_BEGINS, _ENDS = ("date", "startDate"), ("date", "endDate")
_CITATION = "citation"


@dataclass(frozen=True, slots=True)
class Terms:
    """What keys and classes mean.

    Attributes:
        context: the JSON-LD context of the publication.
        contract: the classes and their keys.
        wider: for each property of the vocabulary, the wider ones, by IRI.
        base: the namespace of the import: the publication's and `import/NAME/`.
        shared: the namespace of all imports: the publication's and `import/`.
        graph: the named graph.
        source: the IRI of the dataset's Source record.

    """

    context: Context
    contract: Contract
    wider: dict[str, tuple[str, ...]]
    base: str
    shared: str
    graph: str
    source: str

    def namespace(self, rows: Rows) -> str:
        """Return what the ids of a table stand below."""
        return self.shared if rows.shared else self.base

    def kind(self, name: str) -> Kind | None:
        """Return the class of a name, if records can be of it."""
        return self.contract.kinds.get(iri_in(self.context.get(name)))


def keys(rows: Rows) -> dict[str, str]:
    """Return the keys of the contract in a table by column; `member_1` and `member_2` both hold the key `member`."""
    return {name: _REPEATED.sub("", name) for name in rows.table.columns if name not in _SKIPPED}


def quads(rows: Rows, table: Table, terms: Terms) -> Expression:
    """Return the expression that gives, for each row, its N-Quads, separated by line feeds.

    Args:
        rows: what the table holds.
        table: the table itself, or a part of it.
        terms: what keys and classes mean.

    Raises:
        Refusal: a column is not a key of its class.

    """
    writer = _Writer(rows, table, terms)
    return writer.text()


class _Writer:
    """The making of one expression; a list of texts and columns grows, and is joined at the end."""

    def __init__(self, rows: Rows, table: Table, terms: Terms) -> None:
        self.rows, self.table, self.terms = rows, table, terms
        self.kind = terms.kind(rows.kind)
        self.context = terms_of(terms.context, (rows.kind,))
        self.subject: list[Any] = [f"<{terms.namespace(rows)}", table.id, "> "]
        self.end = f" <{terms.graph}> ."
        self.lines: list[list[Any]] = []
        self.optional: list[Expression] = []

    def text(self) -> Expression:
        rows, table = self.rows, self.table
        if rows.under:
            parent = [f"<{self.terms.base}", table.of, "> "]
            self._line([*parent, f"<{self._iri(rows.under)}> ", *self.subject[:2], ">"])
        if not rows.more:
            self._line([*self.subject, f"<{RDF.type}> <{self._iri(rows.kind)}>"])
        for column, key in keys(rows).items():
            self._key(key, table[column])
        if not rows.more and self.kind is not None and _CITATION in self.kind.keys:
            self._citation()
        first = join([part for number, line in enumerate(self.lines) for part in (*(["\n"] if number else []), *line)])
        return join([first, *self.optional]) if self.optional else first

    def _iri(self, name: str) -> str:
        iri = iri_in(self.context.get(name))
        if not iri:
            cure = "name columns after keys of the contract; see `upheaval new record` for those of a kind"
            refuse("import", f"the vocabulary has no term `{name}`", cure, rule="import/key")
        return iri

    def _line(self, parts: list[Any]) -> None:
        self.lines.append([*parts, self.end])

    def _maybe(self, value: Expression, parts: list[Any]) -> None:
        """Add a line that is there only where a value is."""
        line = join(["\n", *parts, self.end])
        self.optional.append(ibis.ifelse(value.isnull(), "", line))

    def _key(self, name: str, value: Expression) -> None:
        kind = self.kind
        if kind is not None and not self.rows.more and name not in kind.keys and name not in ("earliest", "latest"):
            cure = f"the keys are {', '.join(kind.keys)}"
            refuse("import", f"a {kind.label} has no key `{name}`", cure, rule="import/key")
        iri = self._iri(name)
        required = self.rows.more or (kind is not None and name in kind.keys and kind.keys[name].minimum > 0)
        for predicate in (iri, *self.terms.wider.get(iri, ())):
            parts = [*self.subject, f"<{predicate}> ", *self._value(name, value)]
            if required:
                self._line(parts)
            else:
                self._maybe(value, parts)
        if kind is None or str(STATECRAFT.Dated) in kind.ancestors:
            if name in _BEGINS:
                self._day("earliest", first_day(value))
            if name in _ENDS:
                self._day("latest", last_day(value))

    def _day(self, name: str, found: Expression) -> None:
        self._maybe(found, [*self.subject, f'<{STATECRAFT[name]}> "', found, f'"^^<{XSD.date}>'])

    def _value(self, name: str, value: Expression) -> list[Any]:
        term = self.context[name]
        about = term if isinstance(term, dict) else {}
        datatype, container = about.get("@type"), about.get("@container")
        if datatype in ("@id", "@vocab"):
            return ["<", value, ">"]
        if container == "@language" or "@language" in (container or ()):
            return ['"', escaped(value), '"@en']
        if datatype == str(XSD.date):
            return ['"', value, '"^^<', datatype_of(value), ">"]
        if datatype is None:
            return ['"', escaped(value), '"']
        return ['"', value, f'"^^<{datatype}>']

    def _citation(self) -> None:
        table = self.table
        node = [*self.subject[:2], "/citation" if self.rows.under else "#citation", "> "]
        located = escaped(table.locator) if "locator" in table.columns else None
        place = [located] if located is not None else [escaped(table.file), ", row ", table.row]
        self._line([*self.subject, f"<{STATECRAFT.citation}> ", *node[:-1], ">"])
        self._line([*node, f"<{RDF.type}> <{STATECRAFT.Citation}>"])
        self._line([*node, f"<{STATECRAFT.source}> <{self.terms.source}>"])
        self._line([*node, f"<{STATECRAFT.bearing}> <https://w3id.org/statecraft/bearing#supports>"])
        self._line([*node, f'<{STATECRAFT.locator}> "', *place, '"'])
        if "says" in table.columns:
            self._maybe(table.says, [*node, f'<{STATECRAFT.says}> "', escaped(table.says), '"'])


def escaped(value: Expression) -> Expression:
    """Return a text as it stands between the quotation marks of N-Quads (RDF 1.1 N-Quads, STRING_LITERAL_QUOTE)."""
    once = value.replace("\\", "\\\\").replace('"', '\\"')
    return once.replace("\n", "\\n").replace("\r", "\\r")
