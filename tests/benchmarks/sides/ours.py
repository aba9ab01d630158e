"""Our side: populate, validate, formats or export; STEP, ROOT. Prints what it made or found.

Garbage collection is off, as in `upheaval check` and `upheaval build`.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from tests.benchmarks.planting import plant
from tests.benchmarks.sides.timing import report, words
from upheaval.build.export import export, formats, triples_of, united
from upheaval.build.framing import frames
from upheaval.check.checking import find
from upheaval.populate.assembly import assemble
from upheaval.populate.documents import load, populate
from upheaval.populate.records import list_files, place_records, read_records
from upheaval.rdf.writers import n_quads, n_triples
from upheaval.schema.schema import Schema, prepare

Work = Callable[[], tuple[int, ...]]


def data_of(setting: Schema) -> ox.Store:
    """Return a store with the data of a publication, from its files."""
    entries, _ = place_records(list_files(setting.publication), setting.contract)
    records = read_records(setting.publication, entries)[0]
    store = ox.Store()
    documents = populate(records, setting.contract, setting.publication).documents
    load(store, documents, setting.context, setting.publication.graph("data"))
    return store


def populating(root: Path) -> Work:
    setting = prepare(root)
    return lambda: (len(data_of(setting)),)


def validating(root: Path) -> Work:
    assembly = assemble(root)
    plant(assembly)
    return lambda: (len(find(assembly, "compiled")),)


def exporting(root: Path) -> Work:
    assembly = assemble(root)
    return lambda: (len(export(assembly)),)


def formatting(root: Path) -> Work:
    assembly = assemble(root)
    publication = assembly.publication

    def work() -> tuple[int]:
        graphs = {name: triples_of(assembly, name) for name in ("data", "derived", "vocabulary")}
        both = united([graphs["data"], graphs["derived"]])
        framed = frames(both, assembly.context, publication.iri)
        files = formats(assembly, graphs, both, framed)
        quads = n_quads({publication.graph(name): n_triples(triples) for name, triples in graphs.items()})
        return (len(n_triples(both)) + len(quads) + sum(map(len, files.values())),)

    return work


STEPS = {"populate": populating, "validate": validating, "formats": formatting, "export": exporting}

if __name__ == "__main__":
    step, folder = words()
    if step not in STEPS:
        sys.exit(f"no step {step}")
    gc.disable()
    report(STEPS[step](Path(folder)))
