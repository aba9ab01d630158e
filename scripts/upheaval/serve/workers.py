"""A pool of worker processes that run queries, limited in number and running time; lost workers are replaced."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import signal
import socket
import struct
import sys
from collections import Counter, deque
from typing import Any

import pyoxigraph as ox

from upheaval.serve import zygote
from upheaval.serve.answering import AnswerHeader, Job
from upheaval.serve.limits import Limits
from upheaval.serve.snapshot import SnapshotFile

START_SECONDS = 300.0
WAIT_SECONDS = 30.0  # after waiting longer than this, the client will have gone


class Overloaded(Exception):
    """Raised if too many queries are waiting, or one has waited too long."""


class TimedOut(Exception):
    """Raised for a query that ran too long, after its process has been killed."""


class Crashed(Exception):
    """Raised for a query whose process died, out of memory or through a bug in the engine."""


class Worker:
    """A worker process and the socket to it."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self._reader = reader
        self._writer = writer

    async def ask(self, job: Job) -> tuple[AnswerHeader, bytes]:
        """Send a job and wait for its answer.

        Raises:
            Crashed: the process has died.

        """
        try:
            text = json.dumps(job).encode()
            self._writer.write(struct.pack("!I", len(text)) + text)
            await self._writer.drain()
            head, body = zygote.LENGTH.unpack(await self._reader.readexactly(zygote.LENGTH.size))
            header: AnswerHeader = json.loads(await self._reader.readexactly(head))
            return header, await self._reader.readexactly(body)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Crashed from None

    def close(self) -> None:
        """Close the socket, which ends an idle process."""
        self._writer.close()


