"""The command `upheaval import`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upheaval.cli.options import ROOT, refusals

if TYPE_CHECKING:
    from upheaval.importers.run import Advance, ImportReport, Step

EPILOG = """\b
Examples:
  upheaval import sipri trade-register.csv --out import/sipri
  upheaval import un-votes un_votes.csv un_roll_calls.csv --every-vote
  upheaval import cow alliance_v4.1_by_member.csv --skip-bad
  upheaval import ./my_dataset.py table.csv
"""


@click.command("import", epilog=EPILOG)
@click.argument("dataset")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@ROOT
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder to write; import/DATASET.")
@click.option("--format", "form", type=click.Choice(["nq", "parquet"]), default="nq", show_default=True)
@click.option("--compress", type=click.Choice(["gzip", "zstd"]), help="Compress the N-Quads.")
@click.option("--engine", default="duckdb", show_default=True, help="duckdb, spark, or spark:MASTER.")
@click.option("--memory", default="500MB", show_default=True, help="What DuckDB may take before it turns to disk.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--skip-bad", is_flag=True, help="Write rows with faults aside and import the others.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of the files.")
@click.option("--edition", default="", help="The version of the dataset, if neither file nor declaration is right.")
@click.option("--every-vote", is_flag=True, help="un-votes: every ballot and vote, instead of pairs and years.")
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
    skip_bad: bool,
    encoding: str,
    edition: str,
    every_vote: bool,
) -> None:
    """Turn your copy of a DATASET into records: sipri, cow, atop or un-votes, or a declaration of your own (.py).

    States are those of the publication in --root where it has records of them. The records go into a named graph of
    their own; `upheaval load` and `upheaval match` take the folder. Nothing is written unless everything conforms.
    """
    with refusals():
        _require_extra()
        from upheaval.importers.declaration import find_dataset
        from upheaval.importers.run import ImportOptions, run
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
            skip_bad=skip_bad,
            encoding=encoding,
            edition=edition,
            options=frozenset({"every-vote"} if every_vote else ()),
        )
        begin = time.monotonic()
        with _steps() as step:
            report = run(open_import_target(root), declared, options, step)
        click.echo(_summary(report, options.out, time.monotonic() - begin))


def _require_extra() -> None:
    from upheaval.faults import refuse

    missing = [module for module in ("duckdb", "ibis", "pyarrow") if find_spec(module) is None]
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


def _summary(report: ImportReport, out: Path, seconds: float) -> str:
    rows = ", ".join(f"{count} {what}" for what, count in report.counts.items())
    records = ", ".join(f"{count} {kind}" for kind, count in report.records.items())
    lines = [
        f"{report.dataset.title}, {report.edition}: {rows}",
        f"{records}; all checked against the contract, {report.sampled} records against the shapes",
    ]
    if report.triples:
        lines.append(f"{report.triples} triples in <{report.graph}>")
    lines.append(f"{len(report.files)} files in {out}, {seconds:.1f} s")
    if report.rows.aside:
        lines.append(f"{report.rows.aside} rows with {report.rows.wrong} faults are in {out}/aside-*.csv")
    lines.extend(f"note: {note}" for note in (*report.notes, *report.dataset.caveats))
    return "\n".join(lines)
