"""Terms that not every reader would read alike: refused in ontology and shapes, as they are in records."""

import re
from collections.abc import Iterable

import pyoxigraph as ox
from rdflib.namespace import OWL, RDF

from upheaval.faults import Fault, Severity
from upheaval.rdf.datatypes import has_dot_segments
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.terms import string
from upheaval.rdf.xmlnames import is_property_name
from upheaval.schema.contract import Contract
from upheaval.schema.turtlepositions import TurtlePositions

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SUSPECT = re.compile(_CONTROL.pattern + r"|\\[bfuU./]|/\.")
"""Matches every file with such a term; most files have no match and need not be searched by term."""
_PROPERTIES = {str(cls) for cls in (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)}


def unpublishable(text: str, triples: Iterable[ox.Triple], file: str) -> list[Fault]:
    """Find control characters in texts, and dot segments in IRIs.

    Args:
        text: a Turtle file.
        triples: what it says.
        file: its name in messages.

    Returns:
        One fault for each text or IRI.

    """
    if not _SUSPECT.search(text):
        return []
    positions = TurtlePositions(text)
    faults: dict[str, Fault] = {}
    for subject, predicate, value in triples:
        for iri in (iri_of(term) for term in (subject, predicate, value) if isinstance(term, ox.NamedNode)):
            if has_dot_segments(iri):
                message = f"<{iri}> has a segment `.` or `..`, which some readers remove"
                place = positions.find(iri) or positions.find(iri_of(subject), str(predicate), str(value))
                at = place[1] if place else None
                faults.setdefault(iri, Fault(file, message, "write it without", at=at, rule="turtle/dot-segments"))
        if isinstance(value, ox.Literal) and (found := _CONTROL.search(value.value)):
            place = positions.find(iri_of(subject), str(predicate), str(value))
            at = place[1] if place else None
            message = f"this text has the control character {ascii(found[0])[1:-1]}"
            key = string(value.value)
            faults.setdefault(key, Fault(file, message, "delete it", at=at, rule="turtle/control-character"))
    return list(faults.values())


def not_in_xml(ontology: Iterable[ox.Triple], contract: Contract) -> list[Fault]:
    """Note the properties that RDF/XML cannot express; a build whose statements have them is not written in it."""
    keys = {key.iri for kind in contract.kinds.values() for key in kind.keys.values()}
    declared = keys | {
        triple.subject.value
        for triple in ontology
        if iri_of(triple.object) in _PROPERTIES and isinstance(triple.subject, ox.NamedNode)
    }
    return [
        Fault(
            "ontology",
            f"RDF/XML cannot express the property <{iri}>, whose IRI does not end in an XML name; data that use it are "
            "published without .rdf",
            severity=Severity.NOTE,
            rule="vocabulary/rdf-xml",
        )
        for iri in sorted(declared)
        if not is_property_name(iri)
    ]
