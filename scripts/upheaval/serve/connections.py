"""Protect against slow and numerous connections, which uvicorn leaves to the proxy in front of it.

Requests must arrive, and answers must be read, within a time limit; the number of connections is limited; a header
that never ends gets 431. A server exposed to the internet without a proxy needs all of these.
"""

import asyncio
import socket
import sys
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_PHRASES = {408: "Request Timeout", 400: "Bad Request", 431: "Request Header Fields Too Large", 503: "Busy"}


class GuardedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol with timers for receiving and sending."""

    receive_seconds = 10.0
    most_connections = 512

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of the first request; answer and close a connection beyond the limit."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=64 * 1024)
        channel = transport.get_extra_info("socket")
        if channel is not None:  # also limits what the kernel buffers for a client that does not read
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 * 1024)
        if len(self.connections) > self.most_connections:
            self._refuse(503, "too many connections; try again shortly")
            return
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Receive part of a request; the timer runs until the request is complete."""
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self._receiving is None:
            self._arm()
        super().data_received(data)
        if self.conn.their_state in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR):
            self._disarm()

    def send_400_response(self, msg: str) -> None:
        """Reject data that is not HTTP; 431 if the header exceeds its limit."""
        error = sys.exception()  # uvicorn calls this when h11 rejects the data
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint if hint in _PHRASES else 400, msg)

    def pause_writing(self) -> None:
        """Start the timer for a client that does not read."""
        super().pause_writing()
        if self._sending is None:
            self._sending = self.loop.call_later(self.receive_seconds, self._abort)

    def resume_writing(self) -> None:
        """Stop the timer: the client has read."""
        super().resume_writing()
        if self._sending:
            self._sending.cancel()
            self._sending = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._disarm()
        if self._sending:
            self._sending.cancel()
        super().connection_lost(exc)

    def _arm(self) -> None:
        self._receiving = self.loop.call_later(self.receive_seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._receiving:
            self._receiving.cancel()
            self._receiving = None

    def _too_slow(self) -> None:
        self._receiving = None
        cycle: Any = self.cycle
        if cycle is not None and cycle.response_started:
            self._abort()
        elif not self.transport.is_closing():
            self._refuse(408, "the request did not arrive in time")

    def _abort(self) -> None:
        self.transport.abort()

    def _refuse(self, status: int, text: str) -> None:
        body = (text + "\n").encode()
        head = (
            f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
        )
        self._disarm()
        self.transport.write(head.encode() + body)
        self.transport.close()
        # disconnect a client that does not even read this
        self.loop.call_later(self.receive_seconds, self._abort)


def guarded(receive_seconds: float, connections: int) -> type[asyncio.Protocol]:
    """Return the protocol class with its limits set, because uvicorn accepts a class without arguments."""
    limits = {"receive_seconds": receive_seconds, "most_connections": connections}
    return cast("type[asyncio.Protocol]", type("Guarded", (GuardedProtocol,), limits))
