"""Results as a validation report in RDF (SHACL section 3.6)."""

from collections.abc import Iterable
from itertools import count

import pyoxigraph as ox

from upheaval.rdf.terms import Term, is_blank, to_oxigraph
from upheaval.shacl.paths import describe
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import FALSE, TRUE, TYPE, sh


def report(results: Iterable[ValidationResult]) -> list[ox.Triple]:
    """Describe a validation's results.

    Args:
        results: as `evaluate` returns them.

    Returns:
        A graph with one sh:ValidationReport, results in order. Blank nodes of the data and of the shapes keep their
        labels, so that those who hold both can tell which they are.

    """
    ordered = sorted(results, key=ValidationResult.sort_key)
    taken = {term for one in ordered for term in (one.focus, one.value, one.shape) if term and is_blank(term)}
    labels = (f"_:r{number}" for number in count() if f"_:r{number}" not in taken)
    top = next(labels)
    statements = [(top, TYPE, sh("ValidationReport")), (top, sh("conforms"), FALSE if ordered else TRUE)]
    described: list[tuple[Term, Term, Term]] = []
    for one in ordered:
        node = next(labels)
        statements.append((top, sh("result"), node))
        described.append((node, TYPE, sh("ValidationResult")))
        below: list[tuple[Term, Term, Term]] = []
        path = None
        if one.path is not None:
            path, below = describe(one.path, lambda: next(labels))
        fields = {
            "focusNode": one.focus,
            "resultPath": path,
            "value": one.value,
            "resultSeverity": one.severity,
            "sourceShape": one.shape,
            "sourceConstraintComponent": one.component,
            "sourceConstraint": one.constraint,
        }
        described.extend((node, sh(name), term) for name, term in fields.items() if term is not None)
        described.extend((node, sh("resultMessage"), message) for message in one.messages)
        described.extend(below)
    return [_triple(*statement) for statement in (*statements, *described)]


def _triple(subject: Term, predicate: Term, value: Term) -> ox.Triple:
    first, second = to_oxigraph(subject), to_oxigraph(predicate)
    assert isinstance(first, (ox.NamedNode, ox.BlankNode))
    assert isinstance(second, ox.NamedNode)
    return ox.Triple(first, second, to_oxigraph(value))
