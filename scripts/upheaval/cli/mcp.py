"""The `upheaval mcp` command."""

import io
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from upheaval.faults import Refusal
from upheaval.serve.limits import ASSISTANT as LIMITS


@click.command("mcp", epilog="Example: upheaval mcp --path build --seconds 5")
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    help="A build or a publication; by default `build`, or the current folder.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=LIMITS.seconds,
    show_default=True,
    help="Time limit of a query, in seconds.",
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=LIMITS.rows,
    show_default=True,
    help="Maximum rows or triples per answer.",
)
def mcp_command(path: Path | None, seconds: float, rows: int) -> None:
    """Serve the dataset to an AI assistant.

    This is a Model Context Protocol server on standard input and output.
    """
    from upheaval.query.dataset import open_dataset
    from upheaval.serve.assistant import QueryHandler, make_server
    from upheaval.serve.wellformed import WellFormedLines
    from upheaval.serve.workers import Pool

    try:
        dataset = open_dataset(path, state=False)  # the workers can open no files
        pool = Pool(partial(QueryHandler, dataset), replace(LIMITS, seconds=seconds, rows=rows), again=False)
        pool.launch("fork")
        server = make_server(dataset, pool)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    except ImportError:
        raise click.ClickException("the MCP library is not installed: pip install 'upheaval[mcp]'") from None
    sys.stdin = io.TextIOWrapper(io.BufferedReader(WellFormedLines(sys.stdin.buffer)), encoding="utf-8")
    server.run("stdio")
