"""Records to JSON-LD: values typed by the contract, nodes named by their content, the rest left to the context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pyoxigraph as ox

from upheaval.faults import Fault
from upheaval.populate.naming import digest, node_name
from upheaval.populate.records import Record
from upheaval.rdf.datatypes import LANGUAGE, IllFormed, typed, web_address
from upheaval.rdf.jsonld import Statements, to_bytes
from upheaval.schema.context import Context
from upheaval.schema.contract import Contract, Form, Key, Kind
from upheaval.schema.publication import Publication
from upheaval.sources.parser import MappingNode, SequenceNode, Value, position

KeyPath = tuple[str | int, ...]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where in the sources a node of the graph comes from: a record, and the way to the node inside it."""

    record: Record
    path: KeyPath


@dataclass(slots=True)
class Populated:
    """What populating gives.

    Attributes:
        documents: one JSON-LD object a record, in the order of the records.
        spots: where each node comes from, by its IRI.
        faults: what is wrong with keys and values.
        broken: pairs of a node and a property whose value was left out because of a fault.
        named: the names by which records are referred to, whether there are such records or not.

    """

    documents: list[Document] = field(default_factory=list)
    spots: dict[str, SourceLocation] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    named: set[str] = field(default_factory=set)


def populate(
    records: Iterable[Record], contract: Contract, publication: Publication, index: Mapping[str, Kind] | None = None
) -> Populated:
    """Turn records into JSON-LD.

    Args:
        records: what was read.
        contract: what their keys mean.
        publication: whose namespace they get their IRIs from.
        index: the classes of all records by name, where not all of them are given.

    Returns:
        The documents, and what is wrong with them; a value with a fault is left out of its document.

    """
    result = Populated()
    records = list(records)
    known = {record.slug: record.kind for record in records} if index is None else index
    for record in records:
        _Populating(record, known, contract, publication.iri, result).run()
    return result


def load(store: ox.Store, documents: list[Document], context: Context, graph: str) -> None:
    """Make RDF of documents, into a named graph of a store.

    Args:
        store: where to.
        documents: as `populate` returns them.
        context: as `derive_context` returns it.
        graph: the IRI of the graph.

    """
    writer = Statements(context)
    lines = to_bytes(line for document in documents for line in writer.lines(document))
    store.load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)


