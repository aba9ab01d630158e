"""Answer a query inside a worker process."""

from typing import Any

import pyoxigraph as ox

from upheaval.query.unknown import unknown_names
from upheaval.rdf.declarations import as_written, declarations, prefixes_in
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.sparql import evaluate, judge
from upheaval.rdf.writers import PREFIXES, order, rdf_xml, turtle
from upheaval.serve.describing import describe
from upheaval.serve.resultformats import Unwritable, write_boolean, write_rows

_PREFIXES = {**PREFIXES, "sd": "http://www.w3.org/ns/sparql-service-description#"}
Job = dict[str, Any]
AnswerHeader = dict[str, Any]


def answer(store: ox.Store, job: Job) -> tuple[AnswerHeader, bytes]:
    """Answer a query.

    Args:
        store: the dataset. Its default graph is the union of the named graphs, unless the request or the query
            names another.
        job: `query`; `prefixes`, namespaces that need no declaration beside the usual ones, if any; `default` and
            `named`, lists of graph IRIs, or None if the request sets no dataset; `base`; `rows_form` and `graph_form`,
            the acceptable format of each kind, or None; `rows` and `size`, the limits; `note`, the IRI that a truncated
            answer links to.

    Returns:
        A header with `status` 200, `kind` (rows, boolean or graph), `form`, `count` and `cut`, for rows also `unknown`
        (if there are none, sentences on names in the query that nothing has), and the document; or a header with a 4xx
        status and `detail`, and for a syntax error also `line` and `column`.

    """
    head = declarations(job["query"], lambda: prefixes_in(store) | job.get("prefixes", {}))
    try:
        return _answer(store, {**job, "query": head + job["query"]})
    except SyntaxError as problem:
        error = as_written(problem, head)
        place = "" if error.lineno is None else f"error at {error.lineno}:{error.offset}: "
        return _refusal(400, f"{place}{error.msg}", error.lineno, error.offset)
    except Unwritable as error:
        return _refusal(406, str(error), None, None)
    except ValueError as error:
        return _refusal(400, str(error), None, None)
    except (RuntimeError, OSError) as error:
        return _refusal(400, f"the query cannot be answered: {error}", None, None)


def _refusal(status: int, detail: str, line: int | None, column: int | None) -> tuple[AnswerHeader, bytes]:
    place = {} if line is None else {"line": line, "column": column}
    return {"status": status, "detail": detail, **place}, b""


def _answer(store: ox.Store, job: Job) -> tuple[AnswerHeader, bytes]:
    found = evaluate(store, job["query"], job["base"], job["default"], job["named"])
    union = job["default"] is None and job["named"] is None and not judge(job["query"], job["base"]).graphs
    if isinstance(found, ox.QueryTriples):
        if job["graph_form"] is None:
            return _refusal(406, "this query returns a graph; accept Turtle, JSON-LD, N-Triples or RDF/XML", None, None)
        triples, cut = _triples(store, found, job, union)
        body = write_graph(triples, job["graph_form"])
        return {"status": 200, "kind": "graph", "form": job["graph_form"], "count": len(triples), "cut": cut}, body
    form = job["rows_form"]
    if form is None:
        return _refusal(406, "this query returns rows or a boolean; accept JSON, XML, CSV or TSV", None, None)
    if isinstance(found, ox.QueryBoolean):
        return {"status": 200, "kind": "boolean", "form": form, "count": 1, "cut": ""}, write_boolean(bool(found), form)
    variables = [variable.value for variable in found.variables]
    body, count, cut = write_rows(variables, found, form, job["rows"], job["size"], job["note"])
    unknown = [] if count else unknown_names(store, job["query"], job.get("prefixes", {}))
    return {"status": 200, "kind": "rows", "form": form, "count": count, "cut": cut, "unknown": unknown}, body


def _triples(store: ox.Store, found: ox.QueryTriples, job: Job, union: bool) -> tuple[list[ox.Triple], str]:
    """Return the triples up to the limits; a DESCRIBE of the whole dataset gets more context."""
    triples: dict[ox.Triple, None] = {}
    size = 0
    for triple in found:
        if len(triples) == job["rows"]:
            return list(triples), "rows"
        size += len(str(triple))
        if size > job["size"]:
            return list(triples), "bytes"
        triples[triple] = None
    if union and _describes(job["query"]):
        for subject in list(dict.fromkeys(triple.subject for triple in triples)):
            if isinstance(subject, ox.NamedNode):
                more, cut = describe(store, subject.value, job["rows"] - len(triples))
                triples |= dict.fromkeys(more)
                if cut:
                    return list(triples)[: job["rows"]], "rows"
    return list(triples), ""


def _describes(query: str) -> bool:
    """Guess from its words whether a query that returned triples is a DESCRIBE.

    Only the amount of context in the answer depends on it. A CONSTRUCT that mentions the word in a comment or a
    literal is recognized by its own keyword.
    """
    words = query.casefold()
    return "describe" in words and "construct" not in words


def write_graph(triples: list[ox.Triple], form: str) -> bytes:
    """Write triples as ttl, jsonld, nt or rdf, sorted.

    Raises:
        Unwritable: RDF/XML or JSON-LD cannot express a term.

    """
    ordered = order(dict.fromkeys(triples))
    try:
        return _written(ordered, form)
    except (ValueError, OSError) as error:
        name = "RDF/XML" if form == "rdf" else "JSON-LD"
        raise Unwritable(f"this graph cannot be written as {name}: {error}; ask for Turtle") from None


def _written(ordered: list[ox.Triple], form: str) -> bytes:
    if form == "ttl":
        return turtle(ordered, _used(ordered))
    if form == "rdf":
        return rdf_xml(ordered, _used(ordered))
    return ox.serialize(ordered, format=ox.RdfFormat.JSON_LD if form == "jsonld" else ox.RdfFormat.N_TRIPLES) or b""


def _used(triples: list[ox.Triple]) -> dict[str, str]:
    """Return the prefixes of the namespaces that occur in a graph."""
    names = {iri_of(term) for triple in triples for term in (triple.subject, triple.predicate, triple.object)}
    names |= {t.object.datatype.value for t in triples if isinstance(t.object, ox.Literal)}
    spaces = {name[: max(name.rfind("#"), name.rfind("/")) + 1] for name in names}
    return {prefix: space for prefix, space in _PREFIXES.items() if space in spaces}
