"""The `upheaval serve` command."""

import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from upheaval.cli.options import ROOT
from upheaval.faults import Refusal
from upheaval.serve.limits import MEANING, Limits

_UNITS = {"s": "SECONDS", "byte": "BYTES", "MiB": "MIB", "1": "N"}


def _limit_options(command: Any) -> Any:
    """Add an option for each limit, with its default and its meaning."""
    for field in reversed(fields(Limits)):
        unit, meaning = MEANING[field.name]
        default = max(2, os.cpu_count() or 2) if field.name == "workers" else field.default
        kind: Any = (
            click.FloatRange(min=0 if field.name == "budget" else 0.1)
            if isinstance(field.default, float)
            else click.IntRange(min=0)
        )
        command = click.option(
            "--" + field.name.replace("_", "-"),
            type=kind,
            metavar=_UNITS[unit],
            default=default,
            show_default=True,
            help=f"{meaning[0].upper()}{meaning[1:]}.",
        )(command)
    return command


@click.command("serve", epilog="Example: upheaval serve --port 8000 --seconds 20 --rows 50000")
@click.option(
    "--build",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="The output of `upheaval build`.",
)
@ROOT
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 picks a free one."
)
@click.option("--base", help="Public address, if the server is behind a proxy.  [default: http://HOST:PORT/]")
@click.option(
    "--trust-proxy", default="", help="Addresses of proxies whose X-Forwarded-For is trusted, separated by commas."
)
@click.option(
    "--store",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps the builds that are served, under .upheaval.  [default: ROOT, or a temporary folder]",
)
@click.option("--watch", is_flag=True, help="Serve each new build in the folder; SIGHUP does so once.")
@_limit_options
def serve_command(
    folder: Path,
    root: Path,
    host: str,
    port: int,
    base: str | None,
    trust_proxy: str,
    store: Path | None,
    watch: bool,
    **values: Any,
) -> None:
    """Serve a build over HTTP, read-only, and below /VERSION/ the released versions of the publication in --root.

    This offers SPARQL at /sparql, linked data, dumps and reconciliation; /health and /metrics report the server's
    status. The access log goes to standard output as JSON lines.
    """
    from upheaval.serve.running import run

    limits = Limits(**values)
    if limits.workers < 1:
        raise click.UsageError("--workers must be at least 1")
    import logging

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        run(folder, root, host, port, base, trust_proxy, limits, store, watch)
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"cannot listen on {host}:{port}: {error.strerror}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    serve_command()
