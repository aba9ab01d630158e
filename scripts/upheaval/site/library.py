"""An index of the dataset for all pages: records, terms, links and labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox
from rdflib import URIRef

from upheaval.build.framing import Frame, frames
from upheaval.explore.corpus import Corpus
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import Record
from upheaval.rdf.graphs import iri_of, nodes, value_of
from upheaval.rdf.namespaces import RDFS, SKOS
from upheaval.schema.context import iri_in, terms_of
from upheaval.schema.contract import Contract, Kind, local
from upheaval.schema.publication import Publication
from upheaval.schema.succession import FormerName, former_names
from upheaval.schema.termpaths import TermPaths, described_terms
from upheaval.schema.vocabulary import wider_properties
from upheaval.site.pagepaths import Paths

COOPERATION = URIRef("https://w3id.org/statecraft/cooperation")


@dataclass(frozen=True, slots=True)
class ConceptEntry:
    """A code, or a type of cooperation.

    Attributes:
        iri, label, definition, note, example: from the vocabulary.
        scheme: the IRI of its scheme, or an empty string.
        broader, narrower: IRIs.
        matches: pairs of a mapping property's local name and the matched IRI.

    """

    iri: str
    label: str
    definition: str
    note: str
    example: str
    scheme: str
    broader: tuple[str, ...]
    narrower: tuple[str, ...]
    matches: tuple[tuple[str, str], ...]

    @property
    def code(self) -> str:
        """The text that records use for it."""
        return local(self.iri)


@dataclass(slots=True)
class Library:
    """A dataset, indexed for its pages.

    Attributes:
        assembly: the sources, vocabulary and store.
        identity: the dataset's RDFC-1.0 hash.
        paths: the paths of pages.
        frames: records and derived resources, by name relative to the namespace.
        records: the sources of records, by name.
        kinds: the kinds of record, by local name of the class.
        concepts: the concepts, by IRI.
        tops: the top concepts of cooperation, in order.
        incoming: for each record's name, pairs of a property and the name of a record that refers to it with that one.
        spans: spans in force, by the agreement's name.
        concluded: the IRIs of the properties that rules derive for a record, by its name.
        wider: the IRIs of properties that have subproperties.
        alignments: for each class, the broader classes of other vocabularies.
        former: the names that are no longer in use.
        corpus: what the Explore page selects from, once it is made.

    """

    assembly: Assembly
    identity: str
    paths: Paths
    frames: dict[str, Frame]
    records: dict[str, Record]
    kinds: dict[str, Kind]
    concepts: dict[str, ConceptEntry]
    tops: list[ConceptEntry]
    incoming: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    spans: dict[str, list[Frame]] = field(default_factory=dict)
    concluded: dict[str, set[str]] = field(default_factory=dict)
    wider: frozenset[str] = frozenset()
    alignments: dict[str, list[str]] = field(default_factory=dict)
    former: list[FormerName] = field(default_factory=list)
    corpus: Corpus = field(default_factory=lambda: Corpus({}, {}, ()))

    @property
    def publication(self) -> Publication:
        """The publication."""
        return self.assembly.publication

    @property
    def contract(self) -> Contract:
        """The contract for records."""
        return self.assembly.contract

    def title(self, name: str) -> str:
        """Return the English name of a record, or a name in another language if it has none."""
        whole, _, part = name.partition("#")
        frame = self.frames.get(name) or self.frames.get(whole, {})
        if frame.get("type") == "Link":
            return f"{self.title(frame['subject'])}: {frame['linkTarget']}"
        return english(frame.get("label")) or part or whole

    def kind(self, frame: Frame) -> Kind | None:
        """Return the kind of a record or of a part of one."""
        return self.kinds.get(str(frame.get("type")))

    def concept(self, classes: Iterable[str], code: str) -> ConceptEntry | None:
        """Return the code that a record's text means, for a key with codes of these classes."""
        iri = next((self.contract.codes[cls][code] for cls in classes if code in self.contract.codes.get(cls, {})), "")
        return self.concepts.get(iri)

    def of_kind(self, kind: Kind) -> list[Frame]:
        """Return the records of a kind by title."""
        found = [
            frame for name, frame in self.frames.items() if frame.get("type") == kind.name and name in self.records
        ]
        return sorted(found, key=lambda frame: (self.title(frame["id"]).casefold(), frame["id"]))


def english(texts: object) -> str:
    """Return the English one of texts by language, or else any other, or an empty string if there are none."""
    if not isinstance(texts, dict) or not texts:
        return ""
    text = texts.get("en") or texts[sorted(texts)[0]]
    return str(text[0] if isinstance(text, list) else text)


