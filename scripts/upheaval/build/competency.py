"""The competency questions of the vocabulary: what it has to be able to answer, with the rows expected of a sample.

A question is a file of queries/competency/ that opens with `# question:` and a line `# row: (…)` for each expected
row, in the terms of its query, or `# nothing:` and why there is none. They are published as tests of OWLUnit, which
says what a test of a competency question consists of (<https://github.com/luigi-asprino/owl-unit>).
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from upheaval.rdf.namespaces import RDF
from upheaval.rdf.sparql import select
from upheaval.rdf.writers import order, turtle
from upheaval.schema.publication import Publication
from upheaval.sources.packaged import packaged

OWLUNIT = "https://w3id.org/OWLunit/ontology/"
FILES = ("competency.ttl", "competency-data.ttl")
"""The questions, and the sample that they are asked of."""
_HEADER = re.compile(r"^# (question|row|nothing): (.*\S)$", re.MULTILINE)
_VOCABULARY = ox.NamedNode("https://w3id.org/statecraft")


@dataclass(frozen=True, slots=True)
class CompetencyQuestion:
    """A competency question.

    Attributes:
        name: the name of its file.
        question: in English.
        text: the query.
        rows: the expected rows, each as SPARQL's VALUES writes it.
        nothing: why there are none, if there are none.

    """

    name: str
    question: str
    text: str
    rows: tuple[str, ...]
    nothing: str

    def expected(self) -> ox.QuerySolutions:
        """Return the expected rows as the answer of a query."""
        variables = select(ox.Store(), self.text).variables
        names = " ".join(str(variable) for variable in variables)
        prologue = "\n".join(re.findall(r"^PREFIX .*$", self.text, re.MULTILINE))
        return select(ox.Store(), f"{prologue}\nSELECT {names} {{ VALUES ({names}) {{ {' '.join(self.rows)} }} }}")


def folder() -> Path:
    """Return the folder of the questions and their sample."""
    return packaged() / "queries" / "competency"


def read_competency_questions() -> list[CompetencyQuestion]:
    """Read the competency questions that come with the package, by name."""
    return [_read(path) for path in sorted(folder().glob("*.rq"))]


def competency_files(publication: Publication) -> dict[str, bytes]:
    """Make the files of the competency questions and of their sample.

    Args:
        publication: whose build they are in.

    Returns:
        The content by file name.

    """
    questions, sample = (ox.NamedNode(f"{publication.iri}{name}") for name in FILES)
    triples = [ox.Triple(questions, _type(), _term("TestSuite"))]
    for found in read_competency_questions():
        node = ox.NamedNode(f"{questions.value}#{found.name}")
        expected = found.expected().serialize(format=ox.QueryResultsFormat.JSON)
        statements: dict[str, ox.NamedNode | ox.Literal] = {
            "hasCompetencyQuestion": ox.Literal(found.question),
            "hasSPARQLUnitTest": ox.Literal(found.text),
            "hasExpectedResult": ox.Literal((expected or b"").decode()),
            "hasInputData": sample,
            "hasInputTestDataCategory": _term("ToyDataset"),
            "testsOntology": _VOCABULARY,
        }
        triples += [
            ox.Triple(questions, _term("hasTestCase"), node),
            ox.Triple(node, _type(), _term("CompetencyQuestionVerification")),
            *(ox.Triple(node, _term(name), value) for name, value in statements.items()),
        ]
    data = (folder() / "sample.ttl").read_bytes()
    return {FILES[0]: turtle(order(triples), {"owlunit": OWLUNIT}), FILES[1]: data}


def _read(path: Path) -> CompetencyQuestion:
    text = path.read_text(encoding="utf-8")
    said: dict[str, list[str]] = {"question": [], "row": [], "nothing": []}
    for field, value in _HEADER.findall(text):
        said[field].append(value)
    (question,) = said["question"]
    return CompetencyQuestion(path.stem, question, text, tuple(said["row"]), " ".join(said["nothing"]))


def _type() -> ox.NamedNode:
    return ox.NamedNode(str(RDF.type))


def _term(name: str) -> ox.NamedNode:
    return ox.NamedNode(OWLUNIT + name)
