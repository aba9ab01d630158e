"""Answers are compressed, kept and validated; the same bytes come out, whatever way they take."""

import gzip
import socket
import sys
import time

import brotli
import pytest

from tests.serve.support import Answer, Running
from upheaval.serve.codings import choose_coding

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.slow
PATHS = (
    "/doc/arvenia.ttl",
    "/statecraft.html",
    "/northern-pact.nt",
    "/sparql?query=SELECT*%7B%3Fs%20%3Fp%20%3Fo%7D",
    "/manifest.json",
)
DECODE = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("gzip;q=0", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("GZIP", "gzip"),
        ("nonsense;;;q=x,,", ""),
    ],
)
def test_coding_is_chosen_as_the_client_prefers(accepted: str, chosen: str) -> None:
    assert choose_coding(accepted) == chosen


@pytest.mark.parametrize("path", PATHS)
def test_compressed_answers_have_the_same_content(server: Running, path: str) -> None:
    plain = server.get(path)
    tags = {plain.headers["etag"]}
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["vary"].lower()
    for coding, decode in DECODE.items():
        for _ in range(2):  # made, and kept
            answer = server.get(path, headers={"Accept-Encoding": coding})
            assert answer.headers["content-encoding"] == coding
            assert decode(answer.body) == plain.body
            assert int(answer.headers["content-length"]) == len(answer.body)
            assert "accept-encoding" in answer.headers["vary"].lower()
        tag = answer.headers["etag"]
        tags.add(tag)
        same = server.get(path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
        assert server.get(path, headers={"If-None-Match": tag}).status == 200  # that is another representation
    assert len(tags) == 4


def test_every_answer_names_its_snapshot(server: Running) -> None:
    name = server.get("/health").json()["snapshot"]
    for path in (*PATHS, "/arvenia", "/nothing", "/reconcile", "/sparql?query=x"):
        assert name.startswith(server.get(path).headers["upheaval-snapshot"])


def test_volatile_queries_are_not_kept(server: Running) -> None:
    for text in ("SELECT (STRUUID() AS ?x) {}", "SELECT (rand() AS ?x) {}", r"SELECT (\u0052AND() AS ?x) {}"):
        assert server.ask(text).text != server.ask(text).text
    assert server.ask("SELECT (1 AS ?x) {}").text == server.ask("SELECT (1 AS ?x) {}").text


def raw(server: Running, request: bytes, times: int) -> list[bytes]:
    """Send the same bytes several times over one connection."""
    found = []
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        for _ in range(times):
            connection.sendall(request)
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            head, _, body = received.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65536)
            found.append(b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"date:")) + body)
    return found


def test_the_same_request_gets_the_same_bytes(server: Running) -> None:
    """The first answer comes from a worker, the next from memory, the others for the very same bytes."""
    for path in ("/doc/belmora.ttl", "/belmora", "/sparql?query=ASK%7B%7D", "/nothing"):
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Number: {time.time()}\r\n\r\n".encode()
        assert len(set(raw(server, request, 4))) == 1
    head = b"HEAD /doc/belmora.ttl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(head)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200")
    assert received.endswith(b"\r\n\r\n")


def test_errors_have_the_security_fields_and_are_counted(server: Running) -> None:
    def check(answer: Answer) -> None:
        for name in ("content-security-policy", "x-content-type-options", "access-control-allow-origin"):
            assert name in answer.headers

    for path in ("/nothing", "/sparql?query=x", "/-/nothing"):
        check(server.get(path))
    before = server.metric('upheaval_requests_total{route="connection",status="400"}')
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(b"NONSENSE\r\n\r\n")
        text = b"".join(iter(lambda: connection.recv(65536), b"")).lower()
    assert b"content-security-policy: " in text
    assert b"x-content-type-options: nosniff" in text
    assert server.metric('upheaval_requests_total{route="connection",status="400"}') == before + 1
