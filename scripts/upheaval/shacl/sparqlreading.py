"""SHACL-SPARQL in a shapes graph: prefixes, SPARQL constraints, and constraint components (SHACL sections 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from upheaval.rdf.terms import STRING, Term, is_iri, is_literal, literal_parts, text_of
from upheaval.rdf.xsd import XSD
from upheaval.shacl import scalars
from upheaval.shacl.paths import Path, Predicate, to_sparql
from upheaval.shacl.queries import BadQuery, QueryText, read_query
from upheaval.shacl.shaclterms import IMPORTS, SH, sh, short
from upheaval.shacl.shapesgraph import ShapesGraph
from upheaval.shacl.sparqlconstraints import QueryConstraint

_PREBOUND = frozenset(("this", "shapesGraph", "currentShape"))
_RESERVED = _PREBOUND | {"path", "PATH", "value"}
_NAME = re.compile(r"\w+")
_PREFIX = re.compile(r"(?:[^\W\d_](?:[\w.-]*[\w-])?)?")
_PATH = re.compile(r"[?$]PATH\b")
_SOME_PATH = Predicate("<x:x>")


@dataclass(frozen=True, slots=True)
class ComponentParameter:
    """A parameter of a constraint component."""

    node: Term
    path: Term
    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Component:
    """A constraint component of somebody's own."""

    iri: Term
    parameters: tuple[ComponentParameter, ...]


def read_prefixes(graph: ShapesGraph, roles: dict[Term, str]) -> None:
    """Read all declarations of prefixes, also those that no query uses; note what the nodes are."""
    for document in graph.subjects_of(sh("declare")):
        roles.update(dict.fromkeys(graph.objects(document, sh("declare")), "prefix declaration"))
        _declared(graph, document)


def _declared(graph: ShapesGraph, document: Term) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in graph.objects(document, sh("declare")):
        graph.take_type(node, sh("PrefixDeclaration"))
        prefix, namespace = graph.value(node, sh("prefix")), graph.value(node, sh("namespace"))
        if prefix is None or namespace is None:
            message = f"a prefix declaration of {short(document)} lacks its sh:prefix or its sh:namespace"
            graph.refuse(message, "give it both", document, sh("declare"), node)
            continue
        name = scalars.text(graph, node, sh("prefix"), prefix)
        if not is_literal(namespace) or literal_parts(namespace).datatype not in (STRING, XSD + "anyURI"):
            message = f"the namespace {short(namespace)} is not an xsd:anyURI"
            graph.refuse(message, 'write "https://…"^^xsd:anyURI', node, sh("namespace"), namespace)
        elif name is not None and not _PREFIX.fullmatch(name):
            graph.refuse(f"`{name}` cannot be a prefix", "write letters and digits", node, sh("prefix"), prefix)
        elif name is not None:
            found.append((name, text_of(namespace)))
    return found


def _prologue(graph: ShapesGraph, node: Term) -> str:
    """Return the prefixes that a query uses (SHACL section 5.2.1), on one line, so that its own lines keep numbers."""
    found: dict[str, str] = {}
    waiting = list(graph.objects(node, sh("prefixes")))
    seen: set[Term] = set()
    while waiting:
        document = waiting.pop(0)
        if document in seen:
            continue
        seen.add(document)
        for prefix, namespace in _declared(graph, document):
            if found.setdefault(prefix, namespace) != namespace:
                message = f"the prefix `{prefix}` stands for two namespaces in the query of {short(node)}"
                graph.refuse(message, "give one of them another prefix", node, sh("prefixes"), document)
        waiting.extend(graph.objects(document, IMPORTS))
    return "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in sorted(found.items()))


def _query(graph: ShapesGraph, node: Term, select: bool, names: frozenset[str], path: Path | None) -> QueryText | None:
    """Read the query of a constraint or a validator, with the path of a property shape in the place of $PATH."""
    predicate = sh("select" if select else "ask")
    value = graph.value(node, predicate)
    if value is None:
        graph.refuse(f"{short(node)} has no {short(predicate)}", "write its query", node)
        return None
    text = scalars.text(graph, node, predicate, value)
    if text is None:
        return None
    if path is not None:
        text = _PATH.sub(lambda _: to_sparql(path), text)
    elif _PATH.search(text):
        message = f"the query of {short(node)} uses $PATH, which only property shapes have"
        graph.refuse(message, "write the property itself", node, predicate, value)
        return None
    prologue = _prologue(graph, node)
    try:
        return read_query(prologue + text, names, select)
    except BadQuery as error:
        within = error.at
        if within is not None and within[0] == 1:
            within = 1, max(1, within[1] - len(prologue))
        message = f"the query of {short(node)} cannot be used: {error.message}"
        graph.refuse(message, error.cure, node, predicate, value, within)
        return None


def read_constraint(graph: ShapesGraph, shape: Term, node: Term, path: Path | None) -> Iterator[QueryConstraint]:
    """Read a SPARQL constraint of a shape (SHACL section 5.1)."""
    graph.take_type(node, sh("SPARQLConstraint"))
    if is_literal(node):
        message = f"sh:sparql of {short(shape)} is {short(node)}, which is not a constraint"
        graph.refuse(message, "write [ sh:select … ]", shape, sh("sparql"), node)
        return
    messages, deactivated = scalars.messages(graph, node), scalars.is_deactivated(graph, node)
    query = _query(graph, node, True, _PREBOUND, path)
    if query is not None and not deactivated:
        yield QueryConstraint(sh("SPARQLConstraintComponent"), node, query, messages)


