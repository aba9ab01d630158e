"""rdflib's serializers: N-QUADS of all graphs, with the vocabulary's last; prints the number of bytes."""

import sys
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Graph, URIRef

from tests.benchmarks.sides.timing import report, words
from upheaval.graphs import to_rdflib

file, vocabulary = words()
graph, dataset = Graph(), Dataset()
triples: dict[str, list[ox.Triple]] = {}
for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS):
    triples.setdefault(str(getattr(quad.graph_name, "value", "")), []).append(quad.triple)
if vocabulary not in triples:
    sys.exit(f"{Path(file).name} has no graph {vocabulary}")
for name, some in triples.items():
    to_rdflib(some, dataset.graph(URIRef(name)))
    if name != vocabulary:
        to_rdflib(some, graph)


def work() -> tuple[int]:
    """Write one graph in four formats, and all of them in the two that know graphs."""
    size = 0
    for form in ("turtle", "xml", "nt", "json-ld"):
        size += len(graph.serialize(format=form))
    for form in ("nquads", "trig"):
        size += len(dataset.serialize(format=form))
    return (size,)


report(work)
