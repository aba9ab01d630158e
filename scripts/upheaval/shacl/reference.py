"""pySHACL, the reference: what it finds is what the compiled engine has to find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any

import pyoxigraph as ox
from pyshacl import validate as run_pyshacl
from rdflib import Graph
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from upheaval.rdf.graphs import from_rdflib, to_rdflib
from upheaval.rdf.sparql import prepare
from upheaval.rdf.terms import Term, split, statements, string, text_of
from upheaval.rdf.xpathregex import compile_pattern
from upheaval.shacl.pathreading import read_path
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import IMPORTS, sh
from upheaval.shacl.shapesgraph import ShapesGraph


class ReferenceFailure(Exception):
    """Raised where pySHACL could not evaluate the shapes; its text says why, on one line."""


class _Remembering(Graph):
    """A graph that parses each query once: pySHACL hands over a constraint's text for every focus node anew."""

    def query(self, query_object: str | Query, *args: Any, **keywords: Any) -> Result:
        """Evaluate a query as any graph does."""
        prepared = prepare_once(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **keywords)


prepare_once = cache(prepare)


def validate(data: Iterable[str], shapes: Iterable[str]) -> list[ValidationResult]:
    """Validate a data graph with pySHACL, SPARQL constraints included.

    Args:
        data: the data graph, as canonical N-Triples, a line each; subclasses and the classes of codes are in it.
        shapes: the shapes graph likewise.

    Returns:
        What violates it. No inference is run but that of SHACL rules in the shapes, and nothing is fetched.

    Raises:
        ReferenceFailure: pySHACL refuses the shapes, or fails in evaluating them.

    """
    graph = _read(data, _Remembering(bind_namespaces="none"))
    lines = list(shapes)
    understood = (*_with_patterns_of_python(lines), *_imported_prefixes(lines))
    shapes_graph = _read(understood, Graph(bind_namespaces="none"))
    try:
        with redirect_stdout(StringIO()):  # where pySHACL prints nodes that it does not understand
            _, report, _ = run_pyshacl(graph, shacl_graph=shapes_graph, inference="none", inplace=True, advanced=True)
    except Exception as error:  # its own errors, and whatever rdflib and `re` raise in evaluating a constraint
        reason = getattr(error, "message", None) or error
        raise ReferenceFailure(" ".join(f"{type(error).__name__}: {reason}".split())) from None
    if not isinstance(report, Graph):
        raise ReferenceFailure(" ".join(str(report).split()))
    found = ShapesGraph(statements(from_rdflib(report)))
    reports = found.instances(sh("ValidationReport"))
    return [_result(found, one) for node in reports for one in found.objects(node, sh("result"))]


def _with_patterns_of_python(lines: list[str]) -> Iterator[str]:
    """Write patterns as `re` reads them, which pySHACL hands them to as they stand."""
    flags = {one: text_of(value) for one, predicate, value in map(split, lines) if predicate == sh("flags")}
    for line in lines:
        subject, predicate, value = split(line)
        if predicate == sh("pattern"):
            pattern = compile_pattern(text_of(value), flags.get(subject, "")).pattern
            kept = "".join(sorted(set(flags.get(subject, "")) & set("ims")))
            yield f"{subject} {predicate} {string(f'(?{kept}){pattern}' if kept else pattern)} ."
        elif predicate != sh("flags"):
            yield line


def _imported_prefixes(lines: list[str]) -> Iterator[str]:
    """Declare the prefixes of imported documents where they are imported, which pySHACL does not look behind."""
    graph = ShapesGraph(lines)
    for document in graph.subjects_of(IMPORTS):
        waiting, seen = [document], {document}
        while waiting:
            for other in graph.objects(waiting.pop(), IMPORTS):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
                    yield from (f"{document} {sh('declare')} {one} ." for one in graph.objects(other, sh("declare")))


def _read(lines: Iterable[str], graph: Graph) -> Graph:
    text = "".join(f"{line}\n" for line in lines)
    return to_rdflib((quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)), graph)


def _result(report: ShapesGraph, node: Term) -> ValidationResult:
    def one(name: str) -> Term | None:
        return report.value(node, sh(name))

    path = one("resultPath")
    return ValidationResult(
        focus=one("focusNode") or "",
        path=None if path is None else read_path(report, path, node),
        value=one("value"),
        messages=tuple(report.objects(node, sh("resultMessage"))),
        severity=one("resultSeverity") or "",
        shape=one("sourceShape") or "",
        component=one("sourceConstraintComponent") or "",
        constraint=one("sourceConstraint"),
    )
