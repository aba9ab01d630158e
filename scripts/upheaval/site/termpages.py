"""The vocabulary reference, generated from the ontology and the shapes: classes, properties, and keys of records."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import Literal, URIRef

from upheaval.rdf.graphs import nodes, value_of
from upheaval.rdf.namespaces import DCTERMS, OWL, RDF, RDFS, SKOS, STATECRAFT, VANN
from upheaval.rdf.sparql import conclusions
from upheaval.rdf.xmlnames import are_property_names
from upheaval.schema.contract import Form, Key, Kind, local
from upheaval.schema.questions import read_question
from upheaval.schema.termpaths import document_of
from upheaval.site.library import Library
from upheaval.site.pages import Page
from upheaval.site.recordvalues import Shown, web

_TYPES = {OWL.Class: "class", OWL.ObjectProperty: "property", OWL.DatatypeProperty: "property",
          OWL.AnnotationProperty: "annotation property"}  # fmt: skip
_STATECRAFT = str(STATECRAFT).removesuffix("#")


@dataclass(frozen=True, slots=True)
class TermPage:
    """A class or a property of the vocabulary.

    Attributes:
        iri, path: its IRI, and the path of its page.
        name, label, sort: `sort` is class, property or annotation property.
        definition, note, example: from the ontology.
        retired: whether it is deprecated; `instead` is the IRI of its replacement.

    """

    iri: str
    path: str
    name: str
    label: str
    sort: str
    definition: str
    note: str
    example: str
    retired: bool
    instead: str


@dataclass(frozen=True, slots=True)
class Demand:
    """The constraints of a kind's shapes on a key."""

    key: Key
    path: str
    holds: list[Shown]
    times: str


def terms(library: Library) -> list[TermPage]:
    """Return the classes and properties that the vocabulary defines, by name."""
    graph = library.assembly.vocabulary.graph
    found = {}
    for cls, sort in _TYPES.items():
        for node in graph.subjects(RDF.type, cls):
            path = library.paths.vocabulary(str(node)) if isinstance(node, URIRef) else ""
            if path:
                found[str(node)] = sort
    return sorted((_term(library, iri, sort) for iri, sort in found.items()), key=lambda term: term.iri)


def _term(library: Library, iri: str, sort: str) -> TermPage:
    graph, node = library.assembly.vocabulary.graph, URIRef(iri)
    return TermPage(
        iri=iri,
        path=library.paths.vocabulary(iri),
        name=local(iri),
        label=value_of(graph, node, RDFS.label) or local(iri),
        sort=sort,
        definition=value_of(graph, node, SKOS.definition) or value_of(graph, node, RDFS.comment),
        note=value_of(graph, node, SKOS.scopeNote),
        example=value_of(graph, node, SKOS.example),
        retired=(node, OWL.deprecated, Literal(True)) in graph,
        instead=value_of(graph, node, DCTERMS.isReplacedBy),
    )


def demands(library: Library, kind: Kind) -> list[Demand]:
    """Return the constraints on a kind's records, key by key."""
    return [
        Demand(key, library.paths.vocabulary(key.iri), _holds(library, key), _times(key)) for key in kind.keys.values()
    ]


def _holds(library: Library, key: Key) -> list[Shown]:
    if key.form is Form.LANGUAGE:
        return [Shown("text, one per language" if key.per_language else "texts by language")]
    if key.classes:
        return [Shown(local(cls), path=library.paths.vocabulary(cls)) for cls in key.classes]
    return [Shown(f"xsd:{local(datatype)}") for datatype in key.datatypes] or [Shown("address")]


def _times(key: Key) -> str:
    if key.minimum == key.maximum:
        return f"exactly {key.minimum}"
    if key.maximum is None:
        return f"{key.minimum} or more" if key.minimum else "any number"
    return f"{key.minimum} to {key.maximum}"


