"""The socket between the server and one worker: a job goes there, its answer comes back."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

LENGTHS = struct.Struct("!II")
_PIECE = 1 << 18

Head = dict[str, Any]


class Crashed(Exception):
    """Raised for a job whose process died, out of memory or through a bug in the engine."""


def packed(head: Head, body: bytes) -> bytes:
    """Return a message: the lengths of its two parts, a JSON object, and bytes."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


class Worker:
    """A worker process and the socket to it.

    Attributes:
        pid: its process id.
        warm: whether it was forked after everything had been prepared.
        lost: called if it dies.

    """

    def __init__(self, pid: int, channel: socket.socket, warm: bool) -> None:
        self.pid, self.warm = pid, warm
        self.lost: Callable[[], None] = _nothing
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[tuple[Head, bytes]] | None = None
        self._received = bytearray()
        self._unsent = memoryview(b"")
        self._closed = False
        channel.setblocking(False)
        self._loop.add_reader(channel.fileno(), self._readable)

    def ask(self, job: bytes) -> "asyncio.Future[tuple[Head, bytes]]":
        """Send a packed job.

        Returns:
            The answer to come, or Crashed if the process dies.

        """
        self._answer = self._loop.create_future()
        self._received.clear()
        self._unsent = memoryview(job)
        self._send()
        return self._answer

    def fail(self, reason: Exception) -> None:
        """Give up on the answer."""
        if self._answer and not self._answer.done():
            self._answer.set_exception(reason)

    def close(self) -> None:
        """Close the socket, which ends an idle process."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._channel.fileno())
            self._loop.remove_writer(self._channel.fileno())
            self._channel.close()

    def _send(self) -> None:
        try:
            sent = self._channel.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lost()
            return
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._loop.add_writer(self._channel.fileno(), self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._channel.fileno())
        self._send()

    def _readable(self) -> None:
        try:
            data = self._channel.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        if not self._received and len(data) >= LENGTHS.size:
            head, body = LENGTHS.unpack_from(data)
            if len(data) == LENGTHS.size + head + body:
                self._finish(data, head)
                return
        self._received += data
        if len(self._received) >= LENGTHS.size:
            head, body = LENGTHS.unpack_from(self._received)
            if len(self._received) >= LENGTHS.size + head + body:
                self._finish(bytes(self._received), head)

    def _finish(self, data: bytes, head: int) -> None:
        begin = LENGTHS.size + head
        if self._answer and not self._answer.done():
            self._answer.set_result((json.loads(data[LENGTHS.size : begin]), data[begin:]))

    def _lost(self) -> None:
        self.fail(Crashed())
        with contextlib.suppress(OSError, ValueError):
            self._loop.remove_reader(self._channel.fileno())
        self.lost()


def _nothing() -> None:
    pass
