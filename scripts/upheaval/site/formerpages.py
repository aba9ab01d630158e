"""What stands at the addresses of names that are no longer in use: a redirect, a choice, or what became of them.

Static pages have no status. A page with one successor sends readers on, and tells search engines that the successor is
the canonical address; the others are left out of indexes.
"""

import json
from collections.abc import Iterator

import pyoxigraph as ox
from rdflib import URIRef

from upheaval.rdf.graphs import value_of
from upheaval.rdf.namespaces import DCTERMS, RDFS
from upheaval.rdf.writers import PREFIXES, order, turtle
from upheaval.schema.contract import local
from upheaval.schema.succession import FormerName, succession
from upheaval.site.library import Library
from upheaval.site.pages import Page


def former_pages(library: Library) -> Iterator[Page]:
    """Yield a page for each record and each term that is no longer in use."""
    for name in _records(library):
        yield _page(library, name, library.paths.record(_slug(library, name.iri)))
    for name in _terms(library):
        yield _page(library, name, library.paths.vocabulary(name.iri))


def _page(library: Library, name: FormerName, path: str) -> Page:
    successors = [(*_shown(library, iri), iri) for iri in name.successors]
    title = f"{path.rstrip('/').rpartition('/')[2]}: no longer in use"
    return Page(path, "former.html", title, {"iri": name.iri, "said": name.what, "successors": successors})


def _shown(library: Library, iri: str) -> tuple[str, str]:
    """Return the title of a successor and the path of its page, or its IRI for both."""
    slug = _slug(library, iri)
    if slug.partition("#")[0] in library.records:
        return library.title(slug), library.paths.record(slug)
    path = library.paths.vocabulary(iri)
    graph = library.assembly.vocabulary.graph
    return (value_of(graph, URIRef(iri), RDFS.label) or local(iri), path) if path else (iri, iri)


def former_documents(library: Library) -> Iterator[tuple[str, bytes]]:
    """Yield what RDF says of each record that is no longer in use, as Turtle and as JSON-LD."""
    prefixes = {prefix: PREFIXES[prefix] for prefix in ("dcterms", "owl", "rdfs", "xsd")}
    for name in _records(library):
        triples = order(succession([name]))
        path = f"doc/{_slug(library, name.iri)}"
        yield f"{path}.ttl", turtle(triples, prefixes, library.publication.iri)
        content = json.loads(ox.serialize(triples, format=ox.RdfFormat.JSON_LD) or b"[]")
        yield f"{path}.jsonld", (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def predecessors(library: Library) -> dict[str, list[ox.Triple]]:
    """Return what RDF says of the former names of each record and of the nodes inside it, by the record's name."""
    found: dict[str, list[ox.Triple]] = {}
    for name in library.former:
        for slug in {_slug(library, iri).partition("#")[0] for iri in name.successors}:
            found.setdefault(slug, []).extend(succession([name]))
    return found


def _records(library: Library) -> Iterator[FormerName]:
    base, terms = library.publication.iri, library.paths.terms.former
    for name in library.former:
        if name.iri.startswith(base) and "#" not in name.iri and name.iri not in terms:
            yield name


def _terms(library: Library) -> Iterator[FormerName]:
    """Yield the terms that are deprecated and no longer described, as the ledger or else the ontology has them."""
    graph, known = library.assembly.vocabulary.graph, {name.iri: name for name in library.former}
    for iri in sorted(library.paths.terms.former):
        node = URIRef(iri)
        successors = sorted(str(one) for one in graph.objects(node, DCTERMS.isReplacedBy))
        said = value_of(graph, node, RDFS.comment) or "This term is deprecated."
        name = known.get(iri) or FormerName(iri, tuple(successors), "", said)
        if library.paths.vocabulary(iri):
            yield name


def _slug(library: Library, iri: str) -> str:
    return iri.removeprefix(library.publication.iri)
