"""pySHACL, the reference: what it finds is what the compiled engine has to find."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox
from pyshacl import validate as run_pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph, URIRef
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from upheaval.faults import Severity, refuse
from upheaval.rdf.graphs import to_rdflib
from upheaval.rdf.namespaces import FAULT_AT, SH
from upheaval.rdf.sparql import prepare
from upheaval.shacl.results import SEVERITIES, ValidationResult


class _Remembering(Graph):
    """A graph that parses each query once: pySHACL hands over a constraint's text for every focus node anew."""

    def query(self, query_object: str | Query, *args: Any, **keywords: Any) -> Result:
        """Evaluate a query as any graph does."""
        prepared = prepare_once(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **keywords)


prepare_once = cache(prepare)


def validate(
    store: ox.Store, graphs: Iterable[str], ontology: Iterable[ox.Triple], shapes: Graph
) -> list[ValidationResult]:
    """Validate named graphs of a store with pySHACL, SPARQL constraints included.

    Args:
        store: data and derived facts.
        graphs: the IRIs of the graphs to validate.
        ontology: for subclasses and for the types of codes.
        shapes: the shapes graph.

    Returns:
        What violates it. No inference is run, and nothing is fetched.

    Raises:
        Refusal: the shapes are no SHACL.

    """
    data = to_rdflib(ontology, _Remembering(bind_namespaces="none"))
    for name in graphs:
        to_rdflib((quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name))), data)
    try:
        _, report, _ = run_pyshacl(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    except ReportableRuntimeError as error:
        refuse("shapes", f"pySHACL refuses the shapes: {error.message}", "mend them")
    if not isinstance(report, Graph):
        refuse("shapes", f"pySHACL refuses the shapes: {report}", "mend them")
    return [_finding(report, result, shapes) for result in report.objects(None, SH.result)]


def _finding(report: Graph, result: Node, shapes: Graph) -> ValidationResult:
    constraint = report.value(result, SH.sourceConstraint)
    path = report.value(result, SH.resultPath)
    if constraint is not None and path is None:
        path = shapes.value(constraint, FAULT_AT)
    messages = sorted(str(text) for text in report.objects(result, SH.resultMessage))
    return ValidationResult(
        node=str(report.value(result, SH.focusNode)),
        path=str(path) if path else None,
        value=report.value(result, SH.value),
        message=messages[0] if messages else "does not conform to its shape",
        severity=SEVERITIES.get(URIRef(str(report.value(result, SH.resultSeverity))), Severity.ERROR),
        shape=str(constraint or report.value(result, SH.sourceShape)),
    )
