"""SHACL Core over an index of the data: each property shape is compiled once and run over all its focus nodes.

pySHACL walks the graph anew for every focus node and value; tests hold this against it on every fixture and on
the whole dataset. A component that is not compiled here is refused, never passed over.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NoReturn

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from upheaval.faults import Severity, refuse
from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.rdf.graphs import iri_of, nodes, term_to_rdflib
from upheaval.rdf.namespaces import RDF, SH, XSD
from upheaval.shacl.index import NodeIndex, Properties, Term, Types
from upheaval.shacl.results import SEVERITIES, ValidationResult

Check = Callable[[list[Term], Properties, Types], Iterable[Term | None]]
_SAYS_NOTHING_OF_VALUES = {
    RDF.type,
    SH.path,
    SH.name,
    SH.description,
    SH.message,
    SH.order,
    SH.group,
    SH.severity,
    SH.defaultValue,
    SH.deactivated,
    SH.qualifiedMinCount,
}
_ON_NODE_SHAPES = {*_SAYS_NOTHING_OF_VALUES, SH.targetClass, SH.property, SH.sparql} - {SH.path}
_LANG_STRING = str(RDF.langString)
_NUMERIC = {str(XSD[name]) for name in ("decimal", "integer", "double", "float")}


@dataclass(frozen=True, slots=True)
class PropertyShape:
    """A property shape, compiled: whose values it checks, and how."""

    iri: str
    target: str
    path: str
    message: str
    severity: Severity
    checks: tuple[Check, ...]


def compile_shapes(shapes: Graph) -> list[PropertyShape]:
    """Compile the property shapes of node shapes with a target class.

    Args:
        shapes: the shapes graph.

    Returns:
        Those that are not deactivated, in the order in which they are evaluated.

    Raises:
        Refusal: a shape uses a component that is not compiled here.

    """
    _refuse_other_targets(shapes)
    compiled: list[PropertyShape] = []
    for shape, target in sorted(shapes.subject_objects(SH.targetClass)):
        _refuse_other_words(shapes, shape, _ON_NODE_SHAPES)
        if shapes.value(shape, SH.deactivated) == Literal(True):
            continue
        for prop in nodes(shapes.objects(shape, SH.property)):
            if shapes.value(prop, SH.deactivated) != Literal(True):
                compiled.append(_compile(shapes, prop, str(target)))
    return compiled


def evaluate(index: NodeIndex, shapes: Iterable[PropertyShape]) -> list[ValidationResult]:
    """Evaluate property shapes.

    Args:
        index: the data.
        shapes: as `compile_shapes` returns them.

    Returns:
        The violations, as SHACL Core defines them (SHACL section 4).

    """
    return [finding for shape in shapes for finding in _evaluate(index, shape)]


def _refuse_other_targets(shapes: Graph) -> None:
    for kind in (SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target):
        for shape in shapes.subjects(kind):
            _refuse(f"<{shape}> has <{kind}>, which")


def _refuse_other_words(shapes: Graph, shape: Node, known: set[URIRef]) -> None:
    for predicate in nodes(shapes.predicates(shape)):
        if str(predicate).startswith(str(SH)) and predicate not in known:
            _refuse(f"<{shape}> uses <{predicate}>, which")


def _refuse(what: str) -> NoReturn:
    cure = "use another component, or check with --engine pyshacl"
    refuse("shapes", f"{what} is not evaluated here", cure, rule="shapes/component")


def _evaluate(index: NodeIndex, shape: PropertyShape) -> Iterator[ValidationResult]:
    types = index.types
    for node, said in index.instances(shape.target):
        values = said.get(shape.path, [])
        for check in shape.checks:
            for value in check(values, said, types):
                term = None if value is None else term_to_rdflib(value)
                yield ValidationResult(node, shape.path, term, shape.message, shape.severity, shape.iri)


def _compile(shapes: Graph, prop: Node, target: str) -> PropertyShape:
    path = shapes.value(prop, SH.path)
    if not isinstance(path, URIRef):
        _refuse(f"<{prop}> has a path that is no property, which")
    checks: list[Check] = []
    for predicate, parameter in sorted(shapes.predicate_objects(prop)):
        if predicate in _SAYS_NOTHING_OF_VALUES or not str(predicate).startswith(str(SH)):
            continue
        compile_ = _COMPONENTS.get(str(predicate).removeprefix(str(SH)))
        if compile_ is None:
            _refuse(f"<{prop}> uses <{predicate}>, which")
        checks.append(compile_(shapes, prop, parameter))
    message = str(shapes.value(prop, SH.message) or "does not conform to its shape")
    severity = SEVERITIES.get(URIRef(str(shapes.value(prop, SH.severity))), Severity.ERROR)
    return PropertyShape(str(prop), target, str(path), message, severity, tuple(checks))


def _each(is_wrong: Callable[[Term], bool]) -> Check:
    return lambda values, _said, _types: [value for value in values if is_wrong(value)]


def _min_count(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    least = int(str(parameter))
    return lambda values, _said, _types: [None] if len(values) < least else []


def _max_count(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    most = int(str(parameter))
    return lambda values, _said, _types: [None] if len(values) > most else []


def _class(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    cls = str(parameter)
    nowhere: frozenset[str] = frozenset()
    return lambda values, _said, types: [
        value for value in values if isinstance(value, ox.Literal) or cls not in types.get(iri_of(value), nowhere)
    ]


def _datatype(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    datatype = str(parameter)
    return _each(lambda value: not _has_datatype(value, datatype))


def _has_datatype(value: Term, datatype: str) -> bool:
    if not isinstance(value, ox.Literal):
        return False
    if datatype == _LANG_STRING or value.datatype.value != datatype:
        return datatype == _LANG_STRING and value.language is not None
    try:
        return typed(value.value, (datatype,)) == datatype
    except IllFormed:
        return False


def _node_kind(_shapes: Graph, prop: Node, parameter: Node) -> Check:
    if parameter != SH.IRI:
        _refuse(f"<{prop}> has sh:nodeKind <{parameter}>, which")
    return _each(lambda value: not isinstance(value, ox.NamedNode))


def _pattern(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    pattern = re.compile(str(parameter))
    return _each(lambda value: isinstance(value, ox.BlankNode) or pattern.search(iri_of(value)) is None)


def _unique_lang(_shapes: Graph, _prop: Node, _parameter: Node) -> Check:
    def check(values: list[Term], _said: Properties, _types: Types) -> list[None]:
        languages = [value.language for value in values if isinstance(value, ox.Literal) and value.language]
        return [None for _ in set(languages)] if len(set(languages)) < len(languages) else []

    return check


def _node(shapes: Graph, _prop: Node, parameter: Node) -> Check:
    """Compile sh:node with a shape that is a choice of datatypes."""
    options = _only(shapes, parameter, SH["or"])
    for option in options:
        _refuse_other_words(shapes, option, {SH.datatype})
    datatypes = [str(shapes.value(option, SH.datatype)) for option in options]
    return _each(lambda value: not any(_has_datatype(value, datatype) for datatype in datatypes))


def _only(shapes: Graph, shape: Node, component: URIRef) -> list[Node]:
    """Return the list that is a shape's one component."""
    _refuse_other_words(shapes, shape, {component})
    head = shapes.value(shape, component)
    if head is None:
        _refuse(f"<{shape}> has no <{component}>, which")
    return list(Collection(shapes, head))


