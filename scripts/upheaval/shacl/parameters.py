"""The parameters of SHACL Core's constraint components, each read into its constraint (SHACL section 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from upheaval.rdf.terms import Term, is_blank, is_iri, is_literal
from upheaval.rdf.xpathregex import BadPattern, compile_pattern
from upheaval.shacl import nesting, scalars, sets, values
from upheaval.shacl.shaclterms import sh, short
from upheaval.shacl.shapes import Constraint, Shape
from upheaval.shacl.shapesgraph import ShapesGraph

_RANGE = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


class Reader(Protocol):
    """What reads shapes."""

    graph: ShapesGraph

    def shape(self, node: Term, referring: tuple[Term, Term] | None = None) -> Shape:
        """Read a shape."""


Read = Callable[[Reader, Term, Term], Iterator[Constraint]]
"""From the reader, a shape and a parameter to the constraints."""


def _iris(make: Callable[[Term], Constraint], once: bool = False) -> Read:
    """Read a parameter whose values are IRIs; several are several constraints, unless there may be one alone."""

    def read(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
        for value in _given(reader.graph, shape, parameter, once):
            if scalars.iri(reader.graph, shape, parameter, value):
                yield make(value)

    return read


def _given(graph: ShapesGraph, shape: Term, parameter: Term, once: bool) -> list[Term]:
    if not once:
        return graph.objects(shape, parameter)
    value = graph.value(shape, parameter)
    return [] if value is None else [value]


def _integers(make: Callable[[int], Constraint]) -> Read:
    def read(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
        for value in _given(reader.graph, shape, parameter, once=True):
            number = scalars.integer(reader.graph, shape, parameter, value)
            if number is not None:
                yield make(number)

    return read


def _node_kind(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    for value in _given(reader.graph, shape, parameter, once=True):
        if value in values.NODE_KINDS:
            yield values.NodeKind(value)
        else:
            cure = f"write one of {', '.join(map(short, values.NODE_KINDS))}"
            reader.graph.refuse(f"{short(value)} is not a kind of node", cure, shape, parameter, value)


def _range(name: str) -> Read:
    def read(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
        for value in _given(reader.graph, shape, parameter, once=True):
            if is_literal(value) and values.order_key(value) is not None:
                yield values.Range(name, value)
                continue
            message = f"the value of {short(parameter)} is {short(value)}, with which nothing can be compared"
            cure = "write a number, a date, a time or a text, well-formed for its datatype"
            reader.graph.refuse(message, cure, shape, parameter, value)

    return read


def _has_value(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    yield from map(sets.HasValue, reader.graph.objects(shape, parameter))


def _pattern(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    graph = reader.graph
    flags: str | None = ""
    for value in _given(graph, shape, sh("flags"), once=True):
        flags = scalars.text(graph, shape, sh("flags"), value)
    for value in _given(graph, shape, parameter, once=True):
        pattern = scalars.text(graph, shape, parameter, value)
        if pattern is not None and flags is not None:
            try:
                yield values.Pattern(pattern, flags, compile_pattern(pattern, flags))
            except BadPattern as error:
                message = f"the pattern {short(value)} does not compile: {error}"
                cure = "write it as in XPath, which has no (?! and no (?<" if "(?" in pattern else "correct it"
                graph.refuse(message, cure, shape, parameter, value)


def _language_in(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    graph = reader.graph
    for head in _given(graph, shape, parameter, once=True):
        languages = []
        for member in graph.items(head, shape, parameter):
            language = scalars.text(graph, shape, parameter, member)
            if language is not None and not _RANGE.fullmatch(language):
                message = f"{short(member)} is not a language range (RFC 4647), so that no text can have it"
                graph.refuse(message, 'write tags such as "en" or "zh-Hant"', shape, parameter, member)
            languages.append(language or "")
        yield values.LanguageIn(tuple(languages))


def _unique_lang(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    if scalars.is_true(reader.graph, shape, parameter):
        yield sets.UniqueLang()


def _in(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    for head in _given(reader.graph, shape, parameter, once=True):
        yield values.In(tuple(reader.graph.items(head, shape, parameter)))


def _closed(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    graph = reader.graph
    if not scalars.is_true(graph, shape, parameter):
        return
    allowed = set()
    for head in _given(graph, shape, sh("ignoredProperties"), once=True):
        for member in graph.items(head, shape, sh("ignoredProperties")):
            if scalars.iri(graph, shape, sh("ignoredProperties"), member):
                allowed.add(member)
    for prop in graph.objects(shape, sh("property")):
        allowed.update(path for path in graph.objects(prop, sh("path")) if is_iri(path))
    yield sets.Closed(frozenset(allowed))


def _shapes(make: Callable[[tuple[Shape, ...]], Constraint]) -> Read:
    """Read a parameter whose values are shapes, one each."""

    def read(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
        for value in reader.graph.objects(shape, parameter):
            if _can_be_shape(reader, shape, parameter, value):
                yield make((reader.shape(value, (shape, parameter)),))

    return read


def _shape_lists(make: Callable[[tuple[Shape, ...]], Constraint]) -> Read:
    """Read a parameter whose values are lists of shapes."""

    def read(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
        for head in reader.graph.objects(shape, parameter):
            members = reader.graph.items(head, shape, parameter)
            usable = [member for member in members if _can_be_shape(reader, shape, parameter, member)]
            if len(usable) == len(members):
                yield make(tuple(reader.shape(member, (shape, parameter)) for member in members))

    return read


def _can_be_shape(reader: Reader, shape: Term, parameter: Term, value: Term) -> bool:
    if is_iri(value) or is_blank(value):
        return True
    message = f"{short(parameter)} of {short(shape)} refers to {short(value)}, which cannot be a shape"
    reader.graph.refuse(message, "name a shape, or write one in brackets", shape, parameter, value)
    return False


def _node(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    for constraint in _shapes(nesting.Node)(reader, shape, parameter):
        assert isinstance(constraint, nesting.Node)
        if constraint.shapes[0].path is not None:
            message = (
                f"sh:node of {short(shape)} refers to {short(constraint.shapes[0].node)}, which is a property shape"
            )
            reader.graph.refuse(message, "write sh:property", shape, parameter, constraint.shapes[0].node)
        yield constraint


def _property(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    for value in reader.graph.objects(shape, parameter):
        if not reader.graph.has(value, sh("path")):
            message = f"sh:property of {short(shape)} refers to {short(value)}, which has no sh:path"
            reader.graph.refuse(message, "give it a sh:path, or correct the name", shape, parameter, value)
    yield from _shapes(nesting.Property)(reader, shape, parameter)


def _qualified(reader: Reader, shape: Term, parameter: Term) -> Iterator[Constraint]:
    """Read sh:qualifiedValueShape with its bounds; siblings are as SHACL section 4.7.3 defines them."""
    graph = reader.graph
    for value in _given(graph, shape, parameter, once=True):
        if not _can_be_shape(reader, shape, parameter, value):
            continue
        counted = reader.shape(value, (shape, parameter))
        others: set[Term] = set()
        if scalars.is_true(graph, shape, sh("qualifiedValueShapesDisjoint")):
            for parent in graph.subjects_of(sh("property")):
                if shape in (props := graph.objects(parent, sh("property"))):
                    others.update(other for prop in props for other in graph.objects(prop, parameter))
        siblings = tuple(reader.shape(other, (shape, parameter)) for other in sorted(others - {value}))
        for name in ("qualifiedMinCount", "qualifiedMaxCount"):
            for bound in _given(graph, shape, sh(name), once=True):
                number = scalars.integer(graph, shape, sh(name), bound)
                if number is not None:
                    least, most = (number, None) if name == "qualifiedMinCount" else (None, number)
                    yield nesting.Qualified(counted, siblings, least, most)


PARAMETERS: dict[Term, Read] = {
    sh(name): read
    for name, read in {
        "class": _iris(values.Class),
        "datatype": _iris(values.Datatype, once=True),
        "nodeKind": _node_kind,
        "minCount": _integers(sets.MinCount),
        "maxCount": _integers(sets.MaxCount),
        **{name: _range(name) for name in ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")},
        "minLength": _integers(lambda bound: values.Length("minLength", bound)),
        "maxLength": _integers(lambda bound: values.Length("maxLength", bound)),
        "pattern": _pattern,
        "languageIn": _language_in,
        "uniqueLang": _unique_lang,
        "equals": _iris(sets.Equals),
        "disjoint": _iris(sets.Disjoint),
        "lessThan": _iris(sets.LessThan),
        "lessThanOrEquals": _iris(sets.LessThanOrEquals),
        "not": _shapes(nesting.Not),
        "and": _shape_lists(nesting.And),
        "or": _shape_lists(nesting.Or),
        "xone": _shape_lists(nesting.Xone),
        "node": _node,
        "property": _property,
        "qualifiedValueShape": _qualified,
        "closed": _closed,
        "hasValue": _has_value,
        "in": _in,
    }.items()
}
"""How each parameter is read; of a component with several, the one without which it does nothing."""

OTHERS = tuple(
    map(sh, ("flags", "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint"))
)
"""Parameters that do nothing by themselves."""

PROPERTY_SHAPES_ONLY = tuple(
    map(sh, ("minCount", "maxCount", "lessThan", "lessThanOrEquals", "uniqueLang", "qualifiedValueShape"))
)
"""Parameters that a node shape must not have (SHACL appendix A)."""
