"""Who may keep a connection open: shares by address, places kept for /health, and deadlines for all of them."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from upheaval.serve.accounts import key_of
from upheaval.serve.limits import Limits

RESERVED = 16
"""Connections beyond the limit that get an answer from /health alone, so that a supervisor is not shut out."""
SLOWEST = 1024
"""The bytes a second that a reader must take, on the average of `receive_seconds`."""
_SWEEP = 0.25


class Connection(Protocol):
    """A connection, as the gate sees it.

    Attributes:
        key: what stands for its client.
        deadline: when a request must have arrived, or the next one begun, by `time.monotonic`; 0 while one is answered.
        mark: when its unsent answer was last seen to shrink, and its size then.

    """

    key: str
    deadline: float
    mark: tuple[float, int] | None

    @property
    def idle(self) -> bool:
        """Whether no request is being received or answered."""

    def unsent(self) -> int:
        """Return the bytes that the client has not taken yet."""

    def too_slow(self) -> None:
        """End it: nothing has arrived in time."""

    def abort(self) -> None:
        """End it at once."""


class Gate:
    """The open connections.

    Args:
        limits: the limits.
        trusted: the addresses of proxies, whose connections are those of many clients; `*` for all.

    Attributes:
        refused: called with a status for each connection that is turned away.

    """

    def __init__(self, limits: Limits, trusted: str = "") -> None:
        self.limits = limits
        self.share = max(1, limits.connections // 4) if limits.per_client else limits.connections
        self.refused: Callable[[int], None] = lambda status: None
        self._trusted = {key_of(one.strip()) for one in trusted.split(",") if one.strip()}
        self._open: dict[str, dict[Connection, None]] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return self._count

    def is_proxy(self, key: str) -> bool:
        """Return whether an address is that of a trusted proxy."""
        return key in self._trusted or "*" in self._trusted

    def enter(self, connection: Connection) -> str:
        """Take in a connection.

        Returns:
            An empty string; or, if there is no room, `health` if it may ask for that, or the reason why it must go.

        """
        mine = self._open.setdefault(connection.key, {})
        crowded = len(mine) >= self.share and not self.is_proxy(connection.key)
        if not crowded and self._count >= self.limits.connections:
            crowded = not self._make_room(connection.key)
        mine[connection] = None
        self._count += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SWEEP, self._sweep)
        if not crowded:
            return ""
        if self._count <= self.limits.connections + RESERVED and len(mine) <= self.share + RESERVED // 4:
            return "health"
        return "too many connections; try again shortly"

    def leave(self, connection: Connection) -> None:
        """Let a connection go."""
        mine = self._open.get(connection.key, {})
        if connection in mine:
            del mine[connection]
            self._count -= 1
        if not mine:
            self._open.pop(connection.key, None)

    def unread(self, address: str) -> int:
        """Return the bytes that an address has been sent and has not taken yet."""
        return sum(connection.unsent() for connection in self._open.get(key_of(address), ()))

    def _make_room(self, key: str) -> bool:
        """End the longest idle connection of whoever has most, unless that is the newcomer."""
        most = max(self._open, key=lambda other: len(self._open[other]))
        if most == key or len(self._open[most]) <= len(self._open[key]) + 1:
            return False
        idle = next((connection for connection in self._open[most] if connection.idle), None)
        if idle is None:
            return False
        self.leave(idle)
        idle.abort()
        return True

    def _sweep(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_SWEEP, self._sweep) if self._count else None
        now = time.monotonic()
        for connection in [one for mine in self._open.values() for one in mine]:
            if connection.deadline and now > connection.deadline:
                connection.too_slow()
            elif size := connection.unsent():
                self._check_progress(connection, size, now)
            else:
                connection.mark = None

    def _check_progress(self, connection: Connection, size: int, now: float) -> None:
        since, before = connection.mark or (0.0, -1)
        seconds = self.limits.receive_seconds
        if before < 0 or size > before or before - size >= SLOWEST * seconds:
            connection.mark = now, size
        elif now - since > seconds:
            connection.abort()
