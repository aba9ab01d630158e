"""Derive facts by the SPARQL rules of the ontology, run in the order of their file names."""

import re

import pyoxigraph as ox

from upheaval.faults import refuse, syntax_location
from upheaval.rdf.sparql import evaluate

_BLANK = re.compile(rb"^(?:_:|<[^>]*> <[^>]*> _:)", re.MULTILINE)
"""Matches a blank node in N-Triples, as subject or object."""


def derive(store: ox.Store, rules: dict[str, str], graph: str) -> None:
    """Run rules, each of which sees what the ones before it concluded.

    Args:
        store: the data, without blank nodes, and the vocabulary, each in a named graph; the conclusions are added.
        rules: CONSTRUCT queries by file name.
        graph: the IRI of the graph for the conclusions. A rule itself leaves out what the records state already.

    Raises:
        Refusal: as `run_rule`.

    """
    for file, text in rules.items():
        run_rule(store, file, text, graph)


def run_rule(store: ox.Store, file: str, text: str, graph: str) -> None:
    """Run one rule and put what it concludes into a graph.

    Args:
        store: as for `derive`.
        file: the name of the rule's file.
        text: a CONSTRUCT query.
        graph: the IRI of the graph.

    Raises:
        Refusal: the rule is not SPARQL 1.1, is no CONSTRUCT query, or concludes blank nodes, whose labels would differ
            from build to build.

    """
    name = f"ontology/rules/{file}"
    try:
        concluded = evaluate(store, text)
    except SyntaxError as error:
        refuse(name, str(error.msg), "fix the rule", at=syntax_location(error))
    if not isinstance(concluded, ox.QueryTriples):
        refuse(name, "a rule is a CONSTRUCT query", "rewrite it")
    lines = concluded.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
    if _BLANK.search(lines):
        message = "the rule produces a blank node, whose label differs in each build"
        cure = "name it by an IRI, such as IRI(CONCAT(STR(?record), '#part'))"
        refuse(name, message, cure)
    store.load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)
