"""Run the server: load the build, bind, and serve until stopped."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upheaval.faults import refuse
from upheaval.schema.configuration import address_problem
from upheaval.serve.limits import Limits

if TYPE_CHECKING:
    from upheaval.serve.gateway import Gateway

DRAIN_SECONDS = 30


def run(
    folder: Path,
    root: Path,
    host: str,
    port: int,
    base: str | None,
    trusted: str,
    limits: Limits,
    store: Path | None = None,
    watch: bool = False,
) -> None:
    """Serve a build until SIGINT or SIGTERM, then allow open requests DRAIN_SECONDS to finish.

    Args:
        folder: the build.
        root: the publication's folder, whose released versions are served as well.
        host, port: where to listen; port 0 picks a free one.
        base: the public address; by default the one listened on.
        trusted: proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted.
        limits: the limits on requests and answers.
        store: the folder that has the store of builds; by default the publication's, if it can be written.
        watch: whether to serve each new build in the folder; SIGHUP has the same effect once.

    Raises:
        Refusal: the folder is not a build, or the public address is not a web address.
        OSError: the address is in use.
        SystemExit: with status 1 if the dataset's process has died for good.

    """
    if base is not None:
        _check_base(base)
    for signal_ in (signal.SIGINT, signal.SIGTERM):  # uvicorn drains first, then re-raises the signal
        signal.signal(signal_, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only if the protocol is given; without it every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    named = f"[{host}]" if ":" in host else host
    listening = f"{named}:{listener.getsockname()[1]}"
    address = base or f"http://{listening}/"
    address = address if address.endswith("/") else f"{address}/"
    with contextlib.ExitStack() as stack:
        if store is None:
            store = root if os.access(root, os.W_OK) else Path(stack.enter_context(_temporary()))
        _allow_files(limits)
        from upheaval.serve.generations import Generations

        generations = Generations(folder, root, store, address, limits)
        generations.current.pool.launch("fork", listener)
        _serve(generations, listener, address, listening if base else "", trusted, limits, watch)


def _serve(
    generations: Any, listener: socket.socket, address: str, listening: str, trusted: str, limits: Limits, watch: bool
) -> None:
    import uvicorn
    import uvloop

    from upheaval.serve.connections import KEEP_ALIVE_SECONDS, guarded
    from upheaval.serve.gate import Gate
    from upheaval.serve.gateway import Gateway

    gate = Gate(limits, trusted)
    gateway = Gateway(generations, limits, gate)
    config = uvicorn.Config(
        gateway,
        http=guarded(gate, gateway.find),
        ws="none",
        lifespan="off",
        loop="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        timeout_keep_alive=int(KEEP_ALIVE_SECONDS),
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    uvloop.run(_live(uvicorn.Server(config), gateway, listener, address, listening, watch))


async def _live(
    server: Any, gateway: "Gateway", listener: socket.socket, address: str, listening: str, watch: bool
) -> None:
    from upheaval.serve.channels import Crashed

    generations, failed = gateway.generations, False

    def fail() -> None:
        nonlocal failed
        failed = True
        click.echo("error: the process that holds the dataset has died, and cannot be replaced", err=True)
        server.should_exit = True

    generations.failed = fail
    try:
        await generations.current.pool.start()
    except Crashed as error:
        refuse(str(generations.folder), str(error) or "cannot be loaded", rule="serve/build")
    listener.listen(2048)
    about = generations.current.pool.about
    where = f", listening on {listening}" if listening else ""
    triples = sum(about["triples"].values())
    click.echo(f"{about['title']} {about['version']}: {triples} triples at {address}{where}", err=True)
    if about["notice"]:
        click.echo(f"warning: {about['notice']}", err=True)
    tasks: set[asyncio.Task[Any]] = set()

    def reload() -> None:
        task = asyncio.create_task(generations.reload())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)
    if watch:
        tasks.add(asyncio.create_task(generations.watch()))
    try:
        await server.serve(sockets=[listener])
    finally:
        for task in list(tasks):
            task.cancel()
        await generations.close()
        gateway.journal.flush()
    if failed:
        sys.exit(1)


@contextlib.contextmanager
def _temporary() -> Any:
    folder = tempfile.mkdtemp(prefix="upheaval-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _allow_files(limits: Limits) -> None:
    """Allow as many open files as the connections and workers need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + 4 * limits.workers + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _check_base(base: str) -> None:
    problem = address_problem(base)
    if not problem and ("?" in base or "#" in base):
        problem = (f"`{base}` has a query or a fragment", "end the address with its path")
    if problem:
        refuse("--base", *problem, rule="serve/base")
