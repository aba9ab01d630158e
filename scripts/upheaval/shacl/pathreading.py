"""Paths as a shapes graph describes them (SHACL section 2.3.1)."""

from __future__ import annotations

from collections.abc import Callable

from upheaval.rdf.terms import Term, is_iri
from upheaval.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence
from upheaval.shacl.shaclterms import FIRST, REST, sh, short
from upheaval.shacl.shapesgraph import ShapesGraph

_MAKERS: dict[Term, Callable[[Path], Path]] = {
    sh("inversePath"): Inverse,
    sh("zeroOrMorePath"): lambda path: Repeated(path, 0),
    sh("oneOrMorePath"): lambda path: Repeated(path, 1),
    sh("zeroOrOnePath"): lambda path: Repeated(path, 0, once=True),
}
_CURE = "a path is a property, a list of paths in parentheses, or [ sh:inversePath … ] and its likes"


def read_path(graph: ShapesGraph, node: Term, shape: Term) -> Path | None:
    """Read a path.

    Args:
        graph: the shapes graph.
        node: the path in it.
        shape: whose path it is, for messages.

    Returns:
        The path; None where it is ill-formed, which is then noted.

    """
    return _read(graph, node, shape, ())


def _read(graph: ShapesGraph, node: Term, shape: Term, above: tuple[Term, ...]) -> Path | None:
    if is_iri(node):
        return Predicate(node)
    if node in above:
        return _refuse(graph, shape, "it contains itself")
    above = (*above, node)
    if graph.has(node, FIRST) or graph.has(node, REST):
        return _members(graph, node, shape, above, Sequence)
    if graph.has(node, sh("alternativePath")):
        heads = graph.objects(node, sh("alternativePath"))
        if len(heads) == 1 and len(graph.predicates(node)) == 1:
            return _members(graph, heads[0], shape, above, Alternative)
        return _refuse(graph, shape, "it is of more than one kind")
    kinds = graph.predicates(node)
    if len(kinds) != 1 or kinds[0] not in _MAKERS:
        return _refuse(graph, shape, f"{short(node)} is not one" if not kinds else "it is not of exactly one kind")
    inner = graph.objects(node, kinds[0])
    if len(inner) != 1:
        return _refuse(graph, shape, f"it has {len(inner)} values for {short(kinds[0])}")
    path = _read(graph, inner[0], shape, above)
    return None if path is None else _MAKERS[kinds[0]](path)


def _members(
    graph: ShapesGraph,
    head: Term,
    shape: Term,
    above: tuple[Term, ...],
    make: Callable[[tuple[Path, ...]], Path],
) -> Path | None:
    before = len(graph.problems)
    nodes = graph.items(head, shape, sh("path"))
    if len(graph.problems) > before:
        return None
    if len(nodes) < 2:
        return _refuse(graph, shape, "a list of paths has at least two members")
    paths = [path for node in nodes if (path := _read(graph, node, shape, above)) is not None]
    return make(tuple(paths)) if len(paths) == len(nodes) else None


def _refuse(graph: ShapesGraph, shape: Term, why: str) -> Path | None:
    graph.refuse(f"the path of {short(shape)} is ill-formed: {why}", _CURE, shape, sh("path"))
    return None
