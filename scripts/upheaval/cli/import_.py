"""The command `upheaval import`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upheaval.cli.options import ROOT, refusals

if TYPE_CHECKING:
    from upheaval.importers.coding import Broadened
    from upheaval.importers.run import Advance, ImportReport, Step

EPILOG = """\b
Examples:
  upheaval import sipri trade-register.csv --out import/sipri
  upheaval import un-votes un_votes.csv un_roll_calls.csv --every-vote
  upheaval import cow-mid MID-5-Data.zip --out import/disputes
  upheaval import ./my_dataset.py table.csv
"""


class _ImportCommand(click.Command):
    """Lists the datasets that come with the package in its help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from upheaval.importers.shipped import titles

        with formatter.section("Datasets"):
            formatter.write_dl(list(titles().items()))
        super().format_epilog(ctx, formatter)


@click.command("import", cls=_ImportCommand, epilog=EPILOG)
@click.argument("dataset")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@ROOT
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Output folder (default: import/DATASET)."
)
@click.option("--format", "form", type=click.Choice(["nq", "parquet"]), default="nq", show_default=True)
@click.option("--compress", type=click.Choice(["gzip", "zstd"]), help="Compress the N-Quads.")
@click.option("--engine", default="duckdb", show_default=True, help="duckdb, spark, or spark:MASTER.")
@click.option("--memory", default="500MB", show_default=True, help="Memory limit of DuckDB before it spills to disk.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--strict", is_flag=True, help="Import nothing if any row has a fault.")
@click.option("--skip-bad", is_flag=True, help="Import the other rows even if more than half have faults.")
@click.option("--encoding", default="", help="Encoding of the files, such as cp1252; detected by default.")
@click.option("--edition", default="", help="Version of the dataset, if the file and the declaration have it wrong.")
@click.option(
    "--every-vote", is_flag=True, help="For un-votes: every ballot and vote instead of counts by pair and year."
)
def import_command(
    dataset: str,
    files: tuple[Path, ...],
    root: Path,
    out: Path | None,
    form: str,
    compress: str | None,
    engine: str,
    memory: str,
    threads: int,
    strict: bool,
    skip_bad: bool,
    encoding: str,
    edition: str,
    every_vote: bool,
) -> None:
    """Turn your copy of a DATASET into records: one of those below, or a declaration of your own (.py).

    FILES are CSV, also compressed (.gz, .bz2, .xz, .zst) or in a .zip, or workbooks (.xlsx, .xls, .ods). A row with
    a fault is left out, named, and written to quarantine-*.csv, to be corrected and imported again.

    States are those of the publication in --root where it has records of them. The records go into a named graph of
    their own; `upheaval load` and `upheaval match` take the folder. Nothing is written unless everything conforms.
    """
    with refusals():
        _require_extra()
        from upheaval.importers.declaration import find_dataset
        from upheaval.importers.run import TOLERANCE, ImportOptions, run
        from upheaval.importers.target import open_import_target

        declared = find_dataset(dataset)
        options = ImportOptions(
            files=files,
            out=out or Path("import") / declared.name,
            form=form,
            compression=compress or "",
            engine=engine,
            memory=memory,
            threads=threads,
            tolerance=0 if strict else 1 if skip_bad else TOLERANCE,
            encoding=encoding,
            edition=edition,
            options=frozenset({"every-vote"} if every_vote else ()),
        )
        begin = time.monotonic()
        with _steps() as step:
            report = run(open_import_target(root), declared, options, step)
        for fault in report.rows.faults:
            click.echo(fault, err=True)
        click.echo(_summary(report, options.out, time.monotonic() - begin))


def _require_extra() -> None:
    from importlib.util import find_spec

    from upheaval.faults import refuse

    missing = [module for module in ("duckdb", "ibis", "pyarrow", "python_calamine") if find_spec(module) is None]
    if missing:
        message = f"importing needs {', '.join(missing)}"
        refuse("import", message, "pip install 'upheaval[import]'", rule="import/extra")


@contextmanager
def _steps() -> Iterator[Step]:
    """Draw the steps with rate and time left on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<18}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:

        @contextmanager
        def step(name: str, total: int, unit: str) -> Iterator[Advance]:
            task = bar.add_task(name, total=total or None, rate="")
            begin, done = time.monotonic(), 0

            def advance(count: int) -> None:
                nonlocal done
                done += count
                rate = done / max(time.monotonic() - begin, 0.001)
                bar.update(task, advance=count, rate=f"{rate:,.0f} {unit}/s")

            yield advance
            bar.update(task, total=total or 1, completed=total or 1)

        yield step


def _broadened(found: list[Broadened]) -> Iterator[str]:
    """Yield a line for each column with codes that were taken as a broader kind."""
    columns: dict[str, list[str]] = {}
    for one in found:
        columns.setdefault(one.column, []).append(
            f"`{one.code}` as {one.meaning} ({one.rows} {'row' if one.rows == 1 else 'rows'})"
        )
    for column, shown in columns.items():
        yield f"note: `{column}` is not in the crosswalk and was read as a broader kind: {'; '.join(shown)}"


def _summary(report: ImportReport, out: Path, seconds: float) -> str:
    counts = {what: count for what, count in report.counts.items() if count or not what.startswith("excluded")}
    rows = ", ".join(f"{count} {what}" for what, count in counts.items())
    records = ", ".join(f"{count} {kind}" for kind, count in report.records.items())
    lines = [
        f"{report.dataset.title}, {report.edition}: {rows}",
        f"{records}; all checked against the contract, {report.sampled} records against the shapes",
    ]
    if report.triples:
        lines.append(f"{report.triples} triples in <{report.graph}>")
    lines.append(f"{len(report.files)} files in {out}, {seconds:.1f} s")
    if report.rows.faults:
        lines.append(f"rows with faults are in {out}/quarantine-*.csv; correct and import that file for the rest")
    lines.extend(_broadened(report.broadened))
    lines.extend(f"note: {note}" for note in (*report.notes, *report.dataset.caveats))
    return "\n".join(lines)
