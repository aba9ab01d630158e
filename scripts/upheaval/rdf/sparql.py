"""Check SPARQL texts and run them in Oxigraph; every query, wherever it comes from, passes through here.

A text may come from a publication's file, a shape, standard input, the network or an AI assistant. It is refused if it
would contact another host (SERVICE, SPARQL 1.1 Federated Query section 2), is an update (such as LOAD), or names a
graph that does not exist (FROM, SPARQL 1.1 section 13.2; Oxigraph would return nothing).

Codepoint escapes are resolved first (SPARQL 1.1 section 19.2), and the engine gets the resolved text, so that the text
that is checked is the text that runs. Only the engine's parser can tell a keyword from part of a name, a literal or a
comment, so it decides: a text that still parses after every `service` has been replaced by a new word has no SERVICE.
For a text without those letters, as nearly all are, this costs one search.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from upheaval.rdf.syntaxerrors import explain

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query

Found = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
_UPDATES = frozenset(("ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"))
_ESCAPE = re.compile(r"\\\\|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LEFT = re.compile(r"\\[uU][0-9A-Fa-f]{4}")
_TOKEN = re.compile(
    r"""\#[^\r\n]* | <[^<>"{}|^`\\\s]*> | \"""(?:[^\\]|\\.)*?\""" | '''(?:[^\\]|\\.)*?'''
    | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' | [?$@]\w+ | [\w.-]*:[\w.:%-]* | (?P<word>[A-Za-z]+)""",
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"error at (\d+):(\d+): ")


FEDERATED = "SERVICE is not allowed: it would contact another host"


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query that contacts no other host and changes nothing.

    Attributes:
        text: the text for the engine, without codepoint escapes.
        graphs: the IRIs in its FROM and FROM NAMED clauses.

    """

    text: str
    graphs: frozenset[str] = frozenset()


def evaluate(
    store: ox.Store,
    text: str,
    base: str | None = None,
    default: Iterable[str] | None = None,
    named: Iterable[str] | None = None,
) -> Found:
    """Check a query and run it over the union of a store's graphs, or over the given ones.

    Args:
        store: the store.
        text: SPARQL 1.1.
        base: the base IRI for relative IRIs.
        default, named: the graphs of its dataset, which take precedence over its FROM clauses (SPARQL 1.1 Protocol
            section 2.1.4); graphs that the store does not have are empty.

    Returns:
        The engine's result.

    Raises:
        SyntaxError: the query is refused, or is not SPARQL; with line and column, if known.

    """
    query = judge(text, base)
    given = default is not None or named is not None
    if not given and query.graphs:
        _refuse_unknown(query, {name.value for name in store.named_graphs()})
    try:
        return store.query(
            query.text,
            base_iri=base,
            use_default_graph_as_union=not given and not query.graphs,
            default_graph=None if default is None else [ox.NamedNode(name) for name in default],
            named_graphs=None if named is None else [ox.NamedNode(name) for name in named],
        )
    except SyntaxError as error:
        raise _explained(error, query.text) from None


def select(store: ox.Store, text: str) -> ox.QuerySolutions:
    """Check a SELECT query and run it over the union of a store's graphs, as `evaluate` does."""
    found = evaluate(store, text)
    if not isinstance(found, ox.QuerySolutions):
        raise _refused(text, None, "this is not a SELECT query")
    return found


def check(text: str, graphs: Iterable[str], base: str | None = None) -> None:
    """Check a query without running it: it must be SPARQL and name only the given graphs.

    Raises:
        SyntaxError: as `evaluate`.

    """
    query = judge(text, base)
    _parse(query.text, base)
    _refuse_unknown(query, set(graphs))


@lru_cache(256)
def judge(text: str, base: str | None = None) -> JudgedQuery:
    """Check that a query does not contact other hosts.

    Args:
        text: SPARQL.
        base: the base IRI for relative IRIs.

    Returns:
        The text to run. It may still not be SPARQL, which the engine reports when it runs it.

    Raises:
        SyntaxError: it is refused; with line and column.

    """
    resolved = _resolve(text)
    if "service" in resolved.lower() and (error := _error_without("service", resolved, base)):
        start = _find_keyword("SERVICE", resolved)
        raise error if start is None else _refused(resolved, start, FEDERATED)
    if "from" in resolved.lower() and _error_without("from", resolved, base):
        return JudgedQuery(resolved, _dataset(resolved, base))
    return JudgedQuery(resolved)


def prepare(text: str) -> "Query":
    """Check a query and parse it with rdflib, for pySHACL; it runs on a single graph, so FROM is not allowed.

    Raises:
        SyntaxError: it is refused, or is not SPARQL.

    """
    from rdflib.plugins.sparql import prepareQuery

    query = judge(text)
    _refuse_unknown(query, set())
    try:
        prepared = prepareQuery(query.text)
    except Exception as error:  # from pyparsing, or a plain Exception for an undeclared prefix
        raise SyntaxError(" ".join(str(error).split())) from None
    if any(node.name == "ServiceGraphPattern" for node in _nodes(prepared.algebra)):
        raise _refused(query.text, None, FEDERATED)
    return prepared


def conclusions(text: str) -> frozenset[str]:
    """Return the IRIs of the properties in the template of a CONSTRUCT query (SPARQL 1.1 section 16.2)."""
    from rdflib import URIRef
    from rdflib.plugins.sparql import prepareQuery

    template = prepareQuery(judge(text).text).algebra.template or ()
    return frozenset(str(predicate) for _, predicate, _ in template if isinstance(predicate, URIRef))


