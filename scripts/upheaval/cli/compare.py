"""The `upheaval compare` command."""

import sys
from collections import Counter
from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals


@click.command("compare", epilog="Example: upheaval compare import/sipri import/cow --out comparison.md")
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@ROOT
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file, .csv (each row) or .md (counts and contradictions); CSV to standard output by default.",
)
def compare_command(folders: tuple[Path, ...], root: Path, out: Path | None) -> None:
    """Report what imported datasets and the publication have in common, and where they contradict each other.

    The imported records are those in FOLDERS. Each row says matched, contradicting, only-ours or only-theirs, and why.
    """
    with refusals():
        from upheaval.importers.comparison import compare
        from upheaval.importers.comparisonreport import as_csv, as_markdown
        from upheaval.populate.assembly import assemble
        from upheaval.store.builds import open_build

        assembly = assemble(root)
        for folder in folders:
            open_build(folder).into(assembly.store)
        found = compare(assembly.store, assembly.publication.begins)
        text = as_markdown(found) if out is not None and out.suffix == ".md" else as_csv(found)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
        counted = Counter(one.status for one in found)
        click.echo(", ".join(f"{number} {status}" for status, number in sorted(counted.items())) or "nothing", err=True)
