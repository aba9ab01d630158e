"""Derive facts by the SPARQL rules of the ontology, run in the order of their file names."""

import re

import pyoxigraph as ox

from upheaval.faults import refuse, syntax_location
from upheaval.rdf.sparql import evaluate

_BLANK = re.compile(rb"^(?:_:|<[^>]*> <[^>]*> _:)", re.MULTILINE)
"""Matches a blank node in N-Triples, as subject or object."""


def derive(store: ox.Store, rules: dict[str, str], graph: str) -> None:
    """Run the rules and add the triples that they derive to a graph of their own.

    Args:
        store: the data, without blank nodes, and the vocabulary, each in a named graph; the results are added to it.
        rules: CONSTRUCT queries by file name. Each sees the results of those before it.
        graph: the IRI of the graph for the results. A rule must itself leave out what the records already state.

    Raises:
        Refusal: a rule is not SPARQL 1.1, is not a CONSTRUCT query, or produces blank nodes, whose labels would
            change from build to build.

    """
    for file, text in rules.items():
        try:
            concluded = evaluate(store, text)
        except SyntaxError as error:
            refuse(f"ontology/rules/{file}", str(error.msg), "fix the rule", at=syntax_location(error))
        if not isinstance(concluded, ox.QueryTriples):
            refuse(f"ontology/rules/{file}", "a rule must be a CONSTRUCT query", "rewrite it as one")
        lines = concluded.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
        if _BLANK.search(lines):
            message = "the rule produces a blank node, whose label would change from build to build"
            cure = "give it an IRI, such as IRI(CONCAT(STR(?record), '#part'))"
            refuse(f"ontology/rules/{file}", message, cure)
        store.load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)
