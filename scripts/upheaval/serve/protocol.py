"""Read the query operation of the SPARQL 1.1 Protocol (section 2.1) from an HTTP request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.requests import ClientDisconnect, Request

from upheaval.serve.limits import Limits
from upheaval.serve.problems import Problem

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
FIELDS = 256
OWN = ("query", "question", "default-graph-uri", "named-graph-uri", "format", "output")


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """The query and the parameters of a request.

    Attributes:
        query: SPARQL; None if the request has no query.
        default, named: the graphs of the request's dataset; both None if it sets none, so that the query's own FROM
            applies (section 2.1.4).
        word: the value of `format`, for clients that do not send Accept.
        question, values: the name of an example question, to be asked instead of a query, and its parameters.
        links: the Link field of the answer: the successors of former names among the parameters.

    """

    query: str | None
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    word: str = ""
    question: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    links: str = ""


async def read_request(request: Request, limits: Limits) -> QueryRequest:
    """Read a query sent by GET, by POST as a form, or by POST directly.

    Args:
        request: a GET, HEAD or POST request.
        limits: the limits on the length of the query and the body.

    Returns:
        The query and its parameters.

    Raises:
        Problem: 400 if the request is malformed, 403 for an update, 413 or 414 if it is too long, 415 for a body of
            another type or charset (sections 2.1.5 and 2.1.6 require 4xx in all these cases).

    """
    raw = request.scope["query_string"]
    if request.method != "POST":
        return _asked(read_fields(raw), None, limits, 414)
    media, charset = _content_type(request)
    body = await read_body(request, limits)
    if media == UPDATE:
        raise _no_update()
    if media not in (FORM, DIRECT):
        raise Problem(415, f"send the query as {FORM} or {DIRECT}", {"Accept": f"{FORM}, {DIRECT}"})
    if charset not in ("", "utf-8", "utf8"):
        raise Problem(415, "the body must be UTF-8")
    if media == FORM:
        return _asked([*read_fields(raw), *read_fields(body)], None, limits, 413)
    try:
        query = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(400, "the query is not UTF-8") from None
    return _asked(read_fields(raw), query, limits, 413)


async def read_body(request: Request, limits: Limits) -> bytes:
    """Read a request body of at most three times the query limit, because forms are percent-encoded.

    Raises:
        Problem: 413 if it is longer, whether or not it declares its length; 415 if it is compressed.

    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(415, "send the body without a Content-Encoding", {"Accept-Encoding": "identity"})
    most = 3 * limits.query_bytes
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and (len(announced) > 12 or int(announced) > most):
        raise _too_long(413, most)
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise _too_long(413, most)
    except ClientDisconnect:
        raise Problem(400, "the request body is incomplete") from None
    return bytes(body)


def _too_long(status: int, most: int) -> Problem:
    return Problem(status, f"the limit is {most} bytes", {"Connection": "close"})


def _no_update() -> Problem:
    return Problem(403, "this server is read-only: updates are refused")


def _content_type(request: Request) -> tuple[str, str]:
    media, *parameters = request.headers.get("content-type", "").split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media.strip().lower(), charset


def read_fields(raw: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string or a form.

    Raises:
        Problem: 400 if they are not percent-encoded UTF-8, or there are too many.

    """
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except UnicodeDecodeError:
        raise Problem(400, "the parameters are not percent-encoded UTF-8") from None
    except ValueError:
        raise Problem(400, f"there are more than {FIELDS} parameters") from None


def _asked(fields: list[tuple[str, str]], direct: str | None, limits: Limits, status: int) -> QueryRequest:
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in fields):
        raise _no_update()
    queries = [value for name, value in fields if name == "query"] + ([] if direct is None else [direct])
    questions = [value for name, value in fields if name == "question"]
    if len(queries) + len(questions) > 1:
        raise Problem(400, "there is more than one query")
    if not queries and not questions and status == 413:
        raise Problem(400, "there is no query; send it in the `query` field")
    if queries and len(queries[0].encode("utf-8", "surrogatepass")) > limits.query_bytes:
        raise _too_long(status, limits.query_bytes)
    default = tuple(value for name, value in fields if name == "default-graph-uri")
    named = tuple(value for name, value in fields if name == "named-graph-uri")
    for iri in (*default, *named):
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise Problem(400, "a graph name must be an absolute IRI") from None
    words = [value for name, value in fields if name in ("format", "output")]
    return QueryRequest(
        queries[0] if queries else None,
        default if default or named else None,
        named if default or named else None,
        words[0] if words else "",
        questions[0] if questions else "",
        {name: value for name, value in fields if name not in OWN} if questions else {},
    )
