"""The example questions as RDF, in the form that SPARQL editors can load (SHACL's sh:SPARQLExecutable)."""

import re
from collections.abc import Iterable

import pyoxigraph as ox

from upheaval.schema.publication import Publication
from upheaval.schema.questions import Question

_SH = "http://www.w3.org/ns/shacl#"
_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_COMMENT = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
_SCHEMA = "https://schema.org/"
_FORMS = {
    "SELECT": "SPARQLSelectExecutable",
    "ASK": "SPARQLAskExecutable",
    "CONSTRUCT": "SPARQLConstructExecutable",
    "DESCRIBE": "SPARQLDescribeExecutable",
}
_FORM = re.compile(r"<[^<>\s]*>|#[^\n]*|\bPREFIX\s+[^\s:]*:|\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)


def to_triples(questions: Iterable[Question], publication: Publication) -> list[ox.Triple]:
    """Describe questions as sh:SPARQLExecutable.

    Args:
        questions: the questions.
        publication: the publication, whose namespace their IRIs are in.

    Returns:
        For each question, its class, its title as rdfs:comment, its keywords, its text, and the endpoint as
        schema:target.

    """
    triples: list[ox.Triple] = []
    for question in questions:
        node = ox.NamedNode(f"{publication.iri}queries/{question.name}")
        form = query_form(question.text)
        statements: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
            (_RDF_TYPE, ox.NamedNode(_SH + "SPARQLExecutable")),
            (_RDF_TYPE, ox.NamedNode(_SH + _FORMS[form])),
            (_COMMENT, ox.Literal(question.title, language="en")),
            (ox.NamedNode(_SH + form.lower()), ox.Literal(question.text)),
            (ox.NamedNode(_SCHEMA + "target"), ox.NamedNode(f"{publication.iri}sparql")),
        ]
        statements.extend((ox.NamedNode(_SCHEMA + "keywords"), ox.Literal(word)) for word in question.keywords)
        triples.extend(ox.Triple(node, predicate, value) for predicate, value in statements)
    return triples


def query_form(text: str) -> str:
    """Return the first of the words SELECT, ASK, CONSTRUCT and DESCRIBE outside comments, IRIs and prefixes."""
    return next((match[1].upper() for match in _FORM.finditer(text) if match[1]), "SELECT")
