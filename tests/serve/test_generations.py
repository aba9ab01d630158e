"""Builds are swapped whole or not at all, while everybody is answered; a server that cannot answer ends."""

import contextlib
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.serve.support import PATIENCE, Running, descend, label, make_build, running, settled, until
from upheaval.populate.assembly import Assembly

pytestmark = pytest.mark.slow
QUERY = "SELECT ?l { <arvenia> <http://www.w3.org/2000/01/rdf-schema#label> ?l } # "


def copy_over(build: Path, target: Path) -> None:
    """Put another build into a folder file by file, as `cp` does: the manifest comes in the middle."""
    for file in sorted(build.rglob("*")):
        if file.is_file():
            (target / file.relative_to(build)).parent.mkdir(parents=True, exist_ok=True)
            (target / file.relative_to(build)).write_bytes(file.read_bytes())


@contextlib.contextmanager
def asking(server: Running) -> Iterator[Counter[tuple[int, str]]]:
    """Ask without pause from another thread, and count the answers by status and snapshot."""
    seen: Counter[tuple[int, str]] = Counter()
    over = threading.Event()

    def ask() -> None:
        number = 0
        while not over.is_set():
            number += 1
            for answer in (
                server.post(f"{QUERY}{number}"),
                server.get("/manifest.json"),
                server.get("/doc/arvenia.ttl"),
            ):
                seen[answer.status, answer.headers.get("upheaval-snapshot", "")] += 1

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def test_builds_are_swapped_whole_while_everybody_is_answered(world: Assembly, tmp_path: Path) -> None:
    first = make_build(world, tmp_path / "build", label("arvenia", "First"))
    second = make_build(world, tmp_path / "second", label("arvenia", "Second"))
    third = make_build(world, tmp_path / "third", label("arvenia", "Third"))
    log = tmp_path / "log"
    with running(first, "--per-client", "0", "--watch", log=log) as server, asking(server) as seen:

        def snapshot() -> str:
            return server.get("/doc/arvenia.ttl").headers["upheaval-snapshot"]

        before = snapshot()
        tag = server.get("/doc/arvenia.ttl").headers["etag"]
        assert "First" in server.post(QUERY).text
        copy_over(second, first)
        until(lambda: snapshot() != before, "the new build is not taken")
        after = snapshot()
        assert "Second" in server.post(QUERY).text
        assert server.get("/doc/arvenia.ttl", headers={"If-None-Match": tag}).status == 200
        assert server.get("/health").json()["snapshot"].startswith(after)

        quads = next(first.glob("*.nq"))
        quads.write_bytes(quads.read_bytes()[:-100])  # half written
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "build refused" in log.read_text(), "nothing is said of the damaged build")
        (first / "manifest.json").write_bytes(b"{")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: log.read_text().count("build refused") >= 2, "nothing is said of the damaged manifest")
        assert snapshot() == after
        assert "Second" in server.post(QUERY).text
        assert server.metric('upheaval_builds{outcome="refused"}') >= 2

        copy_over(third, first)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: snapshot() not in (before, after), "SIGHUP takes no build")
        assert "Third" in server.post(QUERY).text
        kept = [folder.name[:16] for folder in (tmp_path / "store" / ".upheaval" / "snapshots").iterdir()]
        until(lambda: len(server.children()) == 2, "the former workers are still there")
        assert snapshot() in kept
    assert {status for status, _ in seen} == {200}
    assert len({name for _, name in seen}) == 3


def test_a_build_in_the_store_is_served_from_there(world: Assembly, tmp_path: Path) -> None:
    build = make_build(world, tmp_path / "build")
    with running(build) as server:
        name = server.get("/health").json()["snapshot"]
        (build / "manifest.json").unlink()
        shutil.rmtree(build)
        assert server.get("/doc/arvenia.ttl").status == 200
        assert server.get("/northern-pact.ttl").status == 200
    stored = tmp_path / "store" / ".upheaval" / "snapshots" / name
    with running(stored, "--store", str(tmp_path / "store")) as server:
        assert server.get("/health").json()["snapshot"] == name
    assert [folder.name for folder in stored.parent.iterdir()] == [name]


def test_a_server_that_cannot_answer_ends_with_a_status(world: Assembly, tmp_path: Path) -> None:
    build = make_build(world, tmp_path / "build")
    with running(build) as server:
        settled(server)
        assert server.get("/health/ready").status == server.get("/health/live").status == 200
        shutil.rmtree(tmp_path / "store")
        (zygote,) = descend(server.process.pid)
        os.kill(zygote, signal.SIGKILL)
        with contextlib.suppress(OSError):
            while server.process.poll() is None:
                ready, live = server.get("/health/ready"), server.get("/health/live")
                assert (ready.status, live.status) in ((503, 200), (200, 200))
                time.sleep(0.02)
        assert server.process.wait(PATIENCE) == 1


def test_requests_whose_worker_is_killed_are_answered(world: Assembly, tmp_path: Path) -> None:
    build = make_build(world, tmp_path / "build")
    with running(build, "--per-client", "0") as server:
        settled(server)
        with asking(server) as seen:
            for _ in range(12):
                for pid in server.children()[:1]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.2)
        assert {status for status, _ in seen} == {200}
        assert server.metric('upheaval_workers_replaced{reason="crash"}') > 0


def test_pages_stay_those_of_the_build(world: Assembly, tmp_path: Path) -> None:
    """A page is compared with its hash; one that was changed in the store is not sent."""
    from upheaval.site.rendering import render

    build = make_build(replace(world), tmp_path / "build")
    render(world.publication.root, build, build / "site")
    with running(build) as server:
        page = server.get("/arvenia/")
        assert (page.status, page.media) == (200, "text/html")
        shutil.rmtree(build / "site")
        assert server.get("/belmora/").status == 200
        for place in (tmp_path / "store" / ".upheaval" / "pages").glob("*/corvania/index.html"):
            place.write_text("changed")
        changed = server.get("/corvania/")
        assert (changed.status, "changed" in changed.text) == (503, True)
        assert changed.headers["x-content-type-options"] == "nosniff"
        assert server.get("/arvenia/").body == page.body
