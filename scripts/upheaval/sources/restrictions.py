"""YAML features that records may not use, checked node by node."""

import re
import unicodedata
from itertools import islice
from typing import Any

from yaml.events import MappingStartEvent

from upheaval.faults import Severity
from upheaval.sources.characters import FaultCollector, check_escapes, shown
from upheaval.sources.lookalikes import mixed_words

MAX_SCALAR = 1 << 16
"""Maximum length of a key or value, in bytes of UTF-8."""

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""The plain scalars that YAML 1.2.2 section 10.3.2 reads as null."""

PLACEHOLDERS = frozenset(("...", "…", "???", "TBD", "TODO"))
"""Texts that stand for a value that is still to be filled in, as in the skeletons of `upheaval new`."""

_SPACES = " \t\r\n\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000"

ITEM: Any = object()
"""Placeholder for a key inside a list."""

DROPPED: Any = object()
"""Placeholder for a key that was refused."""

_PROPERTY = re.compile(r"(?:\s|#[^\r\n]*[\r\n])*(!<[^>]*>|[&!][^\s,\[\]{}]*)")
_DIRECTIVE = re.compile(r"(?<![^\r\n])%[^\r\n]*")


def check_scalar(event: Any, key: Any, nested: bool, report: FaultCollector) -> bool:
    """Check a scalar.

    Args:
        event: the scalar.
        key: the key whose value it is, None if it is a key itself, or ITEM or DROPPED.
        nested: whether it is inside a mapping or a list; an empty document is reported elsewhere.
        report: faults are added to it.

    Returns:
        Whether the scalar has a value, that is, is neither empty nor null. A blank text or a placeholder is reported
        but has one, so that nothing is said of its absence as well; `is_unfilled` recognizes it.

    """
    start, value = event.start_mark.index, event.value
    refuse_properties(event, report)
    if key is not None and nested:
        _check_text(event, report)
    if event.style == '"':
        check_escapes(report, start, event.end_mark.index, value)
    size = len(value.encode())
    if size > MAX_SCALAR:
        message = f"this text has {size:,} bytes; the limit is {MAX_SCALAR:,}"
        report.add(start, "yaml/too-long", message, "shorten it, or check for a missing quote before it")
    if value not in NULLS or (value and event.style):
        return True
    if value:
        message = f"an unquoted {shown(value)} means “no value” in YAML"
        report.add(start, "yaml/null", message, "delete it and its key, or quote it if it is text")
    elif key is None:
        report.add(start, "yaml/empty", "this key is empty", "write the key before the colon")
    elif nested:
        owner = "this list item" if key is ITEM else "this key" if key is DROPPED else f"the key {shown(key)}"
        report.add(start, "yaml/empty", f"{owner} has no value", "give it a value, or delete it")
    return False


def is_unfilled(text: str) -> bool:
    """Return whether a text is blank or a placeholder; `check_scalar` has reported it."""
    return text in PLACEHOLDERS or not text.strip() or (len(text) < 5 and _is_blank(text))


def _is_blank(text: str) -> bool:
    return all(char in "\t\n\r" or unicodedata.category(char) in ("Zs", "Cf") for char in text)


def _check_text(event: Any, report: FaultCollector) -> None:
    """Report a text that says nothing, and one with white space that is not seen."""
    start, value = event.start_mark.index, event.value
    if value in PLACEHOLDERS:
        report.add(start, "yaml/placeholder", f"{shown(value)} is a placeholder", "fill it in, or delete the line")
    elif value and _is_blank(value):
        report.add(start, "yaml/blank", "this text is blank", "write the text, or delete its key")
    else:
        body = value.rstrip("\n") if event.style in ("|", ">") else value
        for where, end in (("starts", body[:1]), ("ends", body[-1:])):
            if end and end in _SPACES:
                what = "a line break" if end in "\r\n" else "a tab" if end == "\t" else "a space"
                message = f"this text {where} with {what}"
                report.add(start, "text/space-at-end", message, "delete it", Severity.WARNING)
        if "\t" in body.strip():
            message = "this text has a tab, which looks like spaces"
            report.add(start, "text/tab", message, "replace it with a space", Severity.WARNING)
        if not value.isascii():
            for _, word, message, cure in mixed_words(value):
                at = report.source.text.find(word, start, event.end_mark.index)
                report.add(start if at < 0 else at, "text/look-alike", message, cure, Severity.WARNING)


def refuse_properties(event: Any, report: FaultCollector) -> None:
    """Report a node's anchor and tag, which may precede it in either order (YAML 1.2.2 section 6.9)."""
    count = (event.anchor is not None) + (event.tag is not None)
    for found in islice(_PROPERTY.finditer(report.source.text, event.start_mark.index), count):
        written = shown(found[1])
        if found[1].startswith("&"):
            message = f"{written} is a YAML anchor, which records may not use"
            cure = "delete it; if the text starts with &, quote it"
            report.add(found.start(1), "yaml/anchor", message, cure)
        else:
            message = f"{written} is a YAML tag, but the vocabulary alone determines a value's type"
            cure = "delete it; if the text starts with !, quote it"
            report.add(found.start(1), "yaml/tag", message, cure)


def refuse_alias(event: Any, report: FaultCollector) -> None:
    """Report an alias (YAML 1.2.2 section 7.1)."""
    message = f"{shown('*' + event.anchor)} is a YAML alias, which records may not use"
    cure = "write the value out; if the text starts with *, quote it"
    report.add(event.start_mark.index, "yaml/alias", message, cure)


def refuse_key(event: Any, node: Any, report: FaultCollector) -> None:
    """Report a key that is not a string, is repeated (YAML 1.2.2 section 3.2.1.1), or is a merge key.

    Args:
        event: the key.
        node: the mapping so far.
        report: the fault is added to it.

    """
    mark = event.start_mark.index
    value = getattr(event, "value", None)
    if value is None:
        what = "a block of keys" if isinstance(event, MappingStartEvent) else "a list"
        cure = "write text before the colon; if it starts with [ or {, quote it"
        report.add(mark, "yaml/key-not-text", f"{what} is used as a key", cure)
    elif value in node:
        lines = f"{node.key_position(value)[0]} and {report.source.locate(mark)[0]}"
        message = f"the key {shown(value)} appears twice, on lines {lines}"
        report.add(mark, "yaml/duplicate-key", message, "keep one of them; write several values as a list")
    else:
        message = "`<<` is a YAML merge key, which records may not use"
        report.add(mark, "yaml/merge-key", message, "write the merged keys out here")


def check_document(event: Any, second: bool, report: FaultCollector) -> None:
    """Report directives (YAML 1.2.2 section 6.8) and a second document (section 9.2)."""
    start, end = event.start_mark.index, event.end_mark.index
    if event.version or event.tags:
        for found in _DIRECTIVE.finditer(report.source.text, start, end):
            message = f"{shown(found[0])} is a YAML directive, which records may not use"
            report.add(found.start(), "yaml/directive", message, "delete the line")
    if second:
        message = "a second document starts here, but a file holds one record"
        report.add(start, "yaml/second-document", message, "move it to its own file, or delete `---`")
