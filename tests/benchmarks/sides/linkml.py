"""Load YAML records with LinkML's loader and convert them to RDF: SCHEMA, FOLDER; prints the number of triples.

This is what linkml-convert does with a file: LinkML's YAML loader, classes of Pydantic as its generator writes them,
its rdflib dumper. Classes and the schema's look-ups are made beforehand, and all records share them and one graph.
"""

from pathlib import Path
from typing import Any

from linkml_runtime.dumpers import rdflib_dumper
from linkml_runtime.loaders import yaml_loader
from linkml_runtime.utils.schemaview import SchemaView
from pydantic import create_model
from rdflib import Graph

from tests.benchmarks.sides.timing import report, words

schema, folder = words()
view = SchemaView(schema)
models: dict[str, Any] = {}


def model(name: str) -> Any:
    """Return the class of a name, with those of its slots."""
    if name not in models:
        models[name] = create_model(name, **{slot: field(view.induced_slot(slot, name)) for slot in slots(name)})
    return models[name]


def slots(name: str) -> list[str]:
    return [str(slot) for slot in view.class_slots(name)]


def field(slot: Any) -> Any:
    if slot.identifier:
        return (str, ...)
    kind = model(slot.range) if slot.range in view.all_classes() else str
    return (list[kind] | None, None)  # type: ignore[valid-type]


for each in view.all_classes():
    model(each)


def work() -> tuple[int]:
    graph = Graph()
    for path in sorted(Path(folder).glob("*/*.yaml")):
        record = yaml_loader.load_any(str(path), models[path.parent.name])
        rdflib_dumper.inject_triples(record, view, graph)
    return (len(graph),)


report(work)