class _Reference:
    """An index for the pages of terms."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.graph = library.assembly.vocabulary.graph
        self.terms = {term.iri: term for term in terms(library)}
        self.rules = _rules(library)
        self.demands = {kind.iri: demands(library, kind) for kind in library.contract.kinds.values()}

    def link(self, iri: str) -> Shown:
        known, path = self.terms.get(iri) or self.library.concepts.get(iri), self.library.paths.vocabulary(iri)
        return Shown(known.label if known else local(iri), path=path, href="" if path else web(iri))

    def links(self, node: URIRef, predicate: URIRef, backwards: bool = False) -> list[Shown]:
        found = self.graph.subjects(predicate, node) if backwards else self.graph.objects(node, predicate)
        return [self.link(str(one)) for one in nodes(found) if isinstance(one, URIRef) and one != node]

    def page(self, term: TermPage) -> Page:
        node, library = URIRef(term.iri), self.library
        kind = next((kind for kind in library.contract.kinds.values() if kind.iri == term.iri), None)
        using = [
            (Shown(other.label, path=library.paths.vocabulary(other.iri)), demand)
            for other in library.contract.kinds.values()
            for demand in self.demands[other.iri]
            if demand.key.iri == term.iri
        ]
        relations = [
            ("subclass of", self.links(node, RDFS.subClassOf)),
            ("subclasses", self.links(node, RDFS.subClassOf, True)),
            ("subproperty of", self.links(node, RDFS.subPropertyOf)),
            ("subproperties", self.links(node, RDFS.subPropertyOf, True)),
            ("from", self.links(node, RDFS.domain)),
            ("to", self.links(node, RDFS.range)),
            ("outgoing properties", self.links(node, RDFS.domain, True)),
            ("incoming properties", self.links(node, RDFS.range, True)),
            ("elsewhere", [self.link(iri) for iri in sorted(self._elsewhere(term.iri))]),
        ]
        return Page(
            path=library.paths.vocabulary(term.iri),
            template="term.html",
            title=term.label,
            values={
                "term": term,
                "rdf": _rdf(library, term.iri),
                "instead": self.link(term.instead) if term.instead else None,
                "relations": [(label, links) for label, links in relations if links],
                "kind": kind,
                "demands": self.demands[kind.iri] if kind else [],
                "using": using,
                "rules": self.rules.get(term.iri, []),
                "example": self._example(kind) if kind else None,
                "count": len(library.of_kind(kind)) if kind else 0,
                "arrows": self._arrows(kind) if kind else [],
            },
        )

    def _elsewhere(self, iri: str) -> set[str]:
        return {
            triple.object.value
            for triple in self.library.assembly.vocabulary.alignments
            if getattr(triple.subject, "value", "") == iri
            and hasattr(triple.object, "value")
            and web(triple.object.value)
            and triple.predicate.value != str(RDF.type)
        }

    def _example(self, kind: Kind) -> tuple[Shown, str] | None:
        """Return a short but typical record of a kind: the one of median length among its ten shortest."""
        files = sorted(
            (len(text), record.slug, text)
            for record in self.library.assembly.records
            if record.kind.iri == kind.iri
            for text in [(self.library.publication.root / record.file).read_text(encoding="utf-8")]
        )[:10]
        if not files:
            return None
        _, slug, text = files[len(files) // 2]
        return Shown(self.library.title(slug), path=self.library.paths.record(slug)), text

    def _arrows(self, kind: Kind) -> list[tuple[Key, list[Shown]]]:
        keys = [key for key in kind.keys.values() if key.form in (Form.RECORD, Form.NODE, Form.CODE)]
        return [(key, _holds(self.library, key)) for key in keys]


def _rules(library: Library) -> dict[str, list[tuple[str, str]]]:
    """Return the rules that conclude each property, by its IRI: their files and titles."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file, rule in library.assembly.vocabulary.rules.items():
        title = read_question(file.removesuffix(".rq"), rule).title
        for prop in conclusions(rule):
            found.setdefault(prop, []).append((f"ontology/rules/{file}", title))
    return found


def _rdf(library: Library, term: str) -> str:
    """Return the path of the Turtle file that describes a term with the rest of its vocabulary."""
    page = library.paths.vocabulary(library.paths.terms.owner(term))
    return f"{page.removesuffix('/')}.ttl" if page else ""


