"""A bounded, counted run of hostile requests, with innocent ones in between that must all be answered."""

import concurrent.futures
import contextlib
import itertools
import os
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.serve.support import CRASH, CROSS, Running, running, settled

pytestmark = pytest.mark.slow

REGEX = 'SELECT * { ?s ?p ?o FILTER regex(CONCAT(STR(?o), "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), "^(a+)+$|(.*a){20}") }'
NESTED = 'ASK { FILTER regex("a", "((((a{1,100}){1,100}){1,100}){1,100})") }'
PATHS = "SELECT (COUNT(*) AS ?n) { ?a (!<x:y>|^!<x:y>)* ?b . ?b (!<x:y>|^!<x:y>)* ?c . ?c (!<x:y>)* ?d }"
MEMORY = "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
GROUP = "SELECT (GROUP_CONCAT(STR(?o)) AS ?all) (COUNT(*) AS ?n) { ?s ?p ?o . ?s2 ?p2 ?o2 } GROUP BY ?p2"
QUERIES = [CROSS, REGEX, NESTED, PATHS, MEMORY, GROUP, CRASH, "SELECT * {" * 3000, "(" * 30000, "\x00", "{}" * 20000]
TRAVERSALS = [
    "../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%252f..%252fetc/passwd",
    "..%c0%af..%c0%afetc/passwd", "..%5c..%5cetc%5cpasswd", "....//....//etc/passwd", "%00", "csv/%00.csv",
    "csv/..%2fmanifest.json%00", "doc/../../etc/passwd.ttl", "doc/..%2f..%2fetc%2fpasswd.html", "-/..%2fapp.py",
    "-/../app.py", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "csv//etc/passwd", "%u002e%u002e/etc/passwd",
    "..;/etc/passwd", "site/../manifest.json", "file:///etc/passwd", "doc/%ff%fe.ttl", "statecraft/../../etc/passwd",
    "queries/%0d%0aSet-Cookie:%20x=1", "doc/arvenia.ttl%0d%0aX-Injected:%201", "arvenia%3cscript%3e", "%f0%80%80%80",
]  # fmt: skip
HELD = 20.0  # seconds, where the server is told to wait for 1.5
RAW = [
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    b"GET / HTTP/9.9\r\n\r\n",
    b"NONSENSE\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / H",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /arvenia HTTP/1.1\r\nHost: evil\r\nX-Forwarded-Host: evil\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
    b"GET /arvenia HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n X: folded\r\n\r\n",
    b"GET /arvenia HTTP/1.1\r\nHost: x\r\nAccept: " + b"a/b;q=0.1," * 1500 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
]


def send_raw(server: Running, data: bytes, seconds: float = 5) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), seconds) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                received += piece
        return received


def test_paths_outside_the_build_are_not_served(server: Running) -> None:
    for path in TRAVERSALS:
        answer = send_raw(server, f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        status = int(answer.split()[1])
        assert status == 404, (path, answer[:200])
        assert b"root:" not in answer
        assert b"x-injected" not in answer.lower()
        assert b"set-cookie" not in answer.lower()


@pytest.fixture
def target(build: Path) -> object:
    options = "--seconds 1 --workers 2 --waiting 8 --per-client 2 --receive-seconds 1.5 --memory 256"
    return running(build, *options.split())


def slow(server: Running, kind: str) -> str:
    """Hold a connection open as long as the server allows: it has to end it."""
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), HELD) as connection:
        if kind == "reader":
            request = "GET /statecraft.jsonld HTTP/1.1\r\nHost: x\r\n\r\n" * 30
            connection.sendall(request.encode())
            time.sleep(2.5)
        else:
            head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            connection.sendall((head + ("Content-Length: 1000\r\n\r\n" if kind == "body" else "X-A: ")).encode())
            with contextlib.suppress(OSError):
                while time.monotonic() - begin < HELD:
                    connection.sendall(b"a")
                    time.sleep(0.2)
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                pass
    return "ended" if time.monotonic() - begin < HELD else "held"


ROUNDS = int(os.environ.get("UPHEAVAL_HOSTILE_ROUNDS", "1"))


