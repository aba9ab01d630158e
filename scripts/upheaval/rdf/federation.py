"""What a query may not ask for, decided on the parsed query: SERVICE, which would contact other hosts.

A text without the letters s-e-r-v-i-c-e, codepoint escapes resolved (SPARQL 1.1 section 19.2), cannot hold the
keyword, and neither can one that Oxigraph still parses with another word in their place, so nearly every query passes
at once. Any other is parsed by rdflib, which takes fifty times as long, and its tree is walked; what rdflib cannot
parse is refused, because then nobody has looked. Behind this stands, where a server answers, the wall of the worker
process, which can open no socket and no file (`serve/zygote.py`). FROM and GRAPH need no refusal: Oxigraph never
fetches a graph, unknown ones are empty. LOAD and every other update is no query, and the query parser refuses it.
"""

from collections.abc import Iterator
from typing import Any

from pyparsing import ParseException, ParseResults
from rdflib.plugins.sparql.parser import expandUnicodeEscapes, parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from upheaval.rdf.sparql import parses_without


class Refused(Exception):
    """Raised for a query that is not to be run; its arguments are the reason, and line and column or None."""


def refuse_federation(query: str) -> None:
    """Refuse a query with a SERVICE pattern (SPARQL 1.1 Federated Query section 2).

    Args:
        query: SPARQL.

    Raises:
        Refused: there is such a pattern, or the query mentions the word and cannot be parsed.

    """
    try:
        if parses_without("service", expandUnicodeEscapes(query)):
            return
        tree = parseQuery(query)
    except ParseException as error:
        raise Refused(f"error at {error.lineno}:{error.col}: {error.msg}", error.lineno, error.col) from None
    except (RecursionError, ValueError, OverflowError):
        raise Refused("the query mentions SERVICE and cannot be parsed", None, None) from None
    try:
        found = any(node.name == "ServiceGraphPattern" for node in _nodes(tree))
    except RecursionError:
        raise Refused("the query mentions SERVICE and is nested too deeply to be checked", None, None) from None
    if found:
        raise Refused("SERVICE is refused: this server contacts no other; run the query where both are", None, None)


def names_dataset(query: str) -> bool:
    """Return whether a query has a FROM or FROM NAMED clause (SPARQL 1.1 section 13.2), in the same two steps.

    Raises:
        Refused: it mentions the word and cannot be parsed, so that nobody knows which graphs it means.

    """
    try:
        if parses_without("from", expandUnicodeEscapes(query)):
            return False
        return any("datasetClause" in node for node in _nodes(parseQuery(query)))
    except ParseException as error:
        raise Refused(f"error at {error.lineno}:{error.col}: {error.msg}", error.lineno, error.col) from None
    except (RecursionError, ValueError, OverflowError):
        raise Refused("the query mentions FROM and cannot be parsed", None, None) from None


def _nodes(tree: Any) -> Iterator[CompValue]:
    if isinstance(tree, CompValue):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, (list, tuple, set, ParseResults)):
        for value in tree:
            yield from _nodes(value)
