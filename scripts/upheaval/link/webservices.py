"""Polite HTTP to services of others: identified, one request at a time, retried as they ask, within limits.

Wikimedia's User-Agent policy and the query service's limits ask for this; other services are treated alike.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import httpx2

import upheaval
from upheaval.faults import Refusal, refuse
from upheaval.network import LOOPBACK, tls_context, why_failed

AGENT = f"upheaval/{upheaval.__version__} (https://w3id.org/statecraft)"
LARGEST = 256 << 20
"""The maximum size of an answer, in bytes."""

PATIENCE = 120.0
"""The longest wait that a service may ask for, in seconds."""

_AGAIN = frozenset({429, 500, 502, 503, 504})
_RULE = "link/service"


@dataclass(slots=True)
class WebService:
    """A service at an address.

    Attributes:
        url: its address.
        timeout: the time limit of an answer, in seconds.
        interval: the least time between two requests, in seconds; this machine's own services are not spared.
        tries: how often a request is sent before giving up.
        cache: a folder for answers, or None.
        fresh: how old an answer from the cache may be, in seconds.
        sleep: waits; tests give another.

    """

    url: str
    timeout: float = 60
    interval: float = 1.0
    tries: int = 5
    cache: Path | None = None
    fresh: float = 86_400
    sleep: Callable[[float], None] = time.sleep
    _last: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Refuse an address that is not one of a service.

        Raises:
            Refusal: it is not an http or https address.

        """
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            refuse(self.url, "is not the address of a service", "give one that begins with https://", rule=_RULE)

    def json(self, form: Mapping[str, str] | None, accept: str, suffix: str = "") -> Any:
        """Send a form (or, without one, a GET) and return the JSON of the answer.

        Raises:
            Refusal: the service cannot be reached, goes on refusing, or does not answer in JSON, in one clear line.

        """
        url = self.url + suffix
        key = hashlib.sha256(f"{url}\n{accept}\n{json.dumps(form, sort_keys=True)}".encode()).hexdigest()
        if (kept := self._kept(key)) is not None:
            return kept
        content, media = self._send(url, form, accept)
        if "json" not in media:
            what = "a web page" if "html" in media else media or "something without a type"
            refuse(url, f"answers with {what} instead of JSON", "check that this is the service's address", rule=_RULE)
        try:
            answer = json.loads(content)
        except ValueError:
            refuse(url, "answers with broken JSON; the answer may be cut off", "try again shortly", rule=_RULE)
        self._keep(key, content)
        return answer

    def _kept(self, key: str) -> Any:
        if self.cache is None:
            return None
        file = self.cache / f"{key}.json"
        try:
            if time.time() - file.stat().st_mtime < self.fresh:
                return json.loads(file.read_bytes())
        except (OSError, ValueError):
            return None
        return None

    def _keep(self, key: str, content: bytes) -> None:
        if self.cache is None:
            return
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            beside = self.cache / f".{key}.{os.getpid()}"
            beside.write_bytes(content)
            os.replace(beside, self.cache / f"{key}.json")
        except OSError as error:
            refuse(str(error.filename), f"cannot be written: {error.strerror}", "free up disk space", rule=_RULE)

    def _send(self, url: str, form: Mapping[str, str] | None, accept: str) -> tuple[bytes, str]:
        """Send a request until it is answered, and no more often than the service is to be tried."""
        for attempt in range(1, self.tries + 1):
            if urlsplit(url).hostname not in LOOPBACK:
                self.sleep(max(0.0, self._last + self.interval - time.monotonic()))
            wait = 2.0 ** (attempt - 1)
            try:
                status, headers, content = self._once(url, form, accept)
            except Refusal:
                if attempt == self.tries:
                    raise
            else:
                if status == 200:
                    return content, headers.get("Content-Type", "").partition(";")[0].strip().lower()
                wait = max(wait, self._judge(url, status, headers, content))
                if attempt == self.tries:
                    refuse(
                        url, f"answered {self.tries} requests, the last with {status}", "try again later", rule=_RULE
                    )
            finally:
                self._last = time.monotonic()
            self.sleep(wait)
        raise AssertionError("a service is tried at least once")

    def _once(self, url: str, form: Mapping[str, str] | None, accept: str) -> tuple[int, httpx2.Headers, bytes]:
        headers = {"Accept": accept, "User-Agent": AGENT}
        body = None if form is None else urlencode(form).encode()
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        method, started = "GET" if body is None else "POST", time.monotonic()
        try:
            away = urlsplit(url).hostname not in LOOPBACK
            with (
                httpx2.Client(timeout=self.timeout, trust_env=away, verify=tls_context()) as client,
                client.stream(method, url, content=body, headers=headers) as answer,
            ):
                content = bytearray()
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > LARGEST:
                        refuse(url, f"sends more than {LARGEST >> 20} MiB", "ask for less", rule=_RULE)
                    if time.monotonic() - started > self.timeout:
                        self._late(url)
                return answer.status_code, answer.headers, bytes(content)
        except httpx2.TimeoutException:
            self._late(url)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            refuse(url, f"cannot be reached: {why_failed(error)}", "check the address and the network", rule=_RULE)

    def _late(self, url: str) -> NoReturn:
        refuse(url, f"did not answer within {self.timeout:g} s", "try again shortly, or ask for less", rule=_RULE)

    def _judge(self, url: str, status: int, headers: httpx2.Headers, content: bytes) -> float:
        """Return how long to wait before the next try; refuse where another try would not help."""
        if 300 <= status < 400:
            place = headers.get("Location", "nowhere")
            refuse(url, f"redirects to {place}", "give that address, if you trust it", rule=_RULE)
        if status not in _AGAIN:
            reason = " ".join(content[:2000].decode(errors="replace").split())[:200]
            refuse(url, f"refuses the request with {status}: {reason}", "check the address", rule=_RULE)
        wait = _seconds(headers.get("Retry-After", ""))
        if wait > PATIENCE:
            refuse(url, f"asks to wait {wait:.0f} s", "try again then", rule=_RULE)
        return wait


def _seconds(text: str) -> float:
    """Return what a Retry-After field asks for (RFC 9110 section 10.2.3): seconds, or a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
