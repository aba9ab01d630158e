"""The `upheaval diff` command."""

import sys
from pathlib import Path

import click

from upheaval.cli.options import ROOT, collect_no_garbage, refusals

DIFFERENT = 3
"""The exit status of `--exit-code`; 1 is that of errors, and 2 that of wrong usage."""


@click.command("diff", epilog="Example: upheaval diff main --format markdown")
@click.argument("a", default="HEAD")
@click.argument("b", required=False)
@ROOT
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "rdf-patch", "sparql"]),
    default="text",
    show_default=True,
    help="For people: text, markdown. For programs: json, and patches that turn the data of A into those of B.",
)
@click.option("--exit-code", is_flag=True, help=f"Exit with status {DIFFERENT} if there are differences.")
def diff_command(a: str, b: str | None, root: Path, form: str, exit_code: bool) -> None:
    """Show what is said differently in A and B, by record and claim.

    A and B are released versions, git revisions, folders of publications, or finished builds. B is the publication as
    it is now, and A the last commit, if left out. The present code reads revisions; nothing in them is executed.
    """
    with refusals():
        collect_no_garbage()
        from upheaval.curate import differencereport, patches
        from upheaval.curate.differences import compare
        from upheaval.curate.editions import open_edition

        editions = open_edition(root, a), open_edition(root, b)
        for note in (note for edition in editions for note in edition.notes):
            click.echo(f"warning: {note}", err=True)
        difference = compare(*editions)
        write = {
            "text": differencereport.as_text,
            "markdown": differencereport.as_markdown,
            "json": differencereport.as_json,
            "rdf-patch": patches.as_rdf_patch,
            "sparql": patches.as_sparql,
        }[form]
        click.echo(write(difference), nl=False)
        if exit_code and not difference.is_empty:
            sys.exit(DIFFERENT)
