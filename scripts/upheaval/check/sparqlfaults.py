"""The SPARQL that a publication brings beside its shapes: rules and example questions, judged where they stand."""

from collections.abc import Iterable, Iterator

from upheaval.faults import Fault, Location, Refusal, syntax_location
from upheaval.rdf import sparql
from upheaval.schema.contract import Contract
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.publication import Publication
from upheaval.schema.questions import unknown_classes
from upheaval.schema.vocabulary import Vocabulary

GRAPHS = ("data", "derived", "vocabulary", "catalogue")


def query_faults(publication: Publication, vocabulary: Vocabulary, contract: Contract) -> list[Fault]:
    """Judge every query of a publication: each must be SPARQL and ask nobody else.

    Args:
        publication: whose queries.
        vocabulary: its rules; the constraints of its shapes are judged when they are compiled.
        contract: the classes of records and codes.

    Returns:
        The faults of its example questions and of their headers.

    Raises:
        Refusal: a rule is refused, and so nothing can be derived.

    """
    graphs = [publication.graph(name) for name in GRAPHS]
    if unusable := list(_rules(vocabulary, graphs)):
        raise Refusal(unusable)
    faults = []
    for question in read_questions(publication).values():
        faults.extend([*question.faults, *unknown_classes(question, contract)])
        if error := _error(question.text, graphs):
            faults.append(_fault(question.file, error, syntax_location(error)))
    return faults


def _rules(vocabulary: Vocabulary, graphs: Iterable[str]) -> Iterator[Fault]:
    for file, text in vocabulary.rules.items():
        if error := _error(text, graphs):
            yield _fault(f"ontology/rules/{file}", error, syntax_location(error))


def _error(text: str, graphs: Iterable[str]) -> SyntaxError | None:
    try:
        sparql.check(text, graphs)
    except SyntaxError as error:
        return error
    return None


def _fault(file: str, error: SyntaxError, at: Location | None) -> Fault:
    return Fault(file, error.msg, "fix the query", at=at, rule="query/syntax")
