"""The two engines that validate a batch: the compiled one, and pySHACL as the reference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from upheaval.check.dataview import classes_of, lines_in
from upheaval.check.plan import Plan
from upheaval.faults import refuse
from upheaval.rdf.terms import Term, statements, text_of
from upheaval.schema.contract import Kind
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.prebinding import ConstraintStore
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shapesplan import Unit


@dataclass(frozen=True, slots=True)
class Data:
    """What is validated.

    Attributes:
        store: the vocabulary, the data and what is derived from them.
        lines: what records say, as N-Triples, literals as they were written.
        derived: the graphs for what is derived.
        kinds: the classes of records by name, where the lines do not say them.

    """

    store: ox.Store
    lines: Sequence[str]
    derived: Sequence[str]
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def statements(self) -> list[str]:
        """Return what records say and what is derived, as N-Triples."""
        return [*self.lines, *(line for graph in self.derived for line in lines_in(self.store, graph))]


@dataclass(frozen=True, slots=True)
class Selection:
    """What to validate with, and which nodes.

    Attributes:
        chosen: tells by its name whether a property shape or a constraint is to be evaluated.
        about: tells whether a node may be a focus node; others are there to be looked up.

    """

    chosen: Callable[[str], bool]
    about: Callable[[Term], bool] | None = None


Validator: TypeAlias = Callable[[Plan, Data, Sequence[Selection]], list[ValidationResult]]


def compiled(plan: Plan, data: Data, selections: Sequence[Selection]) -> list[ValidationResult]:
    """Validate with the compiled engine."""
    records = ((plan.publication.iri + slug, kind.iri) for slug, kind in data.kinds.items())
    graph = DataGraph(data.statements(), classes_of(plan.contract, records) if data.kinds else plan.classes)
    graphs = (plan.data, *data.derived, plan.publication.graph("vocabulary"))

    def store() -> ConstraintStore:
        return ConstraintStore(data.store, graphs, plan.shapes.lines)

    found: list[ValidationResult] = []
    for selection in selections:
        units: list[Unit] = [unit for unit in plan.units if selection.chosen(text_of(unit.name))]
        found.extend(evaluate(units, graph, store, selection.about))
    return found


def reference(plan: Plan, data: Data, selections: Sequence[Selection]) -> list[ValidationResult]:
    """Validate with pySHACL, which finds the same and takes longer."""
    from upheaval.shacl.reference import ReferenceFailure, validate

    vocabulary = plan.schema.vocabulary
    try:
        found = validate([*data.statements(), *statements(vocabulary.ontology)], plan.shapes.lines)
    except ReferenceFailure as error:
        cure = "correct them" if plan.shapes.advanced else "check with --engine compiled"
        refuse("shapes", f"pySHACL cannot evaluate them: {error}", cure)
    return [
        one
        for selection in selections
        for one in found
        if selection.chosen(text_of(one.constraint or one.shape))
        if selection.about is None or selection.about(one.focus)
    ]
