"""The same sources give the same bytes, the same records in another order the same graph; and nothing is fetched."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.support import WORLD, copy_of_world, examples
from upheaval.build.export import export
from upheaval.cli.main import main
from upheaval.populate.assembly import assemble
from upheaval.rdf.graphs import canonical_hash


def build(root: Path, seed: str, zone: str) -> dict[str, bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
    command = [sys.executable, "-m", "upheaval", "build", "--root", str(root), "--to", str(root / "out")]
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=root)
    out = root / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_two_builds_have_the_same_bytes(tmp_path: Path) -> None:
    sources = sorted(path for path in (WORLD / "data").rglob("*") if path.is_file())
    builds = []
    for name, seed, zone in (("one", "1", "UTC"), ("another place with blanks", "4711", "Asia/Pyongyang")):
        root = tmp_path / name
        random.Random(seed).shuffle(sources)
        for number, source in enumerate(sources):
            file = root / source.relative_to(WORLD)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.read_bytes())
            os.utime(file, (1e9 + number * int(seed), 1e9 + number * int(seed)))
        builds.append(build(root, seed, zone))
    assert sorted(builds[0]) == sorted(builds[1])
    assert [path for path in builds[0] if builds[0][path] != builds[1][path]] == []
    assert len(builds[0]) > 80


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    return {
        path.relative_to(WORLD).as_posix(): yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for path in sorted((WORLD / "data").rglob("*.yaml"))
    }


@pytest.fixture(scope="module")
def identity() -> str:
    return identity_of(WORLD)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_world(tmp_path_factory.mktemp("shuffled"))


def identity_of(root: Path) -> str:
    assembly = assemble(root)
    assert assembly.faults == []
    return canonical_hash({quad.triple for quad in assembly.store if "/vocabulary" not in quad.graph_name.value})


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        items = [(key, shuffled(inner, chance)) for key, inner in value.items()]
        chance.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        items = [shuffled(inner, chance) for inner in value]
        chance.shuffle(items)
        return items
    return value


@examples(6)
@given(st.integers(0, 2**32))
def test_order_of_keys_does_not_change_the_data(
    documents: dict[str, Any], identity: str, elsewhere: Path, seed: int
) -> None:
    chance = random.Random(seed)
    for path, document in documents.items():
        if path != "data/publication.yaml":
            (elsewhere / path).write_text(written(shuffled(document, chance), chance), encoding="utf-8")
    assert identity_of(elsewhere) == identity


def written(document: Any, chance: random.Random) -> str:
    """Write YAML in one of its styles; every text is quoted, so that none is taken for anything else."""
    style = chance.choice([True, False])
    quote = chance.choice(['"', "'"])
    return str(
        yaml.dump(
            document,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=style,
            default_style=quote,
            Dumper=yaml.SafeDumper,
        )
    )


def test_shuffled_records_give_the_same_files(documents: dict[str, Any], elsewhere: Path) -> None:
    chance = random.Random(0)
    for path, document in documents.items():
        if path != "data/publication.yaml":
            (elsewhere / path).write_text(written(shuffled(document, chance), chance), encoding="utf-8")
    one, other = export(assemble(WORLD)), export(assemble(elsewhere))
    assert [path for path in one if one[path] != other.get(path)] == []


def test_changed_data_change_the_identity(identity: str, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data/states/dorland.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Dorland", "Dorlond"), encoding="utf-8")
    assert identity_of(root) != identity


def upheaval(*words: str, root: Path = WORLD, text: str | None = None) -> Result:
    return CliRunner().invoke(main, [*words, "--root", str(root)], input=text, catch_exceptions=False)


@pytest.fixture
def listener() -> Iterator[str]:
    """Yield the address of a server, and check that nobody came."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    came.append(connection.recv(1000))

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        time.sleep(0.05)
        assert came == []
        server.shutdown(socket.SHUT_RDWR)


SERVICES = ["SERVICE <{}> {{ ?s ?p ?o }}", "?a ?b 1 .SERVICE\nSILENT<{}>{{ ?s ?p ?o }}", "?s ?p 1service<{}>{{}}"]


@pytest.mark.parametrize("pattern", [*SERVICES, "FILTER(1<1)SERVICE#>\n<{}> {{ ?s ?p ?o }}"])
def test_query_contacts_no_other_endpoint(pattern: str, listener: str) -> None:
    for form in ("SELECT *", "ASK", "CONSTRUCT { ?s ?p ?o }"):
        result = upheaval("query", "-", text=f"{form} WHERE {{ {pattern.format(listener)} }}")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "this query cannot be run" in result.stderr


@pytest.mark.parametrize("clause", ["FROM <{}>", "FROM NAMED <{}>"])
def test_query_fetches_no_graph(clause: str, listener: str) -> None:
    result = upheaval("query", "-", "--format", "csv", text=f"SELECT ?s {clause.format(listener)} {{ ?s ?p ?o }}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"unknown graph <{listener}>; the graphs are <https://example.org/northern-pact/graph/data>" in result.stderr


def test_word_service_outside_a_clause_is_allowed() -> None:
    text = "PREFIX service: <urn:service:> SELECT ?service { VALUES ?service { 'SERVICE' service:x } } # service {"
    assert upheaval("query", "-", "--format", "csv", text=text).stdout.split() == [
        "service",
        "SERVICE",
        "urn:service:x",
    ]


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
def test_building_fetches_nothing(engine: str, tmp_path: Path, listener: str) -> None:
    root = copy_of_world(tmp_path)
    (root / "ontology").mkdir()
    imports = (
        f"<urn:x> a <http://www.w3.org/2002/07/owl#Ontology> ; <http://www.w3.org/2002/07/owl#imports> <{listener}> ."
    )
    (root / "ontology/x.ttl").write_text(imports)
    (root / "data/states/dorland.yaml").write_text(f'"@context": {listener}\nlabel: {{en: D}}\n')
    assert "no key `@context`" in upheaval("check", "--engine", engine, root=root).stdout
    (root / "ontology/rules").mkdir()
    (root / "ontology/rules/99-x.rq").write_text(f"CONSTRUCT {{ ?s ?p ?o }}\n{{ SERVICE <{listener}> {{ ?s ?p ?o }} }}")
    assert "ontology/rules/99-x.rq:2:3: error: SERVICE is not allowed" in upheaval("check", root=root).stdout


def test_query_reads_the_graphs_that_it_names() -> None:
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s <https://w3id.org/statecraft#involvesState> ?o }}"
    for name, some in (("data", False), ("derived", True)):
        text = count.format(f"FROM <https://example.org/northern-pact/graph/{name}>")
        assert (upheaval("query", "-", "--format", "csv", text=text).stdout.split()[1] != "0") == some


def test_shapes_contact_no_other_endpoint(tmp_path: Path, listener: str) -> None:
    root = copy_of_world(tmp_path)
    (root / "shapes").mkdir()
    (root / "shapes/x.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ;"
        "sh:targetClass <https://w3id.org/statecraft#State> ; sh:sparql [ a sh:SPARQLConstraint ;"
        f'sh:select "SELECT $this {{ SERVICE <{listener}> {{ $this ?p ?o }} }}" ] .'
    )
    assert "SERVICE is not allowed" in upheaval("check", root=root).stdout
