"""Connections are shared out by address, end in time, and nobody's piling up shuts others out."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.benchmarks.attacks import ACCEPTED, ATTACKS, Attack
from tests.benchmarks.crowds import get, read_slowly, request
from tests.benchmarks.hostile import compare
from tests.serve.support import Running, running
from tests.support import sampled
from upheaval.serve.gate import RESERVED, SLOWEST, Gate
from upheaval.serve.limits import Limits

pytestmark = pytest.mark.slow
LARGE = "SELECT ?s ?p ?o (REPLACE(STR(?s), '.', 'abcdefghijkl') AS ?x) { ?s ?p ?o }"


class Fake:
    """A connection that does nothing."""

    def __init__(self, key: str, idle: bool = True) -> None:
        self.key, self.idle = key, idle
        self.deadline = 0.0
        self.mark: tuple[float, int] | None = None
        self.size = 0
        self.ended = ""

    def unsent(self) -> int:
        return self.size

    def too_slow(self) -> None:
        self.ended = "slow"

    def abort(self) -> None:
        self.ended = "aborted"


def test_an_address_has_a_share_and_health_has_places() -> None:
    async def play() -> None:
        gate = Gate(Limits(connections=40))
        mine = [gate.enter(Fake("192.0.2.1")) for _ in range(20)]
        assert mine[:10] == [""] * 10
        assert mine[10:14] == ["health"] * 4
        assert all("too many" in refusal for refusal in mine[14:])
        assert gate.enter(Fake("192.0.2.2")) == ""
        trusted = Gate(Limits(connections=40), "192.0.2.1")
        assert [trusted.enter(Fake("192.0.2.1")) for _ in range(40)] == [""] * 40

    asyncio.run(play())


def test_idle_connections_make_way_for_newcomers() -> None:
    async def play() -> None:
        gate = Gate(Limits(connections=8))
        held = [Fake(f"192.0.2.{number}", idle=number > 1) for number in range(4) for _ in range(2)]
        assert [gate.enter(one) for one in held] == [""] * 8
        assert gate.enter(Fake("192.0.2.9")) != ""  # nobody has two more than the newcomer would
        gate = Gate(Limits(connections=12))
        held = [Fake(f"192.0.2.{number}", idle=number > 1) for number in range(4) for _ in range(3)]
        assert [gate.enter(one) for one in held] == [""] * 12
        newcomer = Fake("192.0.2.9")
        refusal = gate.enter(newcomer)
        ended = [one for one in held if one.ended]
        assert (refusal == "") == (len(ended) == 1)
        assert all(one.idle for one in ended)
        assert len(gate) <= 12 + RESERVED

    asyncio.run(play())


def test_deadlines_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        gate = Gate(Limits(receive_seconds=0.5))
        late, stuck, slow = Fake("192.0.2.1"), Fake("192.0.2.2"), Fake("192.0.2.3")
        for one in (late, stuck, slow):
            gate.enter(one)
        late.deadline = time.monotonic() - 1
        stuck.size, slow.size = 10_000_000, 10_000_000
        for _ in range(12):
            await asyncio.sleep(0.1)
            slow.size -= SLOWEST // 5
        assert (late.ended, stuck.ended, slow.ended) == ("slow", "aborted", "")

    asyncio.run(play())


@pytest.fixture(scope="module")
def narrow(build: Path) -> Iterator[Running]:
    options = "--connections 40 --receive-seconds 1 --rows 100000 --seconds 5"
    with running(build, *options.split()) as started:
        yield started


def test_idle_connections_of_one_address_do_not_shut_out_another(narrow: Running) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(socket.create_connection(("127.0.0.1", narrow.port), 5, ("127.0.0.3", 0)))
        for _ in range(20):
            assert narrow.get("/doc/arvenia.ttl", source="127.0.0.2").status == 200
        assert narrow.get("/health", source="127.0.0.4").status == 200
    assert narrow.metric('upheaval_requests_total{route="connection",status="503"}') > 0


def test_a_slow_reader_gets_a_large_answer_whole(narrow: Running) -> None:
    size, declared, seconds = read_slowly(narrow.port, get(f"/sparql?query={quote(LARGE)}"), 1_200_000)
    assert declared > 1_000_000
    assert size == declared
    assert seconds > 1.5  # and yet `--receive-seconds` is 1


def test_pipelined_requests_are_answered_in_order_but_not_without_end(narrow: Running) -> None:
    few = b"".join(
        f"GET /doc/{name}.nt HTTP/1.1\r\nHost: x\r\n\r\n".encode() for name in ("arvenia", "belmora", "nobody")
    )
    with socket.create_connection(("127.0.0.1", narrow.port), 5) as connection:
        connection.sendall(few)
        received = b""
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                received += piece
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.index(b"HTTP/1.1 200 OK") < received.index(b"HTTP/1.1 404 Not Found")
    with socket.create_connection(("127.0.0.1", narrow.port), 5) as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET /doc/arvenia.nt?%d HTTP/1.1\r\nHost: x\r\n\r\n" % time.time_ns() * 5000)
        while connection.recv(65536):
            pass
    assert narrow.get("/health").status == 200


def test_a_client_that_closes_its_side_still_gets_its_answer(narrow: Running) -> None:
    with socket.create_connection(("127.0.0.1", narrow.port), 5) as connection:
        connection.sendall(f"GET /doc/belmora.ttl?{time.time()} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200 OK")


CHOSEN = [attack for attack in ATTACKS if not attack.name.startswith(("workers", "queries that"))]


@pytest.mark.parametrize("attack", sampled(CHOSEN, 4), ids=lambda attack: attack.name)
def test_innocents_lose_nothing(attack: Attack, build: Path) -> None:
    """The short form of the benchmark: everybody else is answered, and every refusal has a reason."""
    with running(build, "--seconds", "2") as server:
        _, under, attacker = compare(server.port, server.process.pid, attack, 3.0, "arvenia")
        assert under.lost == []
        assert len(under.got) >= 7
        assert set(attacker.statuses) <= ACCEPTED
        assert not [one for one in attacker.got if one.status in (429, 503) and b"retry-after: " not in one.head]
        assert asyncio.run(request(server.port, get("/health"), "127.0.0.2")).status == 200
