"""The way back: from what a validation finds to the line of the YAML file that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from upheaval.faults import Fault, Location, Severity
from upheaval.populate.documents import KeyPath, Populated, SourceLocation
from upheaval.rdf.iris import STATECRAFT
from upheaval.rdf.terms import Term, is_literal, literal_parts, named, split, text_of
from upheaval.schema.contract import local
from upheaval.shacl.paths import Alternative, Path, Predicate, Repeated, Sequence
from upheaval.shacl.results import ValidationResult
from upheaval.shacl.shaclterms import INFO, VIOLATION, WARNING
from upheaval.shacl.shapesplan import ShapesPlan
from upheaval.sources.parser import MappingNode, SequenceNode, Value, position

_SEVERITIES = {VIOLATION: Severity.ERROR, WARNING: Severity.WARNING, INFO: Severity.NOTE}
_FAULT_AT = named(STATECRAFT.faultAt)


@dataclass(frozen=True, slots=True)
class _Located:
    """A result as the sources see it: the IRI of the node, the properties that may be at fault, the value's text."""

    node: str
    properties: tuple[str, ...]
    value: str | None
    language: str


def at_their_subjects(
    results: Collection[ValidationResult], plan: ShapesPlan, lines: Iterable[str], is_known: Callable[[Term], bool]
) -> list[ValidationResult]:
    """Bring results on nodes that no record describes, such as literals, to the nodes that state them.

    Args:
        results: as `evaluate` returns them.
        plan: the shapes; `sh:targetObjectsOf` has made such nodes focus nodes (SHACL section 2.1.3.5).
        lines: the data, as N-Triples.
        is_known: tells whether the sources have a place for a node.

    Returns:
        The results, those on such nodes once for each node that states them.

    """
    lost = {one.focus for one in results if not is_known(one.focus)}
    properties = {one.term for shape in plan.shapes for one in shape.targets if one.kind == "targetObjectsOf"}
    if not lost or not properties:
        return list(results)
    stated: dict[Term, list[tuple[Term, Term]]] = {}
    for subject, predicate, value in map(split, lines):
        if value in lost and predicate in properties:
            stated.setdefault(value, []).append((subject, predicate))
    found: list[ValidationResult] = []
    for one in results:
        places = stated.get(one.focus, ())
        found.extend(replace(one, focus=node, path=Predicate(name), value=one.focus) for node, name in places)
        if not places:
            found.append(one)
    return found


def to_faults(results: Iterable[ValidationResult], populated: Populated, plan: ShapesPlan) -> list[Fault]:
    """Bring the results of a validation back to the sources.

    Args:
        results: as `evaluate` returns them.
        populated: where each node comes from, and which values were left out for another fault.
        plan: the shapes, some of which say with which property a SPARQL constraint is concerned.

    Returns:
        One fault a result, at the value or the key at fault, or else at the start of the block. What follows
        from a value that was left out is not reported again; so nothing is said of a whole block that lacks one.

    """
    return distinct(fault for _, fault in located(results, populated, plan))


def located(
    results: Iterable[ValidationResult], populated: Populated, plan: ShapesPlan
) -> Iterator[tuple[ValidationResult, Fault]]:
    """Yield results with their faults; the arguments are those of `to_faults`."""
    incomplete = {node for node, _ in populated.broken}
    properties: dict[Term, Term] | None = None
    for result in results:
        if properties is None:
            properties = {one: at for one, word, at in map(split, plan.lines) if word == _FAULT_AT}
        found = _located(result, properties)
        location = populated.locations.get(found.node)
        if any((found.node, name) in populated.broken for name in (*found.properties, "")):
            continue
        if (not found.properties and found.node in incomplete) or (found.value, "") in populated.broken:
            continue
        severity = _SEVERITIES.get(result.severity, Severity.ERROR)
        rule = text_of(result.constraint or plan.name_of(result.shape))
        if location is None or location.record.body is None:
            yield result, Fault("data", f"{result.message} [{found.node}]", severity=severity, rule=rule)
        elif not _was_refused(block := _at(location.record.body, location.path), found):
            path = (*location.path, *_within(block, found, populated, location))
            at = position(location.record.body, path)
            message, cure = split_cure(result.message)
            yield result, Fault(location.record.file, message, cure, at=at, severity=severity, rule=rule)


