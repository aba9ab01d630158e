"""The lines of README that load a build, run as they are, after which each question has its rows as it is."""

import csv
import io
import re
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import Graph

from tests.query.test_questions import IN_THE_WORLD, QUERIES, on_rdflib, text_of
from tests.support import ROOT, skip_or_fail
from upheaval.build.export import Files
from upheaval.load.tdb2 import JARS, NAMES, unpack_messages
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import rows

LINES = (ROOT / "README.md").read_text(encoding="utf-8").replace("axis-of-upheaval", "northern-pact")
LOAD = LINES.partition("## Load\n")[2].partition("\n## ")[0]
IN_JENA = ("coverage", "dyad-year", "matrix", "signed-not-in-force", "single-source")


@pytest.fixture(scope="module")
def folder(world_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    (folder / "build").mkdir()
    (folder / "build" / "northern-pact.all.nt").write_bytes(world_files["northern-pact.all.nt"])
    return folder


@pytest.fixture(scope="module")
def loaded(folder: Path) -> dict[str, Any]:
    """What the lines of Python in README make."""
    code = "\n".join(re.findall(r"^    >>> (.*)$", LOAD, re.MULTILINE))
    assert "build/northern-pact.all.nt" in code
    names: dict[str, Any] = {}
    exec(code.replace('"build/', f'"{folder}/build/'), names)
    return names


def expected(name: str) -> list[list[str]]:
    text = (ROOT / "tests" / "queries" / f"{name}.expected.csv").read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("name", QUERIES)
def test_question_has_its_rows_in_the_default_graph(name: str, loaded: dict[str, Any], world: Assembly) -> None:
    text = text_of(name, world, IN_THE_WORLD.get(name, {}))
    found = loaded["store"].query(text)
    assert isinstance(found, ox.QuerySolutions)
    header, body = rows(found)
    assert [header, *body] == expected(name)
    graph = loaded["graph"]
    assert isinstance(graph, Graph)
    assert sorted(on_rdflib(graph, text)) == sorted(expected(name)[1:])  # type: ignore[arg-type]


def test_question_has_its_rows_in_jena(folder: Path, world: Assembly) -> None:
    if not (JARS / "jena-tdb2.jar").exists():
        skip_or_fail("no Jena")
    (line,) = re.findall(r"^    (tdb2\.tdbloader .*)$", LOAD, re.MULTILINE)
    unpack_messages(folder)
    path = ":".join([str(folder), *(str(JARS / f"{name}.jar") for name in NAMES)])

    def java(*words: str) -> str:
        done = subprocess.run(["java", "-cp", path, *words], cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    java(*line.split())
    for name in IN_JENA:
        (folder / "q.rq").write_text(text_of(name, world, IN_THE_WORLD.get(name, {})), encoding="utf-8")
        found = list(csv.reader(io.StringIO(java("tdb2.tdbquery", "--loc=db", "--query=q.rq", "--results=CSV"))))
        assert sorted(found) == sorted(expected(name)), name
