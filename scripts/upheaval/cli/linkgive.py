"""The `upheaval link give` command."""

from pathlib import Path
from typing import TypeVar

import click

from upheaval.cli.options import refusals, terminal_width
from upheaval.cli.wikidatasource import open_source, source_options

_Line = TypeVar("_Line")


@click.command("give", epilog="Example: upheaval link give --slice wikidata.nt.gz --out quickstatements")
@source_options
@click.option("--new", "with_new", is_flag=True, help="Also propose new items; this needs an endpoint.")
@click.option(
    "--format", "form", type=click.Choice(["v1", "csv"]), default="v1", show_default=True, help="Of the batches."
)
@click.option("--batch", type=click.IntRange(1), default=50, show_default=True, help="Lines in a batch.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the gaps and batches to this new folder; by default nothing is written.",
)
def give_command(
    root: Path,
    slice_file: Path | None,
    endpoint: str,
    timeout: float,
    with_new: bool,
    form: str,
    batch: int,
    out: Path | None,
) -> None:
    """List what records say with a source and Wikidata does not.

    Nothing is ever sent: with --out, the statements are written as QuickStatements, for you to look through and paste
    there. What is disputed, is there already or has no reference is never among them.
    """
    with refusals():
        from upheaval.faults import refuse
        from upheaval.link.giving import GapStatus, find_gaps, find_new, gap_rows
        from upheaval.link.profiles import read_profiles
        from upheaval.populate.assembly import assemble
        from upheaval.query.answers import as_csv, as_table

        try:
            from upheaval.link.statements import as_statement_csv, as_version_1, new_item_lines, statement_lines
        except ImportError:
            message = "the library for QuickStatements is not installed"
            refuse("link give", message, "pip install 'upheaval[link]'", rule="link/extra")
        if with_new and not endpoint:
            message = "only an endpoint can tell that there is no such item"
            refuse("--new", message, "name --endpoint URL", rule="link/new")
        if with_new and form == "csv":
            refuse("--format", "new items cannot be made by CSV", "leave it out, or leave out --new", rule="link/new")
        if out is not None and out.exists():
            refuse(str(out), "already exists", "name a new folder, or delete it", rule="link/out")
        source = open_source(slice_file, endpoint, timeout)
        assembly = assemble(root)
        profiles = read_profiles(assembly)
        gaps = find_gaps(assembly.store, profiles, source.items(set(profiles.items.values())))
        news = find_new(assembly.store, profiles, source) if with_new else []
        header, *rows = gap_rows(gaps, news)
        commands = [[line] for line in statement_lines(gaps)] + [new_item_lines(one) for one in news]
        if out is None:
            click.echo(as_table(header, rows, {}, terminal_width()), nl=False)
        else:
            texts = {"gaps.csv": as_csv(header, rows)}
            write, suffix = (as_version_1, "tsv") if form == "v1" else (as_statement_csv, "csv")
            for number, group in enumerate(_batches(commands, batch), 1):
                texts[f"batch-{number:03}.{suffix}"] = write(group)
            out.mkdir(parents=True)
            for name, text in texts.items():
                (out / name).write_text(text, encoding="utf-8")
        sent = sum(gap.status is GapStatus.SEND for gap in gaps)
        click.echo(f"{len(gaps)} gaps, {sent} statements to send, {len(news)} new items", err=True)


def _batches(commands: list[list[_Line]], size: int) -> list[list[_Line]]:
    """Share commands out to batches of a size; the lines of one new item stay together."""
    batches: list[list[_Line]] = []
    for lines in commands:
        if not batches or len(batches[-1]) + len(lines) > size:
            batches.append([])
        batches[-1].extend(lines)
    return batches
