"""What YAML allows and a record does not, node by node: each refusal with its cause and a cure."""

import re
from itertools import islice
from typing import Any

from yaml.events import MappingStartEvent

from upheaval.sources.characters import FaultCollector, check_escapes, shown

MAX_SCALAR = 1 << 16
"""The longest key or value that is read, in bytes of UTF-8."""

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""The plain scalars that YAML 1.2.2 section 10.3.2 reads as null."""

ITEM: Any = object()
"""Stands for a key where items of a list come."""

DROPPED: Any = object()
"""Stands for a key that was refused."""

_PROPERTY = re.compile(r"(?:\s|#[^\r\n]*[\r\n])*(!<[^>]*>|[&!][^\s,\[\]{}]*)")
_DIRECTIVE = re.compile(r"(?<![^\r\n])%[^\r\n]*")


def check_scalar(event: Any, key: Any, nested: bool, report: FaultCollector) -> bool:
    """Report what is wrong with a scalar.

    Args:
        event: the scalar.
        key: the key that it is a value of, None where it is a key itself, or ITEM or DROPPED.
        nested: whether it stands in a mapping or a list; an empty document is reported elsewhere.
        report: where the faults go.

    Returns:
        Whether the scalar says something: empty texts and nulls do not.

    """
    start, value = event.start_mark.index, event.value
    refuse_properties(event, report)
    if event.style == '"':
        check_escapes(report, start, event.end_mark.index, value)
    size = len(value.encode())
    if size > MAX_SCALAR:
        message = f"this text has {size:,} bytes; at most {MAX_SCALAR:,} are read"
        report.add(start, "yaml/too-long", message, "shorten it, or close the quote before it")
    if value not in NULLS or (value and event.style):
        return True
    if value:
        message = f"a plain {shown(value)} is YAML's way to say that there is no value"
        report.add(start, "yaml/null", message, "remove it with its key, or put it in quotes if it is a text")
    elif key is None:
        report.add(start, "yaml/empty", "a key is empty", "write the key before the colon")
    elif nested:
        owner = "an item of the list" if key is ITEM else "a key" if key is DROPPED else f"the key {shown(key)}"
        report.add(start, "yaml/empty", f"{owner} has no value", "give it a value, or remove it")
    return False


def refuse_properties(event: Any, report: FaultCollector) -> None:
    """Report a node's anchor and tag, which may stand in either order before it (YAML 1.2.2 section 6.9)."""
    count = (event.anchor is not None) + (event.tag is not None)
    for found in islice(_PROPERTY.finditer(report.source.text, event.start_mark.index), count):
        written = shown(found[1])
        if found[1].startswith("&"):
            message = f"{written} is an anchor, which would let other places repeat this value"
            cure = "delete it; if the text begins with &, put the text in quotes"
            report.add(found.start(1), "yaml/anchor", message, cure)
        else:
            message = f"{written} is a tag, and a value's type comes from the vocabulary alone"
            cure = "delete it; if the text begins with !, put the text in quotes"
            report.add(found.start(1), "yaml/tag", message, cure)


def refuse_alias(event: Any, report: FaultCollector) -> None:
    """Report an alias (YAML 1.2.2 section 7.1)."""
    message = f"{shown('*' + event.anchor)} is an alias, which would repeat a value that stands elsewhere"
    cure = "write the value out; if the text begins with *, put the text in quotes"
    report.add(event.start_mark.index, "yaml/alias", message, cure)


def refuse_key(event: Any, node: Any, report: FaultCollector) -> None:
    """Report a key that is no text, is there already (YAML 1.2.2 section 3.2.1.1), or is a merge key.

    Args:
        event: the key.
        node: the mapping so far.
        report: where the fault goes.

    """
    mark = event.start_mark.index
    value = getattr(event, "value", None)
    if value is None:
        what = "a block of keys" if isinstance(event, MappingStartEvent) else "a list"
        cure = "write a text before the colon; if it begins with [ or {, put it in quotes"
        report.add(mark, "yaml/key-not-text", f"{what} stands where a key belongs", cure)
    elif value in node:
        lines = f"{node.key_position(value)[0]} and {report.source.locate(mark)[0]}"
        message = f"the key {shown(value)} is given twice, in lines {lines}"
        report.add(mark, "yaml/duplicate-key", message, "keep one of the two; several values make a list")
    else:
        message = "`<<` is a merge key, which would copy keys from another place"
        report.add(mark, "yaml/merge-key", message, "write those keys out here")


def check_document(event: Any, second: bool, report: FaultCollector) -> None:
    """Report directives (YAML 1.2.2 section 6.8), and a document after the first (section 9.2)."""
    start, end = event.start_mark.index, event.end_mark.index
    if event.version or event.tags:
        for found in _DIRECTIVE.finditer(report.source.text, start, end):
            message = f"{shown(found[0])} is a YAML directive, and records are all read in one way"
            report.add(found.start(), "yaml/directive", message, "delete the line")
    if second:
        message = "a second document begins here, and a file holds one record"
        report.add(start, "yaml/second-document", message, "move it to a file of its own, or delete `---`")
