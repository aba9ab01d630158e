"""The limits hold, are declared, and nobody else notices."""

import concurrent.futures
import contextlib
import os
import signal
import time
from urllib.parse import urlencode

from tests.serve.support import CRASH, CROSS, Answer, Running

MANY = "SELECT * { ?s ?p ?o }"


def gone(pid: int) -> bool:
    """Return whether a process has ended, also where nobody has asked for its status yet."""
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def settled(server: Running, workers: int = 2) -> list[int]:
    """The worker processes, once there are as many as there should be."""
    for _ in range(100):
        if len(pids := server.children()) == workers:
            return pids
        time.sleep(0.05)
    raise AssertionError(server.children())


def cpu(pid: int) -> int:
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()  # noqa: SIM115
    return int(fields[11]) + int(fields[12])


def test_time(strict: Running) -> None:
    before = settled(strict)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        begin = time.monotonic()
        slow = pool.submit(strict.post, CROSS)
        time.sleep(0.2)
        other = time.monotonic()
        assert strict.post("ASK {}", source="127.0.0.2").status == 200
        assert time.monotonic() - other < 0.5
        answer: Answer = slow.result()
    assert answer.status == 503
    assert time.monotonic() - begin < 2.5
    assert int(answer.headers["retry-after"]) >= 1
    assert "1 s" in answer.json()["detail"]
    killed = [pid for pid in before if gone(pid)]
    assert len(killed) == 1  # the process is gone, and with it the load
    after = settled(strict)
    assert set(after) - set(before)
    used = sum(cpu(pid) for pid in after)
    time.sleep(0.3)
    assert sum(cpu(pid) for pid in after) - used <= 2  # ticks of 10 ms: no worker computes


def test_rows_are_cut_and_said_to_be(strict: Running) -> None:
    answer = strict.post(MANY)
    assert answer.headers["upheaval-truncated"] == "rows; limit=50"
    found = answer.json()
    assert len(found["results"]["bindings"]) == 50
    assert found["truncated"] == {"by": "rows", "limit": 50}
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
    assert "truncated" not in whole.json()
    assert strict.get("/doc/arvenia.ttl").headers["upheaval-truncated"]
    assert "truncated" in strict.get("/doc/arvenia.html").text


def test_bytes_are_cut_and_said_to_be(strict: Running) -> None:
    text = "x" * 10_000
    answer = strict.post(f'SELECT ?s ("{text}" AS ?t) {{ ?s a ?c }} LIMIT 40')
    assert answer.headers["upheaval-truncated"] == "bytes; limit=200000"
    assert len(answer.body) <= 201_000
    assert answer.json()["truncated"]["by"] == "bytes"


def test_length(strict: Running) -> None:
    query = "ASK {} #" + "x" * 40_000
    assert strict.post(query).status == 413
    assert strict.get("/sparql?" + urlencode({"query": query})).status == 414
    assert strict.post("ASK {} #" + "x" * 39_000).status == 200


def test_concurrency(strict: Running) -> None:
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


def test_crash_of_a_worker(strict: Running) -> None:
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


def test_loss_of_the_zygote(strict: Running) -> None:
    workers = settled(strict)
    zygote = int(open(f"/proc/{workers[0]}/stat").read().rpartition(")")[2].split()[1])  # noqa: SIM115
    os.kill(zygote, signal.SIGKILL)
    assert strict.post(CROSS).status == 503
    for _ in range(100):
        if strict.get("/health").json()["workers"] == 2 and strict.post("ASK {}").status == 200:
            break
        time.sleep(0.1)
    assert len(settled(strict)) == 2
    assert all(gone(pid) for pid in workers)


def test_memory_of_a_query(strict: Running) -> None:
    doubling = " ".join(f"BIND (CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(30))
    answer = strict.post(f'SELECT (STRLEN(?v30) AS ?n) {{ BIND ("0123456789" AS ?v0) {doubling} }}')
    assert answer.status == 503  # 10 GB asked for, 256 MiB allowed
    assert strict.post("ASK {}").status == 200


def test_a_client_that_goes_away_frees_its_worker(server: Running) -> None:
    before = server.metric('upheaval_workers_replaced{reason="cancelled"}')
    with contextlib.suppress(TimeoutError):
        server.get("/sparql?" + urlencode({"query": CROSS}), seconds=0.5)
    for _ in range(40):
        if server.metric('upheaval_workers_replaced{reason="cancelled"}') > before:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the worker still computes")
    assert server.metric("upheaval_workers_busy") == 0
