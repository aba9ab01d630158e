"""The limits hold, are declared, and nobody else notices."""

import concurrent.futures
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from tests.serve.support import (
    CRASH,
    CROSS,
    PATIENCE,
    Answer,
    Running,
    descend,
    gone,
    running,
    settled,
    stat,
    until,
)  # fmt: skip

MANY = "SELECT * { ?s ?p ?o }"


def cpu(pids: list[int]) -> int:
    """Ticks of 10 ms that processes have computed so far."""
    return sum(int(ticks) for pid in pids for ticks in stat(pid)[11:13])


def runs_or_has_run(server: Running, query: "concurrent.futures.Future[Answer]") -> None:
    until(lambda: query.done() or server.metric("upheaval_workers_busy") == 1, "the query does not run")


def test_a_query_is_stopped_after_the_time_limit(strict: Running) -> None:
    for _ in range(8):  # until the other query has run while the slow one did
        before = settled(strict)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            slow = pool.submit(strict.post, CROSS)
            runs_or_has_run(strict, slow)
            assert strict.post("ASK {}", source="127.0.0.2").status == 200
            beside = not slow.done()
            answer: Answer = slow.result()
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "1 s" in answer.json()["detail"]
        assert sum(gone(pid) for pid in before) == 1  # the process is gone, and with it the load
        after = settled(strict)
        assert set(after) - set(before)
        if beside:
            break
    else:
        raise AssertionError("the slow query kept others waiting")

    def idle() -> bool:
        used = cpu(after)
        time.sleep(0.3)
        return cpu(after) - used <= 2

    until(idle, "a worker still computes")


def test_rows_beyond_the_limit_are_cut_and_declared(strict: Running) -> None:
    answer = strict.post(MANY)
    assert answer.headers["upheaval-truncated"] == "rows; limit=50"
    found = answer.json()
    assert len(found["results"]["bindings"]) == 50
    assert found["head"]["truncated"] == {"by": "rows", "limit": 50}
    assert found["head"]["link"]
    xml = strict.post(MANY, "application/sparql-results+xml")
    assert "<link href=" in xml.text
    csv = strict.post(MANY, "text/csv")
    assert csv.headers["upheaval-truncated"]
    assert "truncated.csv" in csv.headers["content-disposition"]
    graph = strict.post("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples")
    assert graph.headers["upheaval-truncated"]
    assert len(graph.text.splitlines()) == 50
    whole = strict.post(f"{MANY} LIMIT 50")
    assert "upheaval-truncated" not in whole.headers
    assert "truncated" not in whole.json()["head"]
    for form in (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML):  # a strict parser reads both all the same
        parsed = ox.parse_query_results(answer.body if form == ox.QueryResultsFormat.JSON else xml.body, format=form)
        assert isinstance(parsed, ox.QuerySolutions)
        assert len(list(parsed)) == 50
    assert strict.get("/doc/arvenia.ttl").headers["upheaval-truncated"]
    assert "truncated" in strict.get("/doc/arvenia.html").text


def test_bytes_beyond_the_limit_are_cut_and_declared(strict: Running) -> None:
    text = "x" * 10_000
    answer = strict.post(f'SELECT ?s ("{text}" AS ?t) {{ ?s a ?c }} LIMIT 40')
    assert answer.headers["upheaval-truncated"] == "bytes; limit=200000"
    assert len(answer.body) <= 201_000
    assert answer.json()["head"]["truncated"]["by"] == "bytes"


def test_a_query_that_is_too_long_is_refused(strict: Running) -> None:
    query = "ASK {} #" + "x" * 40_000
    assert strict.post(query).status == 413
    assert strict.get("/sparql?" + urlencode({"query": query})).status == 414
    assert strict.post("ASK {} #" + "x" * 39_000).status == 200


