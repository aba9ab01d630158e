"""Show a change of a publication as a diff, ask, and make it; for the commands that change names."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upheaval.cli.options import refusals

if TYPE_CHECKING:
    from upheaval.curate.lifecycle import Lifecycle, PlannedChange

WHY = click.option("--why", default="", metavar="TEXT", help="The reason, for the ledger.")
YES = click.option("--yes", is_flag=True, help="Make the change without asking.")
DRY = click.option("--dry-run", is_flag=True, help="Only show the change.")


def applied(
    root: Path, plan: "Callable[[Lifecycle], PlannedChange]", yes: bool, dry_run: bool, any_version: bool = False
) -> None:
    """Show a change, ask whether to make it, and make it.

    Args:
        root: the publication's folder.
        plan: makes the plan.
        yes: whether not to ask.
        dry_run: whether only to show it.
        any_version: whether the records may be written with another version of the vocabulary.

    The exit status is 1 if the change is refused or not made, and 0 after --dry-run.

    """
    with refusals():
        from upheaval.curate.lifecycle import Lifecycle
        from upheaval.schema.schema import prepare

        found = plan(Lifecycle(prepare(root, any_version=any_version), date.today().isoformat()))
        if not found.draft.changed:
            click.echo("nothing to change", err=True)
            return
        _show(found.draft.diff())
        for remark in found.remarks:
            click.echo(remark, err=True)
        if dry_run:
            return
        if not yes:
            if not sys.stdin.isatty():
                click.echo("not applied: add --yes to make this change", err=True)
                sys.exit(1)
            if not click.confirm("Make this change?", err=True):
                click.echo("not applied", err=True)
                sys.exit(1)
        found.draft.commit()
        count = len(found.draft.changed)
        click.echo(f"{count} file{'s' if count != 1 else ''} changed: review with `git diff`, then commit", err=True)


def _show(diff: str) -> None:
    """Print a diff, in Git's colours on a terminal."""
    colours: dict[str, Any] = {"+": "green", "-": "red", "@": "cyan", "d": "yellow"}
    for line in diff.splitlines(keepends=True):
        click.secho(line, nl=False, fg=colours.get(line[0]))