def test_server_survives_hostile_requests(target: contextlib.AbstractContextManager[Running]) -> None:
    with target as server:
        random.seed(4)
        for _ in range(20):
            assert server.ask("ASK {}").status == 200
        memory = server.memory()
        hostile: Counter[str] = Counter()
        innocent: Counter[int] = Counter()
        refused: list[str] = []
        slowest = 0.0
        over = threading.Event()

        def attack_query(number: int) -> None:
            query = QUERIES[number % len(QUERIES)]
            try:
                answer = server.post(query, source=f"127.0.1.{1 + number % 4}", seconds=60)
                hostile[f"query {answer.status}"] += 1
            except OSError:
                hostile["query cut off"] += 1

        def attack_raw(number: int) -> None:
            if number % 3 == 0:
                answer = send_raw(server, RAW[number // 3 % len(RAW)])
            elif number % 3 == 1:
                path = TRAVERSALS[number // 3 % len(TRAVERSALS)]
                answer = send_raw(server, f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            else:
                noise = random.randbytes(60)
                answer = send_raw(server, b"GET /sparql?query=" + quote(noise).encode() + b" HTTP/1.0\r\n\r\n")
            hostile[f"raw {answer.split()[1].decode() if answer else 'closed'}"] += 1

        def attack_body(number: int) -> None:
            with contextlib.suppress(OSError):
                data = b"x" * 3_000_000
                headers = {
                    "Content-Type": ("application/sparql-query", "application/x-www-form-urlencoded")[number % 2]
                }
                answer = server.get(
                    ("/sparql", "/reconcile")[number % 3 == 0], method="POST", body=data, headers=headers
                )
                hostile[f"body {answer.status}"] += 1
                return
            hostile["body cut off"] += 1

        def attack_slow(number: int) -> None:
            hostile[f"slow {slow(server, ('header', 'body', 'reader')[number % 3])}"] += 1

        def ask_innocently(number: int) -> None:
            nonlocal slowest
            begin = time.monotonic()
            source = f"127.0.2.{1 + number % 4}"
            paths = ["/doc/arvenia.ttl", "/health", "/sparql", "/northern-pact.ttl", "/statecraft/cooperation.nt"]
            if number % 2:
                path = "/sparql?" + urlencode({"query": "SELECT * { ?s a <https://w3id.org/statecraft#State> }"})
            else:
                path = paths[number // 2 % len(paths)]
            answer = server.get(path, source=source, seconds=60)
            innocent[answer.status] += 1
            if answer.status != 200:
                refused.append(f"{path}: {answer.text}")
            slowest = max(slowest, time.monotonic() - begin)

        def repeat(job: Callable[[int], None], times: int) -> None:
            for number in range(times):
                job(number)

        def keep_asking(first: int) -> None:
            for number in itertools.count(first):
                ask_innocently(number)
                if over.wait(0.05):
                    return

        jobs = [(attack_query, 11)] * 3 + [(attack_raw, 252)] * 2 + [(attack_body, 12)] + [(attack_slow, 3)] * 3
        jobs = [(job, ROUNDS * times) for job, times in jobs]
        with concurrent.futures.ThreadPoolExecutor(len(jobs) + 2) as pool:
            asking = [pool.submit(keep_asking, first) for first in (0, 1)]
            try:
                for done in [pool.submit(repeat, *job) for job in jobs]:
                    done.result()
            finally:
                over.set()
            for one in asking:
                one.result()
        settled(server)
        grown = server.memory() - memory
        print(f"\nhostile {sum(hostile.values())}: {dict(sorted(hostile.items()))}")
        print(f"innocent {dict(innocent)}, slowest {slowest:.2f} s; memory {memory:.0f} MiB, {grown:+.1f} MiB")
        assert hostile["slow held"] == 0
        assert sum(hostile.values()) == sum(times for _, times in jobs)
        assert not refused
        assert set(innocent) == {200}
        assert innocent[200] > 20
        assert grown < 40
        assert server.ask("ASK {}").json()["boolean"] is True
        health = server.get("/health").json()
        assert (health["status"], health["version"], health["workers"]) == ("ok", "1.0.0", 2)
        assert server.metric("upheaval_workers_busy") == 0
