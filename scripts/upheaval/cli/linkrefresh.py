"""The `upheaval link refresh` command."""

from datetime import date
from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals
from upheaval.cli.wikidatasource import ENDPOINT, TIMEOUT


@click.command(
    "refresh", epilog="Example: upheaval link refresh wikidata.nt --endpoint https://query.wikidata.org/sparql"
)
@click.argument("file", metavar="SLICE", type=click.Path(dir_okay=False, path_type=Path))
@ROOT
@ENDPOINT
@click.option(
    "--entity-data",
    default="",
    metavar="URL",
    help="Where entities are, instead of an endpoint: https://www.wikidata.org/wiki/Special:EntityData/",
)
@TIMEOUT
def refresh_command(file: Path, root: Path, endpoint: str, entity_data: str, timeout: float) -> None:
    """Fetch the linked items into a slice, and show what changed.

    SLICE is written anew, N-Triples from an endpoint and Wikibase JSON from entity data; its source, day and hash go to
    SLICE.json. What differs from the slice before is printed as CSV.
    """
    if bool(endpoint) == bool(entity_data):
        raise click.UsageError("name either --endpoint URL or --entity-data URL")
    with refusals():
        from upheaval.link.profiles import linked_items
        from upheaval.link.queryservices import QueryService
        from upheaval.link.refreshing import changed_rows, slice_from_endpoint, slice_from_entity_data, write_slice
        from upheaval.link.slicefiles import SliceFile
        from upheaval.link.webservices import WebService
        from upheaval.populate.assembly import assemble
        from upheaval.query.answers import as_csv

        numbers = linked_items(assemble(root))
        before = SliceFile(file).items(numbers) if file.exists() else None
        service = WebService(endpoint or entity_data, timeout)
        if endpoint:
            text = slice_from_endpoint(QueryService(service), numbers)
        else:
            text = slice_from_entity_data(service, numbers)
        write_slice(file, text, service.url, date.today().isoformat(), numbers)
        after = SliceFile(file).items(numbers)
        if before is None:
            click.echo(f"{len(after)} of {len(numbers)} linked items fetched", err=True)
            return
        rows = changed_rows(before, after)
        click.echo(as_csv(["item", "label", "what", "before", "after"], rows), nl=False)
        changed = len({row[0] for row in rows})
        click.echo(f"{len(after)} of {len(numbers)} linked items fetched, {changed} changed", err=True)
