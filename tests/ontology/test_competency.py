"""The competency questions: each finds its rows in the sample, with pyoxigraph and rdflib, and as a build has it."""

import json
import re
from collections import Counter

import pyoxigraph as ox
import pytest
from rdflib import Graph

from tests.ontology.test_hygiene import merged, undescribed
from tests.ontology.test_owl_dl import annotations_annotate, classes_declared, properties_declared
from upheaval.build.competency import OWLUNIT, CompetencyQuestion, folder, read_competency_questions
from upheaval.build.export import Files
from upheaval.rdf.graphs import to_rdflib

QUESTIONS = read_competency_questions()
SAMPLE = folder() / "sample.ttl"
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


@pytest.fixture(scope="module")
def sample() -> ox.Store:
    """Return the vocabulary with the sample."""
    return merged("ontology", SAMPLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sample_in_rdflib(sample: ox.Store) -> Graph:
    return to_rdflib(quad.triple for quad in sample)


def bindings(found: ox.QuerySolutions) -> Counter[str]:
    serialized = found.serialize(format=ox.QueryResultsFormat.JSON)
    assert serialized is not None
    return rows(serialized.decode())


def rows(answer: str) -> Counter[str]:
    """Count the rows of an answer in SPARQL's JSON; a literal without a datatype is a string."""
    return Counter(json.dumps(row, sort_keys=True) for row in json.loads(answer)["results"]["bindings"])


@each_question
def test_question_finds_its_rows(question: CompetencyQuestion, sample: ox.Store, sample_in_rdflib: Graph) -> None:
    expected = bindings(question.expected())
    answer = sample.query(question.text)
    assert isinstance(answer, ox.QuerySolutions)
    assert bindings(answer) == expected
    other = sample_in_rdflib.query(question.text).serialize(format="json")
    assert other is not None
    assert rows(other.decode()) == expected


@each_question
def test_question_finds_rows_or_says_why_not(question: CompetencyQuestion) -> None:
    assert bool(question.rows) != bool(question.nothing)
    assert question.question.endswith("?")


def test_there_are_questions_and_one_finds_nothing() -> None:
    assert len(QUESTIONS) >= 15
    assert any(question.nothing for question in QUESTIONS)
    assert len({question.question for question in QUESTIONS}) == len(QUESTIONS)


def test_what_finds_nothing_finds_something_when_there_is_something() -> None:
    (question,) = (question for question in QUESTIONS if question.nothing)
    more = SAMPLE.read_text(encoding="utf-8") + "ex:pact statecraft:party ex:dorland ."
    answer = merged("ontology", more).query(question.text)
    assert isinstance(answer, ox.QuerySolutions)
    assert len(list(answer)) == 1


@each_question
def test_question_uses_terms_that_exist(question: CompetencyQuestion) -> None:
    assert not undescribed(question.text, merged("ontology"))


def test_sample_uses_the_vocabulary_as_it_is_meant(sample: ox.Store) -> None:
    graph = [quad.triple for quad in sample]
    found = [*properties_declared(graph), *classes_declared(graph), *annotations_annotate(graph)]
    codes = set(re.findall(r"<(https://w3id.org/statecraft/[a-z-]+#[\w-]+)>", "\n".join(map(str, graph))))
    typed = {triple.subject.value for triple in graph if triple.predicate.value.endswith("#type")}
    assert not found
    assert codes <= typed


def test_build_publishes_questions_and_sample(world_files: Files) -> None:
    store = ox.Store()
    store.load(world_files["competency.ttl"], format=ox.RdfFormat.TURTLE)
    data = merged("ontology", world_files["competency-data.ttl"].decode())
    query = f"""
    PREFIX owlunit: <{OWLUNIT}>
    SELECT ?query ?expected {{
      ?suite owlunit:hasTestCase ?case . ?case owlunit:hasSPARQLUnitTest ?query ; owlunit:hasExpectedResult ?expected
    }}
    """
    found = [(row["query"].value, row["expected"].value) for row in store.query(query)]  # type: ignore[union-attr]
    assert len(found) == len(QUESTIONS)
    for text, expected in found:
        assert bindings(data.query(text)) == rows(expected)  # type: ignore[arg-type]
