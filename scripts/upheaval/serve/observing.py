"""An access log in JSON lines, without personal data, and Prometheus metrics."""

import hashlib
import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("upheaval.access")


class Metrics:
    """The metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("upheaval_requests", "Requests answered.", ("route", "status"), registry=self.registry)
        self.seconds = Histogram(
            "upheaval_request_seconds", "Time to answer a request.", ("route",), registry=self.registry
        )
        self.queries = Counter("upheaval_queries", "Queries, by outcome.", ("outcome",), registry=self.registry)
        self.busy = Gauge("upheaval_workers_busy", "Workers running a query.", registry=self.registry)
        self.waiting = Gauge("upheaval_queries_waiting", "Queries waiting for a worker.", registry=self.registry)
        self.replaced = Gauge(
            "upheaval_workers_replaced", "Workers replaced since the start.", ("reason",), registry=self.registry
        )
        self.triples = Gauge("upheaval_triples", "Triples, by named graph.", ("graph",), registry=self.registry)

    def text(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        return generate_latest(self.registry)


def fingerprint(query: str) -> str:
    """Return 16 digits of a query's SHA-256, so that equal queries can be counted but not read."""
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Observed:
    """ASGI middleware that logs and counts each request.

    A line has the time, method, route, status, milliseconds, bytes sent, and whatever a handler put into
    `request.state.noted`. It has nothing from the caller: no address, user agent or path.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request and record the response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin = time.perf_counter()
        noted: dict[str, Any] = {}
        scope.setdefault("state", {})["noted"] = noted
        status, size = 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            seconds = time.perf_counter() - begin
            route = noted.pop("route", "none")
            self.metrics.requests.labels(route, str(status or 499)).inc()
            self.metrics.seconds.labels(route).observe(seconds)
            line = {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "method": scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 10 else "other",
                "route": route,
                "status": status or 499,
                "ms": round(seconds * 1000, 1),
                "bytes": size,
                **noted,
            }
            LOG.info(json.dumps(line, separators=(",", ":")))
