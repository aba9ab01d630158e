"""The command `upheaval`: a thin skin over the stages."""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from shutil import get_terminal_size

import click

from upheaval.faults import Fault, Refusal, Severity

ROOT = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    show_default="the current folder",
    help="The publication's folder.",
)
JOBS = click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="How many processes share the work; one a processor if left out.",
)


@contextmanager
def refusals() -> Iterator[None]:
    """Print what stages refuse, one line a fault, and leave with status 1."""
    try:
        yield
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("interrupted; nothing was written", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


class Doors(click.Group):
    """A group of which some commands are imported only when they are called, or listed."""

    ELSEWHERE = {  # noqa: RUF012 (never changed)
        "import": ("upheaval.importers.command", "import_command"),
        "load": ("upheaval.load.command", "load_command"),
        "match": ("upheaval.importers.match", "match_command"),
        "mcp": ("upheaval.mcp", "mcp_command"),
        "query": ("upheaval.querycommand", "query_command"),
        "serve": ("upheaval.serve.command", "serve_command"),
        "site": ("upheaval.site.command", "site_command"),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in order."""
        return sorted([*super().list_commands(ctx), *self.ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, or None where there is none."""
        if cmd_name not in self.ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, name = self.ELSEWHERE[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Doors, epilog="Example: upheaval build && upheaval query in-force --at 2014-03-18")
@click.version_option(package_name="upheaval")
def main() -> None:
    """Turn a folder of YAML records into validated, queryable linked data."""


@main.command(epilog="Example: upheaval build --to build")
@ROOT
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="The folder to build into.")
@click.option("--stream", is_flag=True, help="In bounded memory: compressed N-Quads, for millions of triples.")
@click.option("--resume", is_flag=True, help="Go on with a streaming build that was interrupted.")
@JOBS
def build(root: Path, to: Path | None, stream: bool, resume: bool, jobs: int | None) -> None:
    """Check the sources and write every file of the publication."""
    target = to or root / "build"
    with refusals():
        if stream or resume:
            _stream(root, target, jobs, resume)
            return
        _collect_no_garbage()
        from upheaval.assembly import assemble
        from upheaval.building import write_build
        from upheaval.checking import check as find
        from upheaval.export import export

        assembly = assemble(root)
        _say(find(assembly), len(assembly.records))
        files = export(assembly)
        write_build(files, target)
        size = sum(len(content) for content in files.values()) / 1e6
        click.echo(f"{len(files)} files, {size:.1f} MB, in {target}")


def _stream(root: Path, target: Path, jobs: int | None, resume: bool) -> None:
    from upheaval.progress import track
    from upheaval.streaming import stream
    from upheaval.workers import cores

    try:
        done = stream(root, target, jobs or cores(), resume, track)
    except KeyboardInterrupt:
        click.echo("interrupted; the build before is untouched, and --resume goes on with this one", err=True)
        sys.exit(1)
    _say(done.faults, done.records)
    click.echo(f"{done.quads:,} quads in {target}")


def _say(faults: list[Fault], records: int) -> None:
    """Print what a build has found, and leave with status 1 on errors."""
    from upheaval.reporting import as_text, summary

    click.echo(as_text(faults), err=True, nl=False)
    click.echo(summary(faults, records), err=True)
    if _errors(faults):
        click.echo("nothing was built; the build before is untouched", err=True)
        sys.exit(1)


@main.command(epilog="Example: upheaval check --format github")
@ROOT
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text")
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    help="pyshacl is the reference: the same faults, more slowly.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl-C.")
@click.option("--coverage", is_flag=True, help="Show what pairs, types and phases are covered, and other quality.")
@JOBS
def check(root: Path, form: str, engine: str, watch: bool, coverage: bool, jobs: int | None) -> None:
    """Find every fault, with its file, line and column. Status 1 on errors, 0 on warnings."""
    with refusals():
        if coverage:
            click.echo(_coverage(root), nl=False)
            return
        find = _reference(root) if engine == "pyshacl" else _session(root, jobs, watch)
        if watch:
            from upheaval.watching import watch as keep

            keep(root, lambda changed: _check(find, changed, form))
            return
        _collect_no_garbage()
        if _errors(_check(find, (), form)):
            sys.exit(1)


