"""Strict YAML: one file's bytes to one record of texts, each with its place, or to faults."""

from contextlib import suppress
from typing import Any, TypeAlias

from yaml import YAMLError
from yaml._yaml import CParser
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
from upheaval.sources.restrictions import (
    DROPPED,
    ITEM,
    MAX_SCALAR,
    NULLS,
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
"""How many mappings and lists may stand in one another."""

_LONG = MAX_SCALAR // 4
_NOWHERE = SourceText(b"")


class MappingNode(dict[str, "Value"]):
    """Keys and values in the order of the file; a place is a line and a column, from 1, in characters.

    A mapping made by hand is empty and stands at (1, 1); what is put into one later has no place.
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
        """Return where a key stands, also one whose value was refused; raise KeyError if it is not there."""
        return self._source.locate(_places(self._source)[self._start, key][0])

    def value_position(self, key: str) -> tuple[int, int]:
        """Return where a key's value begins; raise KeyError if the key is not there."""
        return self._source.locate(_places(self._source)[self._start, key][1])


class SequenceNode(list["Value"]):
    """The items of a list in the order of the file, with places as in `MappingNode`."""

    __slots__ = ("_source", "_start")

    def __init__(self) -> None:
        self._source = _NOWHERE
        self._start = 0

    @property
    def position(self) -> tuple[int, int]:
        """Where the list begins."""
        return self._source.locate(self._start)

    def item_position(self, index: int) -> tuple[int, int]:
        """Return where an item begins, counted from 0; raise KeyError if it is not there."""
        return self._source.locate(_places(self._source)[self._start, index][0])


def position(document: MappingNode, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Return the line and column of what a path leads to.

    Args:
        document: where the path begins.
        path: keys, and indexes of items of lists.

    Returns:
        The place of the last key, or of the item if an index is last; that of the nearest ancestor there is,
        if the path leads nowhere.

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

    Every scalar stays the text that YAML 1.2.2 chapters 7 and 8 make of it, whatever it looks like: `no` is
    "no", `1.10` is "1.10" (as in the failsafe schema, section 10.1). Refused, with the cause and a cure, are
    what `characters.admit` refuses; text that is no YAML; keys that are no texts (YAML-LD 1.0) or are given
    twice (YAML 1.2.2 section 3.2.1.1); anchors, aliases, merge keys, tags, directives and second documents,
    which can make a small file explode, or mean different things to different readers (RFC 9512 sections 3
    and 4; YAML-LD 1.0 allows them); empty texts and nulls; and what exceeds MAX_DEPTH or MAX_SCALAR.

    Args:
        data: what stands in the file.
        name: its name relative to the publication's folder, for the faults.

    Returns:
        The record, and its faults in order. The record is None, and there is an error, where the file cannot
        be read as a mapping. A record that comes with errors serves to find more of them: what was refused is
        left out of it, of equal keys it has the first, and U+FFFD stands for refused characters.

    """
    report = FaultCollector(name, SourceText(data))
    record = None
    with suppress(TooManyFaults):
        if admit(report):
            record = _parse(report)
    return record, report.faults()


def _parse(report: FaultCollector) -> MappingNode | None:
    """Return the file's one mapping, or report why there is none."""
    try:
        documents = _build(report)
    except YAMLError as error:
        report.add(*explain(error, report.source.text))
        return None
    if documents is None:
        return None
    if not documents:
        report.add(None, "yaml/empty-file", "the file holds no record", "write the record, or delete the file")
        return None
    if isinstance(documents[0], MappingNode):
        return documents[0]
    what = "one text" if isinstance(documents[0], str) else "a list"
    report.add(
        _places(report.source)[documents._start, 0][0],
        "yaml/not-a-mapping",
        f"a record is made of keys and values, and this file is {what}",
        "begin each line with a key, a colon and a space, as in `title: Treaty`",
    )
    return None


def _places(source: SourceText) -> Places:
    """Return the offsets of all keys and values, and of all items, of a file by what they stand in.

    They are found by reading the file again, once, when somebody asks: few files have faults to be shown, and
    to keep the offsets of all of them was measured to cost a tenth of the time.
    """
    if source.places is None:
        source.places = {}
        with suppress(YAMLError, TooManyFaults):
            _build(FaultCollector("", source), source.places)
    return source.places


def _build(report: FaultCollector, places: Places | None = None) -> SequenceNode | None:
    """Return the file's documents from the parser's events, or None where they are nested too deep.

    The stack is explicit, so that no input exhausts Python's. Where a key comes next, `key` is None. A value
    that was refused is None until its mapping ends. A key that is itself a collection gets a start of its own,
    below 0, because the mapping that it is in may begin at the same offset.
    """
    source = report.source
    get_event: Any = CParser(source.data).get_event
    escapes = b"\\" in source.data
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
                or (not 4 < len(value) <= _LONG and (len(value) > 4 or value in NULLS))
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
                message = f"blocks and lists stand in one another more than {MAX_DEPTH} deep"
                cure = "make the record flatter, or check its brackets"
                report.add(event.start_mark.index, "yaml/too-deep", message, cure)
                return None
            node = value
            key = None if kind is MappingStartEvent else ITEM


def _drop_refused(node: Any) -> None:
    """Take out of a mapping the keys whose values were refused; a list has none such."""
    if isinstance(node, MappingNode):
        values: dict[str, Value | None] = {**node}
        for key, value in values.items():
            if value is None:
                del node[key]
