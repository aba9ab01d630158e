"""Every example question has its expected rows in the invented world, on two engines, and some rows in the dataset."""

import csv
import io

import pytest
from rdflib import Dataset, URIRef

from tests.support import ROOT
from upheaval.faults import Refusal
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import ask, rows
from upheaval.query.binding import bind
from upheaval.rdf.graphs import term_to_rdflib
from upheaval.schema.questions import read_question, read_questions

QUERIES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
IN_THE_WORLD = {
    "agreements-of-state": {"state": "arvenia"},
    "at-a-place": {"place": "northland"},
    "in-force": {"at": "1991-06-01"},
    "members": {"organization": "river-league", "at": "2012-01-01"},
    "timeline": {"one": "arvenia", "other": "corvania"},
}


def text_of(name: str, assembly: Assembly, values: dict[str, str]) -> str:
    question = read_question(name, (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8"))
    codes = [iri for scheme in assembly.contract.codes.values() for iri in scheme.values()]
    return bind(question, values, assembly.publication.iri, codes)


def on_oxigraph(assembly: Assembly, text: str) -> tuple[list[str], list[list[str]]]:
    return rows(ask(assembly.store, text, "test"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world_in_rdflib(world: Assembly) -> Dataset:
    return in_rdflib(world)


def in_rdflib(assembly: Assembly) -> Dataset:
    dataset = Dataset(default_union=True)
    for quad in assembly.store:
        graph = dataset.graph(URIRef(quad.graph_name.value))
        graph.add(tuple(term_to_rdflib(term) for term in (quad.subject, quad.predicate, quad.object)))  # type: ignore[arg-type]
    return dataset


def on_rdflib(dataset: Dataset, text: str) -> list[list[str]]:
    result = dataset.query(text)
    header = result.vars or []
    return [["" if row.get(name) is None else str(row[name]) for name in header] for row in result.bindings]


@pytest.mark.parametrize("name", QUERIES)
def test_question_has_its_expected_rows_on_both_engines(name: str, world: Assembly, world_in_rdflib: Dataset) -> None:
    text = text_of(name, world, IN_THE_WORLD.get(name, {}))
    header, found = on_oxigraph(world, text)
    expected = (ROOT / "tests" / "queries" / f"{name}.expected.csv").read_text(encoding="utf-8")
    wanted = list(csv.reader(io.StringIO(expected)))
    assert wanted[1:], "a question whose answer is empty in the invented world proves nothing"
    assert [header, *found] == wanted
    other = on_rdflib(world_in_rdflib, text)
    assert sorted(other) == sorted(wanted[1:])


@pytest.mark.parametrize("name", QUERIES)
def test_question_is_answered_in_the_dataset(name: str, axis: Assembly) -> None:
    _, found = on_oxigraph(axis, text_of(name, axis, {}))
    assert found


@pytest.mark.parametrize("name", QUERIES)
def test_question_says_what_it_is(name: str) -> None:
    question = read_question(name, (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8"))
    assert question.title != name
    assert question.keywords
    assert question.answers
    assert question.text.count("# parameter:") == len(question.parameters)
    for parameter in question.parameters:
        assert question.text.count(f"VALUES ?{parameter.name} {{") == 1


def test_titles_are_unique(axis: Assembly) -> None:
    titles = [question.title for question in read_questions(axis.publication).values()]
    assert len(titles) == len(set(titles)) >= 20


def test_value_is_one_term_whatever_it_says(world: Assembly) -> None:
    text = '# title: t\n# parameter: name text a name\nSELECT ?name WHERE { VALUES ?name { "x" } }'
    hostile = 'x" } } SELECT * WHERE { ?s ?p ?o } # \\ \n \u202e'
    bound = bind(read_question("t", text), {"name": hostile}, "https://example.org/")
    assert on_oxigraph(world, bound) == (["name"], [[hostile]])


@pytest.mark.parametrize(
    ("kind", "value", "wrong"),
    [
        ("date", "2024-02-30", "not in the calendar"),
        ("date", "2024", "has no day"),
        ("year", "24", "is not a date"),
        ("number", "1,5", "is not a number"),
        ("code", "arms-transfers", "is not a code"),
        ("record", "a b", "is not a valid record name"),
    ],
)
def test_value_that_does_not_fit_is_refused(kind: str, value: str, wrong: str) -> None:
    question = read_question("t", f"# parameter: x {kind} it\nSELECT ?x WHERE {{ VALUES ?x {{ 1 }} }}")
    with pytest.raises(Refusal, match=wrong):
        bind(question, {"x": value}, "https://example.org/")


def test_unknown_parameter_is_refused_with_those_that_there_are() -> None:
    question = read_question("t", "# parameter: at date the day\nSELECT * {}")
    with pytest.raises(Refusal, match="--at"):
        bind(question, {"on": "2024-01-01"}, "https://example.org/")
