"""Turn records into JSON-LD: the contract types the values, and nodes are named by their content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pyoxigraph as ox

from upheaval.faults import Fault, Severity
from upheaval.populate.identities import clash, identity
from upheaval.populate.naming import node_name
from upheaval.populate.records import Record
from upheaval.rdf.datatypes import IllFormed, typed, web_address
from upheaval.rdf.jsonld import Statements, to_bytes
from upheaval.rdf.languages import check_language, language_meant, usual_script
from upheaval.schema.contract import Context, Contract, Form, Key, Kind, local, plain_datatype
from upheaval.schema.publication import Publication
from upheaval.sources.lookalikes import as_latin
from upheaval.sources.parser import MappingNode, SequenceNode, Value, position
from upheaval.sources.restrictions import is_unfilled

KeyPath = tuple[str | int, ...]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where in the sources a node comes from: a record, and the path to the node inside it."""

    record: Record
    path: KeyPath


@dataclass(slots=True)
class Populated:
    """The result of populating records.

    Attributes:
        documents: one JSON-LD object per record, in the order of the records.
        locations: the source of each node, by its IRI.
        faults: the faults of keys and values.
        broken: pairs of a node and a property whose value was left out because of a fault.
        named: the names by which records refer to others, whether those exist or not.

    """

    documents: list[Document] = field(default_factory=list)
    locations: dict[str, SourceLocation] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    named: set[str] = field(default_factory=set)


def populate(
    records: Iterable[Record], contract: Contract, publication: Publication, index: Mapping[str, Kind] | None = None
) -> Populated:
    """Turn records into JSON-LD.

    Args:
        records: the records.
        contract: the kinds of record and their keys.
        publication: the publication, whose namespace record IRIs are in.
        index: the kinds of all records by name, if `records` are only some of them.

    Returns:
        The documents and their faults; a faulty value is left out of its document.

    """
    result = Populated()
    records = list(records)
    known = {record.slug: record.kind for record in records} if index is None else index
    for record in records:
        _Populating(record, known, contract, publication.iri, result).run()
    return result


def load(store: ox.Store, documents: list[Document], context: Context, graph: str) -> list[str]:
    """Load documents into a named graph of a store.

    Args:
        store: the store.
        documents: documents from `populate`.
        context: the context from `derive_context`.
        graph: the IRI of the graph.

    Returns:
        The statements as N-Triples, literals as they were written, which the store does not keep.

    """
    writer = Statements(context)
    lines = [line for document in documents for line in writer.lines(document)]
    store.load(to_bytes(lines), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)
    return lines


