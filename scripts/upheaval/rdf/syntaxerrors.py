"""Say what is wrong with a query in a person's words.

The commonest mistakes are found by looking for them: an unknown prefix, a misspelt keyword, brackets and quotes without
their partner, an expression without a name. For all others the engine is asked, which counts the letters of a keyword
that it looked for as read, and so names a place after the mistake: the query is parsed again with wide gaps to find the
token at fault, and up to it with one token of each kind to find what could stand there.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
Parse: TypeAlias = Callable[[str], str]
"""Returns the engine's message about a query, or an empty string."""

_WORDS = """a abs add all as asc ask avg base bind bnode bound by ceil clear coalesce concat construct contains copy
count create data datatype day default delete desc describe distinct drop encode_for_uri exists false filter floor
from graph group group_concat having hours if in insert into iri isblank isiri isliteral isnumeric isuri lang
langmatches lcase limit load max md5 min minus minutes month move named not now offset optional order prefix rand
reduced regex replace round sameterm sample seconds select separator service sha1 sha256 sha384 sha512 silent str
strafter strbefore strdt strends strlang strlen strstarts struuid substr sum timezone to true tz ucase undef union uri
using uuid values version where with year triple subject predicate object istriple langdir strlangdir haslang
haslangdir"""
KEYWORDS = frozenset(_WORDS.split())
"""The keywords and functions of SPARQL, in small letters."""

