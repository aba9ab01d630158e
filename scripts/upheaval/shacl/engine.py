"""Validation: compiled shapes run over a data graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from upheaval.rdf.terms import Term
from upheaval.shacl.index import DataGraph
from upheaval.shacl.prebinding import ConstraintStore
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shapes import Constraint, Run, Shape
from upheaval.shacl.shapesplan import ShapesPlan, Unit


def evaluate(
    units: ShapesPlan | Iterable[Unit],
    data: DataGraph,
    store: Callable[[], ConstraintStore],
    focus: Callable[[Term], bool] | None = None,
) -> list[ValidationResult]:
    """Validate a data graph.

    Args:
        units: the shapes, or some of their constraints (`ShapesPlan.units`).
        data: the data graph.
        store: gives the same data for SPARQL constraints; called when the first of them is run.
        focus: tells whether a node may be a focus node of the shapes' targets; others are there to be looked up.

    Returns:
        The results (SHACL section 3.4), by shape.

    Raises:
        ReportedFailure: a query reports that it could not be evaluated.

    """
    by_shape: dict[Shape, list[Constraint]] = {}
    for unit in units.units() if isinstance(units, ShapesPlan) else units:
        by_shape.setdefault(unit.shape, []).append(unit.constraint)
    kept: list[ConstraintStore] = []

    def once() -> ConstraintStore:
        if not kept:
            kept.append(store())
        return kept[0]

    run = Run(data, once)
    is_focus = cache(focus) if focus else None  # several shapes target the same nodes
    found: list[ValidationResult] = []
    for shape, constraints in by_shape.items():
        found.extend(shape.validate(_focus_nodes(shape, data, is_focus), run, constraints))
    return found


def _focus_nodes(shape: Shape, data: DataGraph, focus: Callable[[Term], bool] | None) -> dict[Term, None]:
    nodes = dict.fromkeys(node for target in shape.targets for node in target.nodes(data))
    return nodes if focus is None else {node: None for node in nodes if focus(node)}
