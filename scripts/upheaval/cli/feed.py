"""The `upheaval feed` command."""

from pathlib import Path

import click

from upheaval.cli.options import ROOT, collect_no_garbage, refusals


@click.command("feed", epilog="Example: upheaval feed --to public")
@ROOT
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("feeds"),
    show_default=True,
    help="The folder to write to; other files in it stay.",
)
def feed_command(root: Path, to: Path) -> None:
    """Write an Atom feed and a Linked Data Event Stream of all releases.

    releases.atom says what each release changed. events.trig leads to a page for each release in events/, with a
    version of every record that it added, changed or removed. Publish the files at the publication's address.
    """
    with refusals():
        collect_no_garbage()
        from upheaval.curate.feeds import feeds, write_feeds

        files = feeds(root)
        write_feeds(files, to)
        click.echo(f"{len(files)} files written to {to}")
