"""A pool of worker processes that share one dataset; lost workers are replaced, and more are forked when needed."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from upheaval.serve import zygote
from upheaval.serve.admission import Displaced, TimedOut, Turn
from upheaval.serve.channels import Crashed, Head, Worker, packed
from upheaval.serve.control import Control
from upheaval.serve.limits import Limits

_LOWEST = 19


class Pool:
    """Worker processes that share one dataset.

    Args:
        make: makes the function that answers jobs, in the process that holds the dataset; it can be pickled.
        limits: the limits of a job.
        again: whether the dataset can be loaded again, if the process that holds it dies.

    Attributes:
        about: what that process says of the dataset, once it is loaded.
        lost: the number of workers replaced, by reason: timeout, crash, cancelled, displaced, grown or demoted.
        failed: called if the process that holds the dataset has died and cannot be replaced.

    """

    def __init__(self, make: "Callable[[], zygote.Handler]", limits: Limits, again: bool = True) -> None:
        self.limits = limits
        self.about: dict[str, Any] = {}
        self.lost: Counter[str] = Counter()
        self.failed: Callable[[], None] = _nothing
        self.warm = asyncio.Event()
        self._make, self._again = make, again
        self._control: Control | None = None
        self._filling = asyncio.Lock()
        self._idle: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._starting = False
        self._closed = False
        self._restarting: asyncio.Task[None] | None = None

    @property
    def pids(self) -> list[int]:
        """The process ids of all workers, idle ones first."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    @property
    def busy(self) -> int:
        """The number of workers that have a job."""
        return len(self._busy)

    @property
    def ready(self) -> bool:
        """Whether jobs can be answered: the dataset is loaded, and its process is alive."""
        return bool(self.about) and not self._closed and self._restarting is None

    def launch(self, method: str = "spawn", *inherited: socket.socket) -> None:
        """Start the process that loads the dataset.

        Args:
            method: `fork` while there is only one thread, later `spawn`.
            inherited: the sockets that a fork copies and must not keep.

        """
        self._control = Control(method, inherited, self._make, self.limits.memory)

    async def start(self) -> None:
        """Wait for the dataset and fork the workers.

        Raises:
            Crashed: the dataset cannot be loaded; the argument says why.

        """
        await self._begin()

    async def run(self, head: Head, body: bytes, turn: Turn) -> tuple[Head, bytes]:
        """Run one job.

        Args:
            head, body: the job, as the handler expects it.
            turn: the turn, whose end stops the job.

        Returns:
            The head and the body of the answer.

        Raises:
            TimedOut, Displaced: it has been stopped.
            Crashed: its process died.

        """
        worker = self._idle.popleft() if self._idle else await self._one_more()
        self._busy.add(worker)
        reason = "cancelled"
        try:
            turn.start(worker.fail, lambda: _demote(worker.pid))
            answer = await worker.ask(packed(head, body))
            peak = answer[0].get("peak", 0) / (1 if sys.platform == "darwin" else 1024)
            reason = "grown" if peak > self.limits.memory else "demoted" if turn.long else ""
            if not worker.warm and self.warm.is_set():
                reason = reason or "cold"
            return answer
        except (TimedOut, Displaced) as stopped:
            reason = "timeout" if isinstance(stopped, TimedOut) else "displaced"
            await asyncio.shield(self._kill(worker))
            raise
        except Crashed:
            reason = "crash"
            raise
        finally:
            self._give_back(worker, reason)

    async def close(self) -> None:
        """Stop all workers and the process that holds the dataset."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        for worker in (*self._idle, *self._busy):
            worker.close()
        if self._control:
            await asyncio.to_thread(self._control.end)

    def _give_back(self, worker: Worker, reason: str) -> None:
        self._busy.discard(worker)
        if not reason and len(self._idle) < self.limits.workers and not self._closed:
            self._idle.append(worker)
            return
        worker.close()
        if reason not in ("", "cold"):
            self.lost[reason] += 1
        if not self._closed:
            self._later(self._replace(worker))

    async def _replace(self, gone: Worker) -> None:
        await self._kill(gone)
        await self._refill()

    async def _refill(self) -> None:
        """Fork as many workers as are missing."""
        async with self._filling:
            while len(self._idle) + len(self._busy) < self.limits.workers and not self._closed:
                try:
                    worker = await self._fork_again()
                except Crashed:
                    return
                self._idle.append(worker)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kill(self, worker: Worker) -> None:
        """Have the zygote kill a worker, because only its parent knows that a process id has not been reused."""
        try:
            await self._commanded(b"k", worker.pid)
        except ConnectionError:  # the zygote has died and cannot kill the worker
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)

    async def _one_more(self) -> Worker:
        """Fork a worker; if nobody waits for it any more, another job gets it."""
        forking = asyncio.ensure_future(self._fork_again())
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            forking.add_done_callback(self._unclaimed)
            raise

    def _unclaimed(self, forked: "asyncio.Future[Worker]") -> None:
        if not forked.cancelled() and not forked.exception():
            self._give_back(forked.result(), "")

    async def _fork_again(self) -> Worker:
        """Fork a worker, if need be from a new process that holds the dataset."""
        for _ in range(2):
            if self._restarting:
                await asyncio.shield(self._restarting)
            try:
                return await self._fork()
            except ConnectionError:
                self._restart()
        raise Crashed("the process that holds the dataset has died")

    async def _fork(self) -> Worker:
        ours, theirs = socket.socketpair()
        warm = self.warm.is_set()
        try:
            pid = await self._commanded(b"f", 0, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        worker = Worker(pid, ours, warm)
        worker.lost = lambda: self._lost_idle(worker)
        return worker

    def _lost_idle(self, worker: Worker) -> None:
        """Replace a worker that has died without a job, before anybody gets it."""
        if worker in self._idle:
            self._idle.remove(worker)
            self._give_back(worker, "crash")

    async def _commanded(self, command: bytes, pid: int, file: int | None = None) -> int:
        if self._control is None:
            raise ConnectionError
        return await self._control.command(command, pid, file)

    def _restart(self) -> None:
        if self._restarting is None and not self._closed:
            self._restarting = asyncio.create_task(self._relaunch())

    async def _relaunch(self) -> None:
        """Start a new zygote after the old one has died, and kill its orphaned workers."""
        try:
            self.lost["zygote"] += 1
            if self._control:
                self._control.close()
            self.warm.clear()
            orphans, self._idle = self._idle, deque()
            for worker in (*orphans, *self._busy):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)
            for worker in orphans:
                worker.close()
            if not self._again:
                raise Crashed
            self.launch()
            await self._begin()
        except (Crashed, ConnectionError, OSError):
            self.about = {}
            self.failed()
        finally:
            self._restarting = None

    async def _begin(self) -> None:
        assert self._control is not None
        self.about = await self._control.loaded()
        self._later(self._follow(self._control))
        for _ in range(self.limits.workers):
            self._idle.append(await self._fork())

    async def _follow(self, control: Control) -> None:
        """Renew the workers once everything is prepared, and replace the process as soon as it has died."""
        async for _ in control.listen():
            self.warm.set()
            self._renew()
        if control is self._control:
            self._restart()

    def _renew(self) -> None:
        """Replace the idle workers that were forked before everything was prepared."""
        cold = [worker for worker in self._idle if not worker.warm]
        for worker in cold:
            if worker in self._idle:
                self._idle.remove(worker)
                self._give_back(worker, "cold")


def _demote(pid: int) -> None:
    """Give a process the lowest priority; its worker is not used again."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _LOWEST)


def _nothing() -> None:
    pass
