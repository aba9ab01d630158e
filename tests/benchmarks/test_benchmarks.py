"""The benchmark itself: it runs, both sides of it do the same work, and the made records are sound. Never its speed."""

import csv
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Literal, URIRef

from tests.benchmarks import forms, querying, results, scaling
from tests.benchmarks.generate import generate
from tests.benchmarks.rows import Row, Side, beside, run, side
from tests.benchmarks.sides.ours import data_of
from tests.support import ROOT, faults_of, sampled
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.schema import prepare

pytestmark = pytest.mark.slow


def test_generated_records_are_valid_and_reproducible(tmp_path: Path) -> None:
    assert generate(tmp_path / "a", 3000) == generate(tmp_path / "b", 3000)
    one, other = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.yaml")}
        for root in (tmp_path / "a", tmp_path / "b")
    )
    assert one == other
    assert faults_of(tmp_path / "a") == []
    generate(tmp_path / "none", 0)
    vocabulary = len(assemble(tmp_path / "none").store)
    assert 0.5 < (len(assemble(tmp_path / "a").store) - vocabulary) / 3000 < 3


QUICK = [("read", "900"), ("populate,export", "900"), ("validate,build", "900"), ("ask,stores,growth", "60")]


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "limit"), sampled(QUICK, 1))
def test_quick_run_prints_every_step(steps: str, limit: str) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--steps", steps, "--limit", limit]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stderr
    assert "times as good" in result.stdout
    assert "differ" not in result.stdout, "all engines find the planted faults"
    named = {"growth": "streaming", "populate": "YAML to store", "stores": "load N-Quads"}
    for step in steps.split(","):
        assert named.get(step, step) in result.stdout


def test_unknown_step_is_named() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--steps", "reed"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert "no step is named reed" in result.stderr


def test_ratio_is_of_medians() -> None:
    assert Row("x", "y", [1.0, 2.0, 30.0], [8.0, 8.0, 1.0]).ratio == 4.0
    assert Row("x", "y", [1.0], []).ratio is None


def test_tables_hold_every_statement_of_the_records(tmp_path: Path) -> None:
    generate(tmp_path / "p", 1000)
    triples = {quad.triple for quad in data_of(prepare(tmp_path / "p"))}
    nodes = forms.nodes_of(triples)
    found = forms.tables(nodes)
    forms.write_csv(found, tmp_path)
    stated = set()
    for table in found:
        with (tmp_path / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                node = ox.NamedNode(table.prefix + row["id"])
                if table.cls:
                    stated.add(ox.Triple(node, ox.NamedNode(forms.RDF_TYPE), ox.NamedNode(table.cls)))
                for column in table.columns:
                    if text := row[column.name]:
                        stated.add(ox.Triple(node, ox.NamedNode(column.predicate), _term(column, text)))
    assert stated == triples
    (tmp_path / "records").mkdir()
    assert forms.write_linkml(nodes, tmp_path / "records", 10**9) == len(triples)
    assert forms.write_linkml(nodes, tmp_path / "records", 500) < 0.7 * len(triples)


def _term(column: forms.Column, text: str) -> ox.NamedNode | ox.Literal:
    if column.kind == forms.IRI:
        return ox.NamedNode(column.prefix + text)
    if column.kind.startswith("@"):
        return ox.Literal(text, language=column.kind[1:])
    return ox.Literal(text, datatype=ox.NamedNode(column.kind))


def test_a_side_is_stopped_at_its_limit(tmp_path: Path) -> None:
    generate(tmp_path / "p", 20_000)
    ours = side("ours", "populate", tmp_path / "p")
    stopped = side("ours", "populate", tmp_path / "p", limit=0.05)
    assert ours
    assert ours.counts > (20_000,)
    assert ours.megabytes
    assert ours.megabytes > 20
    assert stopped == Side(0.05, None, stopped=True)
    row = beside("populate", "itself", [ours], [stopped], goal=1000)
    cells = dict(zip(results.COLUMNS, results.cells(row), strict=True))
    assert cells["times as good"].startswith("at least")
    assert cells["goal"].endswith("not shown")
    assert "not finished after 0.05 cpu s" in cells["note"]
    absent = beside("populate", "a peer", [ours], [side("none", environment=".venv-of-nobody")], note="how it is done")
    assert (absent.ratio, absent.note) == (None, "not installed")


def test_hanging_process_is_killed_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(subprocess.TimeoutExpired):
        run(["sh", "-c", f"sh -c 'sleep 3; touch {mark}' & sleep 60"], limit=1)
    with pytest.raises(subprocess.TimeoutExpired):
        run(["sleep", "60"], limit=3)
    assert not mark.exists()


def test_runaway_question_is_stopped_at_its_time_limit() -> None:
    graph = Graph()
    for number in range(100):
        graph.add((URIRef(f"urn:{number}"), RDF.value, Literal(number)))
    runaway = f"SELECT * {{ {' '.join(f'?s{n} ?p{n} ?o{n} .' for n in range(6))} }}"
    small, stopped = querying.asked_of_rdflib(graph, ["ASK { ?s ?p 7 }", runaway], 1.5)
    assert small < 1 < stopped <= 1.5
    assert signal.getsignal(signal.SIGPROF) == signal.SIG_DFL


def test_results_keep_the_rows_of_other_steps_and_sizes(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    order = ("read", "validate", "growth")

    def row(step: str) -> Row:
        return Row(step, "peer", [1.0], [2.0])

    results.write({"validate 1000000": [row("v6")], "growth": [row("g")]}, order, file)
    results.write({"read 100000": [row("r5")], "validate 100000": [row("v5"), row("v5 too")]}, order, file)
    results.write({"growth": [row("new g")]}, order, file)
    lines = file.read_text(encoding="utf-8").splitlines()
    table = [line.split(" | ")[1] for line in lines if line.startswith("| ")][2:]
    assert table == ["r5", "v5", "v5 too", "v6", "new g"]
    assert file.read_text(encoding="utf-8").count("# Results") == 1


def test_what_grows_faster_than_the_data_is_marked() -> None:
    def growth(exponent: float, seconds: float) -> scaling.Growth:
        return scaling.Growth("x", [(size, seconds * (size / 200_000) ** exponent) for size in (1e5, 2e5, 4e5)])

    assert growth(1.1, 1.0).marks == []
    assert growth(2.0, 1.0).marks == ["GROWS with exponent 2.00"]
    assert growth(1.0, 2.5).marks == ["SLOW: 2.5 s"]
    assert growth(2.0, 0.001).marks == [], "too short to tell"


def test_a_dataset_is_multiplied_but_for_what_its_records_share(world: Assembly) -> None:
    once, thrice = (set(scaling.multiplied(world, times).splitlines()) for times in (1, 3))
    base = world.publication.iri
    own = {slug for slug, entry in world.listing.entries.items() if entry.file.split("/")[1] not in scaling.SHARED}
    assert once == {line.encode() for line in world.statements}
    subjects = {line[1 : line.index(b">")].decode().removeprefix(base).partition("#")[0] for line in thrice}
    assert subjects == {*world.listing.entries, *(f"{slug}-copy-{copy}" for slug in own for copy in (1, 2))}
    stated = {slug: [line for line in once if line.startswith(f"<{base}{slug}".encode())] for slug in ("dorland",)}
    assert all(line in thrice for line in stated["dorland"])