class _Populating:
    """Populates one record."""

    def __init__(
        self, record: Record, index: Mapping[str, Kind], contract: Contract, base: str, result: Populated
    ) -> None:
        self.record = record
        self.index = index
        self.contract = contract
        self.iri = base + record.slug
        self.result = result
        self.readers = {
            Form.LITERAL: self._literal,
            Form.LANGUAGE: self._string,
            Form.IRI: self._address,
            Form.CODE: self._code,
            Form.RECORD: self._reference,
        }

    def run(self) -> None:
        self.result.locations[self.iri] = SourceLocation(self.record, ())
        document: Document = {"id": self.record.slug, "type": self.record.kind.name}
        if self.record.body is None:
            self.result.broken.add((self.iri, ""))
        else:
            self._fill(document, self.iri, self.record.kind, self.record.body, ())
        self.result.documents.append(document)

    def _fill(self, document: Document, iri: str, kind: Kind, body: MappingNode, path: KeyPath) -> None:
        """Add the keys of a block to a document."""
        for name, value in body.items():
            key = kind.keys.get(name)
            if key is None:
                self._unknown(name, kind, (*path, name))
                continue
            values = self._values(key, iri, value, (*path, name))
            if values:
                document[name] = values if key.form is Form.LANGUAGE or len(values) > 1 else values[0]

    def _values(self, key: Key, iri: str, value: Value, path: KeyPath) -> Any:
        if key.form is Form.LANGUAGE:
            return self._languages(key, iri, value, path)
        if key.form is Form.NODE:
            return self._nodes(key, iri, value, path)
        values: list[Any] = []
        seen: set[str] = set()
        items = list(enumerate(value)) if isinstance(value, SequenceNode) else [(None, value)]
        for place, item in items:
            here = path if place is None else (*path, place)
            if not isinstance(item, str):
                self._fault(here, key, f"`{key.name}` takes plain values", "write a value, or a list of values")
            elif is_unfilled(item):
                pass
            elif item in seen:
                self._fault(here, key, f"`{item}` is listed twice under `{key.name}`", "keep one of them")
            else:
                seen.add(item)
                try:
                    values.append(self.readers[key.form](key, item))
                    continue
                except IllFormed as error:
                    self._fault(here, key, *error.args)
            self.result.broken.add((iri, key.iri))
        return values

    def _literal(self, key: Key, text: str) -> Any:
        datatype = typed(text, key.datatypes)
        return text if datatype == plain_datatype(key) else {"@value": text, "@type": datatype}

    def _string(self, _key: Key, text: str) -> str:
        return text

    def _address(self, _key: Key, text: str) -> str:
        return web_address(text)

    def _code(self, key: Key, text: str) -> str:
        codes = self.contract.codes[key.classes[0]]
        if text not in codes:
            near = get_close_matches(text, codes, 1, 0.5)
            listed = f"the codes are {', '.join(codes)}" if len(codes) < 20 else "see the ontology for the codes"
            cure = f"did you mean `{near[0]}`?" if near else listed
            raise IllFormed(f"`{text}` is not a code of `{key.name}`", cure)
        return text

    def _reference(self, key: Key, text: str) -> str:
        self.result.named.add(text)
        if text not in self.index:
            fitting = [slug for slug, kind in self.index.items() if any(cls in kind.ancestors for cls in key.classes)]
            near = get_close_matches(text, fitting, 1) or get_close_matches(text, self.index, 1)
            raise IllFormed(
                f"no record is named `{text}`",
                f"did you mean `{near[0]}`?" if near else "add the record, or correct the name",
            )
        return text

    def _languages(self, key: Key, iri: str, value: Value, path: KeyPath) -> Document:
        texts = value if isinstance(value, MappingNode) else MappingNode()
        if not texts:
            cure = f"write `{key.name}: {{en: …}}`"
            self._fault(path, key, f"`{key.name}` takes a map from language to text", cure)
            self.result.broken.add((iri, key.iri))
        document: Document = {}
        for language, text in texts.items():
            items = list(text) if isinstance(text, SequenceNode) else [text]
            here = (*path, language)
            plain = [item for item in items if isinstance(item, str)]
            if plain != items:
                self._fault(here, key, f"`{language}` takes plain text", "write text, or a list of texts")
            elif self._language(here, key, language, plain) and not any(map(is_unfilled, plain)):
                document[language] = items if len(items) > 1 else items[0]
                continue
            self.result.broken.add((iri, key.iri))
        return document

    def _language(self, path: KeyPath, key: Key, language: str, texts: Sequence[str]) -> bool:
        """Check the tag of some texts, and return whether it can be used."""
        try:
            old = check_language(language)
        except IllFormed as error:
            self._fault(path, key, *error.args)
            return False
        if old:
            self._report(path, *old, key.shapes[0], Severity.WARNING)
        for meant in filter(None, (language_meant(language, text) for text in texts)):
            message = f"`{language}` is the code of a country here, not of the language that the text is in"
            self._fault(path, key, message, f"did you mean `{meant}`?")
            return False
        for text in texts:
            if not text.isascii() and usual_script(language) == "Latn" and (latin := as_latin(text)):
                message = f"`{text}` is tagged `{language}`, but all its letters only look like Latin ones"
                self._report(path, message, f"write `{latin}`", key.shapes[0], Severity.WARNING)
        return True

    def _nodes(self, key: Key, iri: str, value: Value, path: KeyPath) -> list[Document]:
        """Fill and name the blocks under a key."""
        kind = self.contract.kinds[key.classes[0]]
        identifying = [inner for inner in kind.keys.values() if inner.identifying]
        documents: list[Document] = []
        named: dict[str, tuple[KeyPath, MappingNode]] = {}
        items = list(enumerate(value)) if isinstance(value, SequenceNode) else [(None, value)]
        for place, item in items:
            here = path if place is None else (*path, place)
            if not isinstance(item, MappingNode):
                cure = f"write it as a block with {', '.join(f'`{name}:`' for name in list(kind.keys)[:4])}"
                self._fault(here, key, f"each `{key.name}` must be a block of keys", cure)
                self.result.broken.add((iri, key.iri))
                continue
            name = node_name(key.name, [text for values in identity(identifying, item) for text in values], item)
            if name in named:
                if _is_unfilled(item):
                    self.result.broken.add((iri, key.iri))
                else:
                    first, other = named[name]
                    self._fault(here, key, *clash(key, identifying, item, other, self._line(first)))
                continue
            named[name] = here, item
            separator = "/" if "#" in iri else "#"
            node = f"{iri}{separator}{name}"
            self.result.locations[node] = SourceLocation(self.record, here)
            document: Document = {"id": node.removeprefix(self.iri[: -len(self.record.slug)]), "type": kind.name}
            self._defaults(document, kind, item)
            self._fill(document, node, kind, item, here)
            documents.append(document)
        return documents

    def _defaults(self, document: Document, kind: Kind, body: MappingNode) -> None:
        for key in kind.keys.values():
            if key.default and key.name not in body:
                document[key.name] = local(key.default)

    def _unknown(self, name: str, kind: Kind, path: KeyPath) -> None:
        near = get_close_matches(name, kind.keys, 1)
        if how := self.contract.unshaped.get(name):
            self._report(path, f"a {kind.label} has no key `{name}`", how, "record/unknown-key")
            return
        cure = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(kind.keys)}"
        self._report(path, f"a {kind.label} has no key `{name}`", cure, "record/unknown-key")

    def _fault(self, path: KeyPath, key: Key, message: str, cure: str) -> None:
        self._report(path, message, cure, key.shapes[0])

    def _line(self, path: KeyPath) -> int:
        return position(self.record.body, path)[0] if self.record.body is not None else 1

    def _report(self, path: KeyPath, message: str, cure: str, rule: str, severity: Severity = Severity.ERROR) -> None:
        body = self.record.body if self.record.body is not None else MappingNode()
        at = position(body, path)
        self.result.faults.append(Fault(self.record.file, message, cure, at=at, severity=severity, rule=rule))


def _is_unfilled(value: Value) -> bool:
    """Return whether a value has a placeholder anywhere inside."""
    if isinstance(value, str):
        return is_unfilled(value)
    return any(map(_is_unfilled, value.values() if isinstance(value, MappingNode) else value))
