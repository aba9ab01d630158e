"""Curated and imported records together: proposals of matches, questions that use both, and stores that hold both."""

import csv
import io
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from tests.importers.support import BASE, Imports
from tests.load.stores import need_jena
from tests.query.test_questions import in_rdflib, on_oxigraph, on_rdflib, text_of
from tests.support import WHOLE
from upheaval.build.export import export
from upheaval.build.folder import write_build
from upheaval.cli.main import main
from upheaval.importers.matching import as_turtle, propose
from upheaval.importers.target import ImportTarget
from upheaval.load.targets import Options, open_target
from upheaval.load.verification import LoadReport, load
from upheaval.populate.assembly import Assembly, assemble
from upheaval.store.builds import Build, Unloaded, open_build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folders(imports: Imports) -> dict[str, Path]:
    return {name: imports[name] for name in ("sipri", "cow")}


@pytest.fixture(scope="module")
def both(target: ImportTarget, folders: dict[str, Path]) -> Assembly:
    assembly = assemble(target.publication.root)
    for folder in folders.values():
        open_build(folder).into(assembly.store)
    return assembly


QUESTIONS = {
    "transfers-in-registers": [
        ["drones-to-belmora-2010", "Drones for Belmora", "2010", "1", "2010-01-01"],
        ["shells-to-corvania-2011", "Shells for Corvania", "2011-01", "0", "2011-01-01"],
    ],
    "treaties-coded-as-alliances": [
        ["friendship-treaty-1955", "Friendship Treaty", "1955-03", "1", "1955-03-01"],
        ["neighbourhood-treaty-1990", "Neighbourhood Treaty", "1990-05-04", "0", "1990-05-04"],
    ],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_uses_both_worlds_on_both_engines(name: str, both: Assembly) -> None:
    text = text_of(name, both, {})
    _, found = on_oxigraph(both, text)
    wanted = [[BASE + row[0], *row[1:]] for row in QUESTIONS[name]]
    assert found == wanted
    assert sorted(on_rdflib(in_rdflib(both), text)) == sorted(wanted)


def test_same_parties_spans_and_types_are_proposed(both: Assembly) -> None:
    found = {
        (one.curated.iri, one.imported.iri.rpartition("/import/")[2].split("/")[0]): one for one in propose(both.store)
    }
    assert set(found) == {(f"{BASE}drones-to-belmora-2010", "sipri"), (f"{BASE}friendship-treaty-1955", "cow")}
    assert {one.confidence for one in found.values()} == {"high"}
    transfer = found[f"{BASE}drones-to-belmora-2010", "sipri"]
    assert transfer.types == "drone-transfer"
    turtle = as_turtle(found.values())
    assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == 2


def test_query_asks_an_import_too(target: ImportTarget, folders: dict[str, Path]) -> None:
    arguments = ["query", "transfers-in-registers", "--root", str(target.publication.root), "--format", "csv"]
    alone = CliRunner().invoke(main, arguments)
    beside = CliRunner().invoke(main, [*arguments, "--with", str(folders["sipri"])])
    assert "Drones for Belmora,2010,0," in alone.output
    assert "Drones for Belmora,2010,1," in beside.output


def test_match_writes_a_review_file_and_merges_nothing(
    target: ImportTarget, folders: dict[str, Path], tmp_path: Path
) -> None:
    root = target.publication.root
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    arguments = ["match", *map(str, folders.values()), "--root", str(root), "--out", str(tmp_path / "m.csv")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO((tmp_path / "m.csv").read_text(encoding="utf-8"))))
    assert [row["confidence"] for row in rows] == ["high", "high"]
    assert all(row["parties"] and row["spans"] and row["types"] for row in rows)
    assert before == {path: path.read_bytes() for path in root.rglob("*.yaml")}


def loaded(target: str, build: Build) -> LoadReport:
    return load(open_target(target, Options(timeout=120), {}), build, {}, lambda count: None, False)


@pytest.fixture(scope="module")
def curated(target: ImportTarget, tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("curated") / "build"
    write_build(export(assemble(target.publication.root)), folder)
    return open_build(folder)


def check_both(target: str, curated: Build, folders: dict[str, Path], *more: Build) -> None:
    for build in (open_build(folders["cow"]), curated, *more):
        report = loaded(target, build)
        assert report.changed
        assert report.ok
    for build in (curated, open_build(folders["cow"])):
        report = loaded(target, build)
        assert not report.changed, "an import or a build has taken the other away"
        assert report.ok


@pytest.mark.engine
def test_oxigraph_holds_a_build_and_imports(oxigraph: str, curated: Build, folders: dict[str, Path]) -> None:
    check_both(f"oxigraph:{oxigraph}", curated, folders, open_build(folders["sipri"]))


@pytest.mark.engine
def test_tdb2_holds_a_build_and_imports(tmp_path: Path, curated: Build, folders: dict[str, Path]) -> None:
    need_jena()
    more = [open_build(folders["sipri"])] if WHOLE else []
    check_both(f"tdb2:{tmp_path / 'both'}", curated, folders, *more)


def test_broken_shard_is_not_loaded(imports: Imports, tmp_path: Path) -> None:
    shutil.copytree(imports["cow"], tmp_path / "out")
    shard = next((tmp_path / "out").glob("*Step*"))
    shard.write_bytes(shard.read_bytes()[:-10])
    with pytest.raises(Unloaded, match="is not the file that manifest"):
        open_build(tmp_path / "out")
