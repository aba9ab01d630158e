"""From YAML files to a dataset in a store."""

import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import yaml

from tests.benchmarks import forms
from tests.benchmarks.rows import Row, Side, beside, interleaved, pinned, side
from tests.benchmarks.sides.ours import data_of
from upheaval.populate.documents import populate
from upheaval.populate.records import list_files, place_records, read_records
from upheaval.rdf.jsonld import Statements, to_bytes
from upheaval.schema.schema import Schema, prepare

SAMPLE = 1_000_000
"""Of how many triples LinkML gets records at the most; its time is scaled to all of them."""
PEERS, RML = ".venv-bench", ".venv-bench-rml"


def measure(root: Path, size: str, repeats: int, limit: float) -> list[Row]:
    """Populate a publication beside each peer, in turn, every time in a new process."""
    setting = prepare(root)
    nodes = forms.nodes_of(quad.triple for quad in data_of(setting))
    with TemporaryDirectory() as name:
        folder = Path(name)
        found = forms.tables(nodes)
        forms.write_csv(found, folder)
        (folder / "tables.json").write_text(forms.describe(found), encoding="utf-8")
        (folder / "mapping.ttl").write_text(forms.rml(found, folder), encoding="utf-8")
        configuration = (
            "[CONFIGURATION]\nnumber_of_processes = 1\nlogging_level = WARNING\n"
            f"[tables]\nmappings = {folder / 'mapping.ttl'}\n"
        )
        (folder / "records").mkdir()
        share = forms.write_linkml(nodes, folder / "records", SAMPLE) / sum(map(forms.triples_of, nodes.values()))
        (folder / "schema.json").write_text(json.dumps(forms.linkml_schema(nodes)), encoding="utf-8")
        runs: list[tuple[Side | None, ...]] = []
        for _ in range(repeats):
            runs.append(
                (
                    side("ours", "populate", root),
                    side("byhand", root, limit=limit),
                    side("morph", configuration, environment=RML, limit=limit),
                    side("linkml", folder / "schema.json", folder / "records", environment=PEERS, limit=limit),
                    side("templates", folder, environment=PEERS, limit=limit),
                )
            )
    sides = [list(one) for one in zip(*runs, strict=True)]
    ours = [one for one in sides[0] if one is not None]
    step = f"YAML to store, {size}"
    made = [_made(one) for one in sides]
    part = "" if share == 1 else f", from {share:.1%} of the records, its time scaled linearly, which favours it"
    whole = [one and Side(one.cpu / share, one.megabytes, one.counts, one.stopped) for one in sides[3]]
    return [
        beside(
            step,
            f"rdflib {version('rdflib')} by hand, CSafeLoader",
            ours,
            sides[1],
            goal=6,
            note=f"{made[0]} triples with names and checks; by hand {made[1]}, without either",
        ),
        beside(
            step,
            f"{pinned('morph-kgc')}: RML over CSV into Oxigraph, one process",
            ours,
            sides[2],
            goal=5,
            note=f"{made[0]} triples each side: {made[2]}; its tables have names of inner nodes and datatypes",
        ),
        beside(
            step,
            f"{pinned('linkml-runtime')}: YAML loader, Pydantic, rdflib dumper",
            ours,
            whole,
            goal=10,
            note=f"{made[0]}; LinkML {made[3]}{part}",
        ),
        beside(
            step,
            f"{pinned('maplib')}: OTTR templates over data frames from CSV",
            ours,
            sides[4],
            note=f"{made[0]}; maplib {made[4]}; the tables as for morph-kgc; several threads",
        ),
        _floor(setting, step, ours, repeats),
    ]


def _made(runs: list[Side | None]) -> str:
    return next((f"{one.counts[0]:,}" for one in runs if one is not None and one.counts), "none")


def _floor(setting: Schema, step: str, ours: list[Side], repeats: int) -> Row:
    """Measure what is left when nothing but tokens, lines and the store's own loading has to be done."""
    entries, _ = place_records(list_files(setting.publication), setting.contract)
    records = read_records(setting.publication, entries)[0]
    documents = populate(records, setting.contract, setting.publication).documents
    texts = [path.read_bytes() for path in sorted((setting.publication.root / "data").glob("*/*.yaml"))]
    statements = Statements(setting.context)
    text = to_bytes(line for document in documents for line in statements.lines(document))

    def tokens() -> None:
        for each in texts:
            for _ in yaml.scan(each, Loader=yaml.CLoader):
                pass

    def written() -> None:
        for document in documents:
            statements.lines(document)
        ox.Store().bulk_load(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)

    floor = [one + other for one, other in zip(*interleaved(tokens, written, repeats), strict=True)]
    peer = "floor: libyaml's tokens, lines that Python writes, bulk load"
    return Row(step, peer, [one.cpu for one in ours], floor, note="in one process, warm")
