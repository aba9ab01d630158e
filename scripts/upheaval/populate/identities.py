"""What identifies a node inside a record, and what is wrong where two are identified by the same."""

from __future__ import annotations

from collections.abc import Iterable

from upheaval.schema.contract import Key, local
from upheaval.sources.parser import MappingNode, SequenceNode, Value


def identity(identifying: Iterable[Key], body: MappingNode) -> list[list[str]]:
    """Return the values that identify a node.

    Args:
        identifying: the identifying keys of its class.
        body: its keys and values.

    Returns:
        For each of the keys its plain values, sorted; a value that a key has by default is the same as none.

    """
    return [
        [text for text in _texts(body.get(key.name)) if not key.default or text != local(key.default)]
        for key in identifying
    ]


def clash(key: Key, identifying: list[Key], body: MappingNode, other: MappingNode, line: int) -> tuple[str, str]:
    """Say why two nodes have one name, and how to tell them apart.

    Args:
        key: the key that holds both.
        identifying: the identifying keys of their class.
        body, other: the two nodes, the second first.
        line: where the first begins.

    Returns:
        The message and the cure.

    """
    if body == other:
        return f"this `{key.name}` appears twice", "keep one of them"
    one, two = identity(identifying, body), identity(identifying, other)
    if one != two:
        differing = [inner.name for inner, here, there in zip(identifying, one, two, strict=True) if here != there]
        message = f"this `{key.name}` differs from that on line {line} only in signs that are not part of its name"
        return message, f"word {_listed(differing, 'or')} of one of them differently"
    shared = [inner.name for inner, values in zip(identifying, one, strict=True) if values]
    free = [inner.name for inner, values in zip(identifying, one, strict=True) if not values]
    message = f"this `{key.name}` has the same {_listed(shared, 'and')} as that on line {line}, so they are one"
    if free:
        return message, f"make one of the two, or tell them apart by {_listed(free, 'or')}"
    return message, f"make one of the two, or correct {_listed(shared, 'or')}"


def _listed(names: list[str], last: str) -> str:
    quoted = [f"`{name}`" for name in names]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


def _texts(value: Value | None) -> list[str]:
    """Return the plain texts of a value, sorted."""
    if isinstance(value, str):
        return [value]
    return sorted(item for item in value if isinstance(item, str)) if isinstance(value, SequenceNode) else []
