"""Single values in a shapes graph: each is read and judged by SHACL's syntax rules (SHACL appendix A)."""

from __future__ import annotations

from upheaval.rdf import xsd, xsdorder
from upheaval.rdf.terms import LANG_STRING, STRING, Term, is_iri, is_literal, literal_parts
from upheaval.rdf.xsd import XSD
from upheaval.shacl.shaclterms import FALSE, TRUE, sh, short
from upheaval.shacl.shapesgraph import ShapesGraph


def integer(graph: ShapesGraph, subject: Term, predicate: Term, value: Term) -> int | None:
    """Return an xsd:integer, or refuse what is none."""
    check = xsd.checker(XSD + "integer")
    if is_literal(value) and check is not None:
        text, datatype, _ = literal_parts(value)
        if datatype == XSD + "integer" and check(text) and len(text) < 20:
            return int(text)
    message = f"the value of {short(predicate)} is {short(value)}, which is not an xsd:integer"
    graph.refuse(message, "write a whole number without quotation marks", subject, predicate, value)
    return None


def number(graph: ShapesGraph, subject: Term, predicate: Term, value: Term) -> None:
    """Refuse what is not a number."""
    key = xsdorder.key(*literal_parts(value)) if is_literal(value) else None
    if key is None or key[0] != "number":
        message = f"the value of {short(predicate)} is {short(value)}, which is not a number"
        graph.refuse(message, "write a number without quotation marks", subject, predicate, value)


def text(graph: ShapesGraph, subject: Term, predicate: Term, value: Term) -> str | None:
    """Return an xsd:string, or refuse what is none."""
    if is_literal(value) and literal_parts(value).datatype == STRING:
        return literal_parts(value).text
    message = f"the value of {short(predicate)} is {short(value)}, which is not an xsd:string"
    graph.refuse(message, "write a text in quotation marks, without a language", subject, predicate, value)
    return None


def iri(graph: ShapesGraph, subject: Term, predicate: Term, value: Term) -> Term | None:
    """Return an IRI, or refuse what is none."""
    if is_iri(value):
        return value
    message = f"the value of {short(predicate)} is {short(value)}, which is not an IRI"
    graph.refuse(message, "write an IRI or a prefixed name", subject, predicate, value)
    return None


def is_true(graph: ShapesGraph, subject: Term, predicate: Term) -> bool:
    """Read an optional xsd:boolean; `true` alone counts, as SHACL says of sh:uniqueLang and its likes."""
    value = graph.value(subject, predicate)
    if value is None or value in (TRUE, FALSE):
        return value == TRUE
    if value in (f'"1"^^<{XSD}boolean>', f'"0"^^<{XSD}boolean>'):
        if value[1] == "1":
            message = f'{short(predicate)} is "1", and only `true` switches it on'
            graph.note(message, "write true", subject, predicate, value)
        return False
    message = f"the value of {short(predicate)} is {short(value)}, which is neither true nor false"
    graph.refuse(message, "write true or false, without quotation marks", subject, predicate, value)
    return False


def messages(graph: ShapesGraph, subject: Term) -> tuple[Term, ...]:
    """Read the messages of a shape, a constraint, a validator or a component."""
    found = graph.objects(subject, sh("message"))
    for value in found:
        if not is_literal(value) or literal_parts(value).datatype not in (STRING, LANG_STRING):
            what = f"a message is {short(value)}, which is not a text"
            graph.refuse(what, "write a text in quotation marks", subject, sh("message"), value)
    return tuple(found)


def is_deactivated(graph: ShapesGraph, subject: Term) -> bool:
    """Read whether a shape or a constraint is deactivated (SHACL section 2.1.6)."""
    return is_true(graph, subject, sh("deactivated"))
