"""The `upheaval match` command."""

import sys
from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals


@click.command("match", epilog="Example: upheaval match import/sipri import/cow --out matches.csv")
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@ROOT
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file, .csv or .ttl; standard output by default.",
)
def match_command(folders: tuple[Path, ...], root: Path, out: Path | None) -> None:
    """Propose matches of imported and curated records.

    The imported records are those in FOLDERS. The matches are for review; nothing is merged.
    """
    with refusals():
        from upheaval.importers.matching import as_csv, as_turtle, propose
        from upheaval.populate.assembly import assemble
        from upheaval.store.builds import open_build

        store = assemble(root).store
        for folder in folders:
            open_build(folder).into(store)
        matches = propose(store)
        text = as_turtle(matches) if out is not None and out.suffix == ".ttl" else as_csv(matches)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
        sure = sum(match.confidence == "high" for match in matches)
        records = len({match.curated.iri for match in matches})
        click.echo(f"{len(matches)} candidates for {records} curated records, {sure} of high confidence", err=True)