def read_components(graph: ShapesGraph, roles: dict[Term, str]) -> list[Component]:
    """Read the constraint components that a shapes graph declares (SHACL section 6.2).

    Args:
        graph: the shapes graph.
        roles: takes what the nodes are that have been read.

    Returns:
        The components; SHACL's own, which some shapes graphs describe, are not among them.

    """
    found = []
    for iri in graph.instances(sh("ConstraintComponent")):
        if iri.startswith(f"<{SH}"):
            continue
        roles[iri] = "component"
        graph.take_type(iri, sh("ConstraintComponent"))
        if not is_iri(iri):
            graph.refuse("a constraint component has no IRI", "give it a name", iri)
        roles.update(dict.fromkeys(graph.objects(iri, sh("parameter")), "parameter"))
        parameters = [_parameter(graph, iri, node) for node in graph.objects(iri, sh("parameter"))]
        if not any(parameter and not parameter.optional for parameter in parameters):
            message = f"the constraint component {short(iri)} has no parameter that is not optional"
            graph.refuse(message, "add a sh:parameter", iri)
        known = sorted((parameter for parameter in parameters if parameter), key=lambda one: one.name)
        if len({parameter.name for parameter in known}) < len(known):
            graph.refuse(f"two parameters of {short(iri)} have the same local name", "rename one of them", iri)
        component = Component(iri, tuple(known))
        scalars.messages(graph, iri)
        for name in ("validator", "nodeValidator", "propertyValidator"):
            for node in graph.objects(iri, sh(name)):
                roles[node] = "validator"
                _judge_validator(graph, component, node, None if name == "nodeValidator" else _SOME_PATH)
        found.append(component)
    return found


def _judge_validator(graph: ShapesGraph, component: Component, node: Term, path: Path | None) -> None:
    """Read a validator, whether any shape uses it or not."""
    select = graph.has(node, sh("select"))
    graph.take_type(node, sh("SPARQLSelectValidator" if select else "SPARQLAskValidator"))
    scalars.messages(graph, node)
    _query(graph, node, select, _prebound(component, select), path)


def _prebound(component: Component, select: bool) -> frozenset[str]:
    """Return the variables that are pre-bound in the validators of a component."""
    names = _PREBOUND | {parameter.name for parameter in component.parameters}
    return names if select else names | {"value"}


def _parameter(graph: ShapesGraph, component: Term, node: Term) -> ComponentParameter | None:
    graph.take_type(node, sh("Parameter"))
    path = graph.value(node, sh("path"))
    optional = scalars.is_true(graph, node, sh("optional"))
    if path is None or not is_iri(path):
        message = f"a parameter of {short(component)} has no property as its sh:path"
        graph.refuse(message, "write sh:path with an IRI", component, sh("parameter"), node)
        return None
    name = path[max(path.rfind("#"), path.rfind("/"), path.rfind(":")) + 1 : -1]
    if not _NAME.fullmatch(name) or name in _RESERVED:
        message = f"the local name of the parameter {short(path)} cannot be the name of a variable"
        graph.refuse(message, "use another IRI", component, sh("parameter"), node)
        return None
    return ComponentParameter(node, path, name, optional)


def read_component_constraints(
    graph: ShapesGraph, component: Component, shape: Term, path: Path | None
) -> Iterator[QueryConstraint]:
    """Read what a shape asks by a component of somebody's own (SHACL section 6.3)."""
    if any(not parameter.optional and not graph.has(shape, parameter.path) for parameter in component.parameters):
        return
    given = {parameter.name: graph.objects(shape, parameter.path) for parameter in component.parameters}
    if len(component.parameters) > 1 and any(len(values) > 1 for values in given.values()):
        message = f"{short(shape)} has several values for one of the parameters of {short(component.iri)}"
        graph.refuse(message, "leave one value for each", shape)
        return
    validator = _validator(graph, component, path)
    if validator is None:
        message = f"{short(component.iri)} has no validator for {'node' if path is None else 'property'} shapes"
        graph.note(message, "add a sh:validator", component.iri, None, shape)
        return
    select = graph.has(validator, sh("select"))
    query = _query(graph, validator, select, _prebound(component, select), path)
    messages = scalars.messages(graph, validator) or scalars.messages(graph, component.iri)
    if query is None:
        return
    if len(component.parameters) == 1:
        ((name, values),) = given.items()
        for value in values:
            yield QueryConstraint(component.iri, "", query, messages, ((name, value),))
        return
    parameters = tuple((name, values[0]) for name, values in given.items() if values)
    yield QueryConstraint(component.iri, "", query, messages, parameters)


def _validator(graph: ShapesGraph, component: Component, path: Path | None) -> Term | None:
    """Select a validator (SHACL section 6.2.3)."""
    for name in ("nodeValidator" if path is None else "propertyValidator", "validator"):
        found = graph.objects(component.iri, sh(name))
        if found:
            return found[0]
    return None
