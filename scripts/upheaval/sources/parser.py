"""Strict YAML: parse a file into one record whose values are all strings with positions, or into faults."""

from contextlib import suppress
from typing import Any, TypeAlias

from yaml import CBaseLoader, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from upheaval.faults import Fault
from upheaval.sources.characters import MAX_BYTES, FaultCollector, Places, SourceText, TooManyFaults, admit
from upheaval.sources.lookalikes import may_be_mixed
from upheaval.sources.restrictions import (
    DROPPED,
    ITEM,
    MAX_SCALAR,
    NULLS,
    PLACEHOLDERS,
    check_document,
    check_scalar,
    refuse_alias,
    refuse_key,
    refuse_properties,
)
from upheaval.sources.syntax import explain

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_SCALAR", "MappingNode", "SequenceNode", "Value", "position", "read"]

Value: TypeAlias = "str | MappingNode | SequenceNode"

MAX_DEPTH = 16
"""Maximum nesting depth of mappings and lists."""

_LONG = MAX_SCALAR // 4
_NOWHERE = SourceText(b"")


class MappingNode(dict[str, "Value"]):
    """Keys and values in file order, with their positions: line and column, from 1, in characters.

    A mapping that was not parsed from a file is at (1, 1), and keys added after parsing have no position.
    """

    __slots__ = ("_source", "_start")

    def __init__(self) -> None:
        self._source = _NOWHERE
        self._start = 0

    @property
    def position(self) -> tuple[int, int]:
        """Where the mapping begins."""
        return self._source.locate(self._start)

    def key_position(self, key: str) -> tuple[int, int]:
        """Return the position of a key, even if its value was refused; raise KeyError if there is no such key."""
        return self._source.locate(_places(self._source)[self._start, key][0])

    def value_position(self, key: str) -> tuple[int, int]:
        """Return the position of a key's value; raise KeyError if there is no such key."""
        return self._source.locate(_places(self._source)[self._start, key][1])


class SequenceNode(list["Value"]):
    """List items in file order, with positions as in `MappingNode`."""

    __slots__ = ("_source", "_start")

    def __init__(self) -> None:
        self._source = _NOWHERE
        self._start = 0

    @property
    def position(self) -> tuple[int, int]:
        """Where the list begins."""
        return self._source.locate(self._start)

    def item_position(self, index: int) -> tuple[int, int]:
        """Return the position of an item by its index; raise KeyError if there is no such item."""
        return self._source.locate(_places(self._source)[self._start, index][0])


