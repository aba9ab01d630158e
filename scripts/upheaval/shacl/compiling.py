"""From a shapes graph to shapes that can be run, or to a list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from upheaval.rdf.terms import Term, is_blank
from upheaval.shacl import scalars
from upheaval.shacl.index import DataGraph
from upheaval.shacl.parameters import PARAMETERS, PROPERTY_SHAPES_ONLY
from upheaval.shacl.pathreading import read_path
from upheaval.shacl.paths import Path
from upheaval.shacl.prebinding import store_of
from upheaval.shacl.shaclterms import CLASS, OWL_CLASS, VIOLATION, sh, short
from upheaval.shacl.shapes import Constraint, Run, Shape, Target
from upheaval.shacl.shapesgraph import ShapesError, ShapesGraph
from upheaval.shacl.shapesplan import ShapesPlan
from upheaval.shacl.sparqlreading import (
    Component,
    read_component_constraints,
    read_components,
    read_constraint,
    read_prefixes,
)
from upheaval.shacl.unread import judge_unread, used_by_advanced

_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")


def read_shapes(lines: Iterable[str], annotations: Set[Term] = frozenset(), *, advanced: bool = False) -> ShapesPlan:
    """Compile a shapes graph.

    Args:
        lines: the graph as canonical N-Triples, one statement each (`rdf.terms.statements`).
        annotations: properties that say nothing to a validation, beside those that everybody uses so and those that
            the graph itself declares as owl:AnnotationProperty.
        advanced: whether to accept what only pySHACL evaluates; whoever does looks at the plan's `advanced`.

    Returns:
        The plan.

    Raises:
        ShapesError: the graph is ill-formed (SHACL's syntax rules), or uses what no engine here evaluates.

    """
    graph = ShapesGraph(lines)
    reader = _Reader(graph)
    plan = reader.read()
    judge_unread(graph, reader.roles, annotations)
    if graph.problems or (graph.advanced and not advanced):
        raise ShapesError((*graph.problems, *graph.advanced))
    return replace(plan, notes=tuple(graph.notes), advanced=tuple(graph.advanced))


class _Reader:
    """Reads shapes, each once."""

    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self.roles: dict[Term, str] = {}
        self._shapes: dict[Term, Shape] = {}
        self._open: list[Term] = []
        self._referred: set[Term] = set()
        self._components: list[Component] = []
        self._users: dict[Term, dict[Term, None]] = {}
        self._classes: dict[Term, Set[Term]] = {}

    def read(self) -> ShapesPlan:
        """Read all shapes."""
        graph = self.graph
        read_prefixes(graph, self.roles)
        self._components = read_components(graph, self.roles)
        for name in ("NodeShape", "PropertyShape", "Parameter"):
            self._classes[sh(name)] = set(graph.instances(sh(name)))
        self._classes[CLASS] = {*graph.instances(CLASS), *graph.instances(OWL_CLASS)}
        found = [self.shape(node) for node in self._nodes()]
        self._note_unused()
        self._judge_parameters()
        active = (shape for shape in found if shape.targets and not shape.deactivated)
        names = {node: graph.anchor(node) for node in self._shapes if is_blank(node)}
        return ShapesPlan(tuple(sorted(active, key=lambda shape: shape.node)), (), (), graph.lines, names)

    def _nodes(self) -> list[Term]:
        """Return the nodes that are shapes by what is said of them (SHACL section 2.1)."""
        graph = self.graph
        found = {node for cls in ("NodeShape", "PropertyShape") for node in self._classes[sh(cls)]}
        for predicate in (*map(sh, _TARGETS), *PARAMETERS, sh("sparql")):
            found.update(graph.subjects_of(predicate))
        for component in self._components:
            for parameter in component.parameters:
                found.update(graph.subjects_of(parameter.path))
        return sorted(found)

    def shape(self, node: Term, referring: tuple[Term, Term] | None = None) -> Shape:
        """Read one shape.

        Args:
            node: the shape.
            referring: the subject and the predicate that name it, if they do.

        """
        graph = self.graph
        if referring is not None:
            self._referred.add(node)
            if not is_blank(node) and not graph.predicates(node):
                message = f"{short(referring[0])} refers by {short(referring[1])} to {short(node)}, which is not there"
                graph.refuse(message, "correct the name, or write the shape", *referring, node)
        if node in self._open:
            circle = " → ".join(short(one) for one in (*self._open[self._open.index(node) :], node))
            message = f"the shapes refer to one another in a circle: {circle}"
            graph.refuse(message, "SHACL leaves recursive shapes undefined; break the circle", node)
            return Shape(node)
        if node not in self._shapes:
            self.roles.setdefault(node, "shape")
            self._open.append(node)
            self._shapes[node] = self._read_shape(node)
            self._open.pop()
        return self._shapes[node]

    def _read_shape(self, node: Term) -> Shape:
        graph = self.graph
        paths = graph.objects(node, sh("path"))
        if len(paths) > 1:
            message = f"{short(node)} has {len(paths)} paths, and one is allowed"
            graph.refuse(message, "leave one sh:path, or join them by sh:alternativePath", node, sh("path"), paths[1])
        path = read_path(graph, paths[0], node) if paths else None
        self._judge_type(node, bool(paths))
        for value in graph.objects(node, sh("order")):
            scalars.number(graph, node, sh("order"), value)
        severity = graph.value(node, sh("severity"))
        if severity is not None:
            severity = scalars.iri(graph, node, sh("severity"), severity)
        return Shape(
            node,
            path,
            tuple(self._targets(node)),
            tuple(self._constraints(node, path, bool(paths))),
            severity or VIOLATION,
            scalars.messages(graph, node),
            scalars.is_deactivated(graph, node),
        )

    def _judge_type(self, node: Term, has_path: bool) -> None:
        """Hold the class that a shape says it has against its path."""
        graph = self.graph
        for cls in ("NodeShape", "PropertyShape", "Parameter"):
            graph.take_type(node, sh(cls))
        if has_path and node in self._classes[sh("NodeShape")]:
            message = f"{short(node)} is a sh:NodeShape with a sh:path"
            graph.refuse(message, "write sh:PropertyShape, or take the path away", node, sh("path"))
        if not has_path and node in self._classes[sh("PropertyShape")]:
            graph.refuse(f"the property shape {short(node)} has no sh:path", "give it one", node)

    def _targets(self, node: Term) -> Iterator[Target]:
        graph = self.graph
        for kind in _TARGETS:
            for value in graph.objects(node, sh(kind)):
                if kind == "targetNode" and is_blank(value):
                    message = f"a target of {short(node)} is a blank node"
                    graph.refuse(message, "write an IRI or a literal", node, sh(kind), value)
                if kind == "targetNode" or scalars.iri(graph, node, sh(kind), value):
                    yield Target(kind, value)
        if node in self._classes[CLASS]:
            graph.take_type(node, CLASS)
            graph.take_type(node, OWL_CLASS)
            if is_blank(node):
                message = "a shape that is a class, and so its own target, is a blank node"
                graph.refuse(message, "give it an IRI", node)
            yield Target("targetClass", node)

    def _constraints(self, node: Term, path: Path | None, has_path: bool) -> Iterator[Constraint]:
        graph = self.graph
        reported = any((one.predicate, one.value) == (sh("property"), node) for one in graph.problems)
        for parameter, read in PARAMETERS.items():
            if not graph.has(node, parameter):
                continue
            if not has_path and not reported and parameter in PROPERTY_SHAPES_ONLY:
                message = f"the node shape {short(node)} has {short(parameter)}, which only property shapes may have"
                graph.refuse(message, "move it to a property shape, or give the shape a sh:path", node, parameter)
            yield from read(self, node, parameter)
        for constraint in graph.objects(node, sh("sparql")):
            self.roles.setdefault(constraint, "constraint")
            yield from read_constraint(graph, node, constraint, path)
        for component in self._components:
            for used in read_component_constraints(graph, component, node, path):
                self._users.setdefault(component.iri, {})[node] = None
                yield used

    def _judge_parameters(self) -> None:
        """Hold the values that shapes give for parameters against what the parameters ask of them (SHACL 6.2.1)."""
        run: Run | None = None
        for component in self._components:
            for parameter in component.parameters:
                shape = self.shape(parameter.node)
                users = self._users.get(component.iri)
                if not users or not shape.constraints:
                    continue
                run = run or Run(DataGraph(self.graph.lines), lambda: store_of(self.graph.lines, self.graph.lines))
                for one in shape.validate(users, run, [one for one in shape.constraints if one.vacuous]):
                    message = f"{short(one.focus)} has a value for {short(parameter.path)} that {one.message}"
                    cure = f"correct it, or the parameter of {short(component.iri)}"
                    self.graph.refuse(message, cure, one.focus, parameter.path, one.value)

    def _note_unused(self) -> None:
        """Note the shapes that are never evaluated."""
        used = self._referred | set(self.graph.subjects_of(sh("target"))) | used_by_advanced(self.graph)
        for node, shape in self._shapes.items():
            if shape.targets or node in used or shape.deactivated or self.roles[node] != "shape":
                continue
            message = f"{short(node)} is never evaluated: it has no target, and no shape refers to it"
            self.graph.note(message, "give it a target, such as sh:targetClass, or take it away", node)
