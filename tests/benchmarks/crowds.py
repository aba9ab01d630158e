"""HTTP clients of a benchmark: innocents, polite ones and others, each from an address of its own on loopback.

They write raw requests on asyncio, because most attacks are what no client library would send.
"""

import asyncio
import contextlib
import json
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

PATIENCE = 60.0
INNOCENT, POLITE, HOSTILE = "127.0.0.2", "127.0.1.{}", "127.0.0.1"


def get(path: str, accept: str = "*/*", more: str = "") -> bytes:
    """Return a request that closes its connection."""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: {accept}\r\n{more}\r\n".encode()


def post(body: bytes, path: str = "/sparql", media: str = "application/sparql-query", accept: str = "*/*") -> bytes:
    """Return a request with a body that closes its connection."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: {accept}\r\nContent-Type: {media}\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def reconcile(what: object, key: str = "queries") -> bytes:
    """Return a reconciliation request."""
    body = f"{key}={quote(json.dumps(what))}".encode()
    return post(body, "/reconcile", "application/x-www-form-urlencoded")


@dataclass(slots=True)
class Got:
    """What one request got: its status (0: no answer), the seconds, the header in lower case, and the body's size."""

    status: int
    seconds: float
    head: bytes = b""
    size: int = 0


@dataclass(slots=True)
class Seen:
    """What a crowd got."""

    got: list[Got] = field(default_factory=list)

    @property
    def statuses(self) -> dict[int, int]:
        """The number of answers by status."""
        return dict(sorted(Counter(one.status for one in self.got).items()))

    @property
    def lost(self) -> list[Got]:
        """The requests that got no proper answer."""
        return [one for one in self.got if one.status not in (200, 303)]

    def p99(self) -> float:
        """Return the 99th percentile of the seconds."""
        times = sorted(one.seconds for one in self.got)
        return times[min(len(times) - 1, int(0.99 * len(times)))] if times else 0.0


async def request(port: int, raw: bytes, source: str, patience: float = PATIENCE) -> Got:
    """Send a request and read the whole answer."""
    begin = time.perf_counter()
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            try:
                writer.write(raw)
                data = await reader.read(-1)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return Got(0, time.perf_counter() - begin)
    head, _, body = data.partition(b"\r\n\r\n")
    whole = head.startswith(b"HTTP/1.1 ")
    return Got(int(head[9:12]) if whole else 0, time.perf_counter() - begin, head.lower(), len(body))


def innocent_requests(record: str) -> list[bytes]:
    """Return what an ordinary visitor asks for; each query is another one, so that no kept answer helps."""
    number = random.randrange(10**9)
    return [
        get("/health"),
        get(f"/{record}", "text/turtle"),
        get(f"/doc/{record}", "text/turtle"),
        post(f"SELECT (COUNT(*) AS ?n) {{ ?s a ?c }} # {number}".encode()),
        get("/manifest.json"),
        post(f"SELECT * {{ ?s ?p ?o }} LIMIT 10 # {number}".encode()),
        reconcile({"q0": {"query": f"{record} {number % 100}"}}),
    ]


async def visit(port: int, record: str, seconds: float, source: str, pause: float) -> Seen:
    """Ask for one thing after the other, each on a connection of its own."""
    seen = Seen()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for raw in innocent_requests(record):
            seen.got.append(await request(port, raw, source))
            await asyncio.sleep(pause)
    return seen


async def visit_together(port: int, record: str, seconds: float, sources: list[str], pause: float) -> Seen:
    """Visit from several addresses at once."""
    found = await asyncio.gather(*(visit(port, record, seconds, source, pause) for source in sources))
    return Seen([one for seen in found for one in seen.got])


async def repeat(count: int, seconds: float, job: Callable[[int], Awaitable[Got]]) -> Seen:
    """Do a job over and over, so many at a time."""
    seen = Seen()
    end = time.monotonic() + seconds

    async def loop(number: int) -> None:
        while time.monotonic() < end:
            got = await job(number)
            seen.got.append(got)
            await asyncio.sleep(0.05 if got.seconds < 0.05 else 0)

    await asyncio.gather(*(loop(number) for number in range(count)))
    return seen


async def hold(port: int, count: int, seconds: float, data: bytes, every: float = 0.0) -> Seen:
    """Keep connections open that send something and then nothing, or a byte now and then; open lost ones again."""
    seen = Seen()
    end = time.monotonic() + seconds

    async def one() -> None:
        while time.monotonic() < end:
            begin = time.perf_counter()
            answer = b""
            with contextlib.suppress(OSError, TimeoutError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(HOSTILE, 0))
                try:
                    if data:
                        writer.write(data)
                    while not answer and time.monotonic() < end and not reader.at_eof():
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(every or end - time.monotonic()):
                                answer = await reader.read(4096)
                        if every:
                            writer.write(b"a")
                finally:
                    writer.close()
            status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0
            seen.got.append(Got(status, time.perf_counter() - begin, answer.lower()))
            await asyncio.sleep(0.3)

    await asyncio.gather(*(one() for _ in range(count)))
    return seen


def read_slowly(port: int, raw: bytes, rate: float, source: str = INNOCENT) -> tuple[int, int, float]:
    """Read an answer at so many bytes a second; return its size, the size that it declares, and the seconds."""
    begin = time.monotonic()
    received = bytearray()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.bind((source, 0))
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", port))
        connection.sendall(raw)
        with contextlib.suppress(OSError):
            while piece := connection.recv(16384):
                received += piece
                ahead = len(received) / rate - (time.monotonic() - begin)
                if ahead > 0:
                    time.sleep(ahead)
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    declared = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
    return len(body), int(declared or 0), time.monotonic() - begin


def descend(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def resources(pid: int) -> tuple[float, int]:
    """Return the MB of a process and all that come from it (their shares, PSS), and its open files."""
    total, waiting = 0, [pid]
    for one in waiting:
        waiting += descend(one)
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += int(text.partition("\nPss:")[2].split()[0])
    return total / 1000, len(os.listdir(f"/proc/{pid}/fd"))
