"""The `upheaval retire` command."""

from pathlib import Path

import click

from upheaval.cli.applying import DRY, YES, applied
from upheaval.cli.options import ROOT


@click.command("retire", epilog='Example: upheaval retire a-deal --why "It was a hoax."')
@click.argument("name")
@click.option("--why", required=True, metavar="TEXT", help="The reason, for the ledger and for readers.")
@YES
@DRY
@ROOT
def retire_command(name: str, why: str, yes: bool, dry_run: bool, root: Path) -> None:
    """Delete the record NAME; its address will say when and why."""
    applied(root, lambda life: life.retire(name, why), yes, dry_run)
