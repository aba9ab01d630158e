"""A server in a process of its own, and a client that follows nothing and hides nothing."""

import contextlib
import hashlib
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from upheaval.build.export import export
from upheaval.build.folder import write_build
from upheaval.populate.assembly import Assembly
from upheaval.store.integrity import file_hash
from upheaval.store.releases import Release, release_file

PATIENCE = 60.0  # seconds after which a test gives up; machines that run tests may be slow
NAMESPACE = "https://example.org/northern-pact/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER (?a != ?g) }"
CRASH = "SELECT * { " + "{" * 19000 + "?s ?p ?o" + "}" * 19000 + " }"


class Answer:
    """One response."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], base: str) -> None:
        self.process, self.base = process, base
        self.endpoint = f"{base}sparql"
        self.port = urlsplit(base).port or 0

    def get(
        self,
        path: str,
        accept: str | None = None,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
        seconds: float = PATIENCE,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds, source_address=(source, 0))
        try:
            given = {**({"Accept": accept} if accept is not None else {}), **(headers or {})}
            connection.request(method, path, body, given)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ask(self, query: str, accept: str | None = None, source: str = "127.0.0.1", **more: str) -> Answer:
        return self.get("/sparql?" + urlencode({"query": query, **more}), accept, source=source)

    def post(
        self, query: str, accept: str | None = None, source: str = "127.0.0.1", seconds: float = PATIENCE
    ) -> Answer:
        headers = {"Content-Type": "application/sparql-query"}
        return self.get("/sparql", accept, "POST", query.encode(), headers, source, seconds)

    def metric(self, name: str) -> float:
        lines = self.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    def children(self) -> list[int]:
        """The process ids of the workers: the grandchildren of the server."""
        return [pid for zygote in descend(self.process.pid) for pid in descend(zygote)]

    def memory(self) -> float:
        """MiB of the server process."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")) / 1024


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.03)


def gone(pid: int) -> bool:
    """Return whether a process has ended, also where nobody has asked for its status yet."""
    try:
        return stat(pid)[0] == "Z"
    except OSError:
        return True


def stat(pid: int) -> list[str]:
    """What /proc says of a process, after its name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def settled(server: Running, workers: int = 2) -> list[int]:
    """The worker processes, once there are as many as there should be and none runs a query."""
    until(
        lambda: (
            len(server.children()) == workers == server.get("/health").json()["workers"]
            and server.metric("upheaval_workers_busy") == 0
        ),
        "the workers are not complete and idle",
    )
    return server.children()


def descend(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


@contextlib.contextmanager
def running(build: Path, *options: str, log: Path | None = None) -> Iterator[Running]:
    store = [] if "--store" in options else ["--store", str(build.parent / "store")]
    command = [sys.executable, "-m", "upheaval.cli.serve", "--build", str(build), "--port", "0", *store, *options]
    out = log.open("w") if log else subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        if " at http" not in line:
            pytest.fail(f"the server did not start: {line}{process.stderr.read()}")
        base, _, listening = line.rsplit(" at ", 1)[1].strip().partition(", listening on ")
        server = Running(process, f"http://{listening}/" if listening else base)
        server.get("/reconcile")  # answered when everything is prepared, and the workers have been renewed
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()
        if log:
            out.close()  # type: ignore[union-attr]


def make_build(world: Assembly, folder: Path, more: bytes = b"") -> Path:
    """Write the world's build, with more N-Quads in its dataset."""
    files = dict(export(world))
    name = next(path for path in files if path.endswith(".nq"))
    files[name] += more
    manifest = json.loads(files["manifest.json"])
    manifest["files"][name] = {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
    files["manifest.json"] = json.dumps(manifest).encode()
    write_build(files, folder)
    return folder


def label(name: str, text: str) -> bytes:
    """Write a statement that something in the world has a label."""
    return f'<{NAMESPACE}{name}> <{LABEL}> "{text}"@en <{NAMESPACE}graph/data> .\n'.encode()


def release(root: Path, world: Assembly, version: str, more: bytes, **said: Any) -> Path:
    """Add a release: the world's build under another number, with more statements."""
    publication = replace(world.publication, version=version)
    numbered = replace(world, schema=replace(world.schema, publication=publication))
    build = make_build(numbered, root / ".made" / version, more)
    manifest = json.loads((build / "manifest.json").read_bytes())
    known = Release(version, "2026-01-01", file_hash(build / "manifest.json"), manifest["rdfc10_sha256"], **said)
    release_file(root, version).parent.mkdir(exist_ok=True)
    release_file(root, version).write_bytes(known.render())
    return build
