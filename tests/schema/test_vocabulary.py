"""Ontology, shapes, rules and questions that cannot be read: one fault each, where it is, with either engine."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import copy_of_world
from upheaval.cli.main import main

PREFIXES = """\
@prefix v: <https://example.net/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
"""
SHAPE = f"""{PREFIXES}v:s a sh:NodeShape ; sh:targetClass statecraft:State ; sh:property v:p .
v:p a sh:PropertyShape ; sh:path statecraft:cowCode ;
    """
CONFLICT = "<<<<<<< HEAD\n=======\n>>>>>>> x\n"
BAD = {
    "ontology that is not Turtle": ({"ontology/a.ttl": "v:a a b ."}, ["ontology/a.ttl:1:1: error: this is not Turtle"]),
    "several files": (
        {"ontology/a.ttl": "<", "shapes/b.ttl": "<x> <y> .", "ontology/rules/c.rq": CONFLICT},
        ["ontology/a.ttl:1:", "ontology/rules/c.rq:1:1:", "shapes/b.ttl:1:"],
    ),
    "conflicts in questions": (
        {"queries/a.rq": f"# title: A\n{CONFLICT}", "queries/b.rq": CONFLICT},
        ["queries/a.rq:2:1: error: the file holds an unresolved merge conflict", "queries/b.rq:1:1:"],
    ),
    "question that is not SPARQL": ({"queries/a.rq": "SELECT ?x {\n  ?x a\n}"}, ["queries/a.rq:3:1: error: "]),
    "rule that is not SPARQL": ({"ontology/rules/z.rq": "CONSTRUCT {"}, ["ontology/rules/z.rq:1:"]),
    "class without a label": (
        {
            "ontology/a.ttl": f"{PREFIXES}v:War a owl:Class .",
            "shapes/a.ttl": f'{PREFIXES}v:w a sh:NodeShape ; sh:targetClass v:War ; statecraft:folder "wars" .',
        },
        ["ontology/a.ttl:7:1: error: the class <https://example.net/terms/War> has no label"],
    ),
    "pattern": ({"shapes/a.ttl": f'{SHAPE}sh:pattern "[a" .'}, ["shapes/a.ttl:9:16: error: the pattern "]),
    "count": ({"shapes/a.ttl": f'{SHAPE}sh:minCount "one" .'}, ["shapes/a.ttl:9:17: error: the value of sh:minCount"]),
    "list": (
        {"shapes/a.ttl": f"{SHAPE}sh:in v:l .\nv:l rdf:first 1 ; rdf:rest v:l ."},
        ["shapes/a.ttl:9:11: error: the value of sh:in is not a well-formed list"],
    ),
    "language": (
        {"ontology/a.ttl": f'{PREFIXES}v:War a owl:Class ; rdfs:label "War"@en , "戦争"@jp .'},
        ["ontology/a.ttl:7:48: error: `jp` is not a language of the registry (did you mean `ja`?"],
    ),
    "bytes": ({"shapes/a.ttl": "# caf\udce9"}, ["shapes/a.ttl:1:6: error: the file is not UTF-8 (save it as UTF-8)"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_fault_at_its_line(tmp_path: Path, name: str, engine: str) -> None:
    files, expected = BAD[name]
    root = copy_of_world(tmp_path)
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    result = CliRunner().invoke(main, ["check", "--engine", engine, "--root", str(root)], catch_exceptions=False)
    found = result.stdout.splitlines()
    assert result.exit_code == 1
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)
        assert line.endswith(")"), "has a cure"


@pytest.mark.slow
def test_what_editors_leave_beside_a_vocabulary_is_not_read(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    for folder, suffix in (("ontology", "ttl"), ("ontology/rules", "rq"), ("shapes", "ttl"), ("queries", "rq")):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / f".#x.{suffix}").symlink_to("somebody@host.1234")
        (root / folder / f"._x.{suffix}").write_bytes(b"\0\5\x16\7")
    result = CliRunner().invoke(main, ["check", "--root", str(root)], catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (0, "")
