"""rdflib by hand: the loop that one writes in ten minutes, without names, types or checks; ROOT. Prints the triples."""

from pathlib import Path

import yaml
from rdflib import RDF, Graph, Literal, URIRef

from tests.benchmarks.sides.timing import report, words

STATECRAFT = "https://w3id.org/statecraft#"


def graph_of(root: Path) -> Graph:
    graph = Graph()
    for path in sorted((root / "data").glob("*/*.yaml")):
        body = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        node = f"https://example.org/synthetic/{path.stem}"
        graph.add((URIRef(node), RDF.type, URIRef(STATECRAFT + path.parent.name)))
        _add(graph, node, body)
    return graph


def _add(graph: Graph, node: str, body: dict[str, object]) -> None:
    for key, value in body.items():
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, dict) and key != "label":
                inner = f"{node}/{key}-{place}"
                graph.add((URIRef(node), URIRef(STATECRAFT + key), URIRef(inner)))
                _add(graph, inner, item)
            elif isinstance(item, dict):
                for language, text in item.items():
                    graph.add((URIRef(node), URIRef(STATECRAFT + key), Literal(text, lang=language)))
            else:
                graph.add((URIRef(node), URIRef(STATECRAFT + key), Literal(item)))


if __name__ == "__main__":
    (folder,) = words()
    report(lambda: (len(graph_of(Path(folder))),))
