"""The `upheaval link` command."""

import sys
from pathlib import Path

import click

from upheaval.cli.options import ROOT, has_errors, refusals


@click.command("link", epilog="Example: upheaval link --check")
@ROOT
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    required=True,
    help="Report colliding and malformed links, and records without one.",
)
def link_command(root: Path, only_check: bool) -> None:
    """Check links to other datasets, such as Wikidata."""
    with refusals():
        from upheaval.cli.reporting import as_text
        from upheaval.link.report import summarize_links
        from upheaval.populate.assembly import assemble

        summary = summarize_links(assemble(root))
        click.echo(as_text(summary.faults), nl=False)
        for kind, slugs in summary.unlinked.items():
            click.echo(f"{kind}: {len(slugs)} without a link: {', '.join(slugs)}")
        click.echo(f"{summary.links} links, {len(summary.faults)} faults")
        if has_errors(summary.faults):
            sys.exit(1)
