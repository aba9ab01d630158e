"""HTTP access to a store: the SPARQL 1.1 Protocol for queries and updates, and the Graph Store Protocol for graphs."""

import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx2
import pyoxigraph as ox

from upheaval.network import LOOPBACK, tls_context, why_failed
from upheaval.rdf.graphs import write
from upheaval.store.builds import Unloaded

N_TRIPLES = "application/n-triples"
RESULTS = "application/sparql-results+json"
# A server that requires Digest answers a body with 401 and closes, which cuts off a body larger than a socket buffer.
LARGE = 16_384
# Stores close connections without a word, so that no request goes over one that has been used.
ONE_EACH = httpx2.Limits(max_keepalive_connections=0)
LARGEST = 4 << 30
"""The maximum size of an answer, in bytes."""
LARGEST_ROWS = 1 << 28
"""The same of an answer that has rows, not a graph."""


@dataclass(frozen=True, slots=True)
class SparqlClient:
    """The endpoints of a store, with credentials.

    Attributes:
        query: the query endpoint.
        update: the update endpoint, or an empty string.
        graphs: the Graph Store Protocol endpoint, or an empty string.
        user, password: credentials for Basic or Digest, as the store demands; not used if the user is empty.
        timeout: the time limit of a request, in seconds.

    """

    query: str
    update: str = ""
    graphs: str = ""
    user: str = ""
    password: str = ""
    timeout: float = 600

    def select(self, text: str, graphs: Iterable[str] = ()) -> ox.QuerySolutions:
        """Run a SELECT over the union of some graphs.

        Raises:
            Unloaded: the store refuses the query or truncates the answer.

        """
        pairs = [("query", text), *(("default-graph-uri", graph) for graph in graphs)]
        body = urlencode(pairs).encode()
        content = self._send("POST", self.query, body, "application/x-www-form-urlencoded", RESULTS, LARGEST_ROWS)
        try:
            for _ in ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON):  # type: ignore[union-attr]
                pass
            found = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError, TypeError, OSError):
            found = None
        if not isinstance(found, ox.QuerySolutions):
            raise self._useless("SPARQL results", content)
        return found

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph, with the Graph Store Protocol if available, or else with a CONSTRUCT."""
        if self.graphs:
            content = self._send("GET", self._graph(graph), None, "", N_TRIPLES)
        else:
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            body = urlencode([("query", text)]).encode()
            content = self._send("POST", self.query, body, "application/x-www-form-urlencoded", N_TRIPLES)
        try:
            return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES, lenient=True)]
        except (SyntaxError, ValueError):
            raise self._useless("N-Triples", content) from None

    def change(self, text: str) -> None:
        """Run an update."""
        self._send("POST", self.update, text.encode(), "application/sparql-update", "*/*")

    def add(self, graph: str, triples: list[ox.Triple], method: str = "POST") -> None:
        """Add triples to a graph; with PUT, replace its content."""
        self._send(method, self._graph(graph), write(triples, ox.RdfFormat.N_TRIPLES), N_TRIPLES, "*/*")

    def _useless(self, wanted: str, content: bytes) -> Unloaded:
        begins = " ".join(content[:200].decode(errors="replace").split())[:60]
        says = f"its answer begins with `{begins}`" if begins else "its answer is empty"
        return Unloaded(f"{self.query} does not return {wanted}: {says}", "name a SPARQL 1.1 endpoint")

    def _graph(self, graph: str) -> str:
        return f"{self.graphs}{'&' if '?' in self.graphs else '?'}{urlencode({'graph': graph})}"

    def _send(self, method: str, url: str, body: bytes | None, media: str, accept: str, most: int = 0) -> bytes:
        headers = {"Accept": accept} | ({"Content-Type": media} if media else {})
        auth = _Login(self.user, self.password) if self.user else None
        try:
            away = urlsplit(url).hostname not in LOOPBACK  # no proxy stands between a machine and itself
            with (
                httpx2.Client(
                    auth=auth, timeout=self.timeout, trust_env=away, verify=tls_context(), limits=ONE_EACH
                ) as client,
                client.stream(method, url, content=body, headers=headers) as answer,
            ):
                return self._content(answer, most or LARGEST)
        except httpx2.TimeoutException:
            raise self._late(url) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise Unloaded(
                f"{url} cannot be reached: {why_failed(error)}", "start the store, or correct the address"
            ) from None

    def _content(self, answer: httpx2.Response, most: int) -> bytes:
        """Return the body of an answer, read within the limits of time and size."""
        url, started = str(answer.request.url), time.monotonic()
        content = bytearray()
        for part in answer.iter_bytes():
            content += part
            if len(content) > most:
                limit = f"{most >> 20} MiB"
                raise Unloaded(f"{url} sends more than {limit}", "check that this is the store's address")
            if time.monotonic() - started > self.timeout:
                raise self._late(url)
            if answer.is_error and len(content) > 2000:
                break
        if answer.is_redirect:
            raise Unloaded(f"{url} redirects to {answer.headers.get('Location')}", "give that address, if you trust it")
        if answer.is_error:
            raise self._refused(url, answer.status_code, content[:2000].decode(errors="replace"))
        if answer.status_code == 206 or answer.headers.get("X-SPARQL-MaxRows"):
            raise Unloaded(f"{url} truncated its answer", "raise the store's limits (Virtuoso: ResultSetMaxRows)")
        return bytes(content)

    def _late(self, url: str) -> Unloaded:
        return Unloaded(f"{url} did not answer within {self.timeout:g} s", "try again, or raise --timeout")

    def _refused(self, url: str, status: int, reason: str) -> Unloaded:
        reason = " ".join(reason.split())[:200]
        if status in (401, 403):
            who = f"user {self.user}" if self.user else "requests without credentials"
            return Unloaded(f"{url} refuses {who} ({status} {reason})", "set UPHEAVAL_USER and UPHEAVAL_PASSWORD")
        return Unloaded(f"{url} refuses the request with {status}: {reason}", "see the store's log")


class _Login(httpx2.Auth):
    """Basic (RFC 7617) or Digest (RFC 7616), whichever the store asks for."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self.password = user, password

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send a request and, where it is refused, the same with what the challenge asks for."""
        answer = None
        if len(request.content) > LARGE:
            answer = yield httpx2.Request("HEAD", request.url)
        if answer is None or answer.status_code != 401:
            answer = yield request
        if answer.status_code != 401:
            return
        challenges = [value.lower() for value in answer.headers.get_list("WWW-Authenticate")]
        if any(value.startswith("digest ") for value in challenges):
            digest = httpx2.DigestAuth(self.user, self.password).auth_flow(request)
            next(digest)
            with suppress(ValueError, httpx2.ProtocolError):  # a challenge out of form stays a refusal
                yield digest.send(answer)
        elif any(value.startswith("basic ") for value in challenges):
            yield next(httpx2.BasicAuth(self.user, self.password).auth_flow(request))
