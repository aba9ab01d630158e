"""What several tests share: the project's own publication and a small invented one, assembled and built once."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings
from rdflib import Graph

from tests.conformance import write_report
from tests.fixtures import Trial, try_fixtures
from tests.support import ROOT, SUITES, WHOLE, WORLD, once, rebuilt
from upheaval.build.export import Files, export
from upheaval.build.folder import write_build
from upheaval.faults import Location
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema import schema
from upheaval.schema.contract import Contract
from upheaval.schema.derivation import derive_contract
from upheaval.schema.publication import Publication
from upheaval.schema.vocabulary import Vocabulary, load_vocabulary

os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
"""Programs that run for a second are not worth a second compiler."""
os.environ.setdefault("UPHEAVAL_NO_STATE", "1")
"""Tests leave nothing in the folders of the sources, and read what is there."""
settings.register_profile("sampled", max_examples=20, deadline=None)
settings.register_profile("whole", deadline=None)
settings.load_profile("whole" if WHOLE else "sampled")

ENGINES = frozenset({"browser", "java", "oxigraph", "server", "strict", "virtuoso"})
"""The fixtures that start another program."""

SLOW = frozenset({"axis", "axis_build", "axis_site", "first", "released", "river", "trial", "unpacked", "world_site"})
"""The fixtures that take seconds."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance", action="store_true", help="write the outcomes of other people's suites as EARL")


def pytest_report_header() -> str:
    missing = "missing: tests that need them are skipped (see CONTRIBUTING.md)"
    return f"other people's suites: {SUITES if SUITES.is_dir() else missing}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--conformance"):
        write_report()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & ENGINES:
            item.add_marker("engine")
        if fixtures & SLOW:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def axis() -> Assembly:
    return assemble(ROOT)


@pytest.fixture(scope="session")
def world() -> Assembly:
    return assemble(WORLD)


@pytest.fixture(scope="session")
def axis_build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the project's own publication; not to be changed."""

    def make(folder: Path) -> None:
        write_build(export(request.getfixturevalue("axis")), folder / "build")

    return once(tmp_path_factory, "axis", make) / "build"


@pytest.fixture(scope="session")
def axis_files(axis_build: Path) -> Files:
    files = (path for path in axis_build.rglob("*") if path.is_file())
    return {path.relative_to(axis_build).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The project's own publication with the files of a release, by version; not to be changed."""
    return partial(rebuilt, tmp_path_factory)


@pytest.fixture(scope="session")
def world_files(world: Assembly) -> Files:
    return export(world)


@pytest.fixture(scope="session")
def world_build(world_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the invented publication; not to be changed."""
    folder = tmp_path_factory.mktemp("world") / "build"
    write_build(world_files, folder)
    return folder


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_fixtures(tmp_path_factory.mktemp("trial"))


@pytest.fixture(scope="session", autouse=True)
def vocabularies() -> Iterator[None]:
    """The vocabulary, which is immutable, is loaded once a process for all publications that add nothing to it."""
    kept: dict[object, Vocabulary] = {}
    contracts: dict[int, Contract] = {}

    def load(publication: Publication) -> Vocabulary:
        files = [*publication.files("ontology", "**/*"), *publication.files("shapes", "*.ttl")]
        if not all(publication.is_packaged(path) for path in files):
            return load_vocabulary(publication)
        key = publication.iri, *publication.folders("ontology"), *publication.folders("shapes")
        if key not in kept:
            kept[key] = load_vocabulary(publication)
        return kept[key]

    def derive(graph: Graph, place: Callable[[str], tuple[str, Location | None]]) -> Contract:
        if not any(graph is vocabulary.graph for vocabulary in kept.values()):
            return derive_contract(graph, place)
        if id(graph) not in contracts:
            contracts[id(graph)] = derive_contract(graph, place)
        return contracts[id(graph)]

    with patch.multiple(schema, load_vocabulary=load, derive_contract=derive):
        yield
