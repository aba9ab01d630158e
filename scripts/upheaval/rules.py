"""Derived facts: the SPARQL rules of the ontology, run in the order of their files' names."""

import re

import pyoxigraph as ox

from upheaval.faults import Fault, Refusal
from upheaval.graphs import in_graph

_SERVICE = re.compile("service", re.IGNORECASE)
_TOKEN = re.compile(
    r"""#[^\n]*|<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[?$]\w+|(service)(?![\w:])""", re.IGNORECASE
)
_PLACE = re.compile(r"error at (\d+):(\d+): ")


def evaluate(store: ox.Store, text: str) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
    """Run a query over all graphs of a store together, and over nothing else.

    Args:
        store: what is asked.
        text: SPARQL 1.1.

    Returns:
        What the engine returns.

    Raises:
        SyntaxError: the text is not SPARQL, or has a SERVICE clause, which would send a request to another endpoint;
            with line and column.

    """
    try:
        if _SERVICE.search(text):
            _parse_without_service(text)
        return store.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        place = _PLACE.search(error.msg)
        where = (None, int(place[1]), int(place[2]), None) if place else (None, 1, 1, None)
        raise SyntaxError(" ".join(_PLACE.sub("", error.msg).split()), where) from None


def _parse_without_service(text: str) -> None:
    """Raise SyntaxError if a text needs the keyword SERVICE: it does when it is no SPARQL with another word there.

    Only the engine's own parser knows what is a keyword and what a part of a name, a text or a comment.
    """
    try:
        ox.Store().query(_SERVICE.sub("servicx", text))
    except SyntaxError:
        keyword = next((match for match in _TOKEN.finditer(text) if match[1]), None)
        if keyword is None:
            raise
        line, column = text.count("\n", 0, keyword.start()) + 1, keyword.start() - text.rfind("\n", 0, keyword.start())
        message = "SERVICE would ask another endpoint, and only this dataset is asked"
        raise SyntaxError(f"error at {line}:{column}: {message}") from None


def derive(store: ox.Store, rules: dict[str, str], graph: str) -> None:
    """Run the rules and put what they conclude into a graph of its own.

    Args:
        store: the data and the vocabulary, each in a named graph; the conclusions are added to it.
        rules: CONSTRUCT queries by file name. Each sees what the ones before it concluded.
        graph: the IRI of the graph for the conclusions. What another graph states already is not put there.

    Raises:
        Refusal: a rule is not SPARQL 1.1.

    """
    for file, text in rules.items():
        try:
            concluded = evaluate(store, text)
        except SyntaxError as error:
            fault = Fault(
                f"ontology/rules/{file}",
                error.lineno or 1,
                error.offset or 1,
                str(error.msg),
                "mend the rule",
            )
            raise Refusal((fault,)) from None
        if not isinstance(concluded, ox.QueryTriples):
            fault = Fault(f"ontology/rules/{file}", 1, 1, "a rule is a CONSTRUCT query", "rewrite it")
            raise Refusal((fault,))
        new = [triple for triple in concluded if not _stated(store, triple)]
        store.extend(in_graph(new, graph))


def _stated(store: ox.Store, triple: ox.Triple) -> bool:
    quads = store.quads_for_pattern(triple.subject, triple.predicate, triple.object)
    return next(quads, None) is not None
