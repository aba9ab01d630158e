"""`python -m tests.benchmarks.endpoint`: `upheaval serve` beside the plain Oxigraph server, on the build in build/.

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
from pathlib import Path
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from tests.load.stores import free_port
from upheaval.load.build import open_build

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, CLIENTS, SECONDS = 9, 4, 5.0
SHORT = "SELECT ?p ?o { <https://w3id.org/axis-of-upheaval/russia> ?p ?o } LIMIT 20"


def fetch(url: str) -> None:
    """Ask once."""
    request = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


@contextlib.contextmanager
def started(command: list[str], port: int, probe: str) -> Iterator[float]:
    """Start a server and yield the seconds from the start of its process to its first answer."""
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
        yield time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait(60)


def interleaved(ours: str, peer: str) -> tuple[float, float]:
    """Return the median milliseconds of two addresses, asked in turn."""
    times: dict[str, list[float]] = {ours: [], peer: []}
    for _ in range(ROUNDS):
        for url, taken in times.items():
            begin = time.perf_counter()
            fetch(url)
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


def main() -> None:
    """Print the time to start, the latency of each question, and the throughput of a short query."""
    build = open_build(ROOT / "build")
    questions = build.questions()
    bin_ = Path(sys.executable).parent
    ours_port, peer_port = free_port(), free_port()
    ours, peer = f"http://127.0.0.1:{ours_port}/sparql?", f"http://127.0.0.1:{peer_port}/query?union-default-graph=&"
    serve = [str(bin_ / "upheaval"), "serve", "--build", str(build.folder), "--port", str(ours_port)]
    serve += ["--seconds", "60", "--rows", "1000000"]
    table = Table(title="milliseconds, medians; answers a second")
    for column in ("question", "upheaval serve", "oxigraph serve-read-only", "ratio"):
        table.add_column(column)
    with tempfile.TemporaryDirectory() as folder:
        load = [str(bin_ / "oxigraph"), "load", "--location", folder, "--file", str(build.quads)]
        subprocess.run(load, check=True, capture_output=True, timeout=120)
        plain = [str(bin_ / "oxigraph"), "serve-read-only", "--location", folder, "--bind", f"127.0.0.1:{peer_port}"]
        with (
            started(serve, ours_port, "/health") as start,
            started(plain, peer_port, "/query?query=ASK%7B%7D"),
        ):
            fetch(f"http://127.0.0.1:{ours_port}/reconcile")  # what is made ahead in the background is done
            ratios = []
            for name, text in {"(one record)": SHORT, **questions}.items():
                query = urlencode({"query": text})
                mine, theirs = interleaved(ours + query, peer + query)
                ratios.append(mine / theirs)
                table.add_row(name, f"{mine:.1f}", f"{theirs:.1f}", f"{mine / theirs:.2f}")
            query = urlencode({"query": SHORT})
            mine, theirs = throughput(ours + query), throughput(peer + query)
            name = f"(one record), {CLIENTS} clients, /s"
            table.add_row(name, f"{mine:.0f}", f"{theirs:.0f}", f"{mine / theirs:.2f}")
    table.caption = f"first /health after {start:.2f} s; median of the ratios of time {statistics.median(ratios):.2f}"
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
