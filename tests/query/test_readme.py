"""The lines of README that load a build, run as they are, after which each question has its rows, in every engine."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import Graph

from tests.load.stores import Server, http_port, need_jena, start_virtuoso
from tests.query.test_questions import IN_THE_WORLD, QUERIES, UNANSWERED, text_of
from tests.support import ROOT, WHOLE, skip_or_fail
from upheaval.load.http import SparqlClient
from upheaval.load.stores import ResultRow, rows
from upheaval.load.tdb2 import JARS, NAMES, Tdb2, unpack_messages
from upheaval.query.answers import rows as as_text
from upheaval.store.builds import open_build

README = (ROOT / "README.md").read_text(encoding="utf-8")
LOAD = README.partition("## Load\n")[2].partition("\n## ")[0]
PUBLICATIONS = {"northern-pact": "world_build", "axis-of-upheaval": "axis_build"}
DATASET = pytest.param("axis-of-upheaval", marks=pytest.mark.slow)
SWEEP = pytest.mark.parametrize("loaded", ["northern-pact", DATASET] if WHOLE else ["northern-pact"], indirect=True)
"""For engines that take half a minute for the dataset."""
Ask = Callable[[dict[str, str]], dict[str, list[ResultRow] | str]]


class Loaded:
    """A publication's build, and what the lines of README make of it."""

    def __init__(self, name: str, build: Path, folder: Path) -> None:
        self.name, self.build, self.folder = name, build, folder
        self.lines = LOAD.replace("axis-of-upheaval", name)

    def line(self, program: str) -> str:
        (line,) = re.findall(rf"^    ({re.escape(program)} .*)$", self.lines, re.MULTILINE)
        return line

    def here(self, program: str) -> Path:
        """Return a folder to run a line in, with the file that it loads."""
        folder = self.folder / program
        (folder / "build").mkdir(parents=True, exist_ok=True)
        file = f"{self.name}.all.nt"
        shutil.copyfile(self.build / file, folder / "build" / file)
        return folder

    def run(self, line: str, folder: Path) -> None:
        path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            line, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert "Error" not in done.stdout + done.stderr, done.stdout

    def python(self, library: str) -> Any:
        """Return what the lines of Python for a library make last."""
        (block,) = re.findall(rf"^    >>> (import {library}\n(?:    >>> .*\n)+)", self.lines, re.MULTILINE)
        code = block.replace("    >>> ", "").replace('"build/', f'"{self.build}/')
        assert str(self.build) in code
        names: dict[str, Any] = {}
        exec(code, names)
        return names["store" if "store" in names else "graph"]


def read_json(text: bytes | str) -> list[ResultRow]:
    found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return rows(found)


def each(ask: Callable[[str], list[ResultRow]]) -> Ask:
    return lambda texts: {name: ask(text) for name, text in texts.items()}


def in_pyoxigraph(store: ox.Store) -> Ask:
    return each(lambda text: rows(store.query(text)))  # type: ignore[arg-type]


def in_rdflib(graph: Graph) -> Ask:
    return each(lambda text: read_json(graph.query(text).serialize(format="json") or b""))


def in_oxigraph(loaded: Loaded) -> Ask:
    if not Path(sys.executable).with_name("oxigraph").exists():
        skip_or_fail("no Oxigraph server: pip install oxigraph")
    folder = loaded.here("oxigraph")
    loaded.run(loaded.line("oxigraph"), folder)
    store = ox.Store.read_only(str(folder / "db"))
    return in_pyoxigraph(store)


def in_jena(loaded: Loaded) -> Ask:
    need_jena()
    folder = loaded.here("jena")
    unpack_messages(folder)
    path = ":".join([str(folder), *(str(JARS / f"{name}.jar") for name in NAMES)])
    (folder / "tdb2.tdbloader").write_text(f'#!/bin/sh\nexec java -cp "{path}" tdb2.tdbloader "$@"\n')
    (folder / "tdb2.tdbloader").chmod(0o700)
    loaded.run(loaded.line("tdb2.tdbloader"), folder)

    class DefaultGraph(Tdb2):
        def _java(self, *arguments: str) -> str:
            return super()._java(*(one for one in arguments if "unionDefaultGraph" not in one))

    build = open_build(loaded.build)
    return lambda texts: DefaultGraph(folder / "db", 300).answers(texts, build)


def in_virtuoso(loaded: Loaded, server: Server, address: str) -> Ask:
    staging = server.folder / "staging"
    shutil.copytree(loaded.here("virtuoso"), staging, dirs_exist_ok=True)
    loaded.run(loaded.line("isql-vt").replace("isql-vt", f"isql-vt {address} dba dba"), staging)
    client = SparqlClient(f"http://127.0.0.1:{http_port(server)}/sparql", timeout=300)
    return each(lambda text: rows(client.select(text)))


@pytest.fixture(scope="module", params=["northern-pact", DATASET])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    build: Path = request.getfixturevalue(PUBLICATIONS[request.param])
    return Loaded(request.param, build, tmp_path_factory.mktemp("readme"))


@pytest.fixture(scope="module")
def store(loaded: Loaded) -> ox.Store:
    found = loaded.python("pyoxigraph")
    assert isinstance(found, ox.Store)
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    server, address = start_virtuoso(tmp_path)
    yield server, address
    server.stop()


@pytest.fixture
def texts(loaded: Loaded, request: pytest.FixtureRequest) -> dict[str, str]:
    """The questions, with parameters that the invented publication has records for; the defaults fit the dataset."""
    if loaded.name == "axis-of-upheaval":
        return {name: (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8") for name in QUERIES}
    world = request.getfixturevalue("world")
    return {name: text_of(name, world, IN_THE_WORLD.get(name, {})) for name in QUERIES}


def agree(ask: Ask, texts: dict[str, str], store: ox.Store) -> None:
    """Hold an engine to what pyoxigraph answers, whatever the order of rows that sort alike."""
    wanted = in_pyoxigraph(store)(texts)
    found = ask(texts)
    for name in texts:
        assert sorted(found[name]) == sorted(wanted[name]), name


def test_pyoxigraph(loaded: Loaded, store: ox.Store, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        header, body = as_text(store.query(text))  # type: ignore[arg-type]
        assert body or (loaded.name == "axis-of-upheaval" and name in UNANSWERED), name
        if loaded.name == "northern-pact":
            expected = (ROOT / "tests" / "queries" / f"{name}.expected.csv").read_text(encoding="utf-8")
            assert [header, *body] == list(csv.reader(io.StringIO(expected))), name


@pytest.mark.slow
@SWEEP
def test_rdflib(loaded: Loaded, store: ox.Store, texts: dict[str, str]) -> None:
    """All questions, on the dataset too: some once took minutes there, and two cannot be sorted by what is unbound."""
    agree(in_rdflib(loaded.python("rdflib")), texts, store)


@pytest.mark.engine
def test_oxigraph(loaded: Loaded, store: ox.Store, texts: dict[str, str]) -> None:
    agree(in_oxigraph(loaded), texts, store)


@SWEEP
@pytest.mark.engine
def test_jena(loaded: Loaded, store: ox.Store, texts: dict[str, str]) -> None:
    agree(in_jena(loaded), texts, store)


@SWEEP
@pytest.mark.engine
def test_virtuoso(loaded: Loaded, store: ox.Store, texts: dict[str, str], server: tuple[Server, str]) -> None:
    agree(in_virtuoso(loaded, *server), texts, store)
