"""What a validation finds, whichever engine found it."""

from dataclasses import dataclass

from rdflib.term import Node

from upheaval.faults import Severity
from upheaval.rdf.namespaces import SH

SEVERITIES = {SH.Violation: Severity.ERROR, SH.Warning: Severity.WARNING, SH.Info: Severity.NOTE}


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One result of a validation.

    Attributes:
        node: the IRI of the focus node.
        path: the property at fault, or None where the whole node is.
        value: the value at fault, or None.
        message, severity, shape: as the shape says; the shape is the constraint's IRI for a SPARQL constraint.

    """

    node: str
    path: str | None
    value: Node | None
    message: str
    severity: Severity
    shape: str
