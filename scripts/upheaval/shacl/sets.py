"""Constraints on all value nodes together: how many, pairs of properties, sh:hasValue, sh:closed (SHACL 4.2, 4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from upheaval.rdf import xsdorder
from upheaval.rdf.terms import Term, is_literal, literal_parts, string
from upheaval.shacl.paths import Predicate
from upheaval.shacl.reads import Reads
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import short
from upheaval.shacl.shapes import Constraint, Pair, Run, Shape, Violation
from upheaval.shacl.values import core, order_key


@dataclass(frozen=True, slots=True)
class MinCount(Constraint):
    """sh:minCount (SHACL section 4.2.1)."""

    component: ClassVar[Term] = core("MinCount")
    vacuous: ClassVar[bool] = False
    least: int

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        return [(focus, None) for focus, values in pairs if len(values) < self.least]

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return "has no value" if self.least == 1 else f"has fewer than {self.least} values"


@dataclass(frozen=True, slots=True)
class MaxCount(Constraint):
    """sh:maxCount (SHACL section 4.2.2)."""

    component: ClassVar[Term] = core("MaxCount")
    most: int

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        return [(focus, None) for focus, values in pairs if len(values) > self.most]

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"has more than {self.most} value{'' if self.most == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class UniqueLang(Constraint):
    """sh:uniqueLang true (SHACL section 4.4.5): one result a language that is there twice."""

    component: ClassVar[Term] = core("UniqueLang")

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        found: list[Violation] = []
        for focus, values in pairs:
            if len(values) > 1:
                tags = Counter(literal_parts(value).language.lower() for value in values if is_literal(value))
                found.extend((focus, None) for tag, many in tags.items() if tag and many > 1)
        return found

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return "has several values in one language"


@dataclass(frozen=True, slots=True)
class HasValue(Constraint):
    """sh:hasValue (SHACL section 4.8.2)."""

    component: ClassVar[Term] = core("HasValue")
    vacuous: ClassVar[bool] = False
    value: Term

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        return [(focus, None) for focus, values in pairs if self.value not in values]

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not have the value {short(self.value)}"


@dataclass(frozen=True, slots=True)
class _PairConstraint(Constraint):
    other: Term

    def reads(self, away: bool) -> Reads:
        """Return what is read; the other property is the focus node's own."""
        return Reads(own=frozenset({self.other}))


@dataclass(frozen=True, slots=True)
class Equals(_PairConstraint):
    """sh:equals (SHACL section 4.5.1)."""

    component: ClassVar[Term] = core("Equals")
    vacuous: ClassVar[bool] = False

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        known = run.data.values(self.other)
        found: list[Violation] = []
        for focus, values in pairs:
            others, here = frozenset(known.get(focus, ())), frozenset(values)
            if others != here:
                found.extend((focus, value) for value in sorted(others ^ here))
        return found

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not have the same values as {short(self.other)}"


@dataclass(frozen=True, slots=True)
class Disjoint(_PairConstraint):
    """sh:disjoint (SHACL section 4.5.2)."""

    component: ClassVar[Term] = core("Disjoint")

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        known = run.data.values(self.other)
        return [(focus, value) for focus, values in pairs for value in values if value in known.get(focus, ())]

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is also a value of {short(self.other)}"


@dataclass(frozen=True, slots=True)
class LessThan(_PairConstraint):
    """sh:lessThan (SHACL section 4.5.3): one result a pair that is not in order, or cannot be compared."""

    component: ClassVar[Term] = core("LessThan")
    wanted: ClassVar[tuple[int, ...]] = (-1,)

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        known = run.data.values(self.other)
        found: list[Violation] = []
        for focus, values in pairs:
            if focus in known:
                keys = [order_key(other) for other in known[focus]]
                for value in values:
                    key = order_key(value)
                    found.extend((focus, value) for other in keys if xsdorder.compare(key, other) not in self.wanted)
        return found

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is not less than {short(self.other)}"


@dataclass(frozen=True, slots=True)
class LessThanOrEquals(LessThan):
    """sh:lessThanOrEquals (SHACL section 4.5.4)."""

    component: ClassVar[Term] = core("LessThanOrEquals")
    wanted: ClassVar[tuple[int, ...]] = (-1, 0)

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is more than {short(self.other)}"


@dataclass(frozen=True, slots=True)
class Closed(Constraint):
    """sh:closed true, with the properties that are allowed (SHACL section 4.8.1)."""

    component: ClassVar[Term] = core("Closed")
    allowed: frozenset[Term]

    def _outside(self, pairs: Sequence[Pair], run: Run) -> list[tuple[Term, Term, Term]]:
        return [
            (focus, predicate, value)
            for focus, nodes in pairs
            for node in nodes
            for predicate, values in run.data.nodes.get(node, {}).items()
            if predicate not in self.allowed
            for value in values
        ]

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        return [(focus, value) for focus, _, value in self._outside(pairs, run)]

    def results(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> list[ValidationResult]:
        """Return the results; the path of each is the property that is not allowed."""
        messages = shape.messages or (string(self.says()),)
        return [
            ValidationResult(focus, Predicate(path), value, messages, shape.severity, shape.node, self.component)
            for focus, path, value in self._outside(pairs, run)
        ]

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return "has a property that the shape does not allow"

    def reads(self, away: bool) -> Reads:
        """Return what is read."""
        return Reads(everything=away)
