"""Options that say where Wikidata's items come from, shared by the subcommands of `upheaval link`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upheaval.cli.options import ROOT

if TYPE_CHECKING:
    from upheaval.link.queryservices import QueryService
    from upheaval.link.slicefiles import SliceFile

SLICE = click.option(
    "--slice",
    "slice_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A local slice: N-Triples (full or truthy) or a Wikibase JSON dump, also .gz or .bz2.",
)
ENDPOINT = click.option("--endpoint", default="", metavar="URL", help="A SPARQL endpoint with Wikidata's RDF.")
TIMEOUT = click.option(
    "--timeout", type=click.FloatRange(1), default=60, show_default=True, help="Seconds to wait for an answer."
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --root, --slice, --endpoint and --timeout to a command."""
    for option in (TIMEOUT, ENDPOINT, SLICE, ROOT):
        command = option(command)
    return command


def open_source(slice_file: Path | None, endpoint: str, timeout: float) -> "SliceFile | QueryService":
    """Return the slice or the endpoint that was named.

    Raises:
        UsageError: neither or both were named.
        Refusal: the slice cannot be read, or the address cannot be used.

    """
    if (slice_file is None) == (not endpoint):
        raise click.UsageError("name either --slice FILE or --endpoint URL")
    if slice_file is not None:
        from upheaval.link.slicefiles import SliceFile

        return SliceFile(slice_file)
    from upheaval.link.queryservices import QueryService
    from upheaval.link.webservices import WebService

    return QueryService(WebService(endpoint, timeout=timeout))
