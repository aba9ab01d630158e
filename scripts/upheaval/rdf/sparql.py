"""The one way to Oxigraph for a SPARQL text: it is judged first, and what has been judged is what is run.

A text may come from a file of a publication, a shape, standard input, the network or an assistant. It is refused when
it would contact another host (SERVICE, SPARQL 1.1 Federated Query section 2), change something (any update, LOAD
among them), or name a graph that is not there (FROM, SPARQL 1.1 section 13.2; Oxigraph would answer with nothing).

Codepoint escapes are resolved before anything else (SPARQL 1.1 section 19.2), and the engine gets the resolved text,
so nothing can mean one thing here and another there. Whether a word is a keyword or a part of a name, a literal or a
comment, only the engine's parser knows; so it is asked: a text that still parses with a new word in the place of
each `service` had no SERVICE. A text without those letters, as nearly all are, costs one search.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

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
    """A query that asks no other host and changes nothing.

    Attributes:
        text: what the engine is to parse, without codepoint escapes.
        graphs: the IRIs that its FROM and FROM NAMED clauses name.

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
    """Judge a query and run it over all graphs of a store together, or over those that are named for it.

    Args:
        store: what is asked.
        text: SPARQL 1.1.
        base: the IRI against which relative ones are resolved.
        default, named: the graphs of its dataset, which count instead of its FROM clauses (SPARQL 1.1 Protocol
            section 2.1.4) and are empty where the store does not have them.

    Returns:
        What the engine returns.

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
    """Judge a SELECT query and run it over all graphs of a store together; otherwise as `evaluate`."""
    found = evaluate(store, text)
    if not isinstance(found, ox.QuerySolutions):
        raise _refused(text, None, "this is not a SELECT query")
    return found


def check(text: str, graphs: Iterable[str], base: str | None = None) -> None:
    """Judge a query that is not run now: it must be SPARQL as well, and name no graph but those given.

    Raises:
        SyntaxError: as `evaluate`.

    """
    query = judge(text, base)
    _parse(query.text, base)
    _refuse_unknown(query, set(graphs))


@lru_cache(256)
def judge(text: str, base: str | None = None) -> JudgedQuery:
    """Decide whether a query may be run: it contacts nobody.

    Args:
        text: SPARQL.
        base: the IRI against which relative ones are resolved.

    Returns:
        The text to run. It may still not be SPARQL, which the engine says when it gets it.

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
    """Judge a query and have rdflib parse it, for pySHACL; it sees one graph, and so has no FROM.

    Raises:
        SyntaxError: it is refused, or is not SPARQL.

    """
    from rdflib.plugins.sparql import prepareQuery

    query = judge(text)
    _refuse_unknown(query, set())
    try:
        prepared = prepareQuery(query.text)
    except Exception as error:  # pyparsing's, and for a prefix that is not declared a plain one
        raise SyntaxError(" ".join(str(error).split())) from None
    if any(node.name == "ServiceGraphPattern" for node in _nodes(prepared.algebra)):
        raise _refused(query.text, None, FEDERATED)
    return prepared


def conclusions(text: str) -> frozenset[str]:
    """Return the IRIs of the properties that the template of a CONSTRUCT query names (SPARQL 1.1 section 16.2)."""
    from rdflib import URIRef
    from rdflib.plugins.sparql import prepareQuery

    template = prepareQuery(judge(text).text).algebra.template or ()
    return frozenset(str(predicate) for _, predicate, _ in template if isinstance(predicate, URIRef))


def _resolve(text: str) -> str:
    """Resolve codepoint escapes, once, as SPARQL 1.1 section 19.2 says.

    Raises:
        SyntaxError: an escape stands for no character, or for one that may begin or end a token: engines that resolve
            escapes within literals alone, as Oxigraph does, would read another query.

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
    """Say whether a text parses with a new word in the place of a keyword, which is then none of its keywords.

    The new word differs in its last letter and occurs nowhere in the text. So names, literals and comments that held
    the old one are as good as before, all tokens end where they ended, and only the keyword is missed: nothing else
    in the grammar begins where a clause begins and goes on as one does.

    Returns:
        None where it parses; otherwise it has the keyword, or is not SPARQL.

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
    """Let the engine parse a query without SERVICE: over an empty store, for it evaluates an ASK at once."""
    try:
        ox.Store().query(text, base_iri=base)
    except SyntaxError as error:
        raise _explained(error, text) from None
    except RuntimeError:  # it has been parsed, and is being evaluated
        pass


def _find_keyword(word: str, text: str) -> int | None:
    """Return where a word stands that is outside of comments, names and literals, for a message."""
    words = ((match.start(), (match["word"] or "").upper()) for match in _TOKEN.finditer(text))
    return next((start for start, found in words if found.startswith(word)), None)


def _dataset(text: str, base: str | None) -> frozenset[str]:
    """Return the graphs that the FROM clauses of a query name; it has no SERVICE."""
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
    """Yield the nodes of a parse of rdflib's, however deep."""
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
    """Return the engine's error with its line and column apart, and in plain words where the text is an update."""
    words = ((match.start(), (match["word"] or "").upper()) for match in _TOKEN.finditer(text))
    start, first = next(((at, word) for at, word in words if word not in ("", "BASE", "PREFIX", "VERSION")), (0, ""))
    if first in _UPDATES:
        return _refused(text, start, f"{first} is an update, and the dataset is read-only")
    place = _PLACE.search(error.msg)
    line, column = (int(place[1]), int(place[2])) if place else (None, None)
    return SyntaxError(" ".join(_PLACE.sub("", error.msg).split()), (None, line, column, None))