class _Populating:
    """The populating of one record."""

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
        spot = SourceLocation(self.record, ())
        self.result.spots[self.iri] = spot
        document: Document = {"id": self.record.slug, "type": self.record.kind.name}
        if self.record.body is None:
            self.result.broken.add((self.iri, ""))
        else:
            self._fill(document, self.iri, self.record.kind, self.record.body, ())
        self.result.documents.append(document)

    def _fill(self, document: Document, iri: str, kind: Kind, body: MappingNode, path: KeyPath) -> None:
        """Put the keys of one block into a document."""
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
                self._fault(here, key, f"`{key.name}` holds plain values", "write a value, or a list of values")
            elif item in seen:
                self._fault(here, key, f"`{item}` is listed twice under `{key.name}`", "keep one of the two")
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
        return text if len(key.datatypes) == 1 else {"@value": text, "@type": datatype}

    def _string(self, _key: Key, text: str) -> str:
        return text

    def _address(self, _key: Key, text: str) -> str:
        return web_address(text)

    def _code(self, key: Key, text: str) -> str:
        codes = self.contract.codes[key.classes[0]]
        if text not in codes:
            near = get_close_matches(text, codes, 1, 0.5)
            listed = f"the codes are {', '.join(codes)}" if len(codes) < 20 else "see the ontology for the codes"
            raise IllFormed(f"no code `{text}` for `{key.name}`", f"did you mean `{near[0]}`?" if near else listed)
        return text

    def _reference(self, key: Key, text: str) -> str:
        self.result.named.add(text)
        if text not in self.index:
            fitting = [slug for slug, kind in self.index.items() if any(cls in kind.ancestors for cls in key.classes)]
            near = get_close_matches(text, fitting, 1) or get_close_matches(text, self.index, 1)
            raise IllFormed(
                f"no record is named `{text}`",
                f"did you mean `{near[0]}`?" if near else "add its record, or correct the name",
            )
        return text

    def _languages(self, key: Key, iri: str, value: Value, path: KeyPath) -> Document:
        texts = value if isinstance(value, MappingNode) else MappingNode()
        if not texts:
            cure = f"write `{key.name}: {{en: …}}`"
            self._fault(path, key, f"`{key.name}` is a map from language to text", cure)
            self.result.broken.add((iri, key.iri))
        document: Document = {}
        for language, text in texts.items():
            items = list(text) if isinstance(text, SequenceNode) else [text]
            if not LANGUAGE.fullmatch(language):
                cure = "write a BCP 47 tag such as en, ru or zh-Hans"
                self._fault((*path, language), key, f"`{language}` is no language", cure)
            elif not all(isinstance(item, str) for item in items):
                self._fault((*path, language), key, "a text in a language is plain", "write text, or a list")
            else:
                document[language] = items if len(items) > 1 else items[0]
                continue
            self.result.broken.add((iri, key.iri))
        return document

    def _nodes(self, key: Key, iri: str, value: Value, path: KeyPath) -> list[Document]:
        """Fill the blocks under a key and name them; blocks with one name get a hash of what they say."""
        kind = self.contract.kinds[key.classes[0]]
        filled: list[tuple[str, Document, KeyPath, MappingNode]] = []
        items = list(enumerate(value)) if isinstance(value, SequenceNode) else [(None, value)]
        for place, item in items:
            here = path if place is None else (*path, place)
            if not isinstance(item, MappingNode):
                cure = f"write it as a block with {', '.join(f'`{name}:`' for name in list(kind.keys)[:4])}"
                self._fault(here, key, f"each `{key.name}` is a block of keys", cure)
                self.result.broken.add((iri, key.iri))
                continue
            parts = [text for inner in kind.keys.values() if inner.identifying for text in _texts(item.get(inner.name))]
            filled.append((node_name(key.name, parts, item), {}, here, item))
        names = [name for name, *_ in filled]
        documents = []
        seen: set[str] = set()
        for name, document, here, item in filled:
            full = name if names.count(name) == 1 else f"{name}-{digest(item)}"
            if full in seen:
                self._fault(here, key, f"this `{key.name}` is stated twice", "keep one of the two")
                continue
            seen.add(full)
            separator = "/" if "#" in iri else "#"
            node = f"{iri}{separator}{full}"
            self.result.spots[node] = SourceLocation(self.record, here)
            document.update({"id": node.removeprefix(self.iri[: -len(self.record.slug)]), "type": kind.name})
            self._defaults(document, kind, item)
            self._fill(document, node, kind, item, here)
            documents.append(document)
        return documents

    def _defaults(self, document: Document, kind: Kind, body: MappingNode) -> None:
        for key in kind.keys.values():
            if key.default and key.name not in body:
                document[key.name] = key.default[key.default.rfind("#") + 1 :]

    def _unknown(self, name: str, kind: Kind, path: KeyPath) -> None:
        near = get_close_matches(name, kind.keys, 1)
        cure = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(kind.keys)}"
        self._place(path, f"a {kind.label} has no key `{name}`", cure, "record/unknown-key")

    def _fault(self, path: KeyPath, key: Key, message: str, cure: str) -> None:
        self._place(path, message, cure, key.shapes[0])

    def _place(self, path: KeyPath, message: str, cure: str, rule: str) -> None:
        body = self.record.body if self.record.body is not None else MappingNode()
        self.result.faults.append(Fault(self.record.file, message, cure, at=position(body, path), rule=rule))


def _texts(value: Value | None) -> list[str]:
    """Return the plain texts of a value, in an order that does not depend on the list's."""
    if isinstance(value, str):
        return [value]
    return sorted(item for item in value if isinstance(item, str)) if isinstance(value, SequenceNode) else []
