"""Stand-ins on the loopback for services of Wikidata's, with faults that a test injects."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox

Reply = tuple[int, dict[str, str], bytes]
Answer = Callable[[str, dict[str, str]], Reply]
"""Makes a reply from a path and a form."""

RESULTS = {"Content-Type": "application/sparql-results+json"}
JSON = {"Content-Type": "application/json"}
CUT_OFF, SLOW = {"X-Cut-Off": "1"}, {"X-Slow": "1"}


@dataclass
class StandIn:
    """A service.

    Attributes:
        url: its address.
        asked: the forms that it was sent.
        agents: the user agents of the requests.
        faults: replies to give, in order, before it answers as it should.

    """

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    faults: list[Reply] = field(default_factory=list)


@contextmanager
def standing(answer: Answer) -> Iterator[StandIn]:
    """Run a service that answers by a function until the block ends."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            is_form = "urlencoded" in self.headers.get("Content-Type", "")
            self.reply({name: values[0] for name, values in parse_qs(body).items()} if is_form else {"query": body})

        def do_GET(self) -> None:
            self.reply({})

        def reply(self, form: dict[str, str]) -> None:
            stand_in.asked.append(form)
            stand_in.agents.append(self.headers.get("User-Agent", ""))
            status, headers, content = stand_in.faults.pop(0) if stand_in.faults else answer(self.path, form)
            if headers.get("X-Slow"):
                time.sleep(1.5)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + (100 if headers.get("X-Cut-Off") else 0)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}/service"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()


def query_service(triples: str) -> Answer:
    """Return what makes a service a SPARQL endpoint over N-Triples."""
    store = ox.Store()
    store.load(triples.encode(), format=ox.RdfFormat.N_TRIPLES)

    def answer(_path: str, form: dict[str, str]) -> Reply:
        found = store.query(form["query"])
        assert isinstance(found, ox.QuerySolutions)
        return 200, RESULTS, found.serialize(format=ox.QueryResultsFormat.JSON) or b""

    return answer


def as_json(value: object) -> Reply:
    """Return a reply of JSON."""
    return 200, JSON, json.dumps(value).encode()
