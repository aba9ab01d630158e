"""The `upheaval check` command."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from upheaval.cli.options import JOBS, ROOT, STATE, collect_no_garbage, has_errors, refusals, terminal_width
from upheaval.faults import Fault, Refusal

Find = Callable[[Iterable[Path]], tuple[list[Fault], int]]


@click.command("check", epilog="Example: upheaval check --format github")
@ROOT
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text")
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    help="SHACL engine; pyshacl is the slower reference, with the same results.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl-C.")
@click.option(
    "--coverage",
    is_flag=True,
    help="Show the pairs, types and phases covered, and the series; a member of a series left out is an error.",
)
@click.option(
    "--with",
    "imports",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder from `upheaval import`: warn where its agreements contradict records; may be repeated.",
)
@click.option("--explain", is_flag=True, help="Show which rules and shapes read other records, and which read all.")
@JOBS
@STATE
def check_command(
    root: Path,
    form: str,
    engine: str,
    watch: bool,
    coverage: bool,
    imports: tuple[Path, ...],
    explain: bool,
    jobs: int | None,
    state: bool,
) -> None:
    """Find all faults, with file, line and column.

    The exit status is 1 if there are errors; warnings and notes leave it 0.
    """
    with refusals():
        if explain:
            click.echo(_explanation(root, jobs), nl=False)
            return
        if coverage:
            if has_errors(_coverage(root, form)):
                sys.exit(1)
            return
        if watch:
            from upheaval.cli.watching import watch as keep

            find = _whole(root, engine) if engine != "compiled" else _incremental(root, jobs)
            keep(root, lambda changed: _check(find, changed, form))
            return
        collect_no_garbage()
        find = _whole(root, engine) if engine != "compiled" else _remembering(root, jobs, state)
        if imports:
            find = _against(find, root, imports)
        if has_errors(_check(find, (), form)):
            sys.exit(1)


def _explanation(root: Path, jobs: int | None) -> str:
    from upheaval.check.incremental import CheckSnapshot, check
    from upheaval.cli.explanation import explain
    from upheaval.processes import cores

    snapshot, _ = check(CheckSnapshot(root, jobs or cores()))
    return explain(snapshot.plan) if snapshot.plan else ""


def _whole(root: Path, engine: str) -> Find:
    from upheaval.check.checking import check as find
    from upheaval.populate.assembly import assemble

    def check_whole(_changed: Iterable[Path]) -> tuple[list[Fault], int]:
        assembly = assemble(root)
        return find(assembly, engine), len(assembly.records)

    return check_whole


def _incremental(root: Path, jobs: int | None) -> Find:
    from upheaval.check.incremental import CheckSnapshot, check
    from upheaval.processes import cores

    start = snapshot = CheckSnapshot(root, jobs or cores())

    def check_again(changed: Iterable[Path]) -> tuple[list[Fault], int]:
        nonlocal snapshot
        before, snapshot = snapshot, start
        snapshot, faults = check(before, changed)
        return faults, len(snapshot.listing.entries)

    return check_again


def _remembering(root: Path, jobs: int | None, state: bool) -> Find:
    def check_once(_changed: Iterable[Path]) -> tuple[list[Fault], int]:
        from upheaval.check.remembering import remembered_check
        from upheaval.processes import cores
        from upheaval.store.state import State

        faults, records, _ = remembered_check(root, jobs or cores(), State(root, state))
        return faults, records

    return check_once


def _against(find: Find, root: Path, imports: Iterable[Path]) -> Find:
    """Also find where imported registers contradict records, once these are without errors."""

    def check_against(changed: Iterable[Path]) -> tuple[list[Fault], int]:
        import pyoxigraph as ox

        from upheaval.importers.registers import contradictions
        from upheaval.populate.assembly import assemble
        from upheaval.store.builds import open_build

        faults, records = find(changed)
        if has_errors(faults):
            return faults, records
        store = ox.Store()
        for folder in imports:
            open_build(folder).into(store)
        return sorted([*faults, *contradictions(assemble(root), store)]), records

    return check_against


def _check(find: Find, changed: Iterable[Path], form: str) -> list[Fault]:
    from upheaval.cli.reporting import FORMATS, summary

    records = 0
    try:
        faults, records = find(changed)
    except Refusal as refusal:
        faults = list(refusal.faults)
    click.echo(FORMATS[form](faults), nl=False)
    click.echo(summary(faults, records), err=True)
    return faults


def _coverage(root: Path, form: str) -> list[Fault]:
    from upheaval.build.quality import assess
    from upheaval.build.qualityreport import LEGEND, SERIES, matrix, series, totals
    from upheaval.check.gaps import gaps
    from upheaval.cli.reporting import FORMATS
    from upheaval.populate.assembly import assemble
    from upheaval.query.answers import as_table

    assembly = assemble(root)
    faults = gaps(assembly)
    if form != "text":
        click.echo(FORMATS[form](faults), nl=False)
        return faults
    quality = assess(assembly)
    width = terminal_width()
    click.echo(f"{as_table(*matrix(quality), {}, width)}{LEGEND}\n{totals(quality)} More in build/quality.md.")
    if quality.series:
        click.echo(f"\n{as_table(list(SERIES), series(quality), {}, width)}{FORMATS[form](faults)}", nl=False)
    return faults