def test_queries_beyond_the_limits_are_refused_with_retry_after(strict: Running) -> None:
    settled(strict)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        greedy = list(pool.map(lambda _: strict.post(CROSS, source="127.0.0.3"), range(6)))
    statuses = [answer.status for answer in greedy]
    assert statuses.count(429) == 3  # one address may run or wait with three
    assert all(answer.headers["retry-after"] for answer in greedy)
    settled(strict)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        many = list(pool.map(lambda n: strict.post(CROSS, source=f"127.0.0.{n}"), range(10, 20)))
    assert {answer.status for answer in many} == {503}
    assert any("waiting" in answer.json()["detail"] for answer in many)
    settled(strict)
    assert strict.post("ASK {}").status == 200


def test_a_crashed_worker_is_replaced(strict: Running) -> None:
    before = settled(strict)
    answer = strict.post(CRASH)
    assert answer.status == 503  # the parser's stack overflows: the process dies, the server does not
    assert "retry-after" in answer.headers
    assert strict.post("ASK {}").status == 200
    after = settled(strict)
    assert set(before) != set(after)
    os.kill(after[0], signal.SIGKILL)
    os.kill(after[1], signal.SIGKILL)
    statuses = [strict.post("ASK {}").status for _ in range(6)]
    assert statuses[-1] == 200
    assert len(settled(strict)) == 2


def test_a_lost_zygote_is_replaced(strict: Running) -> None:
    workers = settled(strict)
    zygote = int(stat(workers[0])[1])
    os.kill(zygote, signal.SIGKILL)
    assert strict.post(CROSS).status == 503

    def back() -> bool:
        prepared = strict.get("/reconcile").status == 200
        return prepared and strict.get("/health").json()["workers"] == 2 and strict.post("ASK {}").status == 200

    until(back, "no workers come back")
    assert len(settled(strict)) == 2
    assert all(gone(pid) for pid in workers)


def test_a_query_that_uses_too_much_memory_is_stopped(strict: Running) -> None:
    doubling = " ".join(f"BIND (CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(30))
    answer = strict.post(f'SELECT (STRLEN(?v30) AS ?n) {{ BIND ("0123456789" AS ?v0) {doubling} }}')
    assert answer.status == 503  # 10 GB asked for, 256 MiB allowed
    assert strict.post("ASK {}").status == 200


def test_a_client_that_goes_away_frees_its_worker(server: Running) -> None:
    before = server.metric('upheaval_workers_replaced{reason="cancelled"}')
    with contextlib.suppress(TimeoutError):
        server.get("/sparql?" + urlencode({"query": CROSS}), seconds=0.5)
    until(lambda: server.metric('upheaval_workers_replaced{reason="cancelled"}') > before, "the worker still computes")
    assert server.metric("upheaval_workers_busy") == 0


@pytest.mark.slow
def test_running_requests_are_answered_before_the_server_stops(build: Path) -> None:
    """SIGTERM: nobody else is let in, who is there gets an answer, and the status is 0."""
    with running(build, "--workers", "1", "--seconds", "3") as server, concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.post, CROSS)
        runs_or_has_run(server, asked)
        assert not asked.done()
        server.process.send_signal(signal.SIGTERM)
        assert "ran longer than 3 s" in asked.result().json()["detail"]
        assert server.process.wait(PATIENCE) == 0
        with pytest.raises(ConnectionRefusedError):
            server.get("/health")


@pytest.mark.slow
def test_nothing_outlives_a_server_that_was_killed(build: Path) -> None:
    with running(build, "--workers", "1") as server:
        own = [*descend(server.process.pid), *settled(server, 1)]
        assert len(own) == 2
        server.process.kill()
        until(lambda: all(gone(pid) for pid in own), "a process is left")


@pytest.mark.slow
def test_a_build_that_was_tampered_with_is_refused(build: Path, tmp_path: Path) -> None:
    shutil.copytree(build, tmp_path / "build")
    path = next((tmp_path / "build").glob("*.nq"))
    path.write_bytes(path.read_bytes().replace(b"Arvenia", b"Arvenja"))
    command = [sys.executable, "-m", "upheaval.cli.serve", "--build", str(tmp_path / "build"), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "has another SHA-256 than the manifest says (build it again)" in done.stderr
