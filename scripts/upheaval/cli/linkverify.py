"""The `upheaval link verify` command."""

import sys
from pathlib import Path

import click

from upheaval.cli.options import has_errors, refusals
from upheaval.cli.wikidatasource import open_source, source_options


@click.command("verify", epilog="Example: upheaval link verify --endpoint https://query.wikidata.org/sparql")
@source_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a CSV file with both sides of each comparison and their references.",
)
def verify_command(
    root: Path, slice_file: Path | None, endpoint: str, timeout: float, form: str, report: Path | None
) -> None:
    """Compare the links to Wikidata with its items.

    Reports items that do not exist, were merged or are of an impossible class, and codes, dates and relations that
    contradict ours, at the lines of the link records.
    """
    source = None
    with refusals():
        from upheaval.cli.reporting import FORMATS
        from upheaval.link.contradictions import report_rows, verify_links
        from upheaval.link.ourcitations import cited_sources
        from upheaval.populate.assembly import assemble
        from upheaval.query.answers import as_csv

        source = open_source(slice_file, endpoint, timeout)
        assembly = assemble(root)
        result = verify_links(assembly, source, complete=bool(endpoint))
        if report is not None:
            cited = cited_sources(assembly.store)
            addresses = {node: [one.address or one.source for one in sources] for node, sources in cited.items()}
            header, *rows = report_rows(result, addresses)
            report.write_text(as_csv(header, rows), encoding="utf-8")
        click.echo(FORMATS[form](result.faults), nl=False)
        click.echo(
            f"{result.links} links to Wikidata, {len(result.verified)} compared, {len(result.faults)} faults", err=True
        )
        if has_errors(result.faults):
            sys.exit(1)
