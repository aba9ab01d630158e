"""The application in the server's own process: it admits requests, hands them to the workers, and keeps the answers.

It decides nothing itself about what is asked for; all that costs time, or reads what a stranger sends, happens in the
workers. It sends files, which a worker cannot open, and answers /health and /metrics.
"""

import asyncio
import contextlib
import json
import logging
import time
from typing import Any

from starlette.types import Receive, Scope, Send

from upheaval.serve.admission import Admission, Displaced, TimedOut
from upheaval.serve.admitted import run_admitted
from upheaval.serve.channels import Crashed
from upheaval.serve.codings import choose_coding
from upheaval.serve.delivery import Answer, Delivery, answer_of
from upheaval.serve.gate import Gate
from upheaval.serve.generations import Generation, Generations
from upheaval.serve.html import HERE
from upheaval.serve.limits import Limits
from upheaval.serve.observing import Journal, Metrics, fingerprint
from upheaval.serve.problems import Problem, busy
from upheaval.sources.reserved import owned

LOG = logging.getLogger(__name__)
STATIC = {"style.css": "text/css; charset=utf-8", "query.js": "text/javascript; charset=utf-8"}
PASSED = ("accept", "content-type", "content-encoding")
"""The header fields of which an answer may depend, but for those that the gateway itself looks at."""
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, POST, OPTIONS",
}
PATHS = ("/-/{name}", "/health", "/health/live", "/health/ready", "/metrics")
"""What the gateway answers itself."""
_STATIC, _HEALTH, _METRICS = owned("/-/"), owned("/health"), owned("/metrics")


