"""Answers in each format are read alike by libraries of different families."""

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Variable
from rdflib.query import Result
from rdflib.term import Identifier

from tests.build.readers import run_node
from tests.support import skip_or_fail
from upheaval.load.tdb2 import JARS, NAMES, unpack_messages
from upheaval.populate.assembly import Assembly
from upheaval.serve.answering import answer

pytestmark = pytest.mark.engine
QUERY = """SELECT ?s ?label ?date ?count ?none { { SELECT ?s (COUNT(*) AS ?count) { ?s ?p ?o } GROUP BY ?s }
    ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label
    OPTIONAL { ?s <https://w3id.org/statecraft#startDate> ?date } }"""
FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
    "csv": ox.QueryResultsFormat.CSV,
}
NAMES_OF_COLUMNS = ("s", "label", "date", "count", "none")
Rows = list[tuple[str, ...]]


def by_pyoxigraph(path: Path, form: str) -> Rows:
    found = ox.parse_query_results(path.read_bytes(), format=FORMATS[form])
    assert isinstance(found, ox.QuerySolutions)
    return [tuple("" if row[name] is None else str(row[name]) for name in NAMES_OF_COLUMNS) for row in found]


def by_rdflib(path: Path, form: str) -> Rows:
    found = Result.parse(io.BytesIO(path.read_bytes()), format=form).bindings
    rows = [[row.get(Variable(name)) for name in NAMES_OF_COLUMNS] for row in found]
    return [tuple(_shown(term, form) for term in row) for row in rows]


def _shown(term: Identifier | None, form: str) -> str:
    if term is None:
        return ""
    return str(term) if form == "csv" else term.n3()


def by_npm(path: Path, form: str) -> Rows:
    text = run_node(f"sparql{form}-parse", [path], path.parent)[path]
    found = [json.loads(line) for line in text.splitlines()]
    return [tuple(row.get(f"?{name}", row.get(name, "")) for name in NAMES_OF_COLUMNS) for row in found]


def by_jena(path: Path, form: str) -> Rows:
    if not (JARS / "jena-tdb2.jar").exists():
        skip_or_fail("no Jena: apt-get install libapache-jena-java default-jre-headless")
    unpack_messages(path.parent)
    classes = ":".join([str(path.parent), *(str(JARS / f"{name}.jar") for name in NAMES)])
    out = "csv" if form == "csv" else "tsv"
    command = ["java", "-Dfile.encoding=UTF-8", "-cp", classes, "arq.rset"]
    command += ["--file", str(path), "--in", form, "--out", out]
    done = subprocess.run(command, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    if form == "csv":
        return by_csv(done.stdout)
    copy = path.with_name("jena.tsv")
    copy.write_bytes(done.stdout)
    return by_pyoxigraph(copy, "tsv")


def by_csv(content: bytes) -> Rows:
    return [tuple(row) for row in csv.reader(io.StringIO(content.decode(), newline=""))][1:]


@pytest.fixture(scope="module")
def answers(world: Assembly, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, found = tmp_path_factory.mktemp("answers"), {}
    for form in FORMATS:
        job = {"query": QUERY, "default": None, "named": None, "base": "https://example.org/", "rows": 10_000}
        job |= {"size": 10_000_000, "rows_form": form, "graph_form": None, "note": ""}
        header, body = answer(world.store, job)
        assert (header["status"], header["cut"]) == (200, "")
        found[form] = folder / f"answer.{form}"
        found[form].write_bytes(body)
    return found


@pytest.mark.parametrize(
    ("form", "reader"),
    [
        *((form, by_rdflib) for form in ("json", "xml", "tsv")),
        *((form, by_npm) for form in ("json", "xml", "tsv")),
        *((form, by_jena) for form in ("json", "xml", "tsv")),
    ],
)
def test_terms_are_read_alike(form: str, reader: Callable[[Path, str], Rows], answers: dict[str, Path]) -> None:
    expected = by_pyoxigraph(answers["json"], "json")
    assert len(expected) > 50
    assert len({row[2] for row in expected}) > 2
    assert by_pyoxigraph(answers[form], form) == expected
    assert reader(answers[form], form) == expected


def test_csv_is_read_alike(answers: dict[str, Path]) -> None:
    def plain(text: str) -> str:
        return text[1:-1] if text.startswith("<") else text[1 : text.rindex('"')] if text else ""

    expected = [tuple(map(plain, row)) for row in by_pyoxigraph(answers["json"], "json")]
    assert by_csv(answers["csv"].read_bytes()) == expected
    assert by_jena(answers["csv"], "csv") == expected
    assert by_rdflib(answers["csv"], "csv") == expected
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(answers["csv"], dtype=str, keep_default_na=False)
    assert [tuple(row) for row in frame.itertuples(index=False)] == expected
