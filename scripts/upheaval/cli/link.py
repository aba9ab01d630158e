"""The `upheaval link` command and its subcommands."""

import sys
from pathlib import Path

import click

from upheaval.cli.linkexport import export_command
from upheaval.cli.linkgive import give_command
from upheaval.cli.linkrefresh import refresh_command
from upheaval.cli.linksuggest import review_command, suggest_command
from upheaval.cli.linktake import take_command
from upheaval.cli.linkverify import verify_command
from upheaval.cli.options import ROOT, has_errors, refusals


@click.group("link", invoke_without_command=True, epilog="Example: upheaval link verify --slice wikidata-slice.nt.gz")
@ROOT
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Report colliding and malformed links, and records without one.",
)
@click.pass_context
def link_command(context: click.Context, root: Path, only_check: bool) -> None:
    """Check, find and exchange links to other datasets, such as Wikidata."""
    context.obj = root
    if context.invoked_subcommand is not None:
        return
    if not only_check:
        raise click.UsageError("name a subcommand, or use --check")
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


for _command in (
    export_command,
    give_command,
    refresh_command,
    review_command,
    suggest_command,
    take_command,
    verify_command,
):
    link_command.add_command(_command)
