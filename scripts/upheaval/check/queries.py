"""The SPARQL that a publication brings: rules, constraints of shapes and example questions, judged where they stand."""

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import Graph

from upheaval.faults import Fault, Location, Refusal, syntax_location
from upheaval.rdf import sparql
from upheaval.rdf.graphs import nodes
from upheaval.rdf.namespaces import SH
from upheaval.schema.contract import Contract
from upheaval.schema.publication import Publication
from upheaval.schema.questions import read_questions, unknown_classes
from upheaval.schema.vocabulary import Vocabulary
from upheaval.shacl.constraints import query_of

GRAPHS = ("data", "derived", "vocabulary", "catalogue")
_TOKEN = re.compile(
    r"""\#[^\r\n]* | <[^<>\s]*> | (?P<quote>\"""|'''|"|')(?P<text>(?:[^\\]|\\.)*?)(?P=quote)""", re.VERBOSE | re.DOTALL
)


def query_faults(publication: Publication, vocabulary: Vocabulary, contract: Contract) -> list[Fault]:
    """Judge every query of a publication: each must be SPARQL and ask nobody else.

    Args:
        publication: whose queries.
        vocabulary: its rules and shapes.
        contract: the classes of records and codes.

    Returns:
        The faults of its example questions and of their headers.

    Raises:
        Refusal: a rule or a constraint is refused, and so nothing can be derived or checked.

    """
    graphs = [publication.graph(name) for name in GRAPHS]
    unusable = [*_rules(vocabulary, graphs), *_constraints(publication, vocabulary.graph)]
    if unusable:
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


def _constraints(publication: Publication, shapes: Graph) -> Iterator[Fault]:
    """Judge the queries of constraints, which are validated against one graph and so may not name any."""
    for constraint in nodes(shapes.objects(None, SH.sparql)):
        text = query_of(shapes, constraint)
        if error := _error(text, ()):
            yield _fault_in_shapes(publication, text, str(shapes.value(constraint, SH.select)), error)


def _error(text: str, graphs: Iterable[str]) -> SyntaxError | None:
    try:
        sparql.check(text, graphs)
    except SyntaxError as error:
        return error
    return None


def _fault(file: str, error: SyntaxError, at: Location | None) -> Fault:
    return Fault(file, error.msg, "fix the query", at=at, rule="query/syntax")


def _fault_in_shapes(publication: Publication, text: str, select: str, error: SyntaxError) -> Fault:
    """Bring an error in a constraint's query, which begins with its prefixes, to the file where its sh:select is."""
    before = text.removesuffix(select).count("\n")
    down = max(0, (error.lineno or 1) - before - 1)
    for folder in publication.folders("shapes"):
        for path in sorted(folder.glob("*.ttl")):
            if found := literal_position(path.read_text(encoding="utf-8"), select):
                line, column = found
                at = (error.offset or 1) + (0 if down else column - 1)
                return _fault(f"shapes/{path.name}", error, (line + down, at))
    return _fault("shapes", error, None)


def literal_position(turtle: str, value: str) -> Location | None:
    """Return line and column of the first character of a literal in a Turtle document, or None where it has none."""
    for token in _TOKEN.finditer(turtle):
        quoted = token["quote"]
        if quoted and (token["text"] == value or ("\\" in token["text"] and _unescaped(token[0]) == value)):
            start = token.start("text")
            return turtle.count("\n", 0, start) + 1, start - turtle.rfind("\n", 0, start)
    return None


def _unescaped(quoted: str) -> str:
    (quad,) = ox.parse(f"<a:a> <a:a> {quoted} .", format=ox.RdfFormat.TURTLE)
    return str(getattr(quad.object, "value", ""))
