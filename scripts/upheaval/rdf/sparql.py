"""The one door to Oxigraph: a query sees the store and nothing else."""

import re
from functools import lru_cache

import pyoxigraph as ox

_TOKEN = re.compile(
    r"""#[^\n]*|<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[?$]\w+|(service)(?![\w:])""", re.IGNORECASE
)
_PLACE = re.compile(r"error at (\d+):(\d+): ")


def evaluate(store: ox.Store, text: str) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
    """Run a query over all graphs of a store together, or over those that its FROM clauses name; over nothing else.

    Args:
        store: what is asked.
        text: SPARQL 1.1.

    Returns:
        What the engine returns.

    Raises:
        SyntaxError: the text is not SPARQL, or has a SERVICE clause, which would send a request to another endpoint;
            with line and column, if the engine gives them.

    """
    try:
        if not parses_without("service", text):
            _refuse_service(text)
        return store.query(text, use_default_graph_as_union=parses_without("from", text))
    except SyntaxError as error:
        place = _PLACE.search(error.msg)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise SyntaxError(" ".join(_PLACE.sub("", error.msg).split()), (None, line, column, None)) from None


@lru_cache(256)
def parses_without(word: str, text: str) -> bool:
    """Say whether a text is SPARQL with another word in the place of a keyword, which is then none of its keywords.

    Only the engine's own parser knows what is a keyword and what a part of a name, a text or a comment. False may
    also mean that the text is no SPARQL at all.
    """
    other, found = re.subn(word, word[:-1] + "x", text, flags=re.IGNORECASE)
    if found:
        try:
            ox.Store().query(other)
        except SyntaxError:
            return False
    return True


def _refuse_service(text: str) -> None:
    keyword = next((match for match in _TOKEN.finditer(text) if match[1]), None)
    if keyword is None:
        ox.Store().query(re.sub("service", "servicx", text, flags=re.IGNORECASE))
    start = keyword.start() if keyword else 0
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    message = "SERVICE would ask another endpoint, and only this dataset is asked"
    raise SyntaxError(f"error at {line}:{column}: {message}")
