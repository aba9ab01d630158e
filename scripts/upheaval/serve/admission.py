"""Admit requests to the workers: fairly by address, within budgets, and without one slow request holding up the rest.

Waiting requests are served by deficit round robin (Shreedhar and Varghese 1995) over the addresses; the cost of a
request is the processor time that it took, known only afterwards, so an address may go into debt once and then waits
until the others have had as much. One address never has all workers. A request that has run for longer than FRESH
moves to the long lane, where it has the lowest priority, and its worker's turn goes to the next; when the long lane is
full as well and others wait, the request of the address that has spent most is stopped.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from upheaval.serve.accounts import MINUTE, PENALTY, Account, Accounts
from upheaval.serve.limits import Limits
from upheaval.serve.problems import busy

FRESH = 0.25
QUANTUM = 0.02
DEBT = 1.0
PATIENCE = 0.5
WAIT_SECONDS = 30.0  # after waiting longer than this, the client will have gone
TICK = 0.05


class TimedOut(Exception):
    """Raised for a request that ran too long, after its process has been killed."""


class Displaced(Exception):
    """Raised for a request that was stopped because others waited; the argument is the seconds that it had run."""


class Turn:
    """A request that has been admitted.

    Attributes:
        account: who pays.
        began: when it started to run.
        started: whether a worker has it; until then, as while the dataset is loaded again, its time does not count.
        long: whether it is in the long lane.
        demote: called when it moves there.
        stop: called with the reason when it has to end.

    """

    __slots__ = ("_clock", "account", "began", "demote", "long", "started", "stop", "stopped")

    def __init__(self, account: Account, clock: Callable[[], float]) -> None:
        self.account, self.began, self._clock = account, clock(), clock
        self.started = self.long = self.stopped = False
        self.demote: Callable[[], None] = _nothing
        self.stop: Callable[[Exception], None] = _ignore

    def start(self, stop: Callable[[Exception], None], demote: Callable[[], None]) -> None:
        """Begin: a worker has the request."""
        self.began, self.started, self.stop, self.demote = self._clock(), True, stop, demote


class _Waiter:
    __slots__ = ("admitted", "since")

    def __init__(self, admitted: "asyncio.Future[Turn]", since: float) -> None:
        self.admitted, self.since = admitted, since


class Admission:
    """Decides whose request runs next.

    Attributes:
        running: the number of requests that run.
        waiting: the number of those that wait.
        refused: the number refused, by reason: budget, queue, full or patience.

    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits, self._clock = limits, clock
        self.limited = bool(limits.per_client)
        self.accounts = Accounts(limits.budget or MINUTE, clock)
        self.share = max(1, limits.workers - 1) if self.limited else limits.workers
        self.waiting = 0
        self.refused: dict[str, int] = {}
        self._turns: set[Turn] = set()
        self._fresh = 0
        self._round: OrderedDict[str, Account] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> int:
        """The number of requests that run."""
        return len(self._turns)

    async def enter(self, address: str) -> Turn:
        """Wait for a turn.

        Args:
            address: the client's.

        Returns:
            The turn, which `leave` must end.

        Raises:
            Problem: 429 if the address has spent its budget or has too many requests already; 503 if the server has.

        """
        now, account = self._clock(), self.accounts.of(address)
        if self.limited:
            self._check(account, now)
        if not self._round and self._fresh < self.limits.workers and len(account.running) < self.share:
            return self._begin(account)
        if self.waiting >= self.limits.waiting:
            self._make_place(account, now)
        waiter = _Waiter(asyncio.get_running_loop().create_future(), now)
        account.waiting.append(waiter)
        self._round.setdefault(account.key, account)
        self.waiting += 1
        self._tick_later()
        self._dispatch()
        try:
            return await waiter.admitted
        except asyncio.CancelledError:
            if waiter.admitted.done() and not waiter.admitted.cancelled() and not waiter.admitted.exception():
                self.leave(waiter.admitted.result(), 0.0)
            elif waiter in account.waiting:
                account.waiting.remove(waiter)
                self._left(account)
            raise

    def leave(self, turn: Turn, seconds: float, penalty: bool = False) -> None:
        """End a turn.

        Args:
            turn: the turn.
            seconds: the processor time that it took.
            penalty: whether it had to be stopped, which costs more.

        """
        if turn not in self._turns:
            return
        self._turns.discard(turn)
        turn.account.running.discard(turn)
        if not turn.long:
            self._fresh -= 1
        turn.account.deficit = max(-DEBT, turn.account.deficit - seconds)
        turn.account.charge(seconds * (PENALTY if penalty else 1), self._clock())
        if self._round:
            self._dispatch()

    def _check(self, account: Account, now: float) -> None:
        unpaid = sum(now - turn.began for turn in account.running)
        if self.limits.budget and account.balance(now) - unpaid <= 0:
            self._refuse("budget")
            debt = len(account.running) * PENALTY * self.limits.seconds
            raise busy(
                429,
                f"this address has used its {self.limits.budget:g} s of processor time a minute; what was stopped "
                "counts twice",
                account.recovers_in(debt, now),
            )
        if len(account.running) + len(account.waiting) >= self.limits.per_client:
            self._refuse("queue")
            raise busy(
                429, f"the limit is {self.limits.per_client} requests per address at a time", self._frees_in(account)
            )

    def _frees_in(self, account: Account) -> int:
        """Return the seconds after which one of an address's requests has surely ended."""
        now = self._clock()
        ends = [turn.began + self.limits.seconds - now for turn in account.running]
        ends += [waiter.since + WAIT_SECONDS - now for waiter in account.waiting]
        return max(1, math.ceil(min(ends, default=0) + 2 * TICK))

    def _begin(self, account: Account) -> Turn:
        turn = Turn(account, self._clock)
        self._turns.add(turn)
        account.running.add(turn)
        self._fresh += 1
        self._tick_later()
        return turn

    def _left(self, account: Account) -> None:
        self.waiting -= 1
        if not account.waiting:
            self._round.pop(account.key, None)
            account.deficit = min(account.deficit, QUANTUM)

    def _dispatch(self) -> None:
        while self._fresh < self.limits.workers:
            account = self._next()
            if account is None:
                return
            waiter = account.waiting.popleft()
            self._left(account)
            if not waiter.admitted.done():
                waiter.admitted.set_result(self._begin(account))

    def _next(self) -> Account | None:
        """Return whose request runs next: the first, in turn, that is not in debt."""
        able = [account for account in self._round.values() if len(account.running) < self.share]
        if not able:
            return None
        if all(account.deficit < 0 for account in able):
            rounds = math.floor(min(-account.deficit for account in able) / QUANTUM) + 1
            for account in able:
                account.deficit += rounds * QUANTUM
        chosen = next(account for account in able if account.deficit >= 0)
        chosen.deficit = min(chosen.deficit, QUANTUM)
        self._round.move_to_end(chosen.key)
        return chosen

    def _make_place(self, account: Account, now: float) -> None:
        """Refuse the request that came last from whoever has most waiting: that may be this one."""
        most = max(self._round.values(), key=lambda other: len(other.waiting), default=account)
        self._refuse("full")
        problem = busy(503, "too many requests are waiting", self._frees_in(most))
        if len(most.waiting) <= len(account.waiting) + 1:
            raise problem
        waiter = most.waiting.pop()
        self._left(most)
        waiter.admitted.set_exception(problem)

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def _tick_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._clock()
        longs = len(self._turns) - self._fresh
        for turn in sorted((turn for turn in self._turns if turn.started), key=lambda turn: turn.began):
            ran = now - turn.began
            if ran >= self.limits.seconds:
                self._stop(turn, TimedOut(ran))
            elif ran >= FRESH and not turn.long and longs < self.limits.workers:
                turn.long = True
                longs += 1
                self._fresh -= 1
                turn.demote()
        self._dispatch()
        self._displace(now)
        self._expire(now)
        if self._turns or self._round:
            self._tick_later()

    def _displace(self, now: float) -> None:
        """Stop the long request of whoever has spent most, if somebody else has waited too long."""
        if not self.limited:
            return
        late = [
            account
            for account in self._round.values()
            if not account.running and now - account.waiting[0].since > PATIENCE
        ]
        old = [turn for turn in self._turns if turn.started and not turn.stopped and now - turn.began > FRESH]
        ending = any(turn.stopped for turn in self._turns)
        if late and old and not ending and self._fresh >= self.limits.workers:
            worst = min(old, key=lambda turn: (turn.account.balance(now), turn.began))
            self._stop(worst, Displaced(now - worst.began))

    def _stop(self, turn: Turn, reason: Exception) -> None:
        if not turn.stopped:
            turn.stopped = True
            turn.stop(reason)

    def _expire(self, now: float) -> None:
        most = max(self.limits.seconds, WAIT_SECONDS)
        for account in list(self._round.values()):
            while account.waiting and now - account.waiting[0].since > most:
                waiter = account.waiting.popleft()
                self._left(account)
                self._refuse("patience")
                if not waiter.admitted.done():
                    problem = busy(503, f"the request waited {most:g} s for its turn", self._frees_in(account))
                    waiter.admitted.set_exception(problem)


def _nothing() -> None:
    pass


def _ignore(reason: Exception) -> None:
    pass
