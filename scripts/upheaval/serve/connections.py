"""HTTP/1.1 connections: deadlines, limits on what a client may send, and the fastest way to an answer that is kept.

uvicorn's protocol on httptools (Node's parser, llhttp) does the work. It leaves to a proxy what this adds: requests
must arrive, and answers be taken, in time; connections, header fields and pipelined requests are limited; and a client
that leaves ends its request.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from upheaval.serve.accounts import key_of
from upheaval.serve.gate import Gate
from upheaval.serve.headers import PLAIN
from upheaval.serve.limits import Limits

KEEP_ALIVE_SECONDS = 5.0
LONGEST_URL = 65_535
"""What the parser can read of a request target."""
PIPELINED = 16
"""Requests that may wait behind the one that is answered."""
_SLICE = 2048
_LINGER_SECONDS = 0.25
_PHRASES = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with deadlines and limits.

    Attributes:
        gate: the open connections.
        limits: the limits.
        find: returns the bytes of a kept answer to the bytes of a request, or None.

    """

    gate: Gate
    limits: Limits
    find: Callable[[bytes], tuple[bytes, bytes] | None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout_keep_alive = 1_000_000  # the gate ends idle connections
        self.key = ""
        self.deadline = 0.0
        self.mark: tuple[float, int] | None = None
        self.only_health = False
        self.received = b""
        self.gone: Callable[[], Any] | None = None
        self._head = 0
        self._in_head = False
        self._begun = 0
        self._completed = 0
        self._refused = False

    @property
    def is_proxied(self) -> bool:
        """Whether the connection is a trusted proxy's, which has many clients."""
        return self.gate.is_proxy(self.key)

    @property
    def idle(self) -> bool:
        """Whether no request is being received or answered."""
        cycle: Any = self.cycle
        return self._begun == self._completed and (cycle is None or cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take in the connection, or answer and close it if there is no room."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=64 * 1024)
        channel = transport.get_extra_info("socket")
        if channel is not None:  # also limits what the kernel buffers for a client that does not read
            with contextlib.suppress(OSError):
                channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 * 1024)
        self.key = key_of(self.client[0]) if self.client else ""
        refusal = self.gate.enter(self)
        self.only_health = refusal == "health"
        self.deadline = time.monotonic() + self.limits.receive_seconds
        if refusal and not self.only_health:
            self._refuse(503, refusal)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the request that is being answered."""
        self.gate.leave(self)
        self.deadline = 0.0
        super().connection_lost(exc)
        if self.gone:
            self.gone()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let a client that has only closed its own side have its answer, if that takes but a moment."""
        if self.transport.is_closing() or self.idle:
            return False
        self.loop.call_later(_LINGER_SECONDS, self._end)
        return True

    def data_received(self, data: bytes) -> None:
        """Receive part of a request, or answer it at once."""
        if self._refused or self.transport.is_closing():
            return
        if self.idle:
            if found := self.find(data):
                self.transport.write(b"".join((found[0], self._date(), found[1])))
                self.deadline = time.monotonic() + KEEP_ALIVE_SECONDS
                return
            self.received = data
        else:
            self.received = b""
        before = self._begun
        self._head += len(data)
        for start in range(0, len(data), _SLICE):
            if not self._feed(data[start : start + _SLICE]):
                return
        if self._begun != before + 1 or self._begun != self._completed:
            self.received = b""
        if self._in_head and self._head > self._most_head:
            self._refuse(431, "the request line or the header fields are too long")

    def _feed(self, data: bytes) -> bool:
        """Parse a slice; return whether to go on. Thousands of requests in one piece would hold up everybody else."""
        with contextlib.suppress(httptools.HttpParserUpgrade):  # a request to speak another protocol is ignored
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserError:
                if len(getattr(self, "url", b"")) > LONGEST_URL:
                    self._refuse(414, f"the limit is {LONGEST_URL} bytes; send the query by POST")
                else:
                    self._refuse(400, "this is not HTTP/1.1")
                return False
        if len(self.pipeline) > PIPELINED:
            self.abort()
        return not self.transport.is_closing()

    def on_message_begin(self) -> None:
        """Start the deadline of a request."""
        super().on_message_begin()
        self._begun += 1
        self._in_head = True
        if self.deadline == 0.0 or self._completed:
            self.deadline = time.monotonic() + self.limits.receive_seconds

    def on_headers_complete(self) -> None:
        """Hand the request over."""
        self._in_head = False
        self.scope["upheaval.connection"] = self  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the deadline: the request has arrived."""
        self._completed += 1
        self._head = 0
        self.deadline = 0.0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the deadline of the next request."""
        self.deadline = time.monotonic() + (self.limits.receive_seconds if self._in_head else KEEP_ALIVE_SECONDS)
        super().on_response_complete()
        self._unset_keepalive_if_required()

    def unsent(self) -> int:
        """Return the bytes that the client has not taken yet."""
        return 0 if self.transport.is_closing() and not self._refused else self.transport.get_write_buffer_size()

    def too_slow(self) -> None:
        """End the connection: nothing has arrived in time."""
        self.deadline = 0.0
        cycle: Any = self.cycle
        if self._refused or (cycle is not None and cycle.response_started and not cycle.response_complete):
            self.abort()
        elif self._begun == self._completed and self._head == 0 and self._completed:
            self.transport.close()  # nothing was asked
        else:
            self._refuse(408, "the request did not arrive in time")

    def abort(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    @property
    def _most_head(self) -> int:
        return self.limits.header_bytes + 3 * self.limits.query_bytes

    def _end(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _date(self) -> bytes:
        return b"".join(b"%b: %b\r\n" % field for field in self.server_state.default_headers)

    def _refuse(self, status: int, text: str) -> None:
        body = (text + "\n").encode()
        seconds = max(1, round(max(self.limits.receive_seconds, KEEP_ALIVE_SECONDS)))
        retry = f"Retry-After: {seconds}\r\n" if status == 503 else ""
        head = (
            f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n{retry}Connection: close\r\n"
        )
        self._refused = True
        self.gate.refused(status)
        self.transport.write(head.encode() + self._date() + PLAIN + b"\r\n" + body)
        self.transport.close()
        # disconnect a client that does not even read this
        self.loop.call_later(self.limits.receive_seconds, self.abort)


def guarded(gate: Gate, find: Callable[[bytes], tuple[bytes, bytes] | None]) -> type[asyncio.Protocol]:
    """Return the protocol class with its limits set, because uvicorn accepts a class without arguments."""
    given = {"gate": gate, "limits": gate.limits, "find": staticmethod(find)}
    return cast("type[asyncio.Protocol]", type("Guarded", (GuardedProtocol,), given))
