"""What the HTTP client makes of a store's answers: passwords, limits of time and size, redirects, broken ones."""

import base64
import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.request import parse_http_list, parse_keqv_list

import pyoxigraph as ox
import pytest

from upheaval.load import http
from upheaval.load.http import SparqlClient
from upheaval.load.sparqlstore import SparqlStore
from upheaval.store.builds import Build, Unloaded

NOTHING = b'{"head":{"vars":["n"]},"results":{"bindings":[]}}'
MANY = [ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x" * 100 + str(n))) for n in range(20_000)]
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """A store that does with every request what a test says."""

    protocol_version = "HTTP/1.1"
    answer: ClassVar[Answer]
    seen: list[tuple[str, int]]

    def do_POST(self) -> None:
        self.answer()

    do_GET = do_HEAD = do_PUT = do_POST

    def take(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def reply(self, status: int, content: bytes = NOTHING, *, take: bool = True, **headers: str) -> None:
        if take:
            self.take()
        self.seen.append((self.command, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def store(answer: Answer) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield the address of a store, and the list of the methods and statuses of its answers."""
    kind = type("Stand-in", (Handler,), {"answer": answer, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", kind.seen  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def ada(url: str, password: str = "lovelace", **options: float) -> SparqlClient:
    return SparqlClient(url, url, url, "ada", password, **options)


def basic(request: Handler) -> None:
    right = request.headers.get("Authorization") == "Basic " + base64.b64encode(b"ada:lovelace").decode()
    request.reply(200 if right else 401, WWW_Authenticate='Basic realm="x"')


def digest(name: str) -> Answer:
    """Return a store that wants a digest (RFC 7616) and does not read the body of whoever brings none."""

    def hashed(*parts: str) -> str:
        return hashlib.new(name.replace("-", ""), ":".join(parts).encode()).hexdigest()

    def answer(request: Handler) -> None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        given = parse_keqv_list(parse_http_list(credentials)) if scheme == "Digest" else {}
        inner = hashed("ada", "x", "lovelace"), hashed(request.command, request.path)
        wanted = hashed(inner[0], *(given.get(key, "") for key in ("nonce", "nc", "cnonce", "qop")), inner[1])
        if given.get("response") == wanted:
            request.reply(200)
        else:
            request.close_connection = True
            request.reply(
                401, take=False, WWW_Authenticate=f'Digest realm="x", qop="auth", nonce="42", algorithm={name}'
            )

    return answer


@pytest.mark.parametrize("answer", [basic, digest("MD5"), digest("SHA-256")], ids=["Basic", "MD5", "SHA-256"])
def test_password_is_sent_by_the_scheme_that_the_store_asks_for(answer: Answer) -> None:
    with store(answer) as (url, seen):
        assert list(ada(url).select("SELECT ?n {}")) == []
        assert seen == [("POST", 401), ("POST", 200)]
        ada(url).add("urn:g", MANY)
        assert seen[2:] == [("HEAD", 401), ("POST", 200)], "a large body is sent once"
        for client in (ada(url, "byron"), SparqlClient(url)):
            with pytest.raises(Unloaded, match=r"refuses .*401.*set UPHEAVAL_USER and UPHEAVAL_PASSWORD") as refused:
                client.select("SELECT ?n {}")
            assert "byron" not in str(refused.value)


def test_no_credentials_are_sent_without_a_password() -> None:
    with store(lambda request: request.reply(200 if request.command == "POST" else 405)) as (url, seen):
        ada(url).add("urn:g", MANY)
        assert seen == [("HEAD", 405), ("POST", 200)]


@pytest.mark.parametrize("challenge", ["Negotiate", "Digest", "Digest realm", 'Digest realm="x"', "", "Bearer x"])
def test_unsupported_challenge_is_refused(challenge: str) -> None:
    with (
        store(lambda request: request.reply(401, WWW_Authenticate=challenge)) as (url, _),
        pytest.raises(Unloaded, match=r"refuses user ada \(401|cannot be reached: .*[Dd]igest"),
    ):
        ada(url).select("SELECT ?n {}")


def test_redirect_is_named_and_not_followed() -> None:
    with store(lambda request: request.reply(307, Location="http://127.0.0.1:9/else")) as (url, seen):
        with pytest.raises(Unloaded, match=r"redirects to http://127\.0\.0\.1:9/else"):
            ada(url).select("SELECT ?n {}")
        assert len(seen) == 1


def test_answer_may_be_compressed() -> None:
    with store(lambda request: request.reply(200, gzip.compress(NOTHING), Content_Encoding="gzip")) as (url, _):
        assert list(SparqlClient(url).select("SELECT ?n {}")) == []


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_answer_beyond_the_limit_is_not_read_to_its_end(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ROWS", 1 << 20)
    content = bytes(3 << 20)
    packed = gzip.compress(content) if encoding else content
    with (
        store(lambda request: request.reply(200, packed, Content_Encoding=encoding or "identity")) as (url, _),
        pytest.raises(Unloaded, match="sends more than 1 MiB"),
    ):
        SparqlClient(url).select("SELECT ?n {}")


@pytest.mark.parametrize("headers", [{"X_SPARQL_MaxRows": "10000"}, {}])
def test_truncated_answer_is_an_error(headers: dict[str, Any]) -> None:
    with (
        store(lambda request: request.reply(200 if headers else 206, **headers)) as (url, _),
        pytest.raises(Unloaded, match="truncated its answer"),
    ):
        SparqlClient(url).select("SELECT ?n {}")


def test_slow_answer_times_out() -> None:
    def trickle(request: Handler) -> None:
        request.take()
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b" ")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    with store(trickle) as (url, _):
        start = time.monotonic()
        with pytest.raises(Unloaded, match=r"did not answer within 0\.3 s"):
            SparqlClient(url, timeout=0.3).select("SELECT ?n {}")
        assert time.monotonic() - start < 4


def number(value: str) -> bytes:
    return b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"%s"}}]}}' % value.encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{not json", "does not return SPARQL results: its answer begins with `{not json`"),
        (b"<html></html>", "does not return SPARQL results: its answer begins with `<html></html>`"),
        (b"", "its answer is empty"),
        (b" " * 100_000, "its answer is empty"),
        (b"[]", "does not return SPARQL results"),
        (b'{"boolean": true}', "does not return SPARQL results"),
        (b"\x1b]0;owned\x07\x1b[2J", "begins with `\\x1b]0;owned\\x07\\x1b[2J`"),
        (NOTHING, "returns nothing where a number is counted"),
        (b'{"head":{"vars":[]},"results":{"bindings":[{}]}}', "returns nothing where a number is counted"),
        (number("many"), 'returns `"many"` where a number is counted'),
        (number("-1"), "where a number is counted"),
        (number("1e3"), "where a number is counted"),
        (number("\u0663"), "where a number is counted"),
        (b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"uri","value":"a b"}}]}}', "SPARQL results"),
    ],
)
def test_a_store_that_lies_gives_one_line(content: bytes, message: str, build: Build) -> None:
    with store(lambda handler: handler.reply(200, content)) as (url, _), pytest.raises(Unloaded) as raised:
        SparqlStore(SparqlClient(url), 10).counts(build)
    assert message in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("content", [b"<html>", b"<s> <p>", b"\xff\xfe", b"<s> <p> 'x' . \x1b[2J"])
def test_a_graph_that_is_none_gives_one_line(content: bytes) -> None:
    with store(lambda handler: handler.reply(200, content)) as (url, _), pytest.raises(Unloaded) as raised:
        SparqlClient(url).triples("urn:g")
    assert "does not return N-Triples" in str(raised.value)
    assert str(raised.value).isprintable()


def test_blanks_without_end_are_not_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ROWS", 1 << 20)
    with (
        store(lambda handler: handler.reply(200, b" " * (3 << 20))) as (url, _),
        pytest.raises(Unloaded, match="sends more than 1 MiB"),
    ):
        SparqlClient(url).select("SELECT * {}")


def test_escape_sequences_of_a_refusal_do_not_reach_the_terminal() -> None:
    evil = b"\x1b]0;owned\x07\x1b[2Jevil\x9b"
    with (
        store(lambda handler: handler.reply(500, evil)) as (url, _),
        pytest.raises(Unloaded, match="evil") as raised,
    ):
        SparqlClient(url, url).change("CLEAR ALL")
    assert str(raised.value).isprintable()


def test_broken_connection_gives_a_one_line_message() -> None:
    def half(request: Handler) -> None:
        request.take()
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(b"{")
        request.close_connection = True

    with store(half) as (url, _), pytest.raises(Unloaded, match=r"cannot be reached: .") as refused:
        SparqlClient(url).select("SELECT ?n {}")
    assert "\n" not in str(refused.value)


def test_error_shows_the_start_of_the_store_s_answer() -> None:
    with (
        store(lambda request: request.reply(500, b"Out of\n  memory " + b"x" * 100_000)) as (url, _),
        pytest.raises(Unloaded, match="refuses the request with 500: Out of memory x") as refused,
    ):
        SparqlClient(url).select("SELECT ?n {}")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[::1", "http://no-such-host.invalid/", "ftp://x/"])
def test_unreachable_address_gives_a_one_line_message(url: str) -> None:
    with pytest.raises(Unloaded, match=r"cannot be reached: ."):
        SparqlClient(url).select("SELECT ?n {}")
