"""rdflib's serializers: N-QUADS of all graphs, the VOCABULARY's graph, the BASE of records' names; prints milliseconds.

The namespaces are bound, as in our files: without prefixes rdflib looks for one for each name, in time that grows with
the square of their number.
"""

import sys
import time
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Graph, URIRef

from tests.benchmarks.exporting import FORMS_OF_DATASETS, FORMS_OF_GRAPHS
from tests.benchmarks.sides.timing import report, words
from upheaval.rdf.graphs import to_rdflib
from upheaval.rdf.writers import PREFIXES

file, vocabulary, base = words()
graph, dataset = Graph(), Dataset()
for prefix, namespace in {**PREFIXES, "": base}.items():
    graph.bind(prefix, namespace, replace=True)
    dataset.bind(prefix, namespace, replace=True)
triples: dict[str, list[ox.Triple]] = {}
for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS):
    triples.setdefault(str(getattr(quad.graph_name, "value", "")), []).append(quad.triple)
if vocabulary not in triples:
    sys.exit(f"{Path(file).name} has no graph {vocabulary}")
for name, some in triples.items():
    to_rdflib(some, dataset.graph(URIRef(name)))
    if name != vocabulary:
        to_rdflib(some, graph)


def work() -> tuple[int, ...]:
    """Write one graph in the formats of graphs, and all of them in those that know graphs."""
    return tuple(
        milliseconds(some, form)
        for some, forms in ((graph, FORMS_OF_GRAPHS), (dataset, FORMS_OF_DATASETS))
        for form in forms
    )


def milliseconds(some: Graph, form: str) -> int:
    begin = time.process_time()
    some.serialize(format=form)
    return round(1000 * (time.process_time() - begin))


report(work)
