"""The `upheaval new` command."""

from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals


@click.group("new", epilog="Example: upheaval new record treaties a-treaty-2026")
def new_command() -> None:
    """Start a record or a publication."""


@new_command.command(epilog="Example: upheaval new record arms-transfers drones-to-x")
@click.argument("kind")
@click.argument("slug")
@ROOT
def record(kind: str, slug: str, root: Path) -> None:
    """Write a commented skeleton of a record.

    KIND is a folder in data/, SLUG the record's name.
    """
    with refusals():
        from upheaval.curate.templates import new_record
        from upheaval.schema.schema import prepare

        file = new_record(root, kind, slug, prepare(root).contract)
        click.echo(f"created {file}: fill it in, then run `upheaval check`")


@new_command.command(epilog="Example: upheaval new publication ../a-pact")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def publication(folder: Path) -> None:
    """Start a publication of your own in FOLDER.

    It uses the Statecraft vocabulary, which comes with the package.
    """
    with refusals():
        from upheaval.curate.templates import new_publication

        file = new_publication(folder)
        click.echo(f"created {file}: edit it, then `cd {folder}` and add records with `upheaval new record`")
