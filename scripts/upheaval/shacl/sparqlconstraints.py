"""SPARQL-based constraints and constraint components, run once for all their focus nodes (SHACL sections 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from upheaval.rdf.terms import Term, is_iri, is_literal, literal_parts, string, text_of
from upheaval.shacl.paths import Path, Predicate
from upheaval.shacl.prebinding import SHAPES_GRAPH, Solution, as_stored
from upheaval.shacl.queries import QueryText
from upheaval.shacl.reads import Reads
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import TRUE, short
from upheaval.shacl.shapes import Constraint, Pair, Run, Shape

_TEMPLATE = re.compile(r"\{[?$](\w+)\}")


class ReportedFailure(Exception):
    """Raised where a query itself reports that it could not be evaluated (SHACL section 5.3.2)."""


def fill_in(message: Term, values: Solution) -> Term:
    """Put values in the place of `{?name}` and `{$name}` in a message (SHACL section 5.3.2)."""
    text, _, language = literal_parts(message)
    filled = _TEMPLATE.sub(lambda found: text_of(values[found[1]]) if found[1] in values else found[0], text)
    if filled == text:
        return message
    return string(filled) + (f"@{language}" if language else "")


@dataclass(frozen=True, slots=True)
class QueryConstraint(Constraint):
    """A constraint that a query decides.

    Attributes:
        iri: the constraint component.
        constraint: the SPARQL constraint; empty where the constraint is one of a component of somebody's own.
        query: the query, with its prefixes and the path in it.
        messages: what it says.
        parameters: the names and the values of the component's parameters.

    """

    iri: Term
    constraint: Term
    query: QueryText
    messages: tuple[Term, ...] = ()
    parameters: tuple[tuple[str, Term], ...] = ()

    @property
    def component(self) -> Term:  # type: ignore[override]
        """The IRI of the constraint component."""
        return self.iri

    @property
    def node(self) -> Term:  # type: ignore[override]
        """What stands for it in the shapes graph."""
        return self.constraint

    @property
    def vacuous(self) -> bool:  # type: ignore[override]
        """Whether it holds wherever there are no value nodes: an ASK query is asked of each."""
        return not self.query.select

    def results(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> list[ValidationResult]:
        """Return the results for a shape that has the constraint."""
        return list(self._selected(shape, pairs, run) if self.query.select else self._asked(shape, pairs, run))

    def failing(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> set[Term]:
        """Return the focus nodes that violate it."""
        return {one.focus for one in self.results(shape, pairs, run)}

    def reads(self, away: bool) -> Reads:
        """Return what is read."""
        return Reads(queries=(self.query.text,))

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"violates {short(self.node or self.component)}"

    def _constants(self, shape: Shape) -> Solution:
        return {**dict(self.parameters), "currentShape": shape.node, "shapesGraph": SHAPES_GRAPH}

    def _selected(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> Iterator[ValidationResult]:
        """Yield one result a solution."""
        origins: dict[Term, list[Term]] = {}
        for focus, _ in pairs:
            origins.setdefault(as_stored(focus), []).append(focus)
        rows = [(alike[0],) for alike in origins.values()]
        for solution in run.store().select(self.query, ("this",), rows, self._constants(shape)):
            if solution.get("failure") == TRUE:
                raise ReportedFailure(f"{short(self.node or self.component)} reports that it could not be evaluated")
            for focus in origins[solution["this"]]:
                path = solution.get("path", "")
                yield self._result(
                    shape,
                    focus,
                    solution.get("value", focus if shape.path is None else None),
                    solution,
                    Predicate(path) if path and is_iri(path) else shape.path,
                )

    def _asked(self, shape: Shape, pairs: Sequence[Pair], run: Run) -> Iterator[ValidationResult]:
        """Yield one result for each value node of which the query is not true."""
        names = ("this", "value") if "this" in self.query.variables else ("value",)
        rows = [(focus, value)[-len(names) :] for focus, values in pairs for value in values]
        true = run.store().ask(self.query, names, rows, self._constants(shape))
        for focus, values in pairs:
            for value in values:
                if (focus, value)[-len(names) :] not in true:
                    yield self._result(shape, focus, value, {}, shape.path)

    def _result(
        self, shape: Shape, focus: Term, value: Term | None, solution: Solution, path: Path | None
    ) -> ValidationResult:
        values = {**dict(self.parameters), **solution, "this": focus}
        if value is not None:
            values["value"] = value
        given = solution.get("message")
        if given is not None and is_literal(given):
            messages: tuple[Term, ...] = (given,)
        elif self.node:
            messages = self.messages or shape.messages
        else:
            messages = shape.messages or self.messages
        return ValidationResult(
            focus,
            path,
            value,
            tuple(fill_in(message, values) for message in messages or (string(self.says()),)),
            shape.severity,
            shape.node,
            self.component,
            self.node or None,
        )
