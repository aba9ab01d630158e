"""`upheaval link export`: SSSOM that `sssom` takes, and the same links in SKOS and OWL."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import OWL, SKOS, Graph, Namespace

from tests.link.publication import LINKS, WD, linked_world, write_link
from tests.support import run_tool
from upheaval.cli.main import main
from upheaval.link.mappingsets import read_sssom

SSSOM = Namespace("https://w3id.org/sssom/")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = linked_world(tmp_path_factory.mktemp("forms"), port_arven="")
    write_link(root, "port-arven", f"{WD}Q904", "broad-match")
    return root


def exported(root: Path, name: str, *options: str) -> Path:
    found = CliRunner().invoke(main, ["link", "export", str(root / name), "--root", str(root), *options])
    assert found.exit_code == 0, found.output
    assert "8 links" in found.output
    return root / name


@pytest.mark.slow
def test_sssom_validates_the_links(root: Path) -> None:
    path = exported(root, "links.sssom.tsv")
    validated = run_tool("sssom", "validate", str(path))
    assert validated.returncode == 0, validated.stderr
    assert "error" not in validated.stderr.lower()
    lines = {one.object_id: one for one in read_sssom(path.read_text(), path.name)}
    assert {f"wikidata:{number}" for number in LINKS.values()} | {"example_com:arvenia"} == lines.keys()
    assert (lines["wikidata:Q904"].predicate_id, lines["wikidata:Q904"].confidence) == ("skos:broadMatch", "0.9")
    assert lines["wikidata:Q905"].comment == "Gazette of the Vale, annex: pairs them"


def test_skos_and_owl_say_the_same(root: Path) -> None:
    plain = Graph().parse(exported(root, "links.ttl"))
    owl = Graph().parse(exported(root, "owl.ttl", "--owl"))
    assert len(plain) == 8
    assert set(plain) <= set(owl)
    axioms = {
        (
            owl.value(axiom, OWL.annotatedSource),
            owl.value(axiom, OWL.annotatedProperty),
            owl.value(axiom, OWL.annotatedTarget),
        )
        for axiom in owl.subjects(predicate=SSSOM.confidence)
    }
    assert axioms == set(plain)
    assert len(list(owl.subject_objects(SSSOM.mapping_justification))) == 8
    assert len(list(plain.subject_objects(SKOS.broadMatch))) == 1


@pytest.mark.parametrize("arguments", [["links.csv"], ["links.tsv", "--owl"]])
def test_other_files_are_refused(arguments: list[str], root: Path) -> None:
    found = CliRunner().invoke(main, ["link", "export", *arguments, "--root", str(root)])
    assert found.exit_code == 1
    assert not Path(arguments[0]).exists()