def _collect_no_garbage() -> None:
    """Leave out what takes a tenth of the time or more: one pass over the records makes no cycles worth collecting."""
    gc.disable()


Find = Callable[[Iterable[Path]], tuple[list[Fault], int]]


def _reference(root: Path) -> Find:
    from upheaval.assembly import assemble
    from upheaval.checking import check as find

    def check_whole(_changed: Iterable[Path]) -> tuple[list[Fault], int]:
        assembly = assemble(root)
        return find(assembly, "pyshacl"), len(assembly.records)

    return check_whole


def _session(root: Path, jobs: int | None, watch: bool) -> Find:
    from upheaval.session import LARGE, SMALL, Session
    from upheaval.workers import cores

    return Session(root, jobs or cores(), SMALL if watch else LARGE).check


def _check(find: Find, changed: Iterable[Path], form: str) -> list[Fault]:
    from upheaval.reporting import FORMATS, summary

    records = 0
    try:
        faults, records = find(changed)
    except Refusal as refusal:
        faults = list(refusal.faults)
    click.echo(FORMATS[form](faults), nl=False)
    click.echo(summary(faults, records), err=True)
    return faults


def _coverage(root: Path) -> str:
    from upheaval.answers import as_table
    from upheaval.assembly import assemble
    from upheaval.quality import assess
    from upheaval.qualityreport import LEGEND, matrix, totals

    quality = assess(assemble(root))
    return f"{as_table(*matrix(quality), {}, terminal_width())}{LEGEND}\n{totals(quality)} More in build/quality.md.\n"


@main.command(epilog="Example: upheaval link --check")
@ROOT
@click.option(
    "--check", "only_check", is_flag=True, required=True, help="Report collisions, form and what lacks a link."
)
def link(root: Path, only_check: bool) -> None:
    """Look after the matches with other publications, such as Wikidata."""
    with refusals():
        from upheaval.assembly import assemble
        from upheaval.checking import check as find
        from upheaval.quality import assess
        from upheaval.reporting import as_text

        assembly = assemble(root)
        faults = [fault for fault in find(assembly) if "#Link-" in fault.rule]
        click.echo(as_text(faults), nl=False)
        linked = sum(record.kind.name == "Link" for record in assembly.records)
        for kind, slugs in sorted(assess(assembly).unlinked.items()):
            click.echo(f"{kind}: {len(slugs)} without a link: {', '.join(slugs)}")
        click.echo(f"{linked} links, {len(faults)} faults")
        if _errors(faults):
            sys.exit(1)


def terminal_width() -> int:
    """Return how many characters a line of the terminal has, or 100 where there is none."""
    return get_terminal_size((100, 24)).columns


def _errors(faults: list[Fault]) -> bool:
    return any(fault.severity is Severity.ERROR for fault in faults)


@main.group(epilog="Example: upheaval new record treaties a-treaty-2026")
def new() -> None:
    """Begin a record or a publication."""


@new.command(epilog="Example: upheaval new record arms-transfers drones-to-x")
@click.argument("kind")
@click.argument("slug")
@ROOT
def record(kind: str, slug: str, root: Path) -> None:
    """Write the commented skeleton of a record of KIND (a folder of data) named SLUG."""
    with refusals():
        from upheaval.contract import derive_contract
        from upheaval.publication import open_publication
        from upheaval.skeletons import new_record
        from upheaval.vocabulary import load_vocabulary

        contract = derive_contract(load_vocabulary(open_publication(root)).graph)
        file = new_record(root, kind, slug, contract)
        click.echo(f"{file} written: fill it in, then run `upheaval check`")


@new.command(epilog="Example: upheaval new publication ../a-pact")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def publication(folder: Path) -> None:
    """Start a publication of your own in FOLDER; the Statecraft vocabulary comes with the package."""
    with refusals():
        from upheaval.skeletons import new_publication

        file = new_publication(folder)
        click.echo(f"{file} written: change it, then `cd {folder}` and add records with `upheaval new record`")
