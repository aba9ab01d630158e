"""The `upheaval merge` command."""

from pathlib import Path

import click

from upheaval.cli.applying import DRY, WHY, YES, applied
from upheaval.cli.options import ROOT


@click.command("merge", epilog="Example: upheaval merge treaty-of-1961 treaty-1961")
@click.argument("gone")
@click.argument("kept")
@WHY
@YES
@DRY
@ROOT
def merge_command(gone: str, kept: str, why: str, yes: bool, dry_run: bool, root: Path) -> None:
    """Delete the record GONE in favour of KEPT.

    What refers to GONE will refer to KEPT, which stays as it is: the command lists what it lacks.
    """
    applied(root, lambda life: life.merge(gone, kept, why), yes, dry_run)
