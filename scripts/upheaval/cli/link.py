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
        from upheaval.build.quality import assess
        from upheaval.check.checking import check as find
        from upheaval.cli.reporting import as_text
        from upheaval.populate.assembly import assemble

        assembly = assemble(root)
        faults = [fault for fault in find(assembly) if "#Link-" in fault.rule]
        click.echo(as_text(faults), nl=False)
        linked = sum(record.kind.name == "Link" for record in assembly.records)
        for kind, slugs in sorted(assess(assembly).unlinked.items()):
            click.echo(f"{kind}: {len(slugs)} without a link: {', '.join(slugs)}")
        click.echo(f"{linked} links, {len(faults)} faults")
        if has_errors(faults):
            sys.exit(1)
