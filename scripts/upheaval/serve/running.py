"""From options to a running server: loads the build, binds, and serves until it is told to stop."""

import socket
from pathlib import Path

import click
import uvicorn

from upheaval.serve.app import create_app
from upheaval.serve.connections import guarded
from upheaval.serve.dataset import find_quads, open_build
from upheaval.serve.limits import Limits
from upheaval.serve.workers import Pool


def run(folder: Path, host: str, port: int, base: str | None, trusted: str, limits: Limits) -> None:
    """Serve a build until SIGINT or SIGTERM.

    Args:
        folder: of the build.
        host, port: where to listen; port 0 for any free one.
        base: the address that people use; the one listened on where none is given.
        trusted: proxies whose X-Forwarded-For and -Proto count.
        limits: what callers may take.

    Raises:
        Refusal: the folder is no build.
        OSError: the address is taken.

    """
    pool = Pool(find_quads(folder), limits)
    pool.launch()  # the workers' process loads while this one does
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # the protocol is named because asyncio sets TCP_NODELAY only where it is; without it every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    named = f"[{host}]" if ":" in host else host
    address = base or f"http://{named}:{listener.getsockname()[1]}/"
    served = open_build(folder)
    listener.listen(2048)  # from here on callers wait where they were refused before
    click.echo(f"{served.title} {served.version}: {sum(served.triples.values())} triples at {address}", err=True)
    config = uvicorn.Config(
        create_app(served, pool, address, limits),
        http=guarded(limits.receive_seconds, limits.connections),
        ws="none",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        h11_max_incomplete_event_size=limits.header_bytes + 3 * limits.query_bytes,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listener])
