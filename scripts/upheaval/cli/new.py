"""The command `upheaval new`."""

from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals


@click.group("new", epilog="Example: upheaval new record treaties a-treaty-2026")
def new_command() -> None:
    """Begin a record or a publication."""


@new_command.command(epilog="Example: upheaval new record arms-transfers drones-to-x")
@click.argument("kind")
@click.argument("slug")
@ROOT
def record(kind: str, slug: str, root: Path) -> None:
    """Write the commented skeleton of a record of KIND (a folder of data) named SLUG."""
    with refusals():
        from upheaval.curate.templates import new_record
        from upheaval.schema.contract import derive_contract
        from upheaval.schema.publication import open_publication
        from upheaval.schema.vocabulary import load_vocabulary

        contract = derive_contract(load_vocabulary(open_publication(root)).graph)
        file = new_record(root, kind, slug, contract)
        click.echo(f"{file} written: fill it in, then run `upheaval check`")


@new_command.command(epilog="Example: upheaval new publication ../a-pact")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def publication(folder: Path) -> None:
    """Start a publication of your own in FOLDER; the Statecraft vocabulary comes with the package."""
    with refusals():
        from upheaval.curate.templates import new_publication

        file = new_publication(folder)
        click.echo(f"{file} written: change it, then `cd {folder}` and add records with `upheaval new record`")
