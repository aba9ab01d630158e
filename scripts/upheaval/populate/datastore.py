"""The store that a dataset is derived in: a named graph for each part."""

from collections.abc import Iterable

import pyoxigraph as ox

from upheaval.schema.publication import Publication


def new_store(publication: Publication, vocabulary: bytes, lines: Iterable[bytes]) -> ox.Store:
    """Return a store with the vocabulary and with what records say, from which nothing has been derived yet.

    Args:
        publication: for the names of the graphs.
        vocabulary: N-Triples.
        lines: what records say, as N-Triples.

    """
    store = ox.Store()
    for graph in ("data", "derived", "vocabulary"):
        store.add_graph(ox.NamedNode(publication.graph(graph)))
    for text, graph in ((vocabulary, "vocabulary"), (b"".join(lines), "data")):
        name = ox.NamedNode(publication.graph(graph))
        store.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=name, lenient=True)
    return store
