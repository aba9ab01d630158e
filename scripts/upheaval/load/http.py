"""HTTP access to a store: the SPARQL 1.1 Protocol for queries and updates, and the Graph Store Protocol for graphs."""

import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from upheaval.rdf.graphs import write
from upheaval.store.builds import Unloaded

N_TRIPLES = "application/n-triples"
RESULTS = "application/sparql-results+json"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A server that requires Digest answers a body with 401 and closes, which cuts off a body larger than a socket buffer.
LARGE = 16_384


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
        content = self._send(
            "POST", self.query, urlencode(pairs).encode(), "application/x-www-form-urlencoded", RESULTS
        )
        found = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
        if not isinstance(found, ox.QuerySolutions):
            raise Unloaded(f"{self.query} does not return SPARQL results", "name a SPARQL 1.1 endpoint")
        return found

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph, with the Graph Store Protocol if available, or else with a CONSTRUCT."""
        if self.graphs:
            content = self._send("GET", self._graph(graph), None, "", N_TRIPLES)
        else:
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            body = urlencode([("query", text)]).encode()
            content = self._send("POST", self.query, body, "application/x-www-form-urlencoded", N_TRIPLES)
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES, lenient=True)]

    def change(self, text: str) -> None:
        """Run an update."""
        self._send("POST", self.update, text.encode(), "application/sparql-update", "*/*")

    def add(self, graph: str, triples: list[ox.Triple], method: str = "POST") -> None:
        """Add triples to a graph; with PUT, replace its content."""
        self._send(method, self._graph(graph), write(triples, ox.RdfFormat.N_TRIPLES), N_TRIPLES, "*/*")

    def _graph(self, graph: str) -> str:
        return f"{self.graphs}{'&' if '?' in self.graphs else '?'}{urlencode({'graph': graph})}"

    def _send(self, method: str, url: str, body: bytes | None, media: str, accept: str) -> bytes:
        request = urllib.request.Request(url, body, {"Accept": accept}, method=method)
        if media:
            request.add_header("Content-Type", media)
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        if self.user:
            passwords.add_password(None, url, self.user, self.password)
        digest = urllib.request.HTTPDigestAuthHandler(passwords)
        handlers: list[Any] = [urllib.request.HTTPBasicAuthHandler(passwords), digest]
        if self.user and body is not None and len(body) > LARGE:
            self._answer_challenge(request, digest)
        if urlsplit(url).hostname in LOOPBACK:
            handlers.append(urllib.request.ProxyHandler({}))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=self.timeout) as answer:
                content: bytes = answer.read()
                if answer.status == 206 or answer.headers.get("X-SPARQL-MaxRows"):
                    raise Unloaded(
                        f"{url} truncated its answer", "raise the store's limits (Virtuoso: ResultSetMaxRows)"
                    )
                return content
        except urllib.error.HTTPError as error:
            raise self._refused(url, error.code, error.read(2000).decode(errors="replace")) from None
        except TimeoutError:
            raise Unloaded(f"{url} did not answer within {self.timeout:g} s", "try again, or raise --timeout") from None
        except (urllib.error.URLError, OSError, ValueError) as error:
            cause = getattr(error, "reason", error)
            reason = getattr(cause, "strerror", None) or cause
            raise Unloaded(f"{url} cannot be reached: {reason}", "start the store, or correct the address") from None

    def _answer_challenge(self, request: urllib.request.Request, digest: urllib.request.HTTPDigestAuthHandler) -> None:
        """Get the challenge by a request without the body (RFC 7616 section 3.3) and authenticate the real request."""
        empty = urllib.request.Request(request.full_url, method="HEAD")
        handlers = [urllib.request.ProxyHandler({})] if urlsplit(request.full_url).hostname in LOOPBACK else []
        try:
            with urllib.request.build_opener(*handlers).open(empty, timeout=self.timeout):
                return
        except urllib.error.HTTPError as error:
            scheme, _, about = error.headers.get("WWW-Authenticate", "").partition(" ")
            if error.code == 401 and scheme.lower() == "digest":
                pairs = filter(None, urllib.request.parse_http_list(about))
                answer = digest.get_authorization(request, urllib.request.parse_keqv_list(list(pairs)))
                request.add_unredirected_header("Authorization", f"Digest {answer}")
        except OSError:
            return  # the real request reports the error

    def _refused(self, url: str, status: int, reason: str) -> Unloaded:
        reason = " ".join(reason.split())[:200]
        if status in (401, 403):
            who = f"user {self.user}" if self.user else "requests without credentials"
            return Unloaded(f"{url} refuses {who} ({status} {reason})", "set UPHEAVAL_USER and UPHEAVAL_PASSWORD")
        return Unloaded(f"{url} refuses the request with {status}: {reason}", "see the store's log")
