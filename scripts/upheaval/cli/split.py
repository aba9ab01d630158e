"""The `upheaval split` command."""

from pathlib import Path

import click

from upheaval.cli.applying import DRY, WHY, YES, applied
from upheaval.cli.options import ROOT


@click.command("split", epilog="Example: upheaval split drills drills-2019 drills-2020")
@click.argument("old")
@click.argument("parts", nargs=-1, required=True, metavar="PART PART...")
@click.option("--references-to", default="", metavar="PART", help="The part that all references go to.")
@WHY
@YES
@DRY
@ROOT
def split_command(
    old: str, parts: tuple[str, ...], references_to: str, why: str, yes: bool, dry_run: bool, root: Path
) -> None:
    """Delete the record OLD in favour of several others.

    Write the parts first. References to OLD are listed, because only you know which part each means.
    """
    applied(root, lambda life: life.split(old, parts, references_to, why), yes, dry_run)