_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\r\n]*) | (?P<iri><[^<>"{}|^`\\\s]*>)
    | (?P<text>\"""(?:[^\\]|\\.)*?\""" | '''(?:[^\\]|\\.)*?''' | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+) | (?P<tag>@[A-Za-z][\w-]*) | (?P<name>(?:[^\W\d_][\w.-]*|_)?:(?:[\w:%-]|\.(?=[\w:%-])|\\.)*)
    | (?P<number>\d[\w.]*) | (?P<word>[^\W\d]\w*) | (?P<quote>["']) | (?P<bracket>[(){}\[\]]) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {")": "(", "}": "{", "]": "["}
_SENTENCES = {
    "The SELECT contains a variable that is unbound": "the SELECT has a variable that is neither in GROUP BY nor in an "
    "aggregate such as COUNT",
    "The SELECT overrides an existing variable using an expression": "the SELECT names an expression like a variable "
    "that the pattern has; choose another name",
}
_PLACE = re.compile(r"error at (\d+):(\d+): ")
_SPACE = " " * 16
_GLUED = frozenset("<>|&!=^-+*/?.@")
"""Signs that may be part of a longer one, as in `<=`."""
_LONGEST = 4000
_PATTERNS = frozenset(("FILTER", "OPTIONAL", "UNION", "MINUS", "BIND", "VALUES", "GRAPH", "`{`"))
_POSSIBLE = """SELECT ASK CONSTRUCT DESCRIBE DISTINCT FROM WHERE AS BY FILTER OPTIONAL UNION MINUS BIND VALUES GRAPH
GROUP ORDER HAVING LIMIT OFFSET ASC DESC EXISTS IN NOT UNDEF SEPARATOR"""
_CANDIDATES = {
    "a variable": "?x", "an IRI or a name such as rdfs:label": "<x:x>", "a prefix such as rdfs:": "x:",
    "a text": "'x'", "a number": "1", "`a`": "a",
    **{f"`{sign}`": sign for sign in ".;,(){}[]*"},
    **{word: word for word in _POSSIBLE.split()},
}  # fmt: skip
"""What may follow, for people, by a token of its kind."""


def explain(message: str, text: str, place: Place | None, parse: Parse) -> tuple[str, Place | None]:
    """Explain a syntax error.

    Args:
        message: the engine's message, without the place.
        text: the query.
        place: the engine's line and column.
        parse: parses a query.

    Returns:
        The message, and the line and column that it is about.

    """
    tokens = [found for found in _TOKEN.finditer(text) if not found["skip"]]
    if "Prefix not found" in message and (end := _offset(text, place)) is not None:
        used = [token for token in tokens if token["name"] and token.start() < end]
        if used:
            prefix = used[-1]["name"].partition(":")[0]
            said = f"the prefix `{prefix}:` is not declared; add `PREFIX {prefix}: <…>` to the query"
            return said, _at(text, used[-1].start())
    for start, found in _mistakes(tokens, text):
        return found, _at(text, start)
    for sentence, said in _SENTENCES.items():
        if sentence in message:
            return said, place
    return _parsed(message, tokens, text, place, parse)


def _mistakes(tokens: list[re.Match[str]], text: str) -> Iterator[tuple[int, str]]:
    """Yield mistakes that can be told from the tokens alone, the likeliest first."""
    if not tokens:
        yield 0, "the query is empty"
        return
    opened: list[re.Match[str]] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token["quote"]:
            yield token.start(), f"the text that begins here has no closing {token[0]}"
            return
        if token["other"] and token[0] in "“”„‘’«»":
            yield token.start(), f"`{token[0]}` is not a quote of SPARQL; write \" or '"
            return
        if token["word"] and token[0].lower() not in KEYWORDS:
            near = get_close_matches(token[0].lower(), KEYWORDS, 1, 0.7)
            cure = f"did you mean {near[0].upper()}?" if near else "names need a prefix, and variables a question mark"
            yield token.start(), f"`{token[0]}` is not a keyword of SPARQL; {cure}"
            return
        if token["bracket"] in _PAIRS:
            if not opened or opened[-1][0] != _PAIRS[token[0]]:
                last = f"`{opened[-1][0]}` of {_words(text, opened[-1])} is still open" if opened else ""
                yield token.start(), f"`{token[0]}` closes nothing" + (f": the {last}" if last else "")
                return
            opened.pop()
        elif token["bracket"]:
            opened.append(token)
        unnamed = token["variable"] and before is not None and before[0] == ")" and opened and opened[-1][0] == "("
        if unnamed and text[token.end() :].lstrip().startswith(")"):
            yield token.start(), f"write AS before the name of an expression: `AS {token[0]}`"
            return
    if opened:
        yield opened[-1].start(), f"this `{opened[-1][0]}` is never closed"


def _parsed(
    message: str, tokens: list[re.Match[str]], text: str, place: Place | None, parse: Parse
) -> tuple[str, Place | None]:
    """Find the first token that cannot stand where it does, and what could, by parsing the query up to it."""
    if len(text) > _LONGEST or "service" in text.lower():  # a query that parses runs, on an empty store
        return message, place
    words = [f"{token[0]} " if text[token.end() : token.end() + 1].isspace() else token[0] for token in tokens]
    at = _failing(words, parse)
    if at is None:
        return message, place
    found = tokens[at] if at < len(tokens) else None
    ahead = f"`{found[0][:40]}` cannot stand here" if found else "the query ends too early"
    start = _at(text, found.start() if found else len(text.rstrip()))
    possible = [
        name for name, word in _CANDIDATES.items() if (_failing([*words[:at], f"{word} "], parse) or at + 2) > at
    ]
    expected = _summed_up(possible)
    return f"{ahead}; expected {' or '.join(filter(None, (', '.join(expected[:-1]), *expected[-1:])))}", start


def _failing(words: list[str], parse: Parse) -> int | None:
    """Return the number of the token at which the engine gives up, or None if the query parses.

    With more space after each token than a keyword has letters, no attempt at one token counts as far as the next.
    """
    ends: list[int] = []
    text = ""
    for word in words:
        text += word if word in _GLUED else f"{word}{_SPACE}"
        ends.append(len(text))
    error = parse(text)
    found = _PLACE.search(error)
    if found is None or not error.partition(": ")[2].startswith("expected"):
        return None
    offset = _offset(text, (int(found[1]), int(found[2]))) or 0
    return next((number for number, end in enumerate(ends) if offset < end), len(words))


def _summed_up(possible: list[str]) -> list[str]:
    """Shorten a list of what could follow, for people."""
    if "an IRI or a name such as rdfs:label" in possible:
        possible = [one for one in possible if one != "a prefix such as rdfs:"]
    if {"a variable", "a number", "`(`"} <= set(possible):
        kind = "an expression" if "EXISTS" in possible else "a variable, an IRI, a text, a number"
        return [kind, *(one for one in possible if one in ("`)`", "`{`", "`}`", "`;`"))]
    if {"FILTER", "OPTIONAL"} <= set(possible):
        possible = [one for one in possible if one not in _PATTERNS]
        possible.append("another pattern")
    return possible or ["something else"]


def _words(text: str, token: re.Match[str]) -> str:
    line, column = _at(text, token.start())
    return f"line {line}, column {column}"


def _offset(text: str, place: Place | None) -> int | None:
    if place is None:
        return None
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: place[0] - 1]) + place[1] - 1


def _at(text: str, offset: int) -> Place:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
