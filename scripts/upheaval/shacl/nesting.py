"""Constraints that ask other shapes: logical and shape-based (SHACL sections 4.6 and 4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from upheaval.rdf.terms import Term
from upheaval.shacl.reads import Reads
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import short
from upheaval.shacl.shapes import Constraint, Pair, Run, Shape, Violation
from upheaval.shacl.values import core


def _value_nodes(pairs: Sequence[Pair]) -> dict[Term, None]:
    return {value: None for _, values in pairs for value in values}


def _reads(shapes: Sequence[Shape], away: bool) -> Reads:
    found = Reads()
    for shape in shapes:
        found |= shape.reads().elsewhere() if away else shape.reads()
    return found


@dataclass(frozen=True, slots=True)
class _ShapeConstraint(Constraint):
    shapes: tuple[Shape, ...]

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        bad = self.bad(_value_nodes(pairs), run)
        return [(focus, value) for focus, values in pairs for value in values if value in bad] if bad else []

    def bad(self, nodes: dict[Term, None], run: Run) -> set[Term]:
        """Return the value nodes that violate it."""
        raise NotImplementedError

    def reads(self, away: bool) -> Reads:
        """Return what is read."""
        return _reads(self.shapes, away)

    def _names(self) -> str:
        return ", ".join(short(shape.node) if shape.node[0] == "<" else "a shape" for shape in self.shapes)


@dataclass(frozen=True, slots=True)
class Not(_ShapeConstraint):
    """sh:not (SHACL section 4.6.1)."""

    component: ClassVar[Term] = core("Not")

    def bad(self, nodes: dict[Term, None], run: Run) -> set[Term]:
        """Return the value nodes that violate it."""
        return nodes.keys() - self.shapes[0].failing(nodes, run)

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"conforms to {self._names()}, which it must not"


@dataclass(frozen=True, slots=True)
class And(_ShapeConstraint):
    """sh:and (SHACL section 4.6.2)."""

    component: ClassVar[Term] = core("And")

    def bad(self, nodes: dict[Term, None], run: Run) -> set[Term]:
        """Return the value nodes that violate it."""
        return {node for shape in self.shapes for node in shape.failing(nodes, run)}

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not conform to all of {self._names()}"


@dataclass(frozen=True, slots=True)
class Or(_ShapeConstraint):
    """sh:or (SHACL section 4.6.3)."""

    component: ClassVar[Term] = core("Or")

    def bad(self, nodes: dict[Term, None], run: Run) -> set[Term]:
        """Return the value nodes that violate it."""
        left = nodes
        for shape in self.shapes:
            left = dict.fromkeys(shape.failing(left, run))
        return set(left)

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"conforms to none of {self._names()}"


@dataclass(frozen=True, slots=True)
class Xone(_ShapeConstraint):
    """sh:xone (SHACL section 4.6.4)."""

    component: ClassVar[Term] = core("Xone")

    def bad(self, nodes: dict[Term, None], run: Run) -> set[Term]:
        """Return the value nodes that violate it."""
        conforming = dict.fromkeys(nodes, 0)
        for shape in self.shapes:
            for node in nodes.keys() - shape.failing(nodes, run):
                conforming[node] += 1
        return {node for node, many in conforming.items() if many != 1}

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not conform to exactly one of {self._names()}"


@dataclass(frozen=True, slots=True)
class Node(_ShapeConstraint):
    """sh:node (SHACL section 4.7.1)."""

    component: ClassVar[Term] = core("Node")

    def bad(self, nodes: dict[Term, None], run: Run) -> set[Term]:
        """Return the value nodes that violate it."""
        return self.shapes[0].failing(nodes, run)

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not conform to {self._names()}"


@dataclass(frozen=True, slots=True)
class Property(Node):
    """sh:property (SHACL section 4.7.2): the results are those of the property shape at each value node."""

    component: ClassVar[Term] = core("Property")

    @property
    def node(self) -> Term:  # type: ignore[override]
        """What stands for it in the shapes graph."""
        return self.shapes[0].node

    def results(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> list[ValidationResult]:
        """Return the results, once for each way in which a value node is reached."""
        found = self.shapes[0].validate(_value_nodes(pairs), run)
        if shape.path is None or not found:
            return found
        by_node: dict[Term, list[ValidationResult]] = {}
        for one in found:
            by_node.setdefault(one.focus, []).append(one)
        return [one for _, values in pairs for value in values for one in by_node.get(value, ())]


@dataclass(frozen=True, slots=True)
class Qualified(Constraint):
    """sh:qualifiedMinCount or sh:qualifiedMaxCount of sh:qualifiedValueShape (SHACL section 4.7.3).

    Attributes:
        shape: what is counted must conform to it.
        siblings: what is counted must conform to none of them.
        least, most: the bounds; the one that is not asked for is None.

    """

    shape: Shape
    siblings: tuple[Shape, ...]
    least: int | None = None
    most: int | None = None

    @property
    def component(self) -> Term:  # type: ignore[override]
        """The IRI of the constraint component."""
        return core("QualifiedMinCount" if self.most is None else "QualifiedMaxCount")

    @property
    def vacuous(self) -> bool:  # type: ignore[override]
        """Whether it holds wherever there are no value nodes."""
        return not self.least

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        nodes = _value_nodes(pairs)
        counted = dict.fromkeys(nodes.keys() - self.shape.failing(nodes, run))
        for sibling in self.siblings:
            counted = dict.fromkeys(sibling.failing(counted, run))
        found: list[Violation] = []
        for focus, values in pairs:
            many = sum(value in counted for value in values)
            if (self.least is not None and many < self.least) or (self.most is not None and many > self.most):
                found.append((focus, None))
        return found

    def says(self) -> str:
        """Return a message for shapes that have none."""
        bound = f"fewer than {self.least}" if self.most is None else f"more than {self.most}"
        name = short(self.shape.node) if self.shape.node[0] == "<" else "a shape"
        return f"has {bound} values that conform to {name}"

    def reads(self, away: bool) -> Reads:
        """Return what is read."""
        return _reads((self.shape, *self.siblings), away)
