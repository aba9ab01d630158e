"""Bring a publication's sources up to the vocabulary that is installed: what it has deprecated gets its new name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from rdflib import Graph, Literal, URIRef

from upheaval.curate.annotations import annotated, write
from upheaval.curate.drafts import Draft
from upheaval.curate.mentions import Mention, compose, mention_of, mentions
from upheaval.curate.publishednames import PublishedNames
from upheaval.faults import Fault, Refusal
from upheaval.populate.identities import identity
from upheaval.populate.naming import node_name
from upheaval.populate.records import SLUG, list_files
from upheaval.rdf.graphs import nodes
from upheaval.rdf.namespaces import DCTERMS, FOLDER, OWL, SH
from upheaval.schema.contract import Contract, Form, Key, Kind, local
from upheaval.schema.ledger import Fate
from upheaval.schema.publication import FILE
from upheaval.sources.parser import MappingNode, SequenceNode, Value, read

_OWN_MARKS = "deprecated.ttl"
"""The files that say what is deprecated; they keep the old names."""


@dataclass(frozen=True)
class Deprecations:
    """What a vocabulary has deprecated, where one thing takes its place.

    Attributes:
        successors: the IRI to use instead of each term.
        folders: the folder of records to use instead of each.

    """

    successors: dict[str, str]
    folders: dict[str, str]


def deprecations(graph: Graph, contract: Contract) -> Deprecations:
    """Read what is deprecated (`owl:deprecated`, `dcterms:isReplacedBy`), following chains of replacements.

    A class that gave its records another folder, or its shape, keeps the old one as its `statecraft:folder`.

    Args:
        graph: the ontology and the shapes.
        contract: the contract.

    """
    stated: dict[str, str] = {}
    for term in nodes(graph.subjects(OWL.deprecated, Literal(True))):
        found = nodes(graph.objects(term, DCTERMS.isReplacedBy))
        if len(found) == 1:
            stated[str(term)] = str(found[0])
    successors = {term: end for term in stated if (end := _end(term, stated)) != term}
    folders = {}
    for name, successor in successors.items():
        old, cls = graph.value(URIRef(name), FOLDER), graph.value(URIRef(successor), SH.targetClass)
        kind = contract.kinds.get(successor) or contract.kinds.get(str(cls))
        if old is not None and kind is not None and kind.folder and str(old) not in contract.folders:
            folders[str(old)] = kind.folder
    return Deprecations(successors, folders)


def migrate_sources(names: PublishedNames, draft: Draft, day: str) -> None:
    """Add to a draft what a publication has to change: keys, codes, folders, IRIs, its metadata and the ledger.

    Args:
        names: the names of the publication.
        draft: the change to add to.
        day: the day for the ledger.

    Raises:
        Refusal: a record has both a key and the one that replaces it, or a file would take another's place.

    """
    schema = names.schema
    found = deprecations(schema.vocabulary.graph, schema.contract)
    versions = dict(_versions(names))
    search = _Migration(names, draft, found)
    edits = [*search.in_records(), *search.in_metadata(versions)]
    edits += [one for one in mentions(schema, found.successors) if not one.file.endswith((_OWN_MARKS, ".yaml"))]
    if search.faults:
        raise Refusal(search.faults)
    draft.edit(edits, lambda iri: versions.get(iri) or found.successors[iri])
    moved = search.renamed_nodes()
    for old, new in search.moves.items():
        draft.move(old, new)
    ledger = names.ledger
    for before, after in moved.items():
        if (entry := ledger.entries.get(before)) is not None and not entry.annotated:
            ledger = annotated(ledger, before, Fate.RENAMED, [after], day, "the vocabulary renamed a term")
    write(draft, names.ledger, ledger)


def _end(term: str, stated: dict[str, str]) -> str:
    seen = {term}
    while (after := stated.get(term)) is not None and after not in seen:
        seen.add(after)
        term = after
    return term


def _versions(names: PublishedNames) -> Iterator[tuple[str, str]]:
    """Yield what the metadata say of another version of an ontology, and the version that is installed."""
    installed = dict(names.schema.vocabulary.graph.subject_objects(OWL.versionIRI))
    for stated in names.schema.publication.conforms_to:
        for ontology, version in installed.items():
            if stated.startswith(f"{ontology}/") and stated not in map(str, installed.values()):
                yield stated, str(version)


class _Migration:
    """The search through the sources of one publication."""

    def __init__(self, names: PublishedNames, draft: Draft, found: Deprecations) -> None:
        self.names, self.draft, self.successors = names, draft, found.successors
        self.contract, self.root = names.schema.contract, names.schema.publication.root
        self.faults: list[Fault] = []
        self.moves: dict[str, str] = {}
        self.kinds = {entry.file: entry.kind for entry in names.listing.entries.values()}
        self.by_name: dict[str, list[str]] = {}
        for term in found.successors:
            self.by_name.setdefault(local(term), []).append(term)
        for file in list_files(names.schema.publication):
            _, folder, name = (*file.split("/", 2), "", "")[:3]
            if (new := found.folders.get(folder)) and SLUG.fullmatch(name.removesuffix(".yaml")):
                self.kinds[file] = self.contract.folders[new]
                self._move(file, f"data/{new}/{name}")

    def _move(self, old: str, new: str) -> None:
        if (self.root / new).exists():
            message = f"its folder is now `data/{new.split('/')[1]}`, where there is a file of this name"
            self.faults.append(Fault(old, message, "keep one of the two", rule="curate/taken"))
        self.moves[old] = new

    def in_records(self) -> Iterator[Mention]:
        """Yield the keys and codes that are deprecated."""
        for file, kind in self.kinds.items():
            text = (self.draft.read(file) or b"").decode(errors="replace")
            if (node := compose(text)) is not None:
                yield from self._within(file, text, node, kind)

    def in_metadata(self, versions: dict[str, str]) -> Iterator[Mention]:
        """Yield where the metadata name terms, and versions of an ontology other than the one that is installed."""
        text = (self.draft.read(FILE) or b"").decode(errors="replace")
        node = compose(text)
        for name, value in node.value if node is not None else ():
            for item in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(item, yaml.ScalarNode) and item.value in {**self.successors, **versions}:
                    yield mention_of(FILE, text, item, item.value, name.value, str)

    def _within(self, file: str, text: str, block: Any, kind: Kind) -> Iterator[Mention]:
        if not isinstance(block, yaml.MappingNode):
            return
        present = {name.value for name, _ in block.value}
        for name, value in block.value:
            key = kind.keys.get(name.value)
            if key is None:
                old, key = self._renamed(name.value, kind)
                if key is None:
                    continue
                found = mention_of(file, text, name, old, key.name, local)
                if key.name in present:
                    message = f"`{name.value}` is now called `{key.name}`, and the block has that too"
                    self.faults.append(Fault(file, message, "keep one of the two", at=found.at, rule="curate/taken"))
                yield found
            items = value.value if isinstance(value, yaml.SequenceNode) else [value]
            if key.form is Form.NODE:
                for item in items:
                    yield from self._within(file, text, item, self.contract.kinds[key.classes[0]])
            elif key.form is Form.CODE:
                for item in items:
                    if isinstance(item, yaml.ScalarNode) and (old := self._code(key, item.value)):
                        yield mention_of(file, text, item, old, key.name, local)

    def _renamed(self, name: str, kind: Kind) -> tuple[str, Key | None]:
        keys = {key.iri: key for key in kind.keys.values()}
        for old in self.by_name.get(name, ()):
            if key := keys.get(self.successors[old]):
                return old, key
        return "", None

    def _code(self, key: Key, text: str) -> str:
        """Return the deprecated concept that a code stands for, or an empty string."""
        codes = self.contract.codes[key.classes[0]]
        known = set(codes.values())
        if codes.get(text) and codes[text] not in self.successors:
            return ""
        return next((old for old in self.by_name.get(text, ()) if self.successors[old] in known), "")

    def renamed_nodes(self) -> dict[str, str]:
        """Return the new names of nodes inside records, by their old ones, as the ledger writes them."""
        found: dict[str, str] = {}
        for file, kind in self.kinds.items():
            before, after = self.draft.before.get(file), self.draft.after.get(file)
            if before is None or after is None or before == after:
                continue
            old, new = read(before, file)[0], read(after, file)[0]
            if old is not None and new is not None:
                slug = file.rpartition("/")[2].removesuffix(".yaml")
                found.update(self._pairs(kind, old, new, slug, slug))
        return {one: other for one, other in found.items() if one != other}

    def _pairs(
        self, kind: Kind, before: MappingNode, after: MappingNode, old_iri: str, new_iri: str
    ) -> Iterator[tuple[str, str]]:
        """Yield the names of each node before and after; both have their keys in one order."""
        for (old_name, old_value), (new_name, new_value) in zip(before.items(), after.items(), strict=True):
            key = kind.keys.get(new_name)
            if key is None or key.form is not Form.NODE:
                continue
            inner = self.contract.kinds[key.classes[0]]
            identifying = [one for one in inner.keys.values() if one.identifying]
            for old, new in zip(_items(old_value), _items(new_value), strict=True):
                if isinstance(old, MappingNode) and isinstance(new, MappingNode):
                    same = MappingNode()
                    same.update(zip(new, old.values(), strict=True))
                    old_node = _node(old_iri, old_name, identity(identifying, same), old)
                    new_node = _node(new_iri, new_name, identity(identifying, new), new)
                    yield old_node, new_node
                    yield from self._pairs(inner, old, new, old_node, new_node)


def _node(iri: str, key: str, identifying: list[list[str]], content: MappingNode) -> str:
    separator = "/" if "#" in iri else "#"
    return f"{iri}{separator}{node_name(key, (text for values in identifying for text in values), content)}"


def _items(value: Value) -> list[Value]:
    return list(value) if isinstance(value, SequenceNode) else [value]
