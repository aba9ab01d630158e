"""What search finds: every record, code and term, with all of its names in all languages."""

from dataclasses import dataclass

from rdflib import URIRef

from upheaval.rdf.graphs import value_of
from upheaval.rdf.namespaces import OWL, RDF, RDFS, STATECRAFT
from upheaval.schema.contract import Kind
from upheaval.site.library import Library, items
from upheaval.site.pages import Page

TERMS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "property",
    OWL.DatatypeProperty: "property",
    OWL.AnnotationProperty: "property",
}


RELAYED = str(STATECRAFT.assertedFrom)
SOURCE, PLACE = str(STATECRAFT.Source), str(STATECRAFT.Place)
ACTS = frozenset(map(str, (STATECRAFT.Conduct, STATECRAFT.Claim, STATECRAFT.Series)))


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """A search entry.

    Attributes:
        iri: its IRI.
        title: its English name.
        path: the path of its page.
        kind: its kind, for people.
        worth: what it is to a search: a `thing`, an `act` (conduct, or what somebody says of it), a `place`, a
            `source`, a `publisher` (to which only sources refer), or a `term` of the vocabulary.
        weight: the number of records that refer to it, without sources.
        others: its other names, in all languages, without repetition.

    """

    iri: str
    title: str
    path: str
    kind: str
    worth: str = "term"
    weight: int = 0
    others: tuple[str, ...] = ()


def entries(library: Library) -> list[SearchEntry]:
    """Return the search entries: named records, codes, classes and properties, sorted by path."""
    found = [*_records(library), *_concepts(library), *_terms(library)]
    return sorted((entry for entry in found if entry.path), key=lambda entry: entry.path)


def search_page(library: Library) -> Page:
    """Return the page with all hits of a search; without JavaScript it links to the lists by kind."""
    kinds = [
        (kind.label, f"records/{folder}/", sum(record.kind is kind for record in library.assembly.records))
        for folder, kind in library.contract.folders.items()
    ]
    listed = sorted((row for row in kinds if row[2]), key=lambda row: row[0].casefold())
    return Page(path="search/", template="search.html", title="Search", values={"kinds": listed})


def _records(library: Library) -> list[SearchEntry]:
    found = []
    for record in library.assembly.records:
        frame = library.frames.get(record.slug, {})
        texts = [one for key in ("label", "altLabel") for one in (frame.get(key) or {}).values()]
        names = [str(name) for one in texts for name in items(one)]
        if names:
            title = library.title(record.slug)
            others = tuple(dict.fromkeys(name for name in names if name != title))
            referring = {name for prop, name in library.incoming.get(record.slug, ()) if prop != RELAYED}
            weight = sum(library.records[name].kind.iri != SOURCE for name in referring)
            worth = _worth(record.kind)
            worth = "publisher" if worth == "thing" and referring and not weight else worth
            iri, path = library.publication.iri + record.slug, library.paths.record(record.slug)
            found.append(SearchEntry(iri, title, path, record.kind.label, worth, weight, others))
    return found


def _worth(kind: Kind) -> str:
    if kind.iri in (SOURCE, PLACE):
        return "source" if kind.iri == SOURCE else "place"
    return "act" if kind.ancestors & ACTS else "thing"


def _concepts(library: Library) -> list[SearchEntry]:
    graph = library.assembly.vocabulary.graph
    return [
        SearchEntry(
            concept.iri,
            concept.label,
            library.paths.vocabulary(concept.iri),
            value_of(graph, URIRef(cls), RDFS.label) or "code",
        )
        for cls, codes in library.contract.codes.items()
        for concept in map(library.concepts.get, codes.values())
        if concept
    ]


def _terms(library: Library) -> list[SearchEntry]:
    graph = library.assembly.vocabulary.graph
    found = {
        str(node): SearchEntry(str(node), value_of(graph, node, RDFS.label), library.paths.vocabulary(str(node)), kind)
        for cls, kind in TERMS.items()
        for node in graph.subjects(RDF.type, cls)
        if isinstance(node, URIRef)
    }
    return [entry for entry in found.values() if entry.title]
