"""Where something is said in a Turtle file, found again for a message: parsers do not keep positions.

The text is known to be Turtle (or N-Triples, TriG, N-Quads); it is cut into tokens and read only as far as it takes to
tell subjects, predicates and objects apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from upheaval.faults import Location
from upheaval.rdf.terms import Term, is_iri, text_of, unescape

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<text>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<suffix>@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^)
    |(?P<blank>_:[\w.-]*[\w-])
    |(?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.|\.(?=[\w:%\\-]))*))
    |(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?<!\.))
    |(?P<word>[A-Za-z]+)
    |(?P<mark>[.;,()\[\]{}])
    |(?P<space>\s+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_LONG = ('"""', "'''")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True, slots=True)
class _TurtleToken:
    kind: str
    text: str
    value: str
    start: int


class TurtlePositions:
    """Where one file says what it says."""

    def __init__(self, text: str) -> None:
        """Read a file that is known to be Turtle."""
        self._text = text
        self._about: dict[str, list[list[_TurtleToken]]] = {}
        self._mentions: dict[str, int] = {}
        for statement in _statements(text):
            if statement and statement[0].kind in ("iri", "name"):
                self._about.setdefault(statement[0].value, []).append(statement)
            for token in statement:
                if token.kind in ("iri", "name"):
                    self._mentions.setdefault(token.value, token.start)

    def find(
        self, subject: str, predicate: Term | None = None, value: Term | None = None, within: Location | None = None
    ) -> tuple[int, Location] | None:
        """Find a statement.

        Args:
            subject: the IRI of a subject.
            predicate, value: what is said of it, or of a blank node inside its own statements; terms as in N-Triples.
            within: line and column in the text of a value that is a literal.

        Returns:
            How much of it was found (2 for the value, 1 for the predicate, 0 for the subject alone), and line and
            column; None where the file says nothing of the subject.

        """
        found = [_within(statement, predicate, value) for statement in self._about.get(subject, ())]
        if not found:
            return None
        rank, start = max(found, key=lambda one: one[0])
        if within is None or rank < 2:
            return rank, _location(self._text, start)
        line, column = _location(self._text, start + (3 if self._text[start : start + 3] in _LONG else 1))
        return rank, (line + within[0] - 1, within[1] + (column - 1 if within[0] == 1 else 0))

    def mention(self, iri: str) -> Location | None:
        """Return where the file first mentions an IRI, in whatever place of a statement; None where it does not."""
        start = self._mentions.get(iri)
        return None if start is None else _location(self._text, start)


def named_terms(text: str) -> Iterator[tuple[int, str, str, dict[str, str]]]:
    """Yield every IRI that a text in Turtle or SPARQL names, but for those that declare a prefix or the base.

    Args:
        text: what a parser accepts.

    Returns:
        For each, where it starts, as it is written, the whole IRI, and the namespaces by prefix that hold there.

    """
    prefixes: dict[str, str] = {}
    base = ""
    declared: list[str] = []
    for match in _TOKEN.finditer(text):
        kind, raw = str(match.lastgroup), match[0]
        if kind in ("comment", "space"):
            continue
        if raw.lower() in ("@prefix", "prefix", "@base", "base"):
            declared = [raw]
        elif declared and kind == "name":
            declared.append(raw.rstrip(":"))
        elif kind == "iri":
            iri = urljoin(base, unescape(raw[1:-1])) if base else unescape(raw[1:-1])
            if len(declared) == 2:
                prefixes[declared[1]] = iri
            elif declared:
                base = iri
            else:
                yield match.start(), raw, iri, prefixes
            declared = []
        elif kind == "name":
            yield match.start(), raw, _full(raw, prefixes), prefixes


def _full(name: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes.get(prefix, f"{prefix}:") + re.sub(r"\\(.)", r"\1", local)


def _location(text: str, start: int) -> Location:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def _within(statement: list[_TurtleToken], predicate: Term | None, value: Term | None) -> tuple[int, int]:
    """Return how much of a statement was found, and where."""
    rank, start = 0, statement[0].start
    if predicate is None:
        return rank, start
    wanted = text_of(predicate)
    for place, token in enumerate(statement[1:], 1):
        if token.value != wanted or token.kind not in ("iri", "name", "word"):
            continue
        if rank < 1:
            rank, start = 1, token.start
        for other in _objects(statement, place):
            if rank < 2 and value is not None and _is(other, value):
                rank, start = 2, other.start
    return rank, start


def _objects(statement: list[_TurtleToken], place: int) -> Iterator[_TurtleToken]:
    """Yield the tokens of a predicate's objects, up to the next predicate of the same node."""
    depth = 0
    for token in statement[place + 1 :]:
        if token.text in "([":
            depth += 1
        elif token.text in ")]":
            depth -= 1
        if depth < 0 or (depth == 0 and token.text == ";"):
            return
        yield token


def _is(token: _TurtleToken, value: Term) -> bool:
    if is_iri(value):
        return token.kind in ("iri", "name") and token.value == text_of(value)
    return value[0] == '"' and token.kind in ("text", "number", "word") and token.value == text_of(value)


def _statements(text: str) -> Iterator[list[_TurtleToken]]:
    """Yield the tokens of each statement, IRIs resolved."""
    prefixes: dict[str, str] = {}
    base = ""
    found: list[_TurtleToken] = []
    for match in _TOKEN.finditer(text):
        kind, raw = str(match.lastgroup), match[0]
        if kind in ("comment", "space"):
            continue
        value = raw
        if kind == "iri":
            value = urljoin(base, unescape(raw[1:-1])) if base else unescape(raw[1:-1])
        elif kind == "name":
            value = _full(raw, prefixes)
        elif kind == "text":
            quotes = 3 if raw[:3] in _LONG else 1
            value = unescape(raw[quotes:-quotes])
        elif raw == "a":
            value = _TYPE
        found.append(_TurtleToken(kind, raw, value, match.start()))
        if raw.lower() == "graph" or raw in "{}":
            found.clear()
        first = found[0].text.lower() if found else ""
        if first in ("@prefix", "prefix") and len(found) == 3:
            prefixes[found[1].text.rstrip(":")] = found[2].value
        elif first in ("@base", "base") and len(found) == 2:
            base = found[1].value
        if raw == "." or (first in ("prefix", "base") and len(found) == 3 - (first == "base")):
            yield found
            found = []
    yield found
