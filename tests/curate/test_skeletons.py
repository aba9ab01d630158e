"""A skeleton says what a record needs; none passes before it is filled in, whoever's class it is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import copy_of_world
from upheaval.check.checking import check
from upheaval.cli.main import main
from upheaval.curate.skeletons import record_skeleton
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.namespaces import SHAPES as STATECRAFT_SHAPES
from upheaval.schema.contract import Kind
from upheaval.sources.parser import read

CLASSES = """
@prefix v: <https://example.net/river-terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
v:Gauge a owl:Class ; rdfs:label "gauge"@en .
v:Reading a owl:Class ; rdfs:label "reading"@en .
v:Probe a owl:Class ; rdfs:label "probe"@en .
v:GaugeKind a owl:Class ; rdfs:subClassOf skos:Concept ; rdfs:label "kind of gauge"@en .
v:staff a v:GaugeKind ; skos:prefLabel "staff gauge"@en .
v:name a owl:DatatypeProperty ; rdfs:label "name"@en .
v:level a owl:DatatypeProperty ; rdfs:label "level"@en .
v:tidal a owl:DatatypeProperty ; rdfs:label "tidal"@en .
v:gaugeKind a owl:ObjectProperty ; rdfs:label "kind"@en .
v:reading a owl:ObjectProperty ; rdfs:label "reading"@en .
v:probe a owl:ObjectProperty ; rdfs:label "probe"@en .
v:of a owl:ObjectProperty ; rdfs:label "of"@en .
"""
SHAPES = """
@prefix v: <https://example.net/river-terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
v:g a sh:NodeShape ; sh:targetClass v:Gauge ; statecraft:folder "gauges" ;
  sh:property v:g1 , v:g2 , v:g3 , v:g4 , v:g5 .
v:g1 a sh:PropertyShape ; sh:path v:name ; sh:datatype rdf:langString ; sh:minCount 1 .
v:g2 a sh:PropertyShape ; sh:path v:gaugeKind ; sh:class v:GaugeKind ; sh:minCount 1 ; sh:maxCount 1 .
v:g3 a sh:PropertyShape ; sh:path v:reading ; sh:class v:Reading ; sh:minCount 1 .
v:g4 a sh:PropertyShape ; sh:path v:of ; sh:class statecraft:State ; sh:minCount 2 .
v:g5 a sh:PropertyShape ; sh:path v:tidal ; sh:datatype xsd:boolean ; sh:minCount 1 ; sh:maxCount 1 .
v:r a sh:NodeShape ; sh:targetClass v:Reading ; sh:property v:r1 , v:r2 .
v:r1 a sh:PropertyShape ; sh:path v:level ; statecraft:identifying true ;
  sh:datatype xsd:decimal ; sh:minCount 1 ; sh:maxCount 1 .
v:r2 a sh:PropertyShape ; sh:path v:probe ; sh:class v:Probe ; sh:minCount 1 .
v:i a sh:NodeShape ; sh:targetClass v:Probe ; sh:property v:i1 .
v:i1 a sh:PropertyShape ; sh:path v:name ; statecraft:identifying true ; sh:datatype rdf:langString ; sh:minCount 1 .
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_of_world(tmp_path)


def places(text: str) -> Iterator[tuple[int, int]]:
    """Yield the line and column of each placeholder that is not commented out."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            yield from ((number, found.start() + 1) for found in re.finditer(r"\.\.\.", line))


def kinds(assembly: Assembly) -> Iterator[tuple[Kind, str]]:
    for kind in assembly.contract.folders.values():
        yield kind, record_skeleton(kind, assembly.contract)


ALTERNATIVES = f"{STATECRAFT_SHAPES}#FinancialArrangement-of-one"
"""Whoever takes part is named under one of several keys, so that none of them has a placeholder."""


@pytest.mark.slow
def test_every_placeholder_of_every_kind_is_refused_at_its_place(root: Path) -> None:
    (root / "ontology").mkdir()
    (root / "ontology/rivers.ttl").write_text(CLASSES)
    (root / "shapes").mkdir()
    (root / "shapes/rivers.ttl").write_text(SHAPES)
    assembly = assemble(root)
    assert "gauges" in assembly.contract.folders
    expected = []
    for kind, text in kinds(assembly):
        file = f"data/{kind.folder}/new-{kind.folder}.yaml"
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
        here = list(places(text))
        assert here, f"nothing in the skeleton of {kind.folder} is to be filled in"
        expected += [(file, at, "yaml/placeholder") for at in here]
    expected.append(("data/financial-arrangements/new-financial-arrangements.yaml", (5, 1), ALTERNATIVES))
    assembly = assemble(root)
    found = [(fault.file, fault.at, fault.rule) for fault in check(assembly)]
    assert sorted(map(str, found)) == sorted(map(str, expected))


def test_a_skeleton_has_no_value_but_placeholders(world: Assembly) -> None:
    for kind, text in kinds(world):
        for line in text.splitlines():
            value = line.removeprefix("# ").partition(": ")[2]
            if re.match(r"(# )?[ -]*[A-Za-z0-9]+: ", line) and not line.startswith("# One of"):
                assert value in ("...", "{en: ...}", "[..., ...]") or line.startswith("# "), (kind.folder, line)


def test_optional_keys_can_be_uncommented(world: Assembly) -> None:
    names = {name for kind in world.contract.kinds.values() for name in kind.keys}
    for kind, text in kinds(world):
        body, _ = read(text.encode(), "x.yaml")
        assert {key.name for key in kind.keys.values() if key.minimum and not key.default} <= set(body or {})
        lines = [
            line[2:] if line.startswith("# ") and line[2:].lstrip(" -").split(":")[0] in names else line
            for line in text.splitlines()
        ]
        body, faults = read("\n".join(lines).encode(), "x.yaml")
        assert list(body or {}) == list(kind.keys)
        assert {fault.rule for fault in faults} == {"yaml/placeholder"}


FILLED = {
    "citation": "gazette",
    "source": "gazette",
    "item": "timber",
    "placeKind": "city",
    "origin": "arvenia",
    "cooperationType": "trade",
    "evidentialStatus": "reported",
    "organizationKind": "company",
    "sourceKind": "news",
    "commodityKind": "timber",
    "party": "[arvenia, belmora]",
    "action": "signed",
    "date": "2001-02-03",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["states", "sources", "places", "treaties", "organizations"])
def test_a_skeleton_that_is_filled_in_passes(kind: str, root: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["new", "record", kind, "a-new-one", "--root", str(root)]).exit_code == 0
    file = root / "data" / kind / "a-new-one.yaml"
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        name = line.lstrip(" -").split(":")[0]
        lines.append(line.replace("[..., ...]", "...").replace("...", FILLED.get(name, "A text")))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = runner.invoke(main, ["check", "--root", str(root)])
    assert (result.exit_code, result.stdout) == (0, "")