class Gateway:
    """The ASGI application."""

    def __init__(self, generations: Generations, limits: Limits, gate: Gate) -> None:
        self.generations, self.limits, self.gate = generations, limits, gate
        self.metrics = Metrics()
        self.journal = Journal(self.metrics)
        self.admission = Admission(limits)
        self.delivery = Delivery(limits)
        gate.refused = lambda status: self.metrics.count("connection", status, 0.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            raise RuntimeError("this application speaks HTTP alone")
        began = time.perf_counter()
        noted: dict[str, Any] = {}
        status = size = 0
        try:
            try:
                answer = await self._answer(scope, receive, noted)
            except Problem as problem:
                answer = answer_of(problem)
            except _Gone:
                status = 499
                return
            except Exception:
                LOG.exception("a request has failed")
                answer = answer_of(Problem(500, "internal error; it has been logged"))
            if "upheaval-snapshot" not in answer.names:
                answer = answer.with_fields({b"upheaval-snapshot": self.generations.current.name})
            status, size = await self.delivery.send(answer, scope, receive, send)
        finally:
            self.journal.record(scope["method"], noted.pop("route", "none"), status or 499, began, size, noted)

    def find(self, request: bytes) -> tuple[bytes, bytes] | None:
        """Return a kept answer to the very same bytes as before, or None."""
        found = self.generations.current.ready.get(request)
        if found is None:
            return None
        self.journal.record("GET", found.route, found.status, time.perf_counter(), found.size)
        return found.head, found.rest

    async def _answer(self, scope: Scope, receive: Receive, noted: dict[str, Any]) -> Answer:
        path, fields = scope["path"], _fields(scope, self.limits)
        connection = scope.get("upheaval.connection")
        if path == _HEALTH or path.startswith(f"{_HEALTH}/"):
            return self._health(path, noted)
        if connection is not None and connection.only_health:
            raise Problem(503, "too many connections; try again shortly", {"Connection": "close", "Retry-After": "5"})
        if path == _METRICS:
            return self._show_metrics(noted)
        if path.startswith(_STATIC):
            return self._static(path, noted)
        if scope["method"] == "OPTIONS":
            return Answer.made(200, _PREFLIGHT)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        body = await _body(fields, receive, self.limits) if method == "POST" else b""
        coding = choose_coding(fields.get("accept-encoding", ""))
        passed = {name: fields[name] for name in PASSED if name in fields}
        generation = await self._generation(path)
        key = (method, path, scope["query_string"], tuple(passed.items()), coding, body)
        answer = generation.answers.get(key)
        if answer is None:
            job = {
                "method": method, "path": path, "query": scope["query_string"].decode("latin-1"), "headers": passed,
                "coding": coding,
            }  # fmt: skip
            generation.using += 1
            try:
                answer = await self._from_worker(generation, job, body, scope, noted)
            finally:
                generation.using -= 1
            if answer.keep and len(answer.body) <= self.limits.cache * 131072:
                with contextlib.suppress(ValueError):  # too large
                    generation.answers[key] = answer
        noted |= answer.noted
        answer = answer.conditional(fields)
        if method == "GET" and connection is not None and generation is self.generations.current:
            self.delivery.remember(generation.ready, answer, scope, connection, noted.get("route", "none"))
        return answer

    async def _from_worker(
        self, generation: Generation, job: dict[str, Any], body: bytes, scope: Scope, noted: dict[str, Any]
    ) -> Answer:
        address = scope["client"][0] if scope["client"] else ""
        if self.limits.per_client and self.gate.unread(address) > 2 * self.limits.answer_bytes:
            raise busy(429, "this address has answers to read first", self.limits.receive_seconds)
        if job["path"].startswith("/reconcile"):
            await generation.pool.warm.wait()
        queried = job["path"].startswith("/sparql")
        try:
            head, document = await self._run(generation, job, body, address, scope)
        except (TimedOut, Displaced, Crashed) as stopped:
            if queried:
                noted |= {"route": "sparql", "query": fingerprint(job["query"] + body.decode("latin-1"))}
            noted["outcome"], problem = self._stopped(stopped)
            if queried:
                self.metrics.queries.labels(noted["outcome"]).inc()
            raise problem from None
        if outcome := head["noted"].get("outcome"):
            self.metrics.queries.labels(outcome).inc()
        answer = Answer.of(head, document, generation.name)
        if head["file"]:
            file = generation.files.file(head["file"])

            def run(job: dict[str, Any], body: bytes) -> Any:
                return self._run(generation, job, body, address, scope)

            answer = await self.delivery.file(answer, file, job["coding"], run)
        return answer

    def _stopped(self, reason: Exception) -> tuple[str, Problem]:
        seconds = self.limits.seconds
        if isinstance(reason, TimedOut):
            return "timeout", busy(503, f"the request ran longer than {seconds:g} s and was stopped", seconds)
        if isinstance(reason, Displaced):
            ran = reason.args[0]
            return "displaced", busy(503, f"the request was stopped after {ran:.1f} s, because others wait", seconds)
        return "crash", busy(503, "the request used too much memory or crashed the engine, and was stopped", seconds)

    async def _run(
        self, generation: Generation, job: dict[str, Any], body: bytes, address: str, scope: Scope
    ) -> tuple[dict[str, Any], bytes]:
        """Run a job, and stop it if the client leaves."""
        connection = scope.get("upheaval.connection")
        task = asyncio.current_task()
        if connection is not None and task is not None:
            connection.gone = task.cancel
        try:
            return await run_admitted(generation.pool, self.admission, address, job, body)
        except asyncio.CancelledError:
            if connection is not None and connection.transport.is_closing():
                raise _Gone from None
            raise
        finally:
            if connection is not None:
                connection.gone = None

    async def _generation(self, path: str) -> Generation:
        """Return the build that a path belongs to: a released version's, or the current one."""
        version, slash, rest = path[1:].partition("/")
        found = self.generations.released.get(version)
        if found is None or not slash or not rest or found.folder is None:
            return self.generations.current
        try:
            return await self.generations.of(version)
        except Crashed:
            raise Problem(503, f"the files of version {version} on this server have been changed") from None

    def _health(self, path: str, noted: dict[str, Any]) -> Answer:
        """Report health: /health is 200 if requests can be answered; /health/live, as long as this process can."""
        noted["route"] = "health"
        generation = self.generations.current
        if path not in (_HEALTH, f"{_HEALTH}/live", f"{_HEALTH}/ready"):
            raise Problem(404, "not found")
        ready = generation.pool.ready
        state = {
            "status": "ok" if ready else "no workers",
            "ready": ready,
            "version": generation.pool.about.get("version", ""),
            "snapshot": generation.files.name,
            "workers": len(generation.pool.pids),
        }
        status = 200 if ready or path.endswith("/live") else 503
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        if status == 503:
            headers["Retry-After"] = "2"
        return Answer.made(status, headers, json.dumps(state, separators=(",", ":")).encode())

    def _show_metrics(self, noted: dict[str, Any]) -> Answer:
        """Return the metrics in Prometheus's text format."""
        noted["route"] = "metrics"
        pool = self.generations.current.pool
        self.metrics.busy.set(pool.busy)
        self.metrics.waiting.set(self.admission.waiting)
        self.metrics.connections.set(len(self.gate))
        for gauge, counts in (
            (self.metrics.replaced, pool.lost),
            (self.metrics.refused, self.admission.refused),
            (self.metrics.reloads, self.generations.reloads),
            (self.metrics.triples, pool.about.get("triples", {})),
        ):
            for name, count in counts.items():
                gauge.labels(name).set(count)
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
        return Answer.made(200, headers, self.metrics.text())

    def _static(self, path: str, noted: dict[str, Any]) -> Answer:
        """Return the style sheet, or the script of the query page."""
        noted["route"] = "static"
        name = path.removeprefix(_STATIC)
        if name not in STATIC:
            raise Problem(404, "not found")
        headers = {"Content-Type": STATIC[name], "Cache-Control": "public, max-age=300"}
        return Answer.made(200, headers, (HERE / "static" / name).read_bytes())


class _Gone(Exception):
    """Raised if the client has left."""


def _fields(scope: Scope, limits: Limits) -> dict[str, str]:
    """Return the header fields by name; those sent in several lines are joined (RFC 9110 section 5.3).

    Raises:
        Problem: 431 if they are too long, 400 if there is not one Host field (RFC 9112 section 3.2).

    """
    found: dict[str, str] = {}
    size = hosts = 0
    for raw, value in scope["headers"]:
        size += len(raw) + len(value) + 4
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        hosts += name == "host"
        found[name] = f"{found[name]}, {text}" if name in found else text
    if size > limits.header_bytes:
        raise Problem(431, f"the limit for header fields is {limits.header_bytes} bytes", {"Connection": "close"})
    if hosts != 1 and scope["http_version"] == "1.1":
        raise Problem(400, "a request must have one Host field", {"Connection": "close"})
    return found


async def _body(fields: dict[str, str], receive: Receive, limits: Limits) -> bytes:
    """Return a request's body, of at most three times the query limit, because forms are percent-encoded.

    Raises:
        Problem: 413 if it is longer, whether or not it declares its length; 400 if it is incomplete.

    """
    most = 3 * limits.query_bytes
    announced = fields.get("content-length", "")
    problem = Problem(413, f"the limit is {most} bytes", {"Connection": "close"})
    if announced.isdigit() and (len(announced) > 12 or int(announced) > most):
        raise problem
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "the request body is incomplete")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise problem
    return bytes(body)
