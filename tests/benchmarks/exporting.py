"""Export: all formats of the data, beside rdflib's serializers for the same formats of the same triples."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from rdflib import Dataset, Graph, URIRef

from tests.benchmarks.rows import Row, interleaved
from upheaval.assembly import Assembly, assemble
from upheaval.export import export
from upheaval.graphs import to_rdflib


def measure(root: Path, size: str, repeats: int) -> list[Row]:
    """Export an assembled publication; ours writes tables, catalogue, vocabulary and quality report as well."""
    assembly = assemble(root)
    times = interleaved(lambda: export(assembly), _serialize(assembly), repeats)
    note = "ours: every file of a build, hash included; rdflib: ttl, xml, nt, json-ld of one graph, nquads and trig"
    return [Row(f"export, {size}", f"rdflib {version('rdflib')}'s serializers", *times, goal=5, note=note)]


def _serialize(assembly: Assembly) -> Callable[[], None]:
    graph = Graph()
    dataset = Dataset()
    for room in ("data", "derived", "vocabulary"):
        name = assembly.publication.graph(room)
        triples = [quad.triple for quad in assembly.store if quad.graph_name.value == name]
        to_rdflib(triples, dataset.graph(URIRef(name)))
        if room != "vocabulary":
            to_rdflib(triples, graph)

    def work() -> None:
        for form in ("turtle", "xml", "nt", "json-ld"):
            graph.serialize(format=form)
        for form in ("nquads", "trig"):
            dataset.serialize(format=form)

    return work
