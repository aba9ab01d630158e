"""The `upheaval migrate` command."""

from pathlib import Path

import click

from upheaval.cli.applying import DRY, YES, applied
from upheaval.cli.options import ROOT


@click.command("migrate", epilog="Example: upheaval migrate --dry-run")
@YES
@DRY
@ROOT
def migrate_command(yes: bool, dry_run: bool, root: Path) -> None:
    """Bring the records up to the vocabulary that is installed.

    Keys, codes, folders and IRIs that it has deprecated (owl:deprecated) become those that replace them
    (dcterms:isReplacedBy), in records, queries, shapes and metadata; `conformsTo` names its version. Comments and
    layout stay. The change is shown as a diff first, and is made whole or not at all.
    """
    applied(root, lambda life: life.migrate(), yes, dry_run, any_version=True)
