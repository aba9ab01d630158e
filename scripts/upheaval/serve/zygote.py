"""The zygote: a process that holds the dataset and forks the workers, which share its memory.

It is forked from the server before the server has a second thread or an open connection, and is single-threaded
itself, so forking is safe. If it has to be replaced, a fresh process loads the dataset again. A fork takes a few
milliseconds and loading much longer, so a killed worker is replaced quickly.

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
from typing import NoReturn

import pyoxigraph as ox

from upheaval.rdf.sparql import judge
from upheaval.serve.answering import answer
from upheaval.serve.loading import load_store

LENGTH = struct.Struct("!II")


def inherit(control: socket.socket, other: socket.socket, store: ox.Store, memory: int) -> None:
    """Close the server's end of the control socket, which the fork copied, then run `serve`.

    With that copy open, this process would not notice that the server has died.
    """
    other.close()
    serve(control, store, memory)


def reload(control: socket.socket, path: str, sha256: str, memory: int) -> None:
    """Load a dataset, then run `serve`; for the arguments see there and `loading.load_store`."""
    serve(control, load_store(path, sha256), memory)


def serve(control: socket.socket, store: ox.Store, memory: int) -> None:
    """Serve commands until the other end closes.

    Args:
        control: the socket for commands, one per message. `f` with a socket attached forks a worker on that socket;
            `k` with a process id kills a worker. The reply is a process id, or 0 if there is no such worker.
        store: the dataset.
        memory: the memory that a worker may use beyond what it starts with, in MiB.

    """
    judge("ASK FROM <urn:x:y> {}")  # import lazily loaded modules now: a worker cannot open files
    os.setsid()  # Ctrl-C is for the server, which stops this process itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # the workers are killed on exit
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    control.sendall(struct.pack("!i", os.getpid()))
    try:
        while True:
            ready, _, _ = select.select([control], [], [], 0.5)
            _reap(children)
            if not ready:
                continue
            message, files, _, _ = socket.recv_fds(control, 5, 1)
            if not message:
                break
            command, pid = struct.unpack("!ci", message)
            reply = _fork(control, files[0], store, memory, children) if command == b"f" else _kill(pid, children)
            control.sendall(struct.pack("!i", reply))
    except (ConnectionError, BrokenPipeError):
        pass
    finally:
        for pid in list(children):
            _kill(pid, children)


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


def _fork(control: socket.socket, file: int, store: ox.Store, memory: int, children: set[int]) -> int:
    pid = os.fork()
    if pid == 0:
        control.close()
        _work(socket.socket(fileno=file), store, memory)
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


def _work(channel: socket.socket, store: ox.Store, memory: int) -> NoReturn:
    """Answer jobs until the server closes the socket, then exit; never returns to the parent's code."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _confine(memory)
        os.nice(5)  # queries yield to the server
        while True:
            (length,) = struct.unpack("!I", _exactly(channel, 4))
            header, body = answer(store, json.loads(_exactly(channel, length)))
            header["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            head = json.dumps(header).encode()
            channel.sendall(LENGTH.pack(len(head), len(body)) + head)
            channel.sendall(body)
    except (EOFError, ConnectionError):
        status = 0
    finally:
        os._exit(status)


def _exactly(channel: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        piece = channel.recv(length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