def _qualified(shapes: Graph, prop: Node, parameter: Node) -> Check:
    """Compile sh:qualifiedValueShape with a shape that asks for languages."""
    least = int(str(shapes.value(prop, SH.qualifiedMinCount)))
    wanted = {str(tag) for tag in _only(shapes, parameter, SH.languageIn)}

    def check(values: list[Term], _said: Properties, _types: Types) -> list[None]:
        fitting = sum(isinstance(value, ox.Literal) and _speaks(value, wanted) for value in values)
        return [None] if fitting < least else []

    return check


def _speaks(value: ox.Literal, languages: set[str]) -> bool:
    return bool(value.language) and any(
        value.language == tag or str(value.language).startswith(f"{tag}-") for tag in languages
    )


def _disjoint(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    other = str(parameter)
    return lambda values, said, _types: [value for value in values if value in said.get(other, [])]


def _less_than_or_equals(_shapes: Graph, _prop: Node, parameter: Node) -> Check:
    """Compile sh:lessThanOrEquals for numbers; whatever is none cannot be compared, and so violates it."""
    other = str(parameter)

    def check(values: list[Term], said: Properties, _types: Types) -> list[Term]:
        bounds = [_number(bound) for bound in said.get(other, [])]
        return [value for value in values if not all(_at_most(_number(value), bound) for bound in bounds)]

    return check


def _at_most(number: Decimal | None, bound: Decimal | None) -> bool:
    return number is not None and bound is not None and number <= bound


def _number(value: Term) -> Decimal | None:
    if not isinstance(value, ox.Literal) or value.datatype.value not in _NUMERIC:
        return None
    try:
        number = Decimal(value.value)
    except InvalidOperation:
        return None
    return None if number.is_nan() else number


_COMPONENTS: dict[str, Callable[[Graph, Node, Node], Check]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "uniqueLang": _unique_lang,
    "node": _node,
    "qualifiedValueShape": _qualified,
    "disjoint": _disjoint,
    "lessThanOrEquals": _less_than_or_equals,
}
