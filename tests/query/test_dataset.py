"""Opening a dataset from Python and asking it."""

import builtins
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import upheaval
from tests.support import WORLD, copy_of_world
from upheaval.faults import Refusal
from upheaval.query.dataset import OpenedDataset


@pytest.fixture
def build(world_build: Path) -> Path:
    return world_build


@pytest.fixture(scope="module")
def dataset(world_build: Path) -> OpenedDataset:
    return upheaval.open(world_build)


def test_importing_the_package_loads_no_slow_library() -> None:
    code = "import sys, upheaval; print(sorted({'rdflib', 'pyoxigraph', 'click', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_build_and_publication_give_the_same_answers(dataset: OpenedDataset) -> None:
    sources = upheaval.open(WORLD)
    for name in ("in-force", "matrix", "who-supplies-whom"):
        assert list(dataset.query(name)) == list(sources.query(name))
    assert list(dataset.questions()) == list(sources.questions())


@pytest.mark.slow
def test_build_in_the_current_folder_is_found(build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(build.parent)
    assert len(upheaval.open().questions()) >= 20
    monkeypatch.chdir(copy_of_world(tmp_path))
    assert upheaval.open().iri == "https://example.org/northern-pact/"


def test_rows_have_python_values(dataset: OpenedDataset) -> None:
    found = dataset.query("in-force", at="1991-06-01")
    assert found
    assert isinstance(found[0]["since"], date)
    assert found.columns == [
        "agreement",
        "label",
        "party",
        "status",
        "since",
        "until",
        "begunBy",
        "endedBy",
        "beginBasis",
        "endBasis",
        "earliest",
        "latest",
    ]
    assert dataset.query("in-force", at=date(1991, 6, 1)) == found
    assert isinstance(dataset.query("partners")[0]["records"], int)
    assert dataset.query("ASK { ?s ?p ?o }") == [{"answer": True}]
    assert (
        dataset.query(
            'SELECT (1.5 AS ?d) (?no AS ?n) ("2020"^^xsd:gYear AS ?y) {}'.replace(
                "xsd:gYear", "<http://www.w3.org/2001/XMLSchema#gYear>"
            )
        )[0]["y"]
        == "2020"
    )


@pytest.mark.slow
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_rows_convert_to_data_frames(dataset: OpenedDataset, library: str) -> None:
    pytest.importorskip(library)
    frame = dataset.query("who-supplies-whom").frame(library)
    assert list(frame.columns) == ["supplier", "recipient", "item", "first", "status", "record", "earliest", "latest"]
    assert len(frame) == len(dataset.query("who-supplies-whom"))
    assert len(dataset.query("SELECT ?x { FILTER (false) }").frame(library)) == 0


def test_missing_data_frame_library_is_named_in_the_error(
    dataset: OpenedDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match="pip install"):
        dataset.query("partners").frame()


def test_graph_is_an_rdflib_graph_with_and_without_oxrdflib(
    dataset: OpenedDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("oxrdflib")
    graph = dataset.graph()
    real = builtins.__import__
    monkeypatch.setattr(
        builtins,
        "__import__",
        lambda name, *rest: (_ for _ in ()).throw(ImportError) if name == "oxrdflib" else real(name, *rest),
    )
    plain = dataset.graph()
    assert type(plain.store) is not type(graph.store)
    assert len(plain) == len(graph) > 5000
    assert len(dataset.graph("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 7")) == 7


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("no-such-question", "no question"),
        ("SELECT * {", r"query:1:\d+: error"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { { SELECT * { OPTIONAL { SERVICE SILENT ?x { ?s ?p ?o } } } } }", "SERVICE"),
        ("DELETE WHERE { ?s ?p ?o }", r"query:1:\d+: error"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "triples"),
    ],
)
def test_invalid_queries_are_refused(dataset: OpenedDataset, text: str, wrong: str) -> None:
    with pytest.raises(Refusal, match=wrong):
        dataset.query(text)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"organization": "river-legue"}, r"no record is named `river-legue` \(did you mean `river-league`\?\)"),
        ({"organization": "arvenia"}, "`arvenia` is of the class State, not Organization or Coalition"),
        ({"at": "2012"}, "`2012` has no day"),
    ],
)
def test_parameter_of_the_wrong_type_is_refused(dataset: OpenedDataset, values: dict[str, str], wrong: str) -> None:
    with pytest.raises(Refusal, match=wrong):
        dataset.query("members", **values)
    assert dataset.query("members", organization="river-league", at="2012-01-01")


def test_a_folder_that_is_neither_build_nor_publication_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="publication"):
        upheaval.open(tmp_path)
