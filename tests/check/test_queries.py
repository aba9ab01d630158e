"""The queries that a publication brings are judged before anything is run, and a fault is shown where it stands."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import WORLD, copy_of_world, faults_of
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.cli.main import main
from upheaval.faults import Refusal
from upheaval.populate.assembly import assemble

SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
# SELECT $this { SERVICE <http://127.0.0.1:9/> { $this ?p ?o } }
<urn:s> a sh:NodeShape ;
  sh:targetClass <https://w3id.org/statecraft#State> ;
  sh:sparql [ a sh:SPARQLConstraint ; sh:prefixes [ sh:declare [ sh:prefix "a" ; sh:namespace "http://a/" ] ] ;
    sh:select SELECT ] .
"""
CASES = {
    "queries/q.rq": ("# title: q\nSELECT * {\n  SERVICE <http://127.0.0.1:9/> {} }", "3:3", "SERVICE is not allowed"),
    "queries/escape.rq": ("ASK {\n ?s ?p 'a\\u0027 . } # ' . SERVICE ?x {} }", "2:10", "escape \\u0027"),
    "queries/load.rq": ("# title: q\nLOAD <http://127.0.0.1:9/>", "2:1", "LOAD is an update"),
    "queries/from.rq": ("# title: q\nASK FROM <file:///etc/passwd> {}", "2:11", "unknown graph <file:///etc/passwd>"),
    "queries/no.rq": ("# title: q\nSELECT nothing", "2:8", "`nothing` is not a keyword of SPARQL"),
    "ontology/rules/99-x.rq": ("CONSTRUCT { ?s ?p ?o }\n{ SERVICE ?s { ?s ?p ?o } }", "2:3", "SERVICE is not allowed"),
    "shapes/x.ttl": (
        SHAPE.replace("SELECT ]", '"""SELECT $this {\n $this a:b ?o\n   SERVICE ?o {} }""" ]'),
        "8:4",
        "SERVICE is not allowed",
    ),
    "shapes/y.ttl": (
        SHAPE.replace("SELECT ]", "'SELECT $this { SERVICE ?o {} $this a:b \"\\u0041\" }' ]"),
        "6:31",
        "SERVICE is not allowed",
    ),
    "shapes/z.ttl": (
        SHAPE.replace("SELECT ]", '"SELECT $this FROM <http://127.0.0.1:9/> { $this a:b ?o }" ]'),
        "6:35",
        "unknown graph <http://127.0.0.1:9/>; there are no graphs",
    ),
}


def write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["queries", "ontology", "shapes"])
@pytest.mark.parametrize("command", ["check", "build", "build --stream", "check --engine pyshacl"])
def test_refused_query_is_a_fault_at_its_position(command: str, folder: str, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    chosen = {file: case for file, case in CASES.items() if file.startswith(folder)}
    for file, (text, _, _) in chosen.items():
        write(root, file, text)
    result = CliRunner().invoke(main, [*command.split(), "--root", str(root)], catch_exceptions=False)
    for file, (_, place, message) in chosen.items():
        (line,) = (line for line in result.output.splitlines() if line.startswith(file))
        assert line.startswith(f"{file}:{place}")
        assert message in line
    assert result.exit_code == 1
    assert not (root / "build").exists()


@pytest.mark.slow
def test_malformed_header_is_a_fault_at_its_line(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    block = "SELECT * { VALUES ?x { <a:a> } VALUES ?y { <a:a> } }"
    write(root, "queries/q.rq", f"# title: q\n# parameter: x record(Stat) it\n# parameter: y recrd it\n{block}")
    found = [(fault.file, fault.at, fault.text) for fault in check(CheckSnapshot(root))[1]]
    assert found == [
        ("queries/q.rq", (2, 1), "there are no records of a class `Stat` (did you mean `State`?)"),
        ("queries/q.rq", (3, 16), "unknown type `recrd` (did you mean `record`?)"),
    ]


@pytest.mark.slow
def test_query_is_judged_again_when_it_is_saved(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    snapshot, faults = check(CheckSnapshot(root))
    assert faults == []
    write(root, "queries/q.rq", "# title: q\nASK { SERVICE ?s {} }")
    snapshot, (fault,) = check(snapshot, [root / "queries/q.rq"])
    assert (fault.file, fault.at) == ("queries/q.rq", (2, 7))
    (root / "queries/q.rq").unlink()
    assert check(snapshot)[1] == []


@pytest.mark.slow
def test_federated_questions_may_use_service(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    shutil.copytree(WORLD.parents[1] / "queries" / "federated", root / "queries" / "federated")
    assert faults_of(root) == []


@pytest.mark.slow
def test_rule_with_an_unknown_graph_is_refused(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    write(root, "ontology/rules/99-x.rq", "CONSTRUCT { ?s ?p ?o }\nFROM <http://127.0.0.1:9/> { ?s ?p ?o }")
    with pytest.raises(Refusal, match=r"ontology/rules/99-x\.rq:2:7: error: FROM names the unknown graph"):
        assemble(root)