def items(value: Any) -> list[Any]:
    """Return the values of a key as a list, even if there is one or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(value: Any) -> str:
    """Return the lexical form of a JSON-LD value."""
    return str(value["@value"]) if isinstance(value, dict) else str(value)


def open_library(assembly: Assembly, identity: str) -> Library:
    """Index a dataset for its pages.

    Args:
        assembly: a publication without faults.
        identity: its RDFC-1.0 hash, from the build's manifest.

    """
    publication, graph = assembly.publication, assembly.vocabulary.graph
    graphs = [ox.NamedNode(publication.graph(name)) for name in ("data", "derived")]
    triples = dict.fromkeys(
        quad.triple for node in graphs for quad in assembly.store.quads_for_pattern(None, None, None, node)
    )
    framed = {frame["id"]: frame for frame in frames(triples, assembly.context, publication.iri)}
    concepts = {concept.iri: concept for concept in _concepts(assembly)}
    slugs = {record.slug for record in assembly.records}
    former = former_names(publication)
    elsewhere = (name.iri for name in former if not name.iri.startswith(publication.iri))
    described = described_terms(assembly.vocabulary.ontology, elsewhere)
    paths = TermPaths(publication.iri, described, lambda path: path in slugs or path == publication.name)
    library = Library(
        assembly=assembly,
        identity=identity,
        paths=Paths(paths),
        frames=framed,
        records={record.slug: record for record in assembly.records},
        kinds={kind.name: kind for kind in assembly.contract.kinds.values()},
        concepts=concepts,
        tops=[concepts[str(iri)] for iri in nodes(graph.subjects(SKOS.topConceptOf, COOPERATION))],
        former=former,
    )
    for triple in assembly.vocabulary.alignments:
        if triple.predicate.value == str(RDFS.subClassOf):
            library.alignments.setdefault(iri_of(triple.subject), []).append(iri_of(triple.object))
    library.wider = frozenset(iri for wider in wider_properties(graph).values() for iri in wider)
    for quad in assembly.store.quads_for_pattern(None, None, None, graphs[1]):
        name = iri_of(quad.subject).removeprefix(publication.iri)
        library.concluded.setdefault(name, set()).add(quad.predicate.value)
    _link(library)
    return library


def _concepts(assembly: Assembly) -> Iterator[ConceptEntry]:
    graph = assembly.vocabulary.graph
    matches: dict[str, list[tuple[str, str]]] = {}
    for triple in assembly.vocabulary.alignments:
        if triple.predicate.value.startswith(str(SKOS)) and isinstance(triple.object, ox.NamedNode):
            matches.setdefault(iri_of(triple.subject), []).append((local(triple.predicate.value), triple.object.value))
    codes = {URIRef(iri) for codes in assembly.contract.codes.values() for iri in codes.values()}
    for node in nodes(codes | set(graph.subjects(SKOS.inScheme, None))):
        assert isinstance(node, URIRef), node
        yield ConceptEntry(
            iri=str(node),
            label=value_of(graph, node, SKOS.prefLabel) or value_of(graph, node, RDFS.label) or local(str(node)),
            definition=value_of(graph, node, SKOS.definition),
            note=value_of(graph, node, SKOS.scopeNote),
            example=value_of(graph, node, SKOS.example),
            scheme=value_of(graph, node, SKOS.inScheme),
            broader=_all(graph.objects(node, SKOS.broader)),
            narrower=_all(graph.subjects(SKOS.broader, node)),
            matches=tuple(sorted(matches.get(str(node), ()))),
        )


def _all(found: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted(map(str, found)))


def _link(library: Library) -> None:
    """Index which record refers to which with which key; a part refers on behalf of its record."""
    for name, frame in library.frames.items():
        if frame.get("type") == "ForceSpan":
            for agreement in items(frame["forceOf"]):
                library.spans.setdefault(agreement, []).append(frame)
        elif name in library.records:
            for prop, target in dict.fromkeys(_references(library, frame)):
                if target != name:
                    library.incoming.setdefault(target, []).append((prop, name))


def _references(library: Library, frame: Frame) -> Iterator[tuple[str, str]]:
    kind = library.kind(frame)
    for key, value in frame.items():
        known = kind.keys.get(key) if kind else None
        for item in items(value):
            if isinstance(item, dict) and "id" in item:
                yield from _references(library, item)
            elif known and isinstance(item, str) and item in library.frames:
                yield known.iri, item


def property_iri(library: Library, frame: Frame, key: str) -> str:
    """Return the IRI of a property by its name in a frame, which may be the IRI itself."""
    return iri_in(terms_of(library.assembly.context, items(frame.get("type"))).get(key)) or key


def property_label(library: Library, iri: str) -> str:
    """Return the label of a property."""
    return value_of(library.assembly.vocabulary.graph, URIRef(iri), RDFS.label) or local(iri)
