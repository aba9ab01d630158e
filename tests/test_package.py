"""The wheel is enough: what is installed from it builds publications, with the vocabulary that comes along."""

import csv
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.support import ROOT, once

FOLDERS = {
    "ontology": ("*.ttl", "codes/*.ttl", "alignments/*.ttl", "rules/*.rq"),
    "shapes": ("*.ttl",),
    "queries": ("*.rq", "competency/*"),
}
OF_THE_VOCABULARY = re.compile(r"(statecraft|queries)\..*|.*\.(nq|trig|all\.nt|12\.n[tq])")
CODE = "from upheaval.sources.packaged import packaged; print(packaged())"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "wheel", unpack_wheel) / "site"


def unpack_wheel(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation"]
    result = subprocess.run([*command, "-q", "-w", str(folder), str(ROOT)], capture_output=True, text=True, cwd=folder)
    assert result.returncode == 0, result.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")


def run(unpacked: Path, cwd: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run([sys.executable, *words], cwd=cwd, env=environment, capture_output=True, text=True)
    assert "Traceback" not in result.stderr
    return result.stdout + result.stderr


@pytest.mark.parametrize("folder", FOLDERS)
def test_wheel_holds_the_whole_vocabulary(unpacked: Path, folder: str) -> None:
    for pattern in FOLDERS[folder]:
        expected = {path.relative_to(ROOT / folder): path.read_bytes() for path in (ROOT / folder).glob(pattern)}
        inside = unpacked / "upheaval" / "statecraft" / folder
        assert expected
        assert {path.relative_to(inside): path.read_bytes() for path in inside.glob(pattern)} == expected


def test_wheel_holds_every_module_and_nothing_of_the_project_besides(unpacked: Path) -> None:
    source = ROOT / "scripts" / "upheaval"
    modules = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    inside = {path.relative_to(unpacked / "upheaval").as_posix() for path in unpacked.glob("upheaval/**/*.py")}
    assert inside == modules
    assert sorted(path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")) == ["upheaval"]
    names = {path.as_posix() for path in unpacked.rglob("*")}
    assert not [name for name in names if name.endswith((".pyc", "publication.yaml"))]


def test_wheel_holds_what_the_pages_are_made_of(unpacked: Path) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    for folder in ("assets", "client", "templates"):
        expected = files(ROOT / "scripts" / "upheaval" / "site" / folder)
        assert expected
        assert files(unpacked / "upheaval" / "site" / folder) == expected
    assert (unpacked / "upheaval" / "site" / "client" / ".npmrc").is_file()


def test_command_is_declared(unpacked: Path) -> None:
    (points,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "upheaval = upheaval.cli.main:main" in points.read_text()


def test_new_publication_checks_with_what_the_wheel_holds(unpacked: Path, tmp_path: Path) -> None:
    assert run(unpacked, tmp_path, "-c", CODE).strip() == str(unpacked / "upheaval" / "statecraft")
    assert "created" in run(unpacked, tmp_path, "-m", "upheaval", "new", "publication", "a-pact")
    pact = tmp_path / "a-pact"
    assert run(unpacked, pact, "-m", "upheaval", "check") == "7 records checked, no problems found\n"
    assert "created" in run(unpacked, pact, "-m", "upheaval", "new", "record", "sources", "a-report")
    (pact / "data/sources/a-report.yaml").write_text(
        "label: {en: A report}\npublisher: Somebody\nsourceKind: think-tank\nissued: 2020\n"
    )
    assert run(unpacked, pact, "-m", "upheaval", "check") == "8 records checked, no problems found\n"
    assert "in-force" in run(unpacked, pact, "-m", "upheaval", "query")


RECORDS = {
    ("states", "utopia"): "label: {en: Utopia}\ncowCode: 990\ncitation: [{source: almanac, locator: page 1}]\n",
    ("states", "erewhon"): "label: {en: Erewhon}\ncowCode: 991\ncitation: [{source: almanac, locator: page 2}]\n",
    ("sources", "almanac"): "label: {en: Almanac}\npublisher: Printer\nsourceKind: reference\nissued: 1872\n",
    ("treaties", "pact-of-1872"): """label: {en: Pact}
party: [utopia, erewhon]
cooperationType: non-aggression-commitment
step: [{action: entered-into-force, date: 1872-03, citation: [{source: almanac, locator: page 3}]}]
evidentialStatus: reported
citation: [{source: almanac, locator: page 3}]
""",
}


def test_publication_from_nothing_with_the_command_line_alone(unpacked: Path, tmp_path: Path) -> None:
    def upheaval(folder: Path, *words: str) -> str:
        return run(unpacked, folder, "-m", "upheaval", *words)

    pact = tmp_path / "2026 pact"
    assert "created" in upheaval(tmp_path, "new", "publication", "2026 pact")
    assert "this is not an empty folder" in upheaval(tmp_path, "new", "publication", "2026 pact")
    for record in pact.glob("data/*/*.yaml"):
        record.unlink()
    assert "the dataset is empty" in upheaval(pact, "check")
    for (kind, slug), text in RECORDS.items():
        assert "created" in upheaval(pact, "new", "record", kind, slug)
        (pact / "data" / kind / f"{slug}.yaml").write_text(text)
    assert upheaval(pact, "check") == "4 records checked, no problems found\n"
    assert "in build" in upheaval(pact, "build")
    answer = upheaval(pact, "query", "in-force", "--at", "1900-01-01", "--format", "csv")
    first = next(csv.DictReader(answer.splitlines()))
    assert (first["label"], first["party"], first["since"]) == ("Pact", "Erewhon", "1872-03")
    built = {path.relative_to(pact / "build").as_posix(): path.read_bytes() for path in pact.glob("build/**/*.*")}
    for path, content in built.items():
        if not OF_THE_VOCABULARY.fullmatch(path):
            assert not re.search(rb"axis.of.upheaval", content, re.IGNORECASE), path
    for ending, form in (("ttl", ox.RdfFormat.TURTLE), ("rdf", ox.RdfFormat.RDF_XML), ("trig", ox.RdfFormat.TRIG)):
        assert list(ox.parse(built[f"2026-pact.{ending}"], format=form))
