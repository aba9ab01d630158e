"""What each address has spent: processor time, with recovery, and a penalty for what had to be stopped."""

import ipaddress
import math
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import lru_cache
from typing import Any

MINUTE = 60.0
PENALTY = 2.0
"""What ran into the time limit, or ended its process, costs this many times its processor time."""
KEPT = 20_000
"""The number of accounts that are kept; those not seen for longest are forgotten."""


@lru_cache(4096)
def key_of(address: str) -> str:
    """Return what stands for a client: its IPv4 address, or the /64 network of its IPv6 address.

    A site gets at least a /64 (RFC 6177 section 2), so all of its addresses are one client's. An IPv4 address that is
    mapped into IPv6 (RFC 4291 section 2.5.5.2) counts as itself.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


class Account:
    """One client's account.

    Attributes:
        key: what stands for the client.
        deficit: the processor seconds that it may still use in this round of the queue.
        waiting: its requests that wait, first come first.
        running: its requests that run.

    """

    def __init__(self, key: str, budget: float, now: float) -> None:
        self.key, self.budget = key, budget
        self.deficit = 0.0
        self.waiting: deque[Any] = deque()
        self.running: set[Any] = set()
        self._balance, self._seen = budget, now

    def balance(self, now: float) -> float:
        """Return the processor seconds left; the whole budget comes back within a minute."""
        self._balance = min(self.budget, self._balance + (now - self._seen) * self.budget / MINUTE)
        self._seen = now
        return self._balance

    def charge(self, seconds: float, now: float) -> None:
        """Subtract processor seconds."""
        self.balance(now)
        self._balance -= seconds

    def recovers_in(self, debt: float, now: float) -> int:
        """Return the whole seconds until the balance, less what will yet be charged, is positive."""
        missing = debt - self.balance(now)
        return max(1, math.ceil(missing * MINUTE / self.budget + 0.01))


class Accounts:
    """The accounts of all clients; those not seen for longest are forgotten first."""

    def __init__(self, budget: float, clock: Callable[[], float]) -> None:
        self.budget, self._clock = budget, clock
        self._found: OrderedDict[str, Account] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def of(self, address: str) -> Account:
        """Return the account of an address."""
        key = key_of(address)
        account = self._found.get(key)
        if account is None:
            account = self._found[key] = Account(key, self.budget, self._clock())
            if len(self._found) > KEPT:
                self._forget()
        self._found.move_to_end(key)
        return account

    def _forget(self) -> None:
        for key, account in self._found.items():
            if not account.running and not account.waiting:
                del self._found[key]
                return
