"""SPARQL 1.1 Protocol, the query operation (section 2.1): from an HTTP request to what is asked."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.requests import ClientDisconnect, Request

from upheaval.serve.limits import Limits
from upheaval.serve.problems import Problem

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
FIELDS = 256


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What a request asks.

    Attributes:
        query: SPARQL; None where the request has no query.
        default, named: the graphs of the protocol's dataset; both None where it sets none, and then the query's own
            FROM counts (section 2.1.4).
        word: the value of `format`, with which clients that send no Accept say what they want.

    """

    query: str | None
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    word: str = ""


async def read_request(request: Request, limits: Limits) -> QueryRequest:
    """Read a query operation: by GET, by POST of a form, or by POST of the query itself.

    Args:
        request: with the method GET, HEAD or POST.
        limits: for the length of the query and of the body.

    Returns:
        What is asked.

    Raises:
        Problem: 400 for what is malformed, 403 for an update, 413 and 414 for what is too long, 415 for a body of
            another type or charset (sections 2.1.5 and 2.1.6 ask for 4xx in all these cases).

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
    """Read a request body within the limit, which is three times the query's, because forms are percent-encoded.

    Raises:
        Problem: 413 where it is longer, whether announced or not; 415 where it is compressed.

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
        raise Problem(400, "the request ended before its body did") from None
    return bytes(body)


def _too_long(status: int, most: int) -> Problem:
    return Problem(status, f"this server takes at most {most} bytes here", {"Connection": "close"})


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
        Problem: 400 where they are not percent-encoded UTF-8, or too many.

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
    if len(queries) > 1:
        raise Problem(400, "there is more than one query")
    if not queries and status == 413:
        raise Problem(400, "there is no query; send it in the field `query`")
    if queries and len(queries[0].encode("utf-8", "surrogatepass")) > limits.query_bytes:
        raise _too_long(status, limits.query_bytes)
    default = tuple(value for name, value in fields if name == "default-graph-uri")
    named = tuple(value for name, value in fields if name == "named-graph-uri")
    for iri in (*default, *named):
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise Problem(400, "a graph is not named by an absolute IRI") from None
    words = [value for name, value in fields if name in ("format", "output")]
    asked = queries[0] if queries else None
    if not default and not named:
        return QueryRequest(asked, word=words[0] if words else "")
    return QueryRequest(asked, default, named, words[0] if words else "")
