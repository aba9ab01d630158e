"""The `upheaval build` command."""

import sys
from pathlib import Path

import click

from upheaval.cli.options import JOBS, ROOT, STATE, collect_no_garbage, has_errors, refusals
from upheaval.faults import Fault


@click.command("build", epilog="Example: upheaval build --to build")
@ROOT
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option(
    "--stream", is_flag=True, help="Build in bounded memory, for millions of triples; writes compressed N-Quads."
)
@click.option("--resume", is_flag=True, help="Continue an interrupted streaming build.")
@JOBS
@STATE
def build_command(root: Path, to: Path | None, stream: bool, resume: bool, jobs: int | None, state: bool) -> None:
    """Validate the sources and write the publication's files."""
    target = to or root / "build"
    with refusals():
        if stream or resume:
            _stream(root, target, jobs, resume)
            return
        collect_no_garbage()
        from upheaval.build.export import export
        from upheaval.build.folder import write_build
        from upheaval.check.remembering import checked_assembly
        from upheaval.processes import cores
        from upheaval.store.state import State

        assembly, faults = checked_assembly(root, jobs or cores(), State(root, state))
        _say(faults, len(assembly.records))
        files = export(assembly)
        write_build(files, target)
        size = sum(len(content) for content in files.values()) / 1e6
        click.echo(f"{len(files)} files, {size:.1f} MB, in {target}")


def _stream(root: Path, target: Path, jobs: int | None, resume: bool) -> None:
    from upheaval.build.streaming import stream
    from upheaval.processes import cores
    from upheaval.progress import track

    try:
        done = stream(root, target, jobs or cores(), resume, track)
    except KeyboardInterrupt:
        click.echo("interrupted; your previous build is unchanged, and --resume continues this one", err=True)
        sys.exit(1)
    _say(done.faults, done.records)
    click.echo(f"{done.quads:,} quads in {target}")


def _say(faults: list[Fault], records: int) -> None:
    """Print the faults of a build, and exit with status 1 if there are errors."""
    from upheaval.cli.reporting import as_text, summary

    click.echo(as_text(faults), err=True, nl=False)
    click.echo(summary(faults, records), err=True)
    if has_errors(faults):
        click.echo("nothing written; your previous build is unchanged", err=True)
        sys.exit(1)
