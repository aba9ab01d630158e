"""What one hostile address may do to a server, for so many seconds."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.crowds import HOSTILE, Got, Seen, descend, get, hold, post, reconcile, repeat, request

ENDLESS = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER (?a != ?g) }"
REGEX = b"SELECT * { ?s ?p ?o FILTER REGEX(CONCAT(STR(?o), 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!'), '^(a+)+$|(.*a){20}') }"
MEMORY = b"SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
CRASH = b"SELECT * { " + b"{" * 19000 + b"?s ?p ?o" + b"}" * 19000 + b" }"
ACCEPTED = frozenset({0, 200, 303, 400, 403, 404, 406, 408, 410, 413, 414, 415, 429, 431, 503})


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack.

    Attributes:
        name: what one address does.
        clients: how many connections it uses, beside as many polite clients of which the innocents are compared.
        run: attacks a port, and the server's process, for so many seconds.

    """

    name: str
    clients: int
    run: Callable[[int, int, float], Coroutine[Any, Any, Seen]]


def batch() -> bytes:
    """Return a reconciliation batch that costs seconds: 50 names, each with 50 values of a property."""
    queries = {
        f"q{n}": {
            "query": f"memorandum of understanding agreement {random.random()} " * 8,
            "limit": 100,
            "properties": [{"pid": "label", "v": ["agreement"] * 50}],
        }
        for n in range(50)
    }
    return reconcile(queries)


async def _reconcile(port: int, pid: int, seconds: float) -> Seen:
    return await repeat(32, seconds, lambda _: request(port, batch(), HOSTILE))


async def _endless(port: int, pid: int, seconds: float) -> Seen:
    return await repeat(8, seconds, lambda _: request(port, post(ENDLESS), HOSTILE))


async def _heavy(port: int, pid: int, seconds: float) -> Seen:
    queries = (REGEX, MEMORY, CRASH, ENDLESS)
    return await repeat(8, seconds, lambda number: request(port, post(queries[number % 4]), HOSTILE))


async def _documents(port: int, pid: int, seconds: float) -> Seen:
    paths = (
        "/doc/graph/data.rdf",
        "/doc/graph/derived.jsonld",
        "/statecraft.html",
        "/reconcile/suggest/entity?prefix=a",
    )
    return await repeat(16, seconds, lambda number: request(port, get(f"{paths[number % 4]}"), HOSTILE))


async def _idle(port: int, pid: int, seconds: float) -> Seen:
    return await hold(port, 540, seconds, b"")


async def _slow_heads(port: int, pid: int, seconds: float) -> Seen:
    return await hold(port, 540, seconds, b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", 0.5)


async def _slow_bodies(port: int, pid: int, seconds: float) -> Seen:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9999\r\n\r\n"
    return await hold(port, 540, seconds, head, 0.5)


async def _pipelined(port: int, pid: int, seconds: float) -> Seen:
    data = b"GET /doc/graph/data.nt HTTP/1.1\r\nHost: x\r\n\r\n" * 5000
    return await hold(port, 16, seconds, data)


async def _abandoned(port: int, pid: int, seconds: float) -> Seen:
    return await repeat(16, seconds, lambda _: request(port, post(ENDLESS), HOSTILE, 0.05))


async def _unread(port: int, pid: int, seconds: float) -> Seen:
    """Ask for large answers and read none of them."""

    async def ask(number: int) -> Got:
        begin = time.perf_counter()
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(HOSTILE, 0), limit=1)
            writer.write(get(f"/doc/graph/data.nt?{random.random()}"))
            await asyncio.sleep(5)
            writer.close()
        return Got(0, time.perf_counter() - begin)

    return await repeat(64, seconds, ask)


async def _malformed(port: int, pid: int, seconds: float) -> Seen:
    raws = malformed()
    return await repeat(4, seconds, lambda _: request(port, random.choice(raws), HOSTILE, 5))


_QUERIES = (
    '{"q":{"query":"x","limit":NaN}}', '{"q":{"query":"x","limit":1e999}}', '{"q":{"query":"\\ud800"}}', "[" * 20000,
    '{"q":{"query":"a","type":[["a"]]}}', '{"q":{"query":"a","properties":{"a":1}}}', "null",
)  # fmt: skip
_EXTENSIONS = (
    '{"ids":["a"],"properties":[{"id":{}}]}', '{"ids":["a"],"properties":[{"id":"label","settings":[1]}]}',
    '{"ids":["\\ud800"],"properties":[{"id":"label"}]}', '{"ids":[],"properties":[{"id":null}]}',
)  # fmt: skip
_PATHS = (
    "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%00", "/doc/%0d%0aX-Injected:1", "/%FF", "/" + "../" * 2000,
    "//evil.example", "/reconcile/suggest/type?prefix=%ED%A0%80",
)  # fmt: skip


def malformed() -> list[bytes]:
    """Return requests that are wrong in all ways."""
    form = "application/x-www-form-urlencoded"
    found = [post(f"queries={text}".encode(), "/reconcile", form) for text in _QUERIES]
    found += [post(f"extend={text}".encode(), "/reconcile", form) for text in _EXTENSIONS]
    found += [get(path) for path in _PATHS]
    found += [
        b"G\0T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 4000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 300_000 + b"\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nASK{}",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / H",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        get("/manifest.json", more="Range: bytes=" + ",".join(["0-"] * 2000) + "\r\n"),
        get("/manifest.json", more="If-None-Match: " + '"x",' * 2000 + "\r\n"),
        post(b"SELECT * {" * 3000), post(b"INSERT DATA { <a:a> <a:b> <a:c> }"), post(b"x" * 300_000), post(b"\xff"),
        post(b"SELECT * { SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }"),
    ]  # fmt: skip
    return found


async def _kill(port: int, pid: int, seconds: float) -> Seen:
    """Kill a worker three times a second, as a kernel out of memory would."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        workers = [worker for zygote in descend(pid) for worker in descend(zygote)]
        if workers:
            with contextlib.suppress(OSError):
                os.kill(random.choice(workers), signal.SIGKILL)
        await asyncio.sleep(0.3)
    return Seen()


ATTACKS = (
    Attack("50-name reconciliation batches on 32 connections", 32, _reconcile),
    Attack("8 endless queries, over and over", 8, _endless),
    Attack("queries that eat memory, backtrack and crash", 8, _heavy),
    Attack("documents, vocabulary and suggestions on 16 connections", 16, _documents),
    Attack("540 idle connections", 16, _idle),
    Attack("540 slow headers", 16, _slow_heads),
    Attack("540 slow bodies", 16, _slow_bodies),
    Attack("16 connections with 5,000 pipelined requests each", 16, _pipelined),
    Attack("endless queries abandoned after 50 ms, 16 at a time", 16, _abandoned),
    Attack("large answers that nobody reads, 64 at a time", 32, _unread),
    Attack("malformed requests, 4 at a time", 4, _malformed),
    Attack("workers killed three times a second", 4, _kill),
)
