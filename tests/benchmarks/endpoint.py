"""`upheaval serve` beside the plain Oxigraph server, on a build of the shipped data.

Both answer the same example questions over HTTP in turn, in this run; ratios count, not seconds. Oxigraph reads the
build from its own store on disk, which is how its server works; ours holds it in memory and serializes row by row,
with limits, in workers that can be stopped.
"""

import concurrent.futures
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.rows import ROOT, Row, run, upheaval
from tests.benchmarks.throughput import rows as throughput_rows
from tests.load.stores import free_port
from upheaval.store.builds import open_build

CLIENTS, SECONDS = 4, 5.0
SHORT = "SELECT ?p ?o { <https://w3id.org/axis-of-upheaval/russia> ?p ?o } LIMIT 20"


def fetch(url: str) -> None:
    """Ask once."""
    request = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


@contextlib.contextmanager
def started(command: list[str], port: int, probe: str) -> Iterator[tuple[float, int]]:
    """Start a server; yield the seconds from the start of its process to its first answer, and its process id."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                fetch(f"http://127.0.0.1:{port}{probe}")
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - begin > 60:
                    raise RuntimeError(f"{command[0]} does not start") from None
                time.sleep(0.005)
        yield time.perf_counter() - begin, process.pid
    finally:
        process.terminate()
        process.wait(60)


def interleaved(ours: str, peer: str, rounds: int) -> tuple[float, float]:
    """Return the median milliseconds of two addresses, asked in turn; a comment makes each query another one."""
    times: dict[str, list[float]] = {ours: [], peer: []}
    for number in range(rounds):
        for url, taken in times.items():
            begin = time.perf_counter()
            fetch(f"{url}%0A%23{number}")
            taken.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times[ours]), statistics.median(times[peer])


def throughput(url: str) -> float:
    """Return the answers a second that CLIENTS get together."""
    end = time.perf_counter() + SECONDS

    def ask() -> int:
        count = 0
        while time.perf_counter() < end:
            fetch(url)
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return sum(one.result() for one in [pool.submit(ask) for _ in range(CLIENTS)]) / SECONDS


def measure(rounds: int) -> list[Row]:
    """Measure the time to start, the latency of the questions, and the throughput of a short query."""
    bin_ = Path(sys.executable).parent
    ours_port, peer_port = free_port(), free_port()
    ours, peer = f"http://127.0.0.1:{ours_port}/sparql?", f"http://127.0.0.1:{peer_port}/query?union-default-graph=&"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(upheaval("build", "--root", ROOT, "--to", folder / "build"))
        build = open_build(folder / "build")
        serve = [str(bin_ / "upheaval"), "serve", "--build", str(build.folder), "--port", str(ours_port)]
        serve += ["--seconds", "60", "--rows", "1000000", "--store", str(folder), "--per-client", "0", "--budget", "0"]
        place = ["--location", str(folder / "store")]
        load = [str(bin_ / "oxigraph"), "load", *place, "--file", *map(str, build.quads)]
        subprocess.run(load, check=True, capture_output=True, timeout=120)
        plain = [str(bin_ / "oxigraph"), "serve-read-only", *place, "--bind", f"127.0.0.1:{peer_port}"]
        with (
            started(serve, ours_port, "/health") as (start, pid),
            started(plain, peer_port, "/query?query=ASK%7B%7D") as (other_start, other_pid),
        ):
            fetch(f"http://127.0.0.1:{ours_port}/reconcile")  # what is made ahead in the background is done
            texts = [SHORT, *build.questions().values()]
            queries = [urlencode({"query": text}) for text in texts]
            pairs = [interleaved(ours + query, peer + query, rounds) for query in queries]
            short = urlencode({"query": SHORT})
            answers = throughput(ours + short), throughput(peer + short)
            page = f"http://127.0.0.1:{ours_port}/doc/russia.html"
            server = f"Oxigraph {version('oxigraph')}'s server, on disk"
            more = throughput_rows((pid, f"{ours}query="), (other_pid, f"{peer}query="), server, page)
    mine, theirs = ([statistics.geometric_mean(pair[side] for pair in pairs)] for side in (0, 1))
    ratios = [theirs / mine for mine, theirs in pairs]
    worst = f"least {min(ratios):.2f}, median {statistics.median(ratios):.2f} times as good"
    return [
        Row("serve, shipped data: start", server, [start], [other_start], "s", note="the peer's data loaded before"),
        Row(
            "serve, shipped data: ask",
            server,
            mine,
            theirs,
            "ms",
            note=f"geometric mean of {len(pairs)} questions over HTTP; {worst}",
        ),
        Row(
            f"serve, shipped data: {CLIENTS} clients",
            server,
            [1000 / answers[0]],
            [1000 / answers[1]],
            "ms an answer",
            note=f"{answers[0]:,.0f} : {answers[1]:,.0f} answers a second to a short query, the same each time",
        ),
        *more,
    ]
