"""Run the server: load the build, bind, and serve until stopped."""

import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from upheaval.faults import refuse
from upheaval.schema.configuration import address_problem
from upheaval.serve.limits import Limits
from upheaval.serve.snapshot import open_build

DRAIN_SECONDS = 30


def run(folder: Path, root: Path, host: str, port: int, base: str | None, trusted: str, limits: Limits) -> None:
    """Serve a build until SIGINT or SIGTERM, then allow open requests DRAIN_SECONDS to finish.

    Args:
        folder: the build.
        root: the publication's folder, whose released versions are served as well.
        host, port: where to listen; port 0 picks a free one.
        base: the public address; by default the one listened on.
        trusted: proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted.
        limits: the limits on requests and answers.

    Raises:
        Refusal: the folder is not a build, or the public address is not a web address.
        OSError: the address is in use.

    """
    if base is not None:
        _check_base(base)
    for signal_ in (signal.SIGINT, signal.SIGTERM):  # uvicorn drains first, then re-raises the signal
        signal.signal(signal_, lambda *_: sys.exit(0))
    with ThreadPoolExecutor(1) as thread:  # load the build during the imports: each takes a third of a second
        opening = thread.submit(open_build, folder)
        import uvicorn

        from upheaval.serve.app import create_app
        from upheaval.serve.connections import guarded
        from upheaval.serve.versions import versions_of
        from upheaval.serve.workers import Pool

        served = opening.result()
        released = versions_of(root, folder)
    pool = Pool(served.quads, limits)
    pool.launch(served.store)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only if the protocol is given; without it every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    named = f"[{host}]" if ":" in host else host
    listening = f"{named}:{listener.getsockname()[1]}"
    address = base or f"http://{listening}/"
    listener.listen(2048)  # from here on, clients wait instead of being refused
    where = f", listening on {listening}" if base else ""
    click.echo(f"{served.title} {served.version}: {sum(served.triples.values())} triples at {address}{where}", err=True)
    for version, one in released.items():
        if one.folder == folder and one.notice:
            click.echo(f"warning: this build is version {version}. {one.notice}", err=True)
    config = uvicorn.Config(
        create_app(served, pool, address, limits, released),
        http=guarded(limits.receive_seconds, limits.connections),
        ws="none",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        h11_max_incomplete_event_size=limits.header_bytes + 3 * limits.query_bytes,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _check_base(base: str) -> None:
    problem = address_problem(base)
    if not problem and ("?" in base or "#" in base):
        problem = (f"`{base}` has a query or a fragment", "end the address with its path")
    if problem:
        refuse("--base", *problem, rule="serve/base")