class Pool:
    """Worker processes that share one dataset.

    Args:
        quads: the file to reload the dataset from if the zygote is lost; None if it cannot be reloaded.
        limits: the limits of a query.

    Attributes:
        lost: the number of workers replaced, by reason: timeout, crash, cancelled or grown.

    """

    def __init__(self, quads: SnapshotFile | None, limits: Limits) -> None:
        self.limits = limits
        self.lost: Counter[str] = Counter()
        self._quads = quads
        self._zygote: Any = None  # a multiprocessing.Process of the fork or spawn context
        self._control: socket.socket | None = None
        self._lock = asyncio.Lock()
        self._idle: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        self._free = asyncio.Condition()
        self._waiting = 0
        self._closed = False
        self._refills: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The process ids of all workers, idle ones first."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    @property
    def busy(self) -> int:
        """The number of running queries."""
        return len(self._busy)

    @property
    def alive(self) -> bool:
        """Whether queries can be answered: there is a worker, or one is being replaced, which takes milliseconds."""
        return bool(self._idle or self._busy or self._refills)

    @property
    def waiting(self) -> int:
        """The number of waiting queries."""
        return self._waiting

    def launch(self, store: ox.Store) -> None:
        """Fork the zygote, which shares the store's memory; call this while there is only one thread."""
        ours, theirs = socket.socketpair()
        self._begin("fork", ours, theirs, zygote.inherit, ours, store)

    def _relaunch(self) -> None:
        if self._quads is None:
            raise Crashed("the process that holds the dataset has died")
        ours, theirs = socket.socketpair()
        self._begin("spawn", ours, theirs, zygote.reload, os.fspath(self._quads.path), self._quads.sha256)

    def _begin(self, method: str, ours: socket.socket, theirs: socket.socket, target: Any, *arguments: Any) -> None:
        context: Any = multiprocessing.get_context(method)
        arguments = (theirs, *arguments, self.limits.memory)
        self._zygote = context.Process(target=target, args=arguments, name="zygote", daemon=True)
        self._zygote.start()
        theirs.close()
        ours.setblocking(False)
        self._control = ours

    async def start(self) -> None:
        """Wait for the zygote and fork the workers.

        Raises:
            Crashed: the zygote does not respond.

        """
        await self._ready()
        for _ in range(self.limits.workers):
            await self._add()

    async def run(self, job: Job) -> tuple[AnswerHeader, bytes]:
        """Run one job.

        Args:
            job: a job for `answering.answer`.

        Returns:
            The header and the body of the answer.

        Raises:
            Overloaded: no worker was free in time.
            TimedOut: it ran too long; its process has been killed.
            Crashed: its process died.

        """
        worker = await self._take()
        reason = "cancelled"
        try:
            async with asyncio.timeout(self.limits.seconds):
                header, body = await worker.ask(job)
            peak = header.get("peak", 0) / (1 if sys.platform == "darwin" else 1024)
            reason = "grown" if peak > self.limits.memory else ""
            return header, body
        except TimeoutError:
            reason = "timeout"
            await asyncio.shield(self._kill(worker))
            raise TimedOut from None
        except Crashed:
            reason = "crash"
            raise
        finally:
            await asyncio.shield(self._give_back(worker, reason))

    async def close(self) -> None:
        """Stop all workers and the zygote."""
        self._closed = True
        for task in self._refills:
            task.cancel()
        for worker in (*self._idle, *self._busy):
            worker.close()
        if self._control:
            self._control.close()
        if self._zygote:
            await asyncio.to_thread(self._zygote.join, 5)
            self._zygote.kill()
            self._zygote.join()

    async def _take(self) -> Worker:
        async with self._free:
            if not self._idle:
                if self._waiting >= self.limits.waiting:
                    raise Overloaded
                self._waiting += 1
                try:
                    async with asyncio.timeout(max(self.limits.seconds, WAIT_SECONDS)):
                        await self._free.wait_for(lambda: bool(self._idle))
                except TimeoutError:
                    raise Overloaded from None
                finally:
                    self._waiting -= 1
            worker = self._idle.popleft()
            self._busy.add(worker)
            return worker

    async def _give_back(self, worker: Worker, reason: str) -> None:
        self._busy.discard(worker)
        if not reason:
            async with self._free:
                self._idle.append(worker)
                self._free.notify()
            return
        self.lost[reason] += 1
        worker.close()
        self._later(worker)

    def _later(self, worker: Worker) -> None:
        """Replace a worker in the background."""
        if not self._closed:
            task = asyncio.create_task(self._refill(worker))
            self._refills.add(task)
            task.add_done_callback(self._refills.discard)

    async def _refill(self, gone: Worker) -> None:
        await self._kill(gone)
        await self._add()

    async def _kill(self, worker: Worker) -> None:
        """Have the zygote kill a worker, because only its parent knows that a process id has not been reused."""
        try:
            await self._command(b"k", worker.pid)
        except ConnectionError:  # the zygote has died and cannot kill the worker
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)

    async def _add(self) -> None:
        try:
            worker = await self._fork()
        except ConnectionError:
            async with self._lock:
                await self._restart()
            worker = await self._fork()
        async with self._free:
            self._idle.append(worker)
            self._free.notify()

    async def _fork(self) -> Worker:
        ours, theirs = socket.socketpair()
        try:
            pid = await self._command(b"f", 0, theirs.fileno())
        except ConnectionError:
            ours.close()
            raise
        finally:
            theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours)
        return Worker(pid, reader, writer)

    async def _restart(self) -> None:
        """Start a new zygote after the old one has died, and kill its orphaned workers."""
        if self._zygote.is_alive():
            return
        self.lost["zygote"] += 1
        if self._control:
            self._control.close()
        orphans, self._idle = self._idle, deque()
        for worker in (*orphans, *self._busy):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            worker.close()
        self._relaunch()
        await self._ready()
        for orphan in orphans:
            self._later(orphan)

    async def _ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._reply()
        except (ConnectionError, TimeoutError):
            raise Crashed("the dataset cannot be loaded") from None

    async def _command(self, command: bytes, pid: int, file: int | None = None) -> int:
        async with self._lock:
            if self._control is None:
                raise ConnectionError
            message = struct.pack("!ci", command, pid)
            socket.send_fds(self._control, [message], [] if file is None else [file])
            return await self._reply()

    async def _reply(self) -> int:
        assert self._control is not None
        data = await asyncio.get_running_loop().sock_recv(self._control, 4)
        if len(data) < 4:
            raise ConnectionError
        return int(struct.unpack("!i", data)[0])