def position(document: MappingNode, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Return the line and column of the node at a path.

    Args:
        document: the record.
        path: keys and list indexes.

    Returns:
        The position of the last key or item on the path, or of its nearest existing ancestor.

    """
    place = document.position
    node: Value | None = document
    for step in path:
        try:
            if isinstance(node, MappingNode) and isinstance(step, str):
                place = node.key_position(step)
                node = node.get(step)
            elif isinstance(node, SequenceNode) and isinstance(step, int):
                place = node.item_position(step)
                node = node[step]
            else:
                break
        except LookupError:
            break
    return place


def read(data: bytes, name: str) -> tuple[MappingNode | None, list[Fault]]:
    """Read one record.

    Every scalar is a string (YAML 1.2.2 chapters 7 and 8), whatever it looks like: `no` is "no" and `1.10` is
    "1.10", as in the failsafe schema (section 10.1). Refused, each with its cause and cure, are the characters
    that `characters.admit` refuses; text that is not YAML; keys that are not strings (YAML-LD 1.0) or are
    repeated (YAML 1.2.2 section 3.2.1.1); anchors, aliases, merge keys, tags, directives and further documents,
    which can make a small file explode or mean different things to different readers (RFC 9512 sections 3 and
    4; YAML-LD 1.0 allows them); empty strings and nulls; and anything beyond MAX_DEPTH or MAX_SCALAR.

    Args:
        data: the content of the file.
        name: the file's path relative to the publication's folder, for faults.

    Returns:
        The record, and its faults in order. If the file is not a mapping, the record is None and there is an
        error. A record with errors is returned so that later steps can find more of them: it lacks whatever was
        refused, holds the first of any repeated keys, and has U+FFFD in place of refused characters.

    """
    report = FaultCollector(name, SourceText(data))
    record = None
    with suppress(TooManyFaults):
        if admit(report):
            record = _parse(report)
    return record, report.faults()


def _parse(report: FaultCollector) -> MappingNode | None:
    """Return the file's only mapping, or report why there is none."""
    try:
        documents = _build(report)
    except YAMLError as error:
        report.add(*explain(error, report.source.text))
        return None
    if documents is None:
        return None
    if not documents:
        report.add(None, "yaml/empty-file", "the file contains no record", "write the record, or delete the file")
        return None
    if isinstance(documents[0], MappingNode):
        return documents[0]
    what = "one text" if isinstance(documents[0], str) else "a list"
    report.add(
        _places(report.source)[documents._start, 0][0],
        "yaml/not-a-mapping",
        f"a record consists of keys and values, but this file is {what}",
        "start each line with a key, a colon and a space, as in `title: Treaty`",
    )
    return None


def _places(source: SourceText) -> Places:
    """Return the offsets of all keys, values and items of a file.

    The file is parsed again for them on first use: few files have faults to show, and recording the offsets of
    all files would add a tenth to the time.
    """
    if source.places is None:
        source.places = {}
        with suppress(YAMLError, TooManyFaults):
            _build(FaultCollector("", source), source.places)
    return source.places


def _build(report: FaultCollector, places: Places | None = None) -> SequenceNode | None:
    """Build the file's documents from the parser's events; return None if they are nested too deeply.

    The stack is explicit, so that no input can exhaust Python's. `key` is None when a key is expected. A refused
    value is None until its mapping ends. A key that is itself a collection gets a negative start, because its
    parent mapping may begin at the same offset.
    """
    source = report.source
    get_event: Any = CBaseLoader(source.data).get_event
    escapes = b"\\" in source.data
    tabs = escapes or b"\t" in source.data
    mixable = escapes or may_be_mixed(source.data)
    started = hollow = False
    documents = SequenceNode()
    documents._start = -1
    node: Any = documents
    key: Any = ITEM
    key_mark = 0
    stack: list[Any] = []
    while True:
        event = get_event()
        kind = type(event)
        if kind is ScalarEvent:
            value = event.value
            if (
                event.anchor
                or event.tag
                or len(value) > _LONG
                or (len(value) < 5 and (value in NULLS or not value.isalnum() or value in PLACEHOLDERS))
                or value.strip() != value
                or (tabs and "\t" in value)
                or (mixable and not value.isascii())
                or (escapes and event.style == '"')
            ) and not check_scalar(event, key, bool(stack), report):
                value = None
                hollow = True
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if hollow:
                _drop_refused(node)
            node, key = stack.pop()
            continue
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor or event.tag:
                refuse_properties(event, report)
            value = MappingNode() if kind is MappingStartEvent else SequenceNode()
            value._source = source
            value._start = event.start_mark.index if key is not None else -2 - event.start_mark.index
        elif kind is AliasEvent:
            refuse_alias(event, report)
            value = None
            hollow = True
            kind = ScalarEvent
        elif kind is DocumentStartEvent:
            if started or event.version or event.tags:
                check_document(event, started, report)
            started = True
            continue
        elif kind is StreamEndEvent:
            return documents
        else:
            continue
        if key is None:
            if kind is ScalarEvent and value is not None and value not in node and (value != "<<" or event.style):
                key = value
                key_mark = event.start_mark.index
            else:
                if value is not None:
                    refuse_key(event, node, report)
                key = DROPPED
        elif key is ITEM:
            if value is not None:
                if places is not None:
                    places[node._start, len(node)] = event.start_mark.index, event.start_mark.index
                node.append(value)
        else:
            if key is not DROPPED:
                if places is not None:
                    places[node._start, key] = key_mark, event.start_mark.index
                node[key] = value
            key = None
        if kind is not ScalarEvent:
            stack.append((node, key))
            if len(stack) > MAX_DEPTH:
                message = f"blocks and lists are nested more than {MAX_DEPTH} levels deep"
                cure = "flatten the record, or check its brackets"
                report.add(event.start_mark.index, "yaml/too-deep", message, cure)
                return None
            node = value
            key = None if kind is MappingStartEvent else ITEM


def _drop_refused(node: Any) -> None:
    """Remove the keys of a mapping whose values were refused."""
    if isinstance(node, MappingNode):
        values: dict[str, Value | None] = {**node}
        for key, value in values.items():
            if value is None:
                del node[key]
