"""An access log in JSON lines, without personal data, and Prometheus metrics."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LOG = logging.getLogger("upheaval.access")
_FLUSH_SECONDS = 0.2
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})


class Metrics:
    """The metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("upheaval_requests", "Requests answered.", ("route", "status"), registry=self.registry)
        self.seconds = Histogram(
            "upheaval_request_seconds", "Time to answer a request.", ("route",), registry=self.registry
        )
        self.queries = Counter(
            "upheaval_queries", "Queries that were run, by outcome.", ("outcome",), registry=self.registry
        )
        self.busy = Gauge("upheaval_workers_busy", "Workers that have a request.", registry=self.registry)
        self.waiting = Gauge("upheaval_queries_waiting", "Requests waiting for a worker.", registry=self.registry)
        self.replaced = Gauge(
            "upheaval_workers_replaced", "Workers replaced since the start.", ("reason",), registry=self.registry
        )
        self.refused = Gauge(
            "upheaval_refused", "Requests refused since the start, by reason.", ("reason",), registry=self.registry
        )
        self.connections = Gauge("upheaval_connections", "Open connections.", registry=self.registry)
        self.reloads = Gauge(
            "upheaval_builds", "Builds taken and refused since the start.", ("outcome",), registry=self.registry
        )
        self.triples = Gauge("upheaval_triples", "Triples, by named graph.", ("graph",), registry=self.registry)
        self._known: dict[tuple[str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        known = self._known.get((route, status))
        if known is None:
            known = self.requests.labels(route, str(status)).inc, self.seconds.labels(route).observe
            self._known[route, status] = known
        known[0]()
        known[1](seconds)

    def text(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        return generate_latest(self.registry)


def fingerprint(query: str) -> str:
    """Return 16 digits of a query's SHA-256, so that equal queries can be counted but not read."""
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Journal:
    """The access log and the counters; lines are written a few times a second, not one by one.

    A line has the time, method, route, status, milliseconds, bytes sent, and whatever the worker noted. It has nothing
    from the caller: no address, user agent, path or query.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self._lines: list[str] = []
        self._second, self._text = 0, ""

    def record(
        self, method: str, route: str, status: int, began: float, size: int, noted: dict[str, Any] | None = None
    ) -> None:
        """Record a response.

        Args:
            method, route, status: of the request and its response; 499 if the client had gone.
            began: when it arrived, by `time.perf_counter`.
            size: the bytes of the body.
            noted: what else goes into the line.

        """
        seconds = time.perf_counter() - began
        self.metrics.count(route, status, seconds)
        if not self._lines:
            asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)
        more = f",{json.dumps(noted, separators=(',', ':'))[1:-1]}" if noted else ""
        named = method if method in _METHODS else "other"
        self._lines.append(
            f'{{"time":"{self._now()}","method":"{named}","route":"{route}","status":{status},'
            f'"ms":{seconds * 1000:.1f},"bytes":{size}{more}}}'
        )

    def flush(self) -> None:
        """Write the lines."""
        if self._lines:
            LOG.info("\n".join(self._lines))
            self._lines.clear()

    def _now(self) -> str:
        now = time.time()
        if int(now) != self._second:
            self._second = int(now)
            self._text = datetime.fromtimestamp(self._second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._text}.{int(now % 1 * 1000):03d}+00:00"
