"""The W3C's cases for SHACL Core and SHACL-SPARQL, each evaluated by the compiled engine itself, and by pySHACL."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conformance import record
from tests.support import suite
from upheaval.rdf.terms import Term, statements, text_of
from upheaval.shacl import reference
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.metashapes import compile_shapes
from upheaval.shacl.pathreading import read_path
from upheaval.shacl.prebinding import store_of
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import TRUE, TYPE, sh
from upheaval.shacl.shapesgraph import ShapesError, ShapesGraph

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
FAILURE = f"<{SHT}Failure>"
# Where pySHACL 0.40 errs: `"1"` does not switch sh:uniqueLang on; $shapesGraph is a named graph.
PYSHACL_ERRS = {"core/property/uniqueLang-002.ttl", "sparql/pre-binding/shapesGraph-001.ttl"}


@dataclass(frozen=True)
class Case:
    """One case: what is validated, and the report that is expected, or None for a failure."""

    name: str
    data: list[str]
    shapes: list[str]
    expected: tuple[bool, Counter[tuple[object, ...]], Counter[Term]] | None


@cache
def lines(path: Path) -> list[str]:
    """Read a file once, so that its blank nodes are the same wherever the case refers to it."""
    text = path.read_bytes()
    return statements(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()))


def read_cases() -> Iterator[Case]:
    root = suite("shacl", "tests")
    for path in sorted(root.rglob("*.ttl")):
        if path.name == "manifest.ttl":
            continue
        graph = ShapesGraph(lines(path))
        for node in graph.subjects_of(f"<{MF}action>"):
            (action,), (result,) = graph.objects(node, f"<{MF}action>"), graph.objects(node, f"<{MF}result>")
            data, shapes = (
                lines(Path(text_of(graph.objects(action, f"<{SHT}{name}>")[0]).removeprefix("file://")))
                for name in ("dataGraph", "shapesGraph")
            )
            expected = None if result == FAILURE else read_report(graph, result)
            yield Case(path.relative_to(root).as_posix(), data, shapes, expected)


def read_report(graph: ShapesGraph, report: Term) -> tuple[bool, Counter[tuple[object, ...]], Counter[Term]]:
    results, messages = Counter[tuple[object, ...]](), Counter[Term]()
    for node in graph.objects(report, sh("result")):
        path = graph.value(node, sh("resultPath"))
        names = ("focusNode", "value", "resultSeverity", "sourceShape", "sourceConstraintComponent", "sourceConstraint")
        results[(*(graph.value(node, sh(name)) for name in names), path and read_path(graph, path, node))] += 1
        messages.update(graph.objects(node, sh("resultMessage")))
    return graph.objects(report, sh("conforms")) == [TRUE], results, messages


def as_expected(result: ValidationResult) -> tuple[object, ...]:
    return (
        result.focus,
        result.value,
        result.severity,
        result.shape,
        result.component,
        result.constraint,
        result.path,
    )


def validate(case: Case) -> list[ValidationResult] | None:
    """Return the results of the compiled engine; None where it refuses the shapes."""
    try:
        plan = compile_shapes(case.shapes)
    except ShapesError:
        return None
    return evaluate(plan, DataGraph(case.data), lambda: store_of(case.data, plan.lines))


def agrees(case: Case, found: list[ValidationResult] | None) -> bool:
    """Tell whether a report is the expected one: whether it conforms, and each result with its messages."""
    if found is None or case.expected is None:
        return found is None and case.expected is None
    conforms, results, messages = case.expected
    given = Counter(message for one in found for message in one.messages)
    return conforms == (not found) and results == Counter(map(as_expected, found)) and not messages - given


def test_compiled_engine_passes_every_case() -> None:
    failed = []
    cases = list(read_cases())
    for case in cases:
        found = validate(case)
        passed = agrees(case, found)
        record("shacl", case.name.removesuffix(".ttl"), passed)
        if not passed:
            failed.append(case.name)
    assert failed == []
    assert Counter(case.name.split("/")[0] for case in cases) == {"core": 98, "sparql": 23}


@pytest.mark.slow
def test_pyshacl_passes_all_but_two_cases() -> None:
    """Its own score beside ours, by whether the data conform, which is less than a whole report."""
    failed = set()
    for case in read_cases():
        try:
            found: bool | None = not reference.validate(case.data, case.shapes)
        except reference.ReferenceFailure:
            found = None
        if found != (case.expected and case.expected[0]):
            failed.add(case.name)
    assert failed == PYSHACL_ERRS


@pytest.mark.parametrize("kind", ["core", "sparql"])
def test_every_case_passes_through_shacl_for_shacl(kind: str) -> None:
    """What the compiler takes, SHACL's own shapes for shapes take too, once what has no effect is left out."""
    cases = [case for case in read_cases() if case.name.startswith(kind) and case.expected is not None]
    assert cases
    assert all(compile_shapes(case.shapes).shapes is not None for case in cases)


def test_stating_only_types_changes_no_case_of_the_suite() -> None:
    """A shape is one by what it says: `a sh:NodeShape` may be left out wherever a target or a parameter is there."""
    (case,) = (case for case in read_cases() if case.name == "core/node/closed-001.ttl")
    bare = [line for line in case.shapes if f"{TYPE} {sh('NodeShape')}" not in line]
    assert len(bare) < len(case.shapes)
    assert compile_shapes(bare).shapes == compile_shapes(case.shapes).shapes
