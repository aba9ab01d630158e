"""The `upheaval load` command."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from upheaval.load.stores import Progress
    from upheaval.load.verification import LoadReport

EPILOG = """\b
Examples:
  upheaval load oxigraph:http://localhost:7878
  UPHEAVAL_PASSWORD=secret upheaval load virtuoso:localhost:1111
  upheaval load tdb2:/srv/tdb2/axis
  upheaval load sparql:http://host/axis --update http://host/axis/update
"""


@click.command("load", epilog=EPILOG)
@click.argument("target")
@click.option(
    "--build",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="The output of `upheaval build`.",
)
@click.option("--query", default="", help="Virtuoso's SPARQL endpoint, if not the configured one.")
@click.option("--update", default="", help="Update endpoint of a sparql: target.")
@click.option("--gsp", default="", help="Graph Store Protocol endpoint of a sparql: target.")
@click.option(
    "--chunk", type=click.IntRange(1), default=100_000, show_default=True, help="Triples per request or file."
)
@click.option("--staging", type=click.Path(file_okay=False, path_type=Path), help="A folder that Virtuoso can read.")
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=600,
    show_default=True,
    help="Time limit of a request or process, in seconds.",
)
@click.option("--check", is_flag=True, help="Compare only; write nothing.")
def load_command(
    target: str,
    folder: Path,
    query: str,
    update: str,
    gsp: str,
    chunk: int,
    staging: Path | None,
    timeout: float,
    check: bool,
) -> None:
    """Load a build into the store TARGET and verify it.

    TARGET is oxigraph:http://HOST:PORT, virtuoso:HOST:PORT (the SQL port), tdb2:DIR, or sparql:QUERY_URL with
    --update or --gsp. The user and password are read from UPHEAVAL_USER and UPHEAVAL_PASSWORD. Loading a build that is
    already there changes nothing; if a load fails, the error says what the store holds. The exit status is 1 if
    anything differs.
    """
    from upheaval.faults import Refusal
    from upheaval.load.targets import Options, open_target, sends_password_openly
    from upheaval.load.verification import load
    from upheaval.store.builds import check_files, open_build

    options = Options(query, update, gsp, chunk, staging, timeout)
    try:
        store = open_target(target, options)
        build = open_build(folder)
        check_files(folder)
        if sends_password_openly(target, options):
            click.echo("warning: the password is sent over the network unencrypted (use https)", err=True)
        with _bar(sum(build.counts.values())) as progress:
            report = load(store, build, build.questions(), progress, check)
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("interrupted; the store is unchanged unless the last step had started: see --check", err=True)
        sys.exit(1)
    _show(report, target)
    if not report.ok:
        sys.exit(1)


@contextmanager
def _bar(total: int) -> "Iterator[Progress]":
    """Draw a progress bar if standard error is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("loading"), BarColumn(), MofNCompleteColumn(), TextColumn("triples"), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("loading", total=total)
        yield lambda count: bar.advance(task, count)


def _show(report: "LoadReport", target: str) -> None:
    done = f"loaded in {report.seconds:.1f} s" if report.changed else "nothing was written"
    click.echo(f"{target}: {done}")
    for graph, wanted in report.build.counts.items():
        found = report.counts.get(graph, 0)
        verdict = "differs" if graph in report.differing else "equal"
        click.echo(f"  {found:>9} triples of {wanted:>9}  {verdict:8} {graph}")
    if report.identity:
        same = "equal" if report.identity == report.build.identity else f"not {report.build.identity}"
        click.echo(f"  RDFC-1.0 SHA-256 of data and derived: {report.identity}, {same}")
    same_rows = sum(verdict.startswith("equal") for verdict in report.questions.values())
    click.echo(f"  {same_rows} of {len(report.questions)} questions return the same rows as the build")
    for name, verdict in report.questions.items():
        if verdict != "equal":
            click.echo(f"    {name}: {verdict}")
