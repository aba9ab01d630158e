"""Conversion between pyoxigraph, which parses and stores, and rdflib, which pySHACL and lookups use."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from rdflib import Graph, URIRef
    from rdflib.term import Node

logging.getLogger("rdflib.term").addFilter(lambda record: record.exc_info is None)
"""rdflib logs a traceback for each ill-typed literal; a validation reports them, which is what people read."""

STRING = "http://www.w3.org/2001/XMLSchema#string"


def to_rdflib(triples: Iterable[ox.Triple], graph: Graph | None = None) -> Graph:
    """Copy triples into an rdflib graph.

    Args:
        triples: pyoxigraph's triples.
        graph: the graph to add to; a new one by default.

    Returns:
        The graph.

    """
    from rdflib import Graph

    target = Graph(bind_namespaces="none") if graph is None else graph
    known: dict[object, Node] = {}
    store = target.store
    for triple in triples:
        terms = []
        for term in (triple.subject, triple.predicate, triple.object):
            node = known.get(term)
            if node is None:
                node = known[term] = term_to_rdflib(term)
            terms.append(node)
        store.add((terms[0], terms[1], terms[2]), target)
    return target


def term_to_rdflib(term: object) -> Node:
    """Return the rdflib node for a pyoxigraph term, with the same lexical form.

    Raises:
        TypeError: the term is not an RDF 1.1 term.

    """
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal) and not term.direction:
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        return Literal(term.value, datatype=None if datatype == STRING else URIRef(datatype), normalize=False)
    raise TypeError(f"not an RDF 1.1 term: {term!r}")


def from_rdflib(graph: Graph) -> list[ox.Triple]:
    """Return the triples of an rdflib graph as pyoxigraph triples."""
    return [
        quad.triple for quad in ox.parse(graph.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    ]


def iri_of(term: object) -> str:
    """Return the IRI of a named node, the label of a blank one, and the text of a literal."""
    return str(getattr(term, "value", term))


def write(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad] | ox.Dataset,
    form: ox.RdfFormat,
    prefixes: dict[str, str] | None = None,
) -> bytes:
    """Serialize statements with pyoxigraph, in the order given.

    Args:
        statements: triples or quads.
        form: the RDF format.
        prefixes: namespaces by prefix, for formats that have prefixes.

    Returns:
        The document, in UTF-8.

    """
    text = ox.serialize(statements, format=form, prefixes=prefixes)
    return text if text is not None else b""


def in_graph(triples: Iterable[ox.Triple], name: str | None = None) -> Iterator[ox.Quad]:
    """Yield triples as quads of a named graph, or of the default graph."""
    graph = ox.NamedNode(name) if name else ox.DefaultGraph()
    for triple in triples:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def canonical_hash(triples: Iterable[ox.Triple]) -> str:
    """Return the SHA-256 of a graph's canonical N-Quads (RDFC-1.0), as hexadecimal digits.

    Args:
        triples: the graph. The hash does not depend on their order or on the labels of blank nodes.

    """
    dataset = ox.Dataset(in_graph(triples))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(write(dataset, ox.RdfFormat.N_QUADS).splitlines(keepends=True))
    return hashlib.sha256(b"".join(lines)).hexdigest()


def nodes(found: Iterable[Node | None]) -> list[Node]:
    """Return rdflib nodes sorted, without None."""
    return sorted((node for node in found if node is not None), key=str)


def value_of(graph: Graph, subject: Node, predicate: URIRef) -> str:
    """Return the English value of a property, or the first value in order, or an empty string."""
    from rdflib import Literal

    found = nodes(graph.objects(subject, predicate))
    english = [node for node in found if isinstance(node, Literal) and (node.language or "en").startswith("en")]
    return str((english or found or [""])[0])
