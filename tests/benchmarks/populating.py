"""From YAML files to a dataset in a store."""

from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox
import yaml
from rdflib import RDF, Graph, Literal, URIRef

from tests.benchmarks.rows import Row, interleaved
from upheaval.populate import load, populate
from upheaval.records import list_files, place_records, read_records
from upheaval.setting import Setting, prepare
from upheaval.statements import Statements, to_bytes

STATECRAFT = "https://w3id.org/statecraft#"


def measure(root: Path, size: str, repeats: int) -> list[Row]:
    """Populate a publication; the peer is the loop that one writes by hand, without names, types or checks."""
    setting = prepare(root)
    ours: list[int] = []
    theirs: list[int] = []
    times = interleaved(lambda: ours.append(_ours(setting)), lambda: theirs.append(_by_hand(root)), repeats)
    documents = _documents(setting)
    statements = Statements(setting.context)
    lines = [statements.lines(document) for document in documents]
    text = to_bytes(line for some in lines for line in some)

    def written() -> None:
        for document in documents:
            statements.lines(document)

    def loaded() -> None:
        ox.Store().bulk_load(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)

    floor = [taken + other for taken, other in zip(*interleaved(written, loaded, repeats), strict=True)]
    note = f"{ours[0]:,} triples with names and checks; by hand {theirs[0]:,}, without either"
    return [
        Row(f"YAML to store, {size}", f"rdflib {version('rdflib')} by hand, CSafeLoader", *times, goal=6, note=note),
        Row(f"YAML to store, {size}", "floor: lines that Python writes, bulk load", times[0], floor),
    ]


def _documents(setting: Setting) -> list[dict[str, object]]:
    entries, _ = place_records(list_files(setting.publication), setting.contract)
    return populate(read_records(setting.publication, entries)[0], setting.contract, setting.publication).documents


def _ours(setting: Setting) -> int:
    store = ox.Store()
    load(store, _documents(setting), setting.context, setting.publication.graph("data"))
    return len(store)


def _by_hand(root: Path) -> int:
    graph = Graph()
    for path in sorted((root / "data").glob("*/*.yaml")):
        body = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        node = f"https://example.org/synthetic/{path.stem}"
        graph.add((URIRef(node), RDF.type, URIRef(STATECRAFT + path.parent.name)))
        _add(graph, node, body)
    return len(graph)


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
