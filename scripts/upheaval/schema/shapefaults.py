"""What the SHACL engine finds wrong with shapes, as faults at the lines of the files that say so."""

from collections.abc import Collection, Mapping

from upheaval.faults import Fault, Severity
from upheaval.rdf.terms import text_of
from upheaval.schema.turtlepositions import TurtlePositions
from upheaval.shacl.shapesgraph import ShapesProblem

_RULES = {
    Severity.ERROR: "shapes/ill-formed",
    Severity.WARNING: "shapes/no-effect",
    Severity.NOTE: "shapes/advanced",
}


def place_problems(texts: Mapping[str, str], problems: Collection[ShapesProblem], severity: Severity) -> list[Fault]:
    """Return what is wrong with shapes as faults, at the lines of Turtle files.

    Args:
        texts: the files by name.
        problems: as the SHACL engine reports them.
        severity: how much they matter.

    Returns:
        The faults, by file and line.

    """
    positions = {name: TurtlePositions(text) for name, text in texts.items()} if problems else {}
    return sorted(_shape_fault(positions, problem, severity) for problem in problems)


def _shape_fault(positions: Mapping[str, TurtlePositions], problem: ShapesProblem, severity: Severity) -> Fault:
    rule = _RULES[severity]
    found = [
        (*place, name)
        for name, file in positions.items()
        if (place := file.find(text_of(problem.at), problem.predicate, problem.value, problem.within))
    ]
    _, at, name = max(found, default=(0, None, "shapes"), key=lambda one: one[0])
    return Fault(name, problem.message, problem.cure, at=at, severity=severity, rule=rule)
