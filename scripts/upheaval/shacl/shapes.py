"""Shapes, compiled, and how they are run: over all their focus nodes at once, one constraint after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from upheaval.rdf.terms import Term, string
from upheaval.shacl.paths import Path, Predicate, Values, follow
from upheaval.shacl.reads import Reads, path_reads
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import VIOLATION

if TYPE_CHECKING:
    from upheaval.shacl.index import DataGraph
    from upheaval.shacl.prebinding import ConstraintStore

Pair = tuple[Term, Collection[Term]]
"""A focus node and its value nodes."""
Violation = tuple[Term, Term | None]
"""A focus node and the value at fault, if there is one."""


@dataclass(slots=True)
class Run:
    """One validation: the data, and what of them has been looked up so far.

    Attributes:
        data: the data graph.
        store: gives what SPARQL queries are run on, when the first has to be.

    """

    data: DataGraph
    store: Callable[[], ConstraintStore]
    _paths: dict[int, Values] = field(default_factory=dict)

    def values(self, path: Path) -> Values:
        """Return what follows a path."""
        found = self._paths.get(id(path))
        if found is None:
            found = self._paths[id(path)] = follow(path, self.data)
        return found


class Constraint:
    """What a shape asks of its value nodes.

    Attributes:
        component: the IRI of the constraint component.
        vacuous: whether it holds wherever there are no value nodes.
        node: what stands for it in the shapes graph, where that is not the shape that has it.

    """

    __slots__ = ()
    component: ClassVar[Term] = ""
    vacuous: ClassVar[bool] = True
    node: ClassVar[Term] = ""

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations, as many as there are results."""
        raise NotImplementedError

    def results(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> list[ValidationResult]:
        """Return the results for a shape that has the constraint."""
        found = self.find(pairs, run)
        if not found:
            return []
        messages = shape.messages or (string(self.says()),)
        return [
            ValidationResult(focus, shape.path, value, messages, shape.severity, shape.node, self.component)
            for focus, value in found
        ]

    def failing(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> set[Term]:
        """Return the focus nodes that violate it."""
        return {focus for focus, _ in self.find(pairs, run)}

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not satisfy sh:{self.component.rpartition('#')[2].removesuffix('ConstraintComponent>')}"

    def reads(self, away: bool) -> Reads:
        """Return what is read; `away` where the value nodes are other nodes than the focus node."""
        return Reads()


@dataclass(frozen=True, slots=True)
class Target:
    """Which nodes are focus nodes: `kind` is the local name of SHACL's property."""

    kind: str
    term: Term

    def nodes(self, data: DataGraph) -> Iterable[Term]:
        """Return the focus nodes (SHACL section 2.1.3)."""
        if self.kind == "targetClass":
            return data.instances(self.term)
        if self.kind == "targetNode":
            return (self.term,)
        return data.values(self.term) if self.kind == "targetSubjectsOf" else data.subjects(self.term)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape.

    Attributes:
        node: the shape in the shapes graph.
        path: the path of a property shape; None for a node shape.
        targets: of which nodes it is asked.
        constraints: what it asks.
        severity, messages: for results.
        deactivated: whether it is left out.

    """

    node: Term
    path: Path | None = None
    targets: tuple[Target, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    severity: Term = VIOLATION
    messages: tuple[Term, ...] = ()
    deactivated: bool = False

    def __hash__(self) -> int:
        return hash(self.node)

    def reads(self) -> Reads:
        """Return what is read in evaluating it at a focus node."""
        found = Reads()
        for constraint in self.constraints:
            found |= self.reads_for(constraint)
        return found

    def reads_for(self, constraint: Constraint) -> Reads:
        """Return what is read in evaluating one of its constraints."""
        if self.path is None:
            return constraint.reads(away=False)
        return path_reads(self.path) | constraint.reads(away=True)

    def validate(
        self, nodes: Collection[Term], run: Run, chosen: Collection[Constraint] | None = None
    ) -> list[ValidationResult]:
        """Return the results for focus nodes (SHACL section 3.4), of all its constraints or of some."""
        found: list[ValidationResult] = []
        for constraint, pairs in self._pairs(nodes, run, self.constraints if chosen is None else chosen):
            found.extend(constraint.results(self, pairs, run))
        return found

    def failing(self, nodes: Collection[Term], run: Run) -> set[Term]:
        """Return the focus nodes that do not conform (SHACL section 3.4.3)."""
        found: set[Term] = set()
        for constraint, pairs in self._pairs(nodes, run, self.constraints):
            found |= constraint.failing(self, pairs, run)
        return found

    def _pairs(
        self, nodes: Collection[Term], run: Run, constraints: Collection[Constraint]
    ) -> Iterator[tuple[Constraint, Sequence[Pair]]]:
        """Give each constraint the focus nodes at which it may be violated, with their value nodes."""
        if self.deactivated or not nodes:
            return
        if self.path is None:
            pairs: list[Pair] = [(node, (node,)) for node in nodes]
            yield from ((constraint, pairs) for constraint in constraints)
            return
        some, none = self._split(nodes, run, all(constraint.vacuous for constraint in constraints))
        every = [*some, *none]
        for constraint in constraints:
            pairs = some if constraint.vacuous else every
            if pairs:
                yield constraint, pairs

    def _split(self, nodes: Collection[Term], run: Run, vacuous: bool) -> tuple[list[Pair], list[Pair]]:
        """Return focus nodes with their value nodes: those that have some and, where they matter, those without."""
        if not isinstance(self.path, Predicate):
            assert self.path is not None
            values = run.values(self.path)
            found = [(node, values(node)) for node in nodes]
            return [pair for pair in found if pair[1]], [pair for pair in found if not pair[1]]
        known = run.data.values(self.path.iri)
        some: list[Pair]
        if len(known) < len(nodes) and isinstance(nodes, (dict, Set)):
            some = [pair for pair in known.items() if pair[0] in nodes]
        else:
            some = [(node, known[node]) for node in nodes if node in known]
        if vacuous or len(some) == len(nodes):
            return some, []
        return some, [(node, ()) for node in nodes if node not in known]
