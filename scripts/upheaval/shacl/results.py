"""What a validation finds, whichever engine found it."""

from dataclasses import dataclass

from upheaval.rdf.terms import Term, literal_parts
from upheaval.shacl.paths import Path


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One result of a validation (SHACL section 3.6.2).

    Attributes:
        focus: the focus node.
        path: the path to the value nodes, or None.
        value: the value at fault, or None.
        messages: literals, one or several.
        severity: an IRI, `sh:Violation` and so on.
        shape: the shape that was violated.
        component: the IRI of the constraint component.
        constraint: the SPARQL-based constraint, or None.

    """

    focus: Term
    path: Path | None
    value: Term | None
    messages: tuple[Term, ...]
    severity: Term
    shape: Term
    component: Term
    constraint: Term | None = None

    def sort_key(self) -> tuple[str, ...]:
        """Return the key by which results are put in order: focus node, shape, path, value."""
        return (
            self.focus,
            self.constraint or self.shape,
            str(self.path or ""),
            self.value or "",
            self.component,
            self.message,
        )

    @property
    def message(self) -> str:
        """One message: the one without a language, else the English one, else the first."""
        parts = sorted((literal_parts(message) for message in self.messages), key=lambda one: (one.language, one.text))
        plain = [one.text for one in parts if not one.language or one.language.split("-")[0] == "en"]
        return plain[0] if plain else parts[0].text if parts else ""
