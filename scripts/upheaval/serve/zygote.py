"""The zygote: a process that holds the dataset and forks the workers, which share its memory.

It is started by the server before the server has a second thread, or as a fresh process, and is single-threaded itself,
so forking is safe. A fork takes a few milliseconds and loading much longer, so a killed worker is replaced quickly.

A worker cannot open anything: its limit of open files is 0, so that neither a SERVICE that got past `rdf.sparql` nor
anything else can reach the network or a file. Its memory is limited too. It blocks on its only socket.
"""

import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from upheaval.faults import Refusal
from upheaval.rdf.sparql import judge
from upheaval.serve.channels import LENGTHS, Head, packed

WARM = -2
"""What the zygote sends once everything is prepared; all else that it sends is a process id, or 0."""


class Handler(Protocol):
    """Answers jobs.

    Attributes:
        about: what the server has to know of the dataset.

    """

    about: dict[str, Any]

    def warm(self) -> None:
        """Prepare what takes long and is not needed at once."""

    def respond(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Answer a job."""


def serve(control: socket.socket, others: tuple[socket.socket, ...], make: Callable[[], Handler], memory: int) -> None:
    """Load the dataset, then serve commands until the other end closes.

    Args:
        control: the socket for commands, one per message. `f` with a socket attached forks a worker on that socket;
            `k` with a process id kills a worker. The reply is a process id, or 0 if there is no such worker.
        others: the server's sockets that this process has inherited. With its end of the control socket open, it would
            not notice that the server has died.
        make: makes what answers the jobs.
        memory: the memory that a worker may use beyond what it starts with, in MiB.

    """
    for other in others:
        other.close()
    os.setsid()  # Ctrl-C is for the server, which stops this process itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # the workers are killed on exit
    try:
        handler = make()
    except (Refusal, OSError, MemoryError) as error:
        _introduce(control, {"error": str(error) or type(error).__name__})
        return
    judge("ASK FROM <urn:x:y> {}")  # import lazily loaded modules now: a worker cannot open files
    _settle()
    _introduce(control, handler.about)
    children: set[int] = set()
    warmed = False
    try:
        while True:
            ready, _, _ = select.select([control], [], [], 0.5 if warmed else 0.02)
            _reap(children)
            if not ready:
                if not warmed:
                    handler.warm()
                    warmed = True
                    _settle()
                    control.sendall(struct.pack("!i", WARM))
                continue
            message, files, _, _ = socket.recv_fds(control, 5, 1)
            if not message:
                break
            command, pid = struct.unpack("!ci", message)
            reply = _fork(control, files[0], handler, memory, children) if command == b"f" else _kill(pid, children)
            control.sendall(struct.pack("!i", reply))
    except (ConnectionError, BrokenPipeError):
        pass
    finally:
        for pid in list(children):
            _kill(pid, children)


def _introduce(control: socket.socket, about: dict[str, Any]) -> None:
    text = json.dumps(about).encode()
    control.sendall(struct.pack("!I", len(text)) + text)


def _settle() -> None:
    gc.collect()
    gc.freeze()


def _reap(children: set[int]) -> None:
    for pid in list(children):
        if os.waitpid(pid, os.WNOHANG)[0]:
            children.discard(pid)


def _kill(pid: int, children: set[int]) -> int:
    """Kill a worker and wait for it to exit; does nothing for a process that is not an unreaped child."""
    if pid not in children:
        return 0
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    children.discard(pid)
    return pid


def _fork(control: socket.socket, file: int, handler: Handler, memory: int, children: set[int]) -> int:
    pid = os.fork()
    if pid == 0:
        control.close()
        _work(socket.socket(fileno=file), handler, memory)
    os.close(file)
    children.add(pid)
    return pid


def _confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            now = int(statm.read().split()[0]) * resource.getpagesize()
        limit = now + memory * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (OSError, ValueError):  # not Linux: the limits on time, rows and bytes still apply
        pass
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _work(channel: socket.socket, handler: Handler, memory: int) -> NoReturn:
    """Answer jobs until the server closes the socket, then exit; never returns to the parent's code.

    The jobs run in a thread of their own: the generator behind UUID() and RAND() belongs to a thread, and that of the
    first one is a copy of the zygote's, the same in all workers.
    """
    status = [1]
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _confine(memory)
        os.nice(5)  # jobs yield to the server
        thread = threading.Thread(target=_answer_all, args=(channel, handler, status))
        thread.start()
        thread.join()
    finally:
        os._exit(status[0])


def _answer_all(channel: socket.socket, handler: Handler, status: list[int]) -> None:
    try:
        while True:
            head, body = LENGTHS.unpack(_exactly(channel, LENGTHS.size))
            data = _exactly(channel, head + body)
            begin = time.process_time()
            answer, document = handler.respond(json.loads(data[:head]), data[head:])
            answer["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer["seconds"] = time.process_time() - begin
            channel.sendall(packed(answer, document))
    except (EOFError, ConnectionError):
        status[0] = 0
    finally:
        os._exit(status[0])


def _exactly(channel: socket.socket, length: int) -> bytes:
    data = channel.recv(length)
    if len(data) == length:
        return data
    parts = bytearray(data)
    while len(parts) < length:
        piece = channel.recv(length - len(parts))
        if not piece:
            raise EOFError
        parts += piece
    return bytes(parts)
