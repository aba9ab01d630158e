"""A compiled shapes graph, and what of it can be evaluated by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upheaval.rdf.terms import Term
from upheaval.shacl.reads import Reads
from upheaval.shacl.shapes import Constraint, Shape
from upheaval.shacl.shapesgraph import ShapesProblem


@dataclass(frozen=True, slots=True)
class Unit:
    """What can be evaluated by itself: one constraint of a shape that has targets."""

    shape: Shape
    constraint: Constraint

    @property
    def name(self) -> Term:
        """The node that stands for it: a SPARQL constraint's or a property shape's own, else the shape's."""
        return self.constraint.node or self.shape.node

    def reads(self) -> Reads:
        """Return what is read in evaluating it at a focus node, and in finding the focus nodes."""
        found = self.shape.reads_for(self.constraint)
        for target in self.shape.targets:
            if target.kind == "targetObjectsOf":
                found |= Reads(inverse=frozenset({target.term}))
            elif target.kind == "targetSubjectsOf":
                found |= Reads(own=frozenset({target.term}))
        return found


@dataclass(frozen=True, slots=True)
class ShapesPlan:
    """A compiled shapes graph.

    Attributes:
        shapes: those that have targets and are not deactivated, in order.
        notes: statements that have no effect, and shapes that are never evaluated.
        advanced: what of SHACL Advanced Features is in them, which only pySHACL evaluates; see `reference`.
        lines: the shapes graph itself, as canonical N-Triples.
        names: for shapes without an IRI, the nearest node that has one.

    """

    shapes: tuple[Shape, ...]
    notes: tuple[ShapesProblem, ...]
    advanced: tuple[ShapesProblem, ...]
    lines: tuple[str, ...]
    names: Mapping[Term, Term]

    def name_of(self, shape: Term) -> Term:
        """Return the IRI of a shape, or of the nearest shape that holds it."""
        return self.names.get(shape, shape)

    def units(self) -> list[Unit]:
        """Return what can be evaluated by itself, in order."""
        return [Unit(shape, constraint) for shape in self.shapes for constraint in shape.constraints]