def _resolve(text: str) -> str:
    """Resolve codepoint escapes once (SPARQL 1.1 section 19.2).

    Raises:
        SyntaxError: an escape is not a character, or is one that may start or end a token. Engines that only resolve
            escapes inside literals, as Oxigraph does, would read a different query.

    """
    try:
        text.encode()
        resolved = _ESCAPE.sub(_character, text) if "\\" in text else text
        resolved.encode()
    except UnicodeEncodeError as error:
        raise _refused(str(error.object), error.start, "half of a surrogate pair is not a character") from None
    if left := _LEFT.search(resolved):
        raise _refused(resolved, left.start(), "engines disagree about this escape; write the character itself")
    return resolved


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if not digits:
        return match[0]
    code = int(digits, 16)
    if code > 0x10FFFF:
        raise _refused(match.string, match.start(), f"{match[0]} is not a character")
    if code < 0x80 and not chr(code).isalnum():
        message = f"engines disagree about the escape {match[0]}; write {chr(code)!r} itself"
        raise _refused(match.string, match.start(), message)
    return chr(code)


def _error_without(word: str, text: str, base: str | None) -> SyntaxError | None:
    """Parse a text with a keyword replaced by a new word, which only succeeds if the text does not use the keyword.

    The new word differs in its last letter and occurs nowhere in the text. Names, literals and comments with the old
    word therefore remain valid and tokens keep their length; only the keyword itself is missed, because nothing else in
    the grammar can replace a clause's keyword.

    Returns:
        None if it parses; otherwise the error: the text uses the keyword, or is not SPARQL.

    """
    lower = text.lower()
    last = next((letter for letter in ascii_lowercase if f"{word[:-1]}{letter}" not in lower), "")
    if not last:
        return _refused(text, None, f"there are too many words like {word} to tell whether one is the keyword")

    def renamed(match: re.Match[str]) -> str:
        return match[0][:-1] + (last.upper() if match[0][-1].isupper() else last)

    try:
        _parse(re.sub(word, renamed, text, flags=re.IGNORECASE | re.ASCII), base)
    except SyntaxError as error:
        return error
    return None


def _parse(text: str, base: str | None) -> None:
    """Parse a query without SERVICE with the engine, on an empty store, because it evaluates an ASK at once."""
    try:
        ox.Store().query(text, base_iri=base)
    except SyntaxError as error:
        raise _explained(error, text) from None
    except RuntimeError:  # parsing succeeded, and evaluation failed
        pass


def _message(text: str) -> str:
    """Return the engine's message about a query without SERVICE, or an empty string if it is SPARQL."""
    try:
        ox.Store().query(text)
    except SyntaxError as error:
        return error.msg
    except (RuntimeError, ValueError):
        pass
    return ""


def _find_keyword(word: str, text: str) -> int | None:
    """Return the offset of a word outside comments, names and literals, for a message."""
    words = ((match.start(), (match["word"] or "").upper()) for match in _TOKEN.finditer(text))
    return next((start for start, found in words if found.startswith(word)), None)


def _dataset(text: str, base: str | None) -> frozenset[str]:
    """Return the graphs in the FROM clauses of a query without SERVICE."""
    from pyparsing import ParseException
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    _parse(text, base)
    try:
        clauses = translateQuery(parseQuery(text), base).algebra.datasetClause or ()
    except (ParseException, RecursionError, ValueError, OverflowError):
        message = "FROM works in SPARQL 1.1 only; use GRAPH"
        raise _refused(text, _find_keyword("FROM", text), message) from None
    return frozenset(str(iri) for clause in clauses for iri in (clause.default, clause.named) if iri)


def _nodes(tree: Any) -> Iterator[Any]:
    """Yield all nodes of an rdflib parse tree."""
    from pyparsing import ParseResults
    from rdflib.plugins.sparql.parserutils import CompValue

    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, CompValue):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, (list, tuple, set, ParseResults)):
            waiting.extend(one)


def _refuse_unknown(query: JudgedQuery, known: set[str]) -> None:
    for graph in sorted(query.graphs - known):
        place = query.text.find(graph)
        graphs = (
            f"the graphs are {', '.join(f'<{name}>' for name in sorted(known))}" if known else "there are no graphs"
        )
        raise _refused(query.text, None if place < 0 else place, f"FROM names the unknown graph <{graph}>; {graphs}")


def _refused(text: str, start: int | None, message: str) -> SyntaxError:
    if start is None:
        return SyntaxError(message)
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    return SyntaxError(message, (None, line, column, None))


def _explained(error: SyntaxError, text: str) -> SyntaxError:
    """Return the engine's error with line and column separated, and a clear message."""
    words = ((match.start(), (match["word"] or "").upper()) for match in _TOKEN.finditer(text))
    start, first = next(((at, word) for at, word in words if word not in ("", "BASE", "PREFIX", "VERSION")), (0, ""))
    if first in _UPDATES:
        return _refused(text, start, f"{first} is an update, and the dataset is read-only")
    place = _PLACE.search(error.msg)
    message = " ".join(_PLACE.sub("", error.msg).split())
    said, at = explain(message, text, (int(place[1]), int(place[2])) if place else None, _message)
    return SyntaxError(said, (None, *(at or (None, None)), None))