def overviews(library: Library) -> dict[str, Shown]:
    """Return the vocabularies but for mere schemes of codes, by IRI, each with its title and the path of its page."""
    graph, paths = library.assembly.vocabulary.graph, library.paths
    schemes = {concept.scheme for concept in library.concepts.values()}
    found = {}
    for iri in paths.terms.documents.values():
        owned = paths.terms.owned(iri)
        if (
            owned
            and iri not in paths.terms.terms.values()
            and (iri not in schemes or not library.concepts.keys() >= set(owned))
        ):
            node = _ontology(library, iri)
            title = value_of(graph, node, DCTERMS.title) or value_of(graph, node, RDFS.label)
            found[iri] = Shown(title or local(iri.rstrip("/:")), path=paths.vocabulary(iri))
    return dict(sorted(found.items(), key=lambda item: (not item[0].startswith(_STATECRAFT), item[0])))


def _ontology(library: Library, iri: str) -> URIRef:
    """Return an ontology by the IRI of its document, from which its own may differ by an empty fragment."""
    node = URIRef(f"{iri}#")
    return node if (node, RDF.type, OWL.Ontology) in library.assembly.vocabulary.graph else URIRef(iri)


def term_pages(library: Library) -> Iterator[Page]:
    """Yield a page for each class and property, and the overview of each vocabulary."""
    reference = _Reference(library)
    for term in reference.terms.values():
        yield reference.page(term)
    found = overviews(library)
    for iri, shown in found.items():
        yield _overview(reference, iri, shown, [other for other in found.values() if other != shown])


def _overview(reference: _Reference, iri: str, shown: Shown, others: list[Shown]) -> Page:
    library, graph, node = reference.library, reference.graph, _ontology(reference.library, iri)
    packaged, owned = library.assembly.vocabulary.documents["statecraft"], library.paths.terms.owned(iri)
    own = [reference.terms[term] for term in owned if term in reference.terms]
    return Page(
        path=shown.path,
        template="vocabulary.html",
        title=shown.text,
        values={
            "iri": iri,
            "namespace": value_of(graph, node, VANN.preferredNamespaceUri) or owned[0].removesuffix(local(owned[0])),
            "in_xml": iri == _STATECRAFT and are_property_names(triple.predicate.value for triple in packaged),
            "description": value_of(graph, node, DCTERMS.description) or value_of(graph, node, RDFS.comment),
            "version": value_of(graph, node, OWL.versionInfo),
            "tree": _tree(reference, own),
            "properties": [term for term in own if term.sort != "class" and not term.retired],
            "retired": [(term, reference.link(term.instead)) for term in own if term.retired],
            "schemes": _schemes(library, iri),
            "codes": [reference.link(term) for term in owned if term in library.concepts],
            "others": others,
        },
    )


def _tree(reference: _Reference, own: list[TermPage]) -> list[tuple[int, TermPage]]:
    """Return the classes with their depth, each below one superclass; classes of codes are listed elsewhere."""
    codes = set(reference.library.contract.codes)
    classes = {term.iri: term for term in own if term.sort == "class" and not term.retired and term.iri not in codes}
    below: dict[str, list[str]] = {}
    for iri in classes:
        wider = [
            str(one) for one in nodes(reference.graph.objects(URIRef(iri), RDFS.subClassOf)) if str(one) in classes
        ]
        below.setdefault(wider[0] if wider else "", []).append(iri)

    def walk(iri: str, depth: int) -> Iterator[tuple[int, TermPage]]:
        for narrower in below.get(iri, ()):
            yield depth, classes[narrower]
            yield from walk(narrower, depth + 1)

    return list(walk("", 0))


def _schemes(library: Library, vocabulary: str) -> list[tuple[Shown, int]]:
    """Return the schemes that a vocabulary defines, with the numbers of their codes."""
    graph = library.assembly.vocabulary.graph
    counts: dict[str, int] = {}
    for concept in library.concepts.values():
        by = value_of(graph, URIRef(concept.scheme), RDFS.isDefinedBy)
        if by and document_of(by) == vocabulary:
            counts[concept.scheme] = counts.get(concept.scheme, 0) + 1
    return [
        (
            Shown(value_of(graph, URIRef(iri), SKOS.prefLabel) or local(iri), path=library.paths.vocabulary(iri)),
            number,
        )
        for iri, number in sorted(counts.items())
        if library.paths.vocabulary(iri)
    ]
