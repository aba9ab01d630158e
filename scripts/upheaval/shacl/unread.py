"""What the compiler has not read of a shapes graph: refused where it was meant to be evaluated, noted elsewhere.

So nothing is passed over in silence. Only what is said to people is left out: the annotation properties listed here,
and those that a shapes graph or its reader declares.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from difflib import get_close_matches

from upheaval.rdf.terms import Term, is_blank
from upheaval.shacl.parameters import OTHERS, PARAMETERS
from upheaval.shacl.shaclterms import ANNOTATION, IMPORTS, OWL, RDFS, SH, TYPE, sh, short
from upheaval.shacl.shapesgraph import ShapesGraph

_ANNOTATIONS = frozenset(
    (*map(sh, ("name", "description", "order", "group", "defaultValue", "labelTemplate", "suggestedShapesGraph")),)
)
_ANNOTATING = (
    f"<{RDFS}",
    f"<{OWL}",
    "<http://purl.org/dc/terms/",
    "<http://purl.org/dc/elements/1.1/",
    "<http://www.w3.org/2004/02/skos/core#",
    "<http://xmlns.com/foaf/0.1/",
    "<http://purl.org/vocab/vann/",
    "<https://schema.org/",
    "<http://schema.org/",
)
"""Vocabularies whose every property says something to people, or something of a shape that is a class as well."""

_REPORTS = frozenset(
    map(
        sh,
        (
            *("ValidationReport", "ValidationResult", "conforms", "result", "shapesGraphWellFormed", "detail"),
            *("focusNode", "resultMessage", "resultPath", "resultSeverity", "value"),
            *("sourceConstraint", "sourceConstraintComponent", "sourceShape"),
        ),
    )
)
"""What reports consist of, which may stand beside shapes."""

ADVANCED = {
    "rule": "SHACL rules",
    "TripleRule": "SHACL rules",
    "SPARQLRule": "SHACL rules",
    "target": "targets by query",
    "SPARQLTarget": "targets by query",
    "SPARQLTargetType": "targets by query",
    "values": "derived values",
    "expression": "expression constraints",
    "SPARQLFunction": "SHACL functions",
    "js": "constraints in JavaScript",
    "JSConstraint": "constraints in JavaScript",
    "JSFunction": "constraints in JavaScript",
    "JSValidator": "constraints in JavaScript",
    "JSRule": "constraints in JavaScript",
    "JSTarget": "constraints in JavaScript",
    "entailment": "entailment",
    "reifierShape": "shapes of SHACL 1.2",
}
PYSHACL = frozenset(
    ("rule", "TripleRule", "SPARQLRule", "target", "SPARQLTarget", "SPARQLTargetType", "expression", "SPARQLFunction")
)
"""Those of them that pySHACL evaluates."""
_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_WORDS = [
    short(term) for term in (*PARAMETERS, *OTHERS, *map(sh, (*_TARGETS, "path", "sparql", "message", "severity")))
]


def judge_unread(graph: ShapesGraph, roles: Mapping[Term, str], annotations: Set[Term]) -> None:
    """Refuse or note what has not been read.

    Args:
        graph: the shapes graph, after everything in it that is known has been read.
        roles: the shapes, constraints, components and validators in it, with what they are.
        annotations: properties beside those listed here that say nothing to a validation.

    """
    declared = annotations | set(graph.instances(ANNOTATION))
    advanced, inside = _advanced(graph)
    for subject, predicate, value in graph.unread():
        if predicate == IMPORTS and not graph.describes(value):
            message = f"{short(subject)} imports {short(value)}, and nothing is fetched"
            graph.note(message, "give its file as well, if it holds shapes", subject, predicate, value)
        if predicate in _ANNOTATIONS or predicate in declared or predicate.startswith(_ANNOTATING):
            continue
        term = value if predicate == TYPE else predicate
        if subject in inside or (subject in advanced and not (predicate == TYPE and _name(value) in ADVANCED)):
            continue
        if value == sh("PropertyGroup") or (term in _REPORTS and subject not in roles):
            continue
        if term.startswith(f"<{SH}"):
            _judge_word(graph, roles, (subject, predicate, value), term)
        elif subject in roles:
            what = f"is a {short(value)}" if predicate == TYPE else f"has {short(predicate)}"
            message = f"the {roles[subject]} {short(subject)} {what}, which has no effect here"
            cure = "correct it, or declare the property as an owl:AnnotationProperty"
            graph.note(message, cure, subject, predicate, value)


def used_by_advanced(graph: ShapesGraph) -> set[Term]:
    """Return the nodes that rules, node expressions and targets by query refer to, which may be shapes."""
    advanced, inside = _advanced(graph)
    return inside | {value for subject, _, value in graph.unread() if subject in inside or subject in advanced}


def _advanced(graph: ShapesGraph) -> tuple[set[Term], set[Term]]:
    """Return the functions and targets that are declared by themselves, and the nodes inside of what is advanced."""
    unread = list(graph.unread())
    declared = {node for node, predicate, value in unread if predicate == TYPE and _name(value) in ADVANCED}
    values: dict[Term, list[Term]] = {}
    for node, _, value in unread:
        values.setdefault(node, []).append(value)
    inside = {value for _, predicate, value in unread if _name(predicate) in ADVANCED}
    waiting = [*inside, *declared]
    while waiting:
        for value in values.get(waiting.pop(), ()):
            if is_blank(value) and value not in inside:
                inside.add(value)
                waiting.append(value)
    return declared - inside, inside


def _judge_word(graph: ShapesGraph, roles: Mapping[Term, str], statement: tuple[Term, Term, Term], term: Term) -> None:
    subject = statement[0]
    name = _name(term)
    if name in ADVANCED:
        what = f"is a {short(term)}" if statement[1] == TYPE else f"has {short(term)}"
        message = f"{short(subject)} {what}: {ADVANCED[name]} are not evaluated by this engine"
        if name in PYSHACL:
            graph.defer(message, "check with --engine pyshacl, or write it in SHACL Core or SHACL-SPARQL", *statement)
        else:
            graph.refuse(message, "take it away; SHACL Core and SHACL-SPARQL are evaluated", *statement)
    elif subject in roles and term not in OTHERS:
        message = f"the {roles[subject]} {short(subject)} has {short(term)}, which is not evaluated there"
        near = get_close_matches(short(term), _WORDS, 1, 0.8)
        cure = f"did you mean {near[0]}?" if near and near[0] != short(term) else "take it away, or correct it"
        graph.refuse(message, cure, *statement)
    else:
        graph.note(f"{short(subject)} has {short(term)}, of which no shape makes use", "take it away", *statement)


def _name(term: Term) -> str:
    return term[len(SH) + 1 : -1] if term.startswith(f"<{SH}") else ""
