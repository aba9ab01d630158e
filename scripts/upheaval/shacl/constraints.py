"""SPARQL constraints of shapes, each evaluated once for all its focus nodes instead of once for each.

pySHACL hands rdflib a constraint's text anew for every focus node, and parsing it is most of its time. Every
constraint of ours binds `$this` by itself, so its query, run as it stands, gives the violations of all nodes
together; those that are no focus nodes are dropped. Tests hold this against pySHACL's own evaluation.
"""

from collections.abc import Callable

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from upheaval.faults import Severity, refuse
from upheaval.rdf import sparql
from upheaval.rdf.graphs import iri_of, nodes, term_to_rdflib
from upheaval.rdf.namespaces import FAULT_AT, SH
from upheaval.shacl.index import NodeIndex
from upheaval.shacl.results import SEVERITIES, ValidationResult


def evaluate(
    store: ox.Store, shapes: Graph, index: NodeIndex, chosen: Callable[[str], bool] = bool
) -> list[ValidationResult]:
    """Evaluate the SPARQL constraints of shapes (SHACL section 5).

    Args:
        store: data, derived facts and vocabulary.
        shapes: the shapes graph.
        index: for the classes of focus nodes.
        chosen: which constraints are evaluated, by their IRIs.

    Returns:
        The violations.

    Raises:
        Refusal: a constraint is no SPARQL, or does not select `$this`.

    """
    findings = []
    for shape, constraint in sorted(shapes.subject_objects(SH.sparql)):
        if Literal(True) in (shapes.value(shape, SH.deactivated), shapes.value(constraint, SH.deactivated)):
            continue
        if not chosen(str(constraint)):
            continue
        targets = {str(cls) for cls in shapes.objects(shape, SH.targetClass)}
        for node, value in _violations(store, shapes, constraint):
            if not targets.isdisjoint(index.types.get(node, ())) and not index.is_beside(node):
                findings.append(_finding(shapes, shape, constraint, node, value))
    return findings


def _violations(store: ox.Store, shapes: Graph, constraint: Node) -> set[tuple[str, Node | None]]:
    try:
        solutions = sparql.evaluate(store, query_of(shapes, constraint))
    except SyntaxError as error:
        message = f"the constraint <{constraint}> is no SPARQL: {error.msg}"
        refuse("shapes", message, "mend its sh:select", rule="shapes/sparql")
    names = [variable.value for variable in solutions.variables] if isinstance(solutions, ox.QuerySolutions) else []
    if "this" not in names or not isinstance(solutions, ox.QuerySolutions):
        message = f"the constraint <{constraint}> does not select $this"
        refuse("shapes", message, "select $this", rule="shapes/sparql")
    return {
        (iri_of(solution["this"]), _value(solution, names)) for solution in solutions if solution["this"] is not None
    }


def _value(solution: ox.QuerySolution, names: list[str]) -> Node | None:
    value = solution["value"] if "value" in names else None
    return None if value is None else term_to_rdflib(value)


def query_of(shapes: Graph, constraint: Node) -> str:
    """Return the query of a constraint with its prefixes (SHACL section 5.2.1)."""
    declared = [
        declaration
        for document in shapes.objects(constraint, SH.prefixes)
        for declaration in nodes(shapes.objects(document, SH.declare))
    ]
    prefixes = "".join(
        f"PREFIX {shapes.value(each, SH.prefix)}: <{shapes.value(each, SH.namespace)}>\n" for each in declared
    )
    return prefixes + str(shapes.value(constraint, SH.select))


def _finding(shapes: Graph, shape: Node, constraint: Node, node: str, value: Node | None) -> ValidationResult:
    path = shapes.value(constraint, FAULT_AT)
    message = shapes.value(constraint, SH.message) or shapes.value(shape, SH.message)
    severity = shapes.value(shape, SH.severity)
    return ValidationResult(
        node=node,
        path=str(path) if path else None,
        value=URIRef(node) if value is None else value,
        message=str(message or "does not conform to its shape"),
        severity=SEVERITIES.get(URIRef(str(severity)), Severity.ERROR),
        shape=str(constraint),
    )
