"""Shapes as other people write them, in publications of their own: what `upheaval check` finds, by either engine.

What is expected follows from SHACL, not from what either engine does. As every case has a record, properties and shapes
of its own, they can stand in one publication; in a whole sweep each is a publication by itself.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests.support import sampled
from upheaval.check import incremental
from upheaval.cli.main import main

PUBLICATION = """\
iri: https://lakes.example/
prefix: lakes
name: lakes
title: Lakes
description: Lakes and what is said of them
license: https://creativecommons.org/publicdomain/zero/1.0/
creator: A lake office
version: 1.0.0
issued: 2026-01-01
"""
PREFIXES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix l: <https://lakes.example/terms/> .
@prefix s: <urn:x-lakes:shape:> .
"""
ONTOLOGY = """\
l:Lake a owl:Class ; rdfs:label "lake"@en ; rdfs:comment "A lake."@en .
l:Reservoir a owl:Class ; rdfs:subClassOf l:Lake ; rdfs:label "reservoir"@en ; rdfs:comment "A dammed lake."@en .
"""
SHAPES = """\
s:lake a sh:NodeShape ; sh:targetClass l:Lake ; rdfs:comment "Lakes." ; statecraft:folder "lakes" .
s:lake sh:property s:label .
s:reservoir a sh:NodeShape ; sh:targetClass l:Reservoir ; rdfs:comment "Dams." ; statecraft:folder "reservoirs" .
s:label a sh:PropertyShape ; sh:path rdfs:label ; sh:datatype rdf:langString .
"""


@dataclass(frozen=True)
class Case:
    """Shapes, a record that they are asked of, and the lines of the record where there are faults.

    The file says what the fields hold; `expected` are its `lines`, and `name` is also the record's.
    """

    name: str
    keys: dict[str, str]
    shapes: str
    record: str
    expected: tuple[int, ...] = ()
    folder: str = "lakes"
    severity: str = "error"
    pyshacl: tuple[int, ...] | None = None
    ontology: str = ""

    def own(self, text: str) -> str:
        """Return a text with the terms of the case."""
        names = {"P": f"l:{self.name}-p", "Q": f"l:{self.name}-q", "S": f"s:{self.name}", "T": f"l:{self.name}-t"}
        names["NODE"] = f"<https://lakes.example/{self.name}>"
        return re.sub(r"(?<![\w:\\{$?])(P|Q|S|T|NODE)(?!\w)", lambda found: names[found[0]], text)

    def properties(self) -> str:
        """Return the shapes that give the record its keys."""
        return "".join(
            f"s:lake sh:property s:{self.name}-{key} .\n"
            f"s:{self.name}-{key} a sh:PropertyShape ; sh:path {self.own(key)} ; {self.own(body)} .\n"
            for key, body in self.keys.items()
        )

    def terms(self) -> str:
        """Return the declarations of its properties."""
        if self.ontology:
            return self.own(self.ontology)
        texts = 'rdfs:label "{0}"@en ; rdfs:comment "What {0} is."@en'
        return "".join(
            f"{self.own(key)} a owl:{'Datatype' if 'atatype' in body else 'Object'}Property ; "
            f"{texts.format(f'{self.name} {key}')} .\n"
            for key, body in self.keys.items()
        )

    def yaml(self) -> str:
        """Return the record."""
        lines = re.sub(r"^([PQ]):", lambda found: f"{self.name}-{found[1].lower()}:", self.record, flags=re.MULTILINE)
        return f"label: {{en: {self.name}}}\n{lines}\n"


def read_cases() -> list[Case]:
    """Return the cases that the file beside this one has."""
    text = Path(__file__).with_name("foreign-shapes.yaml").read_text(encoding="utf-8")
    return [
        Case(
            name,
            given.get("keys", {}),
            given.get("shapes", ""),
            given.get("record", ""),
            tuple(map(int, given.get("lines", ()))),
            given.get("folder", "lakes"),
            given.get("severity", "error"),
            tuple(map(int, given["pyshacl"])) if "pyshacl" in given else None,
            given.get("terms", ""),
        )
        for name, given in yaml.load(text, yaml.BaseLoader).items()
    ]


CASES = read_cases()
NAMES = {case.name: case for case in CASES}


SHARED = ("along-mouth", "starts", "between")
"""Cases that others refer to."""


