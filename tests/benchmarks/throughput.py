"""Answers a second under wrk with four connections, and the processor time that one takes."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.benchmarks.crowds import descend
from tests.benchmarks.rows import Row

SECONDS, CONNECTIONS, ROUNDS = 4, 4, 3
TEN = "SELECT * { ?s ?p ?o } LIMIT 10"
_TICK = os.sysconf("SC_CLK_TCK")
_DIFFERENT = "local n = 0\nrequest = function() n = n + 1 return wrk.format('GET', wrk.path .. '%20%23' .. n) end\n"
"""A script for wrk that adds a comment to each query, so that no answer has been kept."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second, their 99th percentile in ms, and the processor µs that one takes in all processes."""

    a_second: float
    p99: float
    cpu: float


def ticks(pid: int) -> int:
    """Return the processor time of a process and all that come from it."""
    total, waiting = 0, [pid]
    for one in waiting:
        waiting += descend(one)
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, stat[11:13]))
    return total


def measure(pid: int, url: str, different: bool = False) -> Measured:
    """Have wrk ask a server.

    Args:
        pid: the server.
        url: what for; with `different`, the last parameter is a query, and each one is another text.
        different: whether no two requests are the same.

    """
    with _script(different) as script:
        before = ticks(pid)
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "--latency", *script]
        command += ["-H", "Accept: application/sparql-results+json, text/html;q=0.9", url]
        text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 + SECONDS).stdout
        spent = ticks(pid) - before
    assert "Non-2xx" not in text, text
    count = int(re.findall(r"(\d+) requests in", text)[0])
    (number, unit) = re.findall(r"99%\s+([\d.]+)(us|ms|s)\b", text)[0]
    a_second = float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0])
    return Measured(a_second, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit], 1e6 * spent / _TICK / count)


@contextlib.contextmanager
def _script(different: bool) -> Iterator[list[str]]:
    if not different:
        yield []
        return
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(_DIFFERENT)
        file.flush()
        yield ["-s", file.name]


def rows(ours: tuple[int, str], peer: tuple[int, str], server: str, page: str) -> list[Row]:
    """Compare two servers in turn, in three rounds.

    Args:
        ours, peer: the process ids, and the addresses of the endpoints up to the query.
        server: the peer's name.
        page: the address of a record's page.

    Returns:
        The rows; none if wrk is not installed.

    """
    if shutil.which("wrk") is None:
        return []
    query = quote(TEN)
    uncached, cached, theirs, same, pages = [], [], [], [], []
    for _ in range(ROUNDS):
        theirs.append(measure(peer[0], peer[1] + query, True))
        uncached.append(measure(ours[0], ours[1] + query, True))
        same.append(measure(peer[0], peer[1] + query))
        cached.append(measure(ours[0], ours[1] + query))
        pages.append(measure(ours[0], page))
    found = []
    for name, mine, other, goal in (("not kept", uncached, theirs, 0.4), ("kept, in the process", cached, same, 0.8)):
        found.append(
            Row(
                f"serve, wrk, {CONNECTIONS} connections, ten rows: {name}",
                server,
                [1000 / one.a_second for one in mine],
                [1000 / one.a_second for one in other],
                "ms an answer",
                goal,
                f"{_median(mine).a_second:,.0f} : {_median(other).a_second:,.0f} answers a second; "
                f"{_median(mine).cpu:.0f} : {_median(other).cpu:.0f} processor µs an answer",
            )
        )
    middle = _median(pages)
    note = f"{middle.a_second:,.0f} a second; goals 20 ms and 1,500 a second"
    found.append(Row("serve, wrk: a record's page", "–", [one.p99 for one in pages], [], "ms, 99 %", note=note))
    return found


def _median(some: list[Measured]) -> Measured:
    return sorted(some, key=lambda one: one.a_second)[len(some) // 2]
