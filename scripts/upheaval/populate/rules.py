"""Derived facts: the SPARQL rules of the ontology, run in the order of their files' names."""

import re

import pyoxigraph as ox

from upheaval.faults import refuse, syntax_location
from upheaval.rdf.sparql import evaluate

_BLANK = re.compile(rb"^(?:_:|<[^>]*> <[^>]*> _:)", re.MULTILINE)
"""A blank node in N-Triples, as subject or object."""


def derive(store: ox.Store, rules: dict[str, str], graph: str) -> None:
    """Run the rules and put what they conclude into a graph of its own.

    Args:
        store: the data, without blank nodes, and the vocabulary, each in a named graph; the conclusions are added.
        rules: CONSTRUCT queries by file name. Each sees what the ones before it concluded.
        graph: the IRI of the graph for the conclusions. A rule itself leaves out what the records state already.

    Raises:
        Refusal: a rule is not SPARQL 1.1, is no CONSTRUCT query, or concludes blank nodes, whose labels would differ
            from build to build.

    """
    for file, text in rules.items():
        try:
            concluded = evaluate(store, text)
        except SyntaxError as error:
            refuse(f"ontology/rules/{file}", str(error.msg), "mend the rule", at=syntax_location(error))
        if not isinstance(concluded, ox.QueryTriples):
            refuse(f"ontology/rules/{file}", "a rule is a CONSTRUCT query", "rewrite it")
        lines = concluded.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
        if _BLANK.search(lines):
            message = "the rule concludes a blank node, which has another label in each build"
            cure = "name it by an IRI, such as IRI(CONCAT(STR(?record), '#part'))"
            refuse(f"ontology/rules/{file}", message, cure)
        store.load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)
