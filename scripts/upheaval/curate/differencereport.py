"""Report a difference for people, as text and Markdown, and for programs, as JSON."""

import json
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator

from upheaval.curate.differences import Change, Difference, NodeChange, PropertyChange
from upheaval.curate.wording import Wording
from upheaval.rdf.graphs import STRING
from upheaval.rdf.terms import Term, is_literal, literal_parts, text_of

_MARKS = re.compile(r"[\\`*_\[\]<>#|~&]")
_ADDRESSES = re.compile(r"@|:(?=\S)")
_LONGEST_COMMENT = 60_000
"""Bytes of Markdown; GitHub takes comments of 65,536 characters."""

_LISTED = 20
"""How many added records of a type are named."""


def summary(difference: Difference) -> str:
    """Return one line that counts the records by what happened to them, and the sources."""
    if difference.is_empty:
        return "no differences"
    numbers = Counter(record.change for record in difference.records)
    counted = [(numbers[change], change) for change in Change if numbers[change]]
    if not counted:
        return f"no record says anything else; {_statements(difference)}"
    first, *rest = [f"{number} {change}" for number, change in counted]
    noun = "record" if counted[0][0] == 1 else "records"
    number, _, change = first.partition(" ")
    return f"{', '.join([f'{number} {noun} {change}', *rest])}; {_statements(difference)}"


def _statements(difference: Difference) -> str:
    removed, added = (sum(map(len, lines.values())) for lines in (difference.removed, difference.added))
    return f"statements: +{added:,} −{removed:,}"


def as_text(difference: Difference, width: int = 80) -> str:
    """Write a difference as text.

    Args:
        difference: the difference.
        width: the length of its lines; a word that is longer stands in a line of its own.

    Returns:
        The summary, and a paragraph for each record, or for each type of records that were only added.

    """
    wording = Wording(difference)
    lines = _wrapped(f"{difference.a.name} → {difference.b.name}: {summary(difference)}", width, "")
    for heading, points in blocks(difference, wording):
        lines += ["", *_wrapped(heading, width, "")]
        for point in points:
            lines += _wrapped(point, width, "  - ")
    return "".join(f"{line}\n" for line in lines)


def _wrapped(text: str, width: int, start: str) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=start,
        subsequent_indent=" " * max(len(start), 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def blocks(difference: Difference, wording: Wording) -> Iterator[tuple[str, list[str]]]:
    """Yield what is said of a difference, as headings and their points.

    Args:
        difference: the difference.
        wording: what puts it into words.

    Yields:
        First what a reviewer has to read, a record a heading; then, by type, what was only added.

    """
    added: dict[str, list[str]] = defaultdict(list)
    for record in difference.records:
        if record.change is Change.ADDED:
            added[wording.kind(record)].append(wording.title(record))
        else:
            yield _heading(record, wording), _points(record, wording)
    for kind, titles in sorted(added.items(), key=lambda item: (len(item[1]), item[0])):
        type_ = f" ({kind})" if kind else ""
        if len(titles) == 1:
            yield f"added: {titles[0]}{type_}", []
        else:
            rest = len(titles) - _LISTED
            more = [f"… and {rest} more"] if rest > 0 else []
            yield f"added: {len(titles)} records{type_}", [*titles[:_LISTED], *more]


def _heading(record: NodeChange, wording: Wording) -> str:
    kind = wording.kind(record)
    said = f"{record.change}: {wording.title(record)}{f' ({kind})' if kind else ''}"
    if record.was:
        return f"{said}, from {_short(record.was)} to {_short(record.iri)}"
    fate = wording.fate(record)
    return f"{said}, {fate}" if fate else said


def _points(record: NodeChange, wording: Wording) -> list[str]:
    """Return the lines about a record; one that came or went whole is only named."""
    return wording.points(record) if record.change in (Change.CHANGED, Change.RENAMED) else []


def _short(term: Term) -> str:
    return text_of(term).rpartition("/")[2]


def as_markdown(difference: Difference) -> str:
    """Write a difference as Markdown for a comment on a pull request.

    Args:
        difference: the difference.

    Returns:
        GitHub Flavored Markdown in which no text of a record is markup or addresses anybody. What is too long for a
        comment is left out, and counted.

    """
    wording = Wording(difference)
    head = f"**{_escaped(difference.a.name)} → {_escaped(difference.b.name)}**: {_escaped(summary(difference))}\n"
    head += "".join(f"\n> {_escaped(note)}\n" for edition in (difference.a, difference.b) for note in edition.notes)
    lines = []
    for heading, points in blocks(difference, wording):
        lines.append(f"- {_escaped(heading)}\n")
        lines += [f"  - {_escaped(point)}\n" for point in points]
    room, shown = _LONGEST_COMMENT - len(head.encode()), 0
    while shown < len(lines) and room >= (size := len(lines[shown].encode())):
        room, shown = room - size, shown + 1
    rest = len(lines) - shown
    left = f"\n… and {rest} more: `upheaval diff` shows them all.\n" if rest else ""
    return head + ("\n" if lines else "") + "".join(lines[:shown]) + left


def _escaped(text: str) -> str:
    """Write text so that it is none of GitHub's markup: no link, mention, reference to an issue, or emoji."""
    return _ADDRESSES.sub("\\g<0>\u2060", _MARKS.sub(r"\\\g<0>", " ".join(text.split())))


def as_json(difference: Difference) -> str:
    """Write a difference as JSON, as `difference.schema.json` describes it."""
    wording = Wording(difference)
    content = {
        "a": _edition(difference, "a"),
        "b": _edition(difference, "b"),
        "different": not difference.is_empty,
        "statements": {
            graph: {"removed": len(difference.removed[graph]), "added": len(difference.added[graph])}
            for graph in difference.removed
        },
        "records": [
            {**_node(record, wording), "kind": wording.kind(record), "text": _points(record, wording)}
            for record in difference.records
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _edition(difference: Difference, which: str) -> dict[str, object]:
    edition = difference.a if which == "a" else difference.b
    return {
        "name": edition.name,
        "publication": edition.iri,
        "rdfc10_sha256": edition.identity,
        "notes": list(edition.notes),
    }


def _node(node: NodeChange, wording: Wording) -> dict[str, object]:
    return {
        "iri": text_of(node.iri),
        "was": text_of(node.was) if node.was else None,
        "property": text_of(node.holder) if node.holder else None,
        "change": str(node.change),
        "label": wording.title(node) if not node.holder else wording.name(node.holder),
        "properties": [_property(change, wording) for change in node.properties],
        "nodes": [_node(inner, wording) for inner in node.nodes],
    }


def _property(change: PropertyChange, wording: Wording) -> dict[str, object]:
    return {
        "iri": text_of(change.property),
        "label": wording.name(change.property),
        "old": [_term(term, wording) for term in change.old],
        "new": [_term(term, wording) for term in change.new],
    }


def _term(term: Term, wording: Wording) -> dict[str, str]:
    """Return a term as SPARQL 1.1 Query Results JSON has it, with the label of an IRI."""
    if not is_literal(term):
        return {"type": "uri", "value": text_of(term), "label": wording.name(term)}
    text, datatype, language = literal_parts(term)
    found = {"type": "literal", "value": text}
    if language:
        return {**found, "xml:lang": language}
    return found if datatype == STRING else {**found, "datatype": datatype}