def locate_node(iri: str, populated: Populated) -> tuple[str, Location | None]:
    """Return the file, line and column at which a node begins; `data` if no record describes it."""
    location = populated.locations.get(iri)
    if location is None or location.record.body is None:
        return "data", None
    return location.record.file, position(location.record.body, location.path)


def distinct(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults in order, and of those that say the same of one place only one."""
    found = {(fault.file, fault.at, fault.message): fault for fault in sorted(faults, key=lambda fault: fault.rule)}
    return sorted(found.values(), key=Fault.sort_key)


def _located(result: ValidationResult, properties: Mapping[Term, Term]) -> _Located:
    at = properties.get(result.constraint or "")
    names = tuple(_first_steps(result.path)) if result.path is not None or at is None else (text_of(at),)
    value = result.value
    language = literal_parts(value).language if value is not None and is_literal(value) else ""
    return _Located(text_of(result.focus), names, None if value is None else text_of(value), language)


def _first_steps(path: Path | None) -> Iterator[str]:
    """Yield the focus node's own properties with which a path may begin."""
    match path:
        case Predicate(iri):
            yield text_of(iri)
        case Sequence(paths):
            yield from _first_steps(paths[0])
        case Alternative(paths):
            for one in paths:
                yield from _first_steps(one)
        case Repeated(inner):
            yield from _first_steps(inner)


def split_cure(message: str) -> tuple[str, str]:
    """Split a shape's message into what is wrong and, from the parentheses at its end, what to do."""
    if message.endswith(")") and " (" in message:
        wrong, _, cure = message[:-1].partition(" (")
        return wrong, cure
    return message, ""


def _at(body: Value, path: KeyPath) -> Value | None:
    value: Value | None = body
    for step in path:
        if isinstance(value, MappingNode) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, SequenceNode) and isinstance(step, int):
            value = value[step]
    return value


def _was_refused(block: Value | None, found: _Located) -> bool:
    """Tell whether the reader refused the value at fault: its key stands in the file and not in the block."""
    keys = [local(name) for name in found.properties]
    if not isinstance(block, MappingNode) or any(key in block for key in keys):
        return False
    return any(_stands_in(block, key) for key in keys)


def _stands_in(block: MappingNode, key: str) -> bool:
    try:
        block.key_position(key)
    except KeyError:
        return False
    return True


def _within(block: Value | None, found: _Located, populated: Populated, location: SourceLocation) -> KeyPath:
    """Return the way from a block to the key, and to the item of a list, at which a result is shown."""
    if not isinstance(block, MappingNode):
        return ()
    keys = [name for name in map(local, found.properties) if name in block]
    if not keys:
        return ()
    key = next((name for name in keys if found.value is not None and _has(block[name], found)), keys[0])
    values = block[key]
    prefix, child = location.path, populated.locations.get(found.value or "")
    if child is not None and child.record is location.record and child.path[: len(prefix)] == prefix != child.path:
        return child.path[len(prefix) :]
    if isinstance(values, SequenceNode):
        for place, item in enumerate(values):
            if isinstance(item, str) and _is(item, found.value):
                return (key, place)
    if isinstance(values, MappingNode) and found.language in values:
        return (key, found.language)
    return (key,)


def _has(values: Value, found: _Located) -> bool:
    """Tell whether the value at fault is among those of a key."""
    if isinstance(values, MappingNode):
        return _has(values[found.language], found) if found.language in values else False
    items = values if isinstance(values, SequenceNode) else [values]
    return any(isinstance(item, str) and _is(item, found.value) for item in items)


def _is(text: str, value: str | None) -> bool:
    return value is not None and (value == text or local(value) == text)
