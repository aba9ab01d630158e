"""Describe a resource: its statements and parts, the links to it, its sources, and labels to make it readable."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from upheaval.rdf.namespaces import DCTERMS, RDFS, SKOS, STATECRAFT
from upheaval.schema.succession import REPLACED

_LABELS = tuple(ox.NamedNode(str(iri)) for iri in (RDFS.label, SKOS.prefLabel, DCTERMS.title))
_SOURCE = ox.NamedNode(str(STATECRAFT.source))
Node = ox.NamedNode | ox.BlankNode


def about(
    store: ox.Store, subject: ox.NamedNode | None, predicate: ox.NamedNode | None = None, target: object = None
) -> Iterator[ox.Triple]:
    """Yield the distinct triples that match a pattern in any graph; None matches everything."""
    quads = store.quads_for_pattern(subject, predicate, target, None)  # type: ignore[arg-type]
    yield from dict.fromkeys(quad.triple for quad in quads)


def known(store: ox.Store, iri: str) -> bool:
    """Return whether an IRI is the subject or object of any triple."""
    node = ox.NamedNode(iri)
    quads = (store.quads_for_pattern(node, None, None, None), store.quads_for_pattern(None, None, node, None))
    return any(True for found in quads for _ in found)


def parts(store: ox.Store, iri: str) -> list[ox.NamedNode]:
    """Return a resource and the nodes inside it: those whose IRI is its own plus a fragment, linked either way."""
    found = [ox.NamedNode(iri)]
    seen = {iri}
    for node in found:
        linked = [triple.object for triple in about(store, node)]
        linked += [triple.subject for triple in about(store, None, None, node)]
        for other in sorted({t.value for t in linked if isinstance(t, ox.NamedNode)}):
            if other.startswith(iri + "#") and other not in seen:
                seen.add(other)
                found.append(ox.NamedNode(other))
    return found


def describe(store: ox.Store, iri: str, limit: int) -> tuple[list[ox.Triple], bool]:
    """Describe a resource.

    Args:
        store: the dataset; all graphs are read together.
        iri: the resource.
        limit: the maximum number of triples.

    Returns:
        The distinct triples, and whether the limit cut any off. They are the statements about the resource and the
        nodes inside it, the links to it, the statements about the sources that it cites, and the labels of everything
        mentioned. SPARQL 1.1 section 16.4 leaves the content of a DESCRIBE to the service.

    """
    found: dict[ox.Triple, None] = {}
    for triple in _statements(store, iri):
        if len(found) >= limit:
            return list(found), True
        found[triple] = None
    return list(found), False


def _statements(store: ox.Store, iri: str) -> Iterator[ox.Triple]:
    whole = parts(store, iri)
    own = [triple for node in whole for triple in with_blanks(store, node)]
    yield from own
    incoming = [triple for triple in about(store, None, None, ox.NamedNode(iri)) if triple.subject not in whole]
    incoming.extend(triple for node in whole[1:] for triple in about(store, None, REPLACED, node))
    yield from incoming
    sources = {triple.object for triple in own if triple.predicate == _SOURCE}
    cited = [triple for node in sources if isinstance(node, ox.NamedNode) for triple in about(store, node)]
    yield from cited
    mentioned: dict[ox.NamedNode, None] = {}
    for triple in (*own, *incoming, *cited):
        for term in (triple.subject, triple.object):
            if isinstance(term, ox.NamedNode):
                mentioned[term] = None
                if "#" in term.value:
                    mentioned[ox.NamedNode(term.value.partition("#")[0])] = None
    yield from labels(store, mentioned)


def with_blanks(store: ox.Store, node: Node) -> Iterator[ox.Triple]:
    """Yield the triples of a node and of the blank nodes reachable from it."""
    waiting: list[Node] = [node]
    seen: set[Node] = {node}
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), None, None, None):
            yield quad.triple
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)


def labels(store: ox.Store, nodes: Iterable[ox.NamedNode]) -> Iterator[ox.Triple]:
    """Yield the labels of nodes: rdfs:label, skos:prefLabel or dcterms:title."""
    for node in nodes:
        for predicate in _LABELS:
            yield from about(store, node, predicate)
