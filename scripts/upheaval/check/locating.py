"""The way back: from what a validation finds to the line of the YAML file that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Literal
from rdflib.term import Node

from upheaval.faults import Fault
from upheaval.populate.documents import KeyPath, Populated
from upheaval.schema.contract import local
from upheaval.shacl.results import ValidationResult
from upheaval.sources.parser import MappingNode, SequenceNode, Value, position


def to_faults(findings: Iterable[ValidationResult], populated: Populated) -> list[Fault]:
    """Bring findings back to the sources.

    Args:
        findings: as `validate` returns them.
        populated: where each node comes from, and which values were left out for another fault.

    Returns:
        One fault a finding, at the value or the key at fault, or else at the start of the block. What follows
        from a value that was left out is not reported again; so nothing is said of a whole block that lacks one.

    """
    faults = {}
    incomplete = {node for node, _ in populated.broken}
    for found in findings:
        spot = populated.locations.get(found.node)
        if not populated.broken.isdisjoint({(found.node, found.path or ""), (found.node, "")}):
            continue
        if (found.path is None and found.node in incomplete) or (str(found.value), "") in populated.broken:
            continue
        if spot is None or spot.record.body is None:
            fault = Fault("data", f"{found.message} [{found.node}]", severity=found.severity, rule=found.shape)
            faults[(fault.file, fault.at, fault.message)] = fault
        elif not _was_refused(block := _at(spot.record.body, spot.path), found):
            path = (*spot.path, *_within(block, found, populated, spot.path))
            at = position(spot.record.body, path)
            message, cure = split_cure(found.message)
            fault = Fault(spot.record.file, message, cure, at=at, severity=found.severity, rule=found.shape)
            faults[(fault.file, fault.at, fault.message)] = fault
    return sorted(faults.values(), key=Fault.sort_key)


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


def _was_refused(block: Value | None, found: ValidationResult) -> bool:
    """Tell whether the reader refused the value at fault: its key stands in the file and not in the block."""
    key = local(found.path or "")
    if not isinstance(block, MappingNode) or key in block:
        return False
    try:
        block.key_position(key)
    except KeyError:
        return False
    return True


def _within(block: Value | None, found: ValidationResult, populated: Populated, prefix: KeyPath) -> KeyPath:
    """Return the way from a block to the key, and to the item of a list, at which a finding is shown."""
    if found.path is None or not isinstance(block, MappingNode):
        return ()
    key = local(found.path)
    if key not in block:
        return ()
    values = block[key]
    child = populated.locations.get(str(found.value))
    if child is not None and child.path[: len(prefix)] == prefix and len(child.path) > len(prefix):
        return child.path[len(prefix) :]
    if isinstance(values, SequenceNode):
        for place, item in enumerate(values):
            if isinstance(item, str) and _is(item, found.value):
                return (key, place)
    if isinstance(values, MappingNode) and isinstance(found.value, Literal) and found.value.language in values:
        return (key, str(found.value.language))
    return (key,)


def _is(text: str, value: Node | None) -> bool:
    return value is not None and (str(value) == text or local(str(value)) == text)
