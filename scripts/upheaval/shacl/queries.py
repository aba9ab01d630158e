"""SPARQL texts of shapes, read token by token: what SHACL forbids in them, and where values can be pre-bound.

SHACL's pre-binding gives a variable its value in every part of a query, also where SPARQL's own rules would leave it
unbound (SHACL appendix A.1). Oxigraph's LATERAL does so row by row, wherever nested queries hand the variable on,
which SHACL asks of them.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from textwrap import shorten

import pyoxigraph as ox

from upheaval.rdf import sparql

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\[uU][0-9A-Fa-f]+)*>)
    |(?P<text>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<name>(?:[^\W\d_][\w.-]*)?:(?:[\w:]|[.-](?=[\w:.%\\-])|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*|_:[\w.-]+)
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<word>[^\W\d_]\w*)
    |(?P<number>[0-9][0-9.eE]*)
    |(?P<space>\s+)
    |(?P<mark>\^\^|&&|\|\||[<>!]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_FORBIDDEN = ("MINUS", "VALUES")
_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))


class BadQuery(ValueError):
    """Raised for a text that is not a query such as SHACL wants.

    Attributes:
        message: why.
        cure: what to do about it.
        at: line and column in the text, both from 1, or None.

    """

    def __init__(self, message: str, cure: str, at: tuple[int, int] | None = None) -> None:
        self.message, self.cure, self.at = message, cure, at
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword, or an empty text."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def variable(self) -> str:
        """The name of the variable, or an empty text."""
        return self.text[1:] if self.kind == "variable" else ""


@dataclass(frozen=True, slots=True)
class QueryText:
    """A query, and what has to be known of it to pre-bind variables.

    Attributes:
        text: the query.
        form: where its prologue ends.
        start, end: where the text between the outermost braces begins and ends.
        select: whether it is a SELECT query; else it is an ASK.
        variables: the variables that occur in it.
        alone: whether it has to be run for each focus node by itself: it counts, or has a limit.
        flat: whether it gives all violations at once as it stands, with `this` bound by the data.

    """

    text: str
    form: int
    start: int
    end: int
    select: bool
    variables: frozenset[str]
    alone: bool
    flat: bool

    def within(self, rows: str) -> str:
        """Return the text with every row of a pattern handed to it, one after the other."""
        head, body, tail = self.text[: self.start], self.text[self.start : self.end], self.text[self.end :]
        return f"{head}{rows} LATERAL {{{body}\n}}{tail}"

    def asked_of(self, rows: str, variables: str) -> str:
        """Return, for an ASK query, a query for the rows of a pattern for which it is true."""
        body = self.text[self.start : self.end]
        return f"{self.text[: self.form]}SELECT DISTINCT {variables} WHERE {{{rows} LATERAL {{{body}\n}}}}"


def read_query(text: str, prebound: Set[str], select: bool) -> QueryText:
    """Read the query of a SPARQL constraint or of a validator.

    Args:
        text: SPARQL, with its prefixes declared.
        prebound: the variables that may be pre-bound.
        select: whether it has to be a SELECT query; else it has to be an ASK.

    Returns:
        The query.

    Raises:
        BadQuery: it is not SPARQL, or has what SHACL forbids.

    """
    text = _judged(text)
    tokens = [
        _Token(str(found.lastgroup), found[0], found.start(), found.end())
        for found in _TOKEN.finditer(text)
        if found.lastgroup not in ("comment", "space")
    ]
    _refuse_forbidden(tokens, prebound)
    form = next((token.word for token in tokens if token.word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")), "")
    wanted = "SELECT" if select else "ASK"
    if form != wanted:
        raise BadQuery(f"it is not {'a SELECT' if select else 'an ASK'} query", f"write {wanted} …")
    if select and "this" not in _selected(text):
        raise BadQuery("it does not select $this", "write SELECT $this …")
    first = next(place for place, token in enumerate(tokens) if token.word == wanted)
    opening = next(place for place, token in enumerate(tokens) if place > first and token.text == "{")
    closing = _closing(tokens, opening)
    _refuse_hidden(tokens, opening, text, prebound)
    names = frozenset(token.variable for token in tokens if token.variable)
    after = {token.word for token in tokens[closing:]}
    before = {token.word for token in tokens[first:opening]}
    alone = not after.isdisjoint(("LIMIT", "OFFSET")) or _counts_wholly(tokens, closing, before | after)
    flat = select and not alone and names.isdisjoint(prebound - {"this"}) and _is_flat(tokens[opening + 1 : closing])
    return QueryText(text, tokens[first].start, tokens[opening].end, tokens[closing].start, select, names, alone, flat)


def _judged(text: str) -> str:
    """Return a query that asks no other host and no other graph, with codepoint escapes resolved."""
    try:
        sparql.check(text, ())
        return sparql.judge(text).text
    except SyntaxError as error:
        at = (error.lineno, error.offset or 1) if error.lineno else None
        if "Prefix not found" in error.msg:
            raise BadQuery("it uses a prefix that is not declared", "declare it by sh:prefixes or PREFIX", at) from None
        raise BadQuery(shorten(error.msg, 200, placeholder=" …"), "fix the query", at) from None


def _selected(text: str) -> set[str]:
    """Return the variables that a query selects."""
    found = sparql.evaluate(ox.Store(), text)
    return {one.value for one in found.variables} if isinstance(found, ox.QuerySolutions) else set()


def _refuse_forbidden(tokens: list[_Token], prebound: Set[str]) -> None:
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.word in _FORBIDDEN:
            raise BadQuery(f"it has {token.word}, which SHACL forbids", "write it with FILTER or another pattern")
        if before is not None and before.word == "AS" and token.variable in prebound:
            raise BadQuery(f"it assigns ${token.variable}, which has its value already", "name another variable")


def _closing(tokens: list[_Token], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[place].text, 0)
        if depth == 0:
            return place
    raise BadQuery("its braces do not match", "correct the query")


def _refuse_hidden(tokens: list[_Token], opening: int, text: str, prebound: Set[str]) -> None:
    """Refuse a nested query that does not hand on what may be pre-bound (SHACL appendix A.2)."""
    optional = {"shapesGraph", "currentShape"}
    for place in range(opening, len(tokens)):
        if tokens[place].word != "SELECT":
            continue
        inner = next(other for other in range(place, len(tokens)) if tokens[other].text == "{")
        end = _closing(tokens, inner)
        given = {token.variable for token in tokens[place:inner]}
        wanted = (prebound - optional) | ({token.variable for token in tokens[inner:end]} & prebound)
        if "*" in {token.text for token in tokens[place:inner]}:
            nested = text[tokens[place].start : tokens[end].end]
            prologue = text[: next(token.start for token in tokens if token.word in ("SELECT", "ASK"))]
            given = _selected(prologue + nested)
        if hidden := sorted(wanted - given):
            names = ", ".join(f"${name}" for name in hidden)
            raise BadQuery(f"a nested SELECT does not return {names}", f"add {names} to its variables")


def _counts_wholly(tokens: list[_Token], closing: int, words: set[str]) -> bool:
    """Tell whether a query aggregates over more than one focus node when it is run for several."""
    grouped = False
    for place in range(closing, len(tokens) - 1):
        if tokens[place].word == "GROUP" and tokens[place + 1].word == "BY":
            grouped = any(token.variable == "this" for token in tokens[place + 2 :])
    return not grouped and (bool(words & _AGGREGATES) or "GROUP" in words)


def _is_flat(tokens: list[_Token]) -> bool:
    """Tell whether a pattern, without its braces, finds `this` by itself, so that nothing has to be pre-bound.

    It does when it begins with `$this` as a subject, and has only such groups in it as see what is outside: those of
    OPTIONAL and of EXISTS. A path that may have no length finds nodes of which the data say nothing only when it is
    told of them.
    """
    depth = 0
    for place, token in enumerate(tokens):
        if token.text == "{":
            if tokens[place - 1].word not in ("OPTIONAL", "EXISTS"):
                return False
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif token.word in ("UNION", "GRAPH", "SELECT") or (depth and token.word == "BIND"):
            return False
    first = next((place for place, token in enumerate(tokens) if token.variable == "this"), None)
    if first is None or any(token.text in "{(" for token in tokens[:first]):
        return False
    if first > 0 and tokens[first - 1].text != ".":
        return False
    return _has_length(tokens[first + 1 :])


def _has_length(tokens: list[_Token]) -> bool:
    """Tell whether the path that begins here leads at least one step on."""
    if len(tokens) < 2 or tokens[0].kind not in ("iri", "name", "word", "variable"):
        return False
    if tokens[1].text == "/":
        return True
    for place, token in enumerate(tokens):
        if place % 2 == 1:
            return token.text not in ("*", "?", "+", "/") and (token.text != "|" or _has_length(tokens[place + 1 :]))
    return False
