"""The `upheaval rename` command."""

from pathlib import Path

import click

from upheaval.cli.applying import DRY, WHY, YES, applied
from upheaval.cli.options import ROOT


@click.command("rename", epilog="Example: upheaval rename a-treaty-1961 treaty-1961")
@click.argument("old")
@click.argument("new")
@WHY
@YES
@DRY
@ROOT
def rename_command(old: str, new: str, why: str, yes: bool, dry_run: bool, root: Path) -> None:
    """Give a record another name, and let the old one lead to it.

    OLD and NEW are names of records, or of nodes inside them (record#node), or the IRI of a term of the publication's
    own vocabulary and its new one. References change with the file.
    """
    applied(root, lambda life: life.rename(old, new, why), yes, dry_run)
