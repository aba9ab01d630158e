"""The `upheaval release` command."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upheaval.cli.options import ROOT, refusals

if TYPE_CHECKING:
    from upheaval.curate.releasing import Proposal, ReleasePlan


@click.command("release", epilog="Example: upheaval release 0.2.0 --dry-run")
@click.argument("version", required=False)
@ROOT
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the release (default: today in UTC).")
@click.option("--dry-run", is_flag=True, help="Only show what the release would be.")
@click.option("--withdraw", metavar="VERSION", help="Mark a release as withdrawn, instead of making one.")
@click.option("--why", default="", metavar="TEXT", help="Why it is withdrawn.")
def release_command(
    version: str | None, root: Path, day: datetime | None, dry_run: bool, withdraw: str | None, why: str
) -> None:
    """Release a version: check it, compare it with the one before, and store its files under its number.

    Without VERSION, only says what has changed since the last release, and the lowest number that may follow. Sets the
    version in data/publication.yaml, adds new IRIs to ledger.tsv, and writes releases/VERSION.json, all or nothing.
    docs/releasing.md says what a release demands and how its number is judged.
    """
    if version and withdraw:
        raise click.UsageError("name one version: either to release, or with --withdraw")
    with refusals():
        from upheaval.curate import releasing

        today = datetime.now(UTC).date()
        if withdraw:
            with releasing.one_release(root):
                gone = releasing.withdraw(root, withdraw, why, today)
            click.echo(f"withdrawn: {gone.version}; commit releases/{gone.version}.json, and build again")
            return
        if not version:
            with releasing.one_release(root):
                _show_proposal(releasing.propose(root))
            return
        released: date = day.date() if day else today
        with releasing.one_release(root), releasing.planned(root, version, released, today) as plan:
            _show(plan)
            if dry_run:
                click.echo("nothing written", err=True)
                return
            releasing.make_release(root, plan)
            sys.stderr.flush()
            written = ", ".join(plan.after)
            click.echo(f"released: {plan.release.version}; commit {written}, and tag it v{plan.release.version}")


def _show_proposal(proposal: "Proposal") -> None:
    from upheaval.curate.versioning import summary

    for line in summary(proposal.changes):
        click.echo(line)
    since = f"after {proposal.previous.version}" if proposal.previous else "the first"
    click.echo(f"the lowest number for the next release is {proposal.version}, {since}")


def _show(plan: "ReleasePlan") -> None:
    from upheaval.curate.versioning import summary

    release = plan.release
    before = f"after {plan.previous.version}" if plan.previous else "the first release"
    click.echo(f"version {release.version} of {release.date}, {before}")
    for line in summary(plan.changes):
        click.echo(f"  {line}")
    if plan.previous:
        click.echo(f"the lowest number for these changes is {plan.proposed}")
    click.echo(f"{plan.count} files, manifest SHA-256 {release.manifest_sha256}, RDFC-1.0 {release.rdfc10_sha256}")
    click.echo(f"ledger.tsv: {len(plan.added)} new IRIs")
