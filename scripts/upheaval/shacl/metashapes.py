"""SHACL for SHACL: a shapes graph is itself validated before it is used (SHACL appendix C)."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from upheaval.rdf.terms import Term, split, statements
from upheaval.shacl.compiling import read_shapes
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.paths import Predicate
from upheaval.shacl.prebinding import store_of
from upheaval.shacl.shaclterms import short
from upheaval.shacl.shapesgraph import ShapesError, ShapesGraph
from upheaval.shacl.shapesplan import ShapesPlan


def compile_shapes(lines: Iterable[str], annotations: Set[Term] = frozenset(), *, advanced: bool = False) -> ShapesPlan:
    """Compile a shapes graph that has been validated with SHACL's shapes for shapes graphs.

    Args:
        lines: the graph as canonical N-Triples, one statement each (`rdf.terms.statements`).
        annotations: as `read_shapes` takes them.
        advanced: likewise.

    Returns:
        The plan.

    Raises:
        ShapesError: as `read_shapes` does; also for what only those shapes find.

    """
    plan = read_shapes(lines, annotations, advanced=advanced)
    without_effect = {(note.subject, note.predicate, note.value) for note in plan.notes}
    used = [line for line in plan.lines if split(line) not in without_effect] if without_effect else plan.lines
    found = evaluate(shapes_for_shapes(), DataGraph(used), lambda: store_of(()))
    if found:
        graph = ShapesGraph(plan.lines)
        for one in found:
            path = one.path.iri if isinstance(one.path, Predicate) else None
            message = f"{short(one.focus)} is not a well-formed shape: {one.message}"
            graph.refuse(message, "see SHACL's syntax rules (appendix A)", one.focus, path, one.value)
        raise ShapesError(graph.problems)
    return plan


@cache
def shapes_for_shapes() -> ShapesPlan:
    """Return SHACL's shapes for shapes graphs, compiled."""
    text = files("upheaval.shacl").joinpath("shacl-shacl.ttl").read_bytes()
    return read_shapes(statements(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)))