def publish(root: Path, cases: Iterable[Case]) -> Path:
    """Write a publication with some cases."""
    cases = list(cases)
    files = {
        "data/publication.yaml": PUBLICATION,
        "ontology/lakes.ttl": PREFIXES + ONTOLOGY + "".join(case.terms() for case in cases),
        "shapes/lakes.ttl": PREFIXES
        + SHAPES
        + "".join(f"{case.properties()}{case.own(case.shapes)}\n" for case in cases),
        **{f"data/{case.folder}/{case.name}.yaml": case.yaml() for case in cases},
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def read_refused() -> dict[str, str]:
    """Return the shapes that the file beside this one has, with what is to be said of each."""
    text = Path(__file__).with_name("foreign-shapes-refused.ttl").read_text(encoding="utf-8")
    return {shapes: says for says, shapes in re.findall(r"^# (.*)\n((?:s:.*\n)(?:.+\n)*)", text, re.MULTILINE)}


REFUSED = read_refused()


def run_check(root: Path, engine: str, *words: str) -> list[dict[str, Any]]:
    """Run the command, and return its faults."""
    result = CliRunner().invoke(
        main, ["check", "--root", str(root), "--engine", engine, "--format", "json", "--jobs", "1", *words]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    faults: list[dict[str, Any]] = json.loads(result.stdout)
    assert result.exit_code == any(fault["severity"] == "error" for fault in faults)
    return faults


def places(faults: Iterable[dict[str, Any]]) -> list[tuple[str, int, str]]:
    """Return where the shapes found a fault; some cases are of spaces, which are also faults of the text."""
    return sorted(
        (fault["file"], fault["line"] or 0, fault["severity"])
        for fault in faults
        if not fault["rule"].startswith("text/")
    )


def expected_of(cases: Iterable[Case], engine: str = "compiled") -> list[tuple[str, int, str]]:
    """Return the same, as it should be, or as pySHACL has it."""
    return sorted(
        (f"data/{case.folder}/{case.name}.yaml", line, case.severity)
        for case in cases
        for line in (case.pyshacl if engine == "pyshacl" and case.pyshacl is not None else case.expected)
    )


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
def test_faults_are_those_that_shacl_says(engine: str, tmp_path: Path) -> None:
    assert places(run_check(publish(tmp_path, CASES), engine)) == expected_of(CASES, engine)


@pytest.mark.slow
def test_small_batches_make_no_difference(tmp_path: Path) -> None:
    _, faults = incremental.check(incremental.CheckSnapshot(publish(tmp_path, CASES), size=3))
    found = [
        (fault.file, fault.at[0] if fault.at else 0, str(fault.severity))
        for fault in faults
        if not fault.rule.startswith("text/")
    ]
    assert sorted(found) == expected_of(CASES)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
@pytest.mark.parametrize("case", sampled(CASES, 1), ids=lambda case: case.name)
def test_each_is_a_publication_by_itself(case: Case, engine: str, tmp_path: Path) -> None:
    cases = list({one.name: one for one in (case, *map(NAMES.__getitem__, SHARED))}.values())
    assert places(run_check(publish(tmp_path, cases), engine)) == expected_of(cases, engine)


def refusing(root: Path, given: Iterable[str]) -> dict[int, str]:
    """Write a publication whose shapes cannot be used; return what is wrong with them by line."""
    publish(root, [])
    file = root / "shapes" / "lakes.ttl"
    lines = file.read_text(encoding="utf-8").splitlines()
    wrong = {}
    for shapes in given:
        wrong[len(lines) + 1] = REFUSED[shapes]
        lines.extend(shapes.splitlines())
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "data" / "lakes").mkdir(parents=True)
    (root / "data" / "lakes" / "deep.yaml").write_text("label: {en: Deep}\n", encoding="utf-8")
    return wrong


def check_refusal(root: Path, given: Iterable[str], engine: str) -> None:
    wrong = refusing(root, given)
    faults = run_check(root, engine)
    assert {fault["line"] for fault in faults} == wrong.keys()
    for fault in faults:
        assert (fault["file"], fault["severity"]) == ("shapes/lakes.ttl", "error")
        assert fault["cure"]
    for line, says in wrong.items():
        assert [fault for fault in faults if fault["line"] == line and says in fault["message"] + fault["cure"]], says


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
def test_shapes_that_cannot_be_used_are_refused_at_their_lines(engine: str, tmp_path: Path) -> None:
    check_refusal(tmp_path, REFUSED, engine)


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
@pytest.mark.parametrize("shapes", sampled(list(REFUSED), 1), ids=lambda text: text.partition(" ")[0])
def test_each_refusal_by_itself(shapes: str, engine: str, tmp_path: Path) -> None:
    check_refusal(tmp_path, [shapes], engine)


ADVANCED = {
    "sh:targetClass l:Lake ; sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate l:deep ; sh:object true ;"
    " sh:condition s:salt ] ; sh:property [ sh:path l:deep ; sh:maxCount 0 ] . s:salt a sh:NodeShape": "sh:rule",
    "sh:targetClass l:Lake ; sh:expression [ l:no ( sh:this ) ] . l:no a sh:SPARQLFunction ;"
    " sh:returnType xsd:boolean ; sh:parameter [ sh:path l:x ] ; sh:select 'SELECT (false AS ?r) {}'": "sh:expression",
    "a sh:NodeShape ; sh:class l:Reservoir ; sh:target [ a sh:SPARQLTarget ;"
    " sh:select 'SELECT ?this { ?this a <https://lakes.example/terms/Lake> }' ]": "sh:target",
}
"""Shapes with SHACL Advanced Features, all of which the lake violates."""


@pytest.mark.slow
@pytest.mark.parametrize(("shapes", "word"), ADVANCED.items(), ids=ADVANCED.values())
def test_advanced_features_are_a_matter_for_pyshacl(shapes: str, word: str, tmp_path: Path) -> None:
    publish(tmp_path, [])
    file = tmp_path / "shapes" / "lakes.ttl"
    line = len(file.read_text(encoding="utf-8").splitlines()) + 1
    with file.open("a", encoding="utf-8") as text:
        text.write(f"s:advanced {shapes} .\n")
    (tmp_path / "data" / "lakes").mkdir(parents=True)
    (tmp_path / "data" / "lakes" / "deep.yaml").write_text("label: {en: Deep}\n", encoding="utf-8")
    for fault in (compiled := run_check(tmp_path, "compiled")):
        assert (fault["file"], fault["line"], fault["severity"]) == ("shapes/lakes.ttl", line, "error")
        assert "check with --engine pyshacl" in fault["cure"]
    assert word in compiled[0]["message"]
    (fault,) = run_check(tmp_path, "pyshacl")
    assert (fault["file"], fault["severity"]) == ("data/lakes/deep.yaml", "error")
    built = CliRunner().invoke(main, ["build", "--root", str(tmp_path), "--to", str(tmp_path / "build")])
    assert built.exit_code == 1
    assert not (tmp_path / "build").exists()
