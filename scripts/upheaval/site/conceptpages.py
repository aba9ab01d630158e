"""The pages of codes: each scheme as a list or tree, and each code with the records that use it."""

from collections.abc import Iterator

from rdflib import URIRef

from upheaval.rdf.graphs import value_of
from upheaval.rdf.namespaces import DCTERMS, SKOS
from upheaval.schema.contract import Form, local
from upheaval.site.exploreindex import type_name
from upheaval.site.explorelinks import explore_link
from upheaval.site.library import COOPERATION, ConceptEntry, Library, items
from upheaval.site.pages import Page
from upheaval.site.recordvalues import Shown, web
from upheaval.site.termpages import overviews

MOST = 400
"""Maximum number of records listed on a code's page."""


def concept_pages(library: Library) -> Iterator[Page]:
    """Yield a page for each scheme of codes and for each code."""
    using = _using(library)
    schemes = sorted({concept.scheme for concept in library.concepts.values()} - set(overviews(library)))
    for scheme in schemes:
        if path := library.paths.vocabulary(scheme):
            yield _scheme(library, scheme, path, using)
    for concept in library.concepts.values():
        if path := library.paths.vocabulary(concept.iri):
            yield _concept(library, concept, path, using)


def _using(library: Library) -> dict[str, list[str]]:
    """Return the names of the records that use each code, directly or in a part."""
    found: dict[str, dict[str, None]] = {}

    def walk(name: str, frame: dict[str, object]) -> None:
        kind = library.kind(frame)
        for key in kind.keys.values() if kind else ():
            for value in items(frame.get(key.name)):
                if isinstance(value, dict) and "id" in value:
                    walk(name, value)
                elif key.form is Form.CODE and (concept := library.concept(key.classes, str(value))):
                    found.setdefault(concept.iri, {})[name] = None

    for name in library.records:
        walk(name, library.frames[name])
    return {iri: list(names) for iri, names in found.items()}


def _scheme(library: Library, scheme: str, path: str, using: dict[str, list[str]]) -> Page:
    graph, node = library.assembly.vocabulary.graph, URIRef(scheme)
    return Page(
        path=path,
        template="scheme.html",
        title=value_of(graph, node, SKOS.prefLabel) or value_of(graph, node, DCTERMS.title) or local(scheme),
        values={
            "iri": scheme,
            "description": value_of(graph, node, DCTERMS.description),
            "tree": list(_tree(library, scheme)),
            "using": {iri: len(names) for iri, names in using.items()},
            "cooperation": scheme == str(COOPERATION),
        },
    )


def _tree(library: Library, scheme: str) -> Iterator[tuple[int, ConceptEntry, str]]:
    own = {iri: concept for iri, concept in library.concepts.items() if concept.scheme == scheme}

    def walk(concepts: list[ConceptEntry], above: frozenset[str]) -> Iterator[tuple[int, ConceptEntry, str]]:
        for concept in sorted(concepts, key=lambda one: one.label):
            yield len(above), concept, library.paths.vocabulary(concept.iri)
            inside = above | {concept.iri}
            yield from walk([own[iri] for iri in concept.narrower if iri in own.keys() - inside], inside)

    yield from walk([concept for concept in own.values() if own.keys().isdisjoint(concept.broader)], frozenset())


def _explored(library: Library, concept: ConceptEntry) -> tuple[str, int]:
    """Return the path of the Explore page for a type, and its count, which includes narrower types."""
    name = type_name(library, concept)
    code = library.corpus.codes["type"].get(name)
    return explore_link(library.corpus, type=name) if code and code.iri == concept.iri else ("", 0)


def _concept(library: Library, concept: ConceptEntry, path: str, using: dict[str, list[str]]) -> Page:
    names = sorted(using.get(concept.iri, ()), key=lambda name: (library.title(name).casefold(), name))

    def link(iri: str) -> Shown:
        known, path = library.concepts.get(iri), library.paths.vocabulary(iri)
        return Shown(known.label if known else local(iri), path=path, href="" if path else web(iri))

    graph = library.assembly.vocabulary.graph
    return Page(
        path=path,
        template="concept.html",
        title=concept.label,
        values={
            "concept": concept,
            "scheme": Shown(
                value_of(graph, URIRef(concept.scheme), SKOS.prefLabel) or local(concept.scheme),
                path=library.paths.vocabulary(concept.scheme),
            )
            if concept.scheme
            else None,
            "broader": [link(iri) for iri in concept.broader],
            "narrower": [link(iri) for iri in concept.narrower],
            "matches": [(relation, Shown(iri, href=web(iri))) for relation, iri in concept.matches],
            "records": [Shown(library.title(name), path=library.paths.record(name)) for name in names[:MOST]],
            "count": len(names),
            "explore": _explored(library, concept),
        },
    )
