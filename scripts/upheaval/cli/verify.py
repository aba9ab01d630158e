"""The `upheaval verify` command."""

import sys
from pathlib import Path

import click

from upheaval.cli.options import ROOT, has_errors, refusals


@click.command("verify", epilog="Example: upheaval verify https://w3id.org/axis-of-upheaval/0.2.0/")
@click.argument("what", metavar="FOLDER|URL")
@ROOT
@click.option("--keep", is_flag=True, help="Add the files to the store of versions, if they are those of a release.")
@click.option("--seconds", type=click.FloatRange(1), default=600, show_default=True, help="Time limit for fetching.")
@click.option("--bytes", "most", type=click.IntRange(1), default=4 << 30, show_default=True, help="Size limit.")
def verify_command(what: str, root: Path, keep: bool, seconds: float, most: int) -> None:
    """Verify a build, a release or a published copy of one.

    Every file is compared with the manifest, and the canonical hash of the data is computed anew. If the publication in
    --root has a release of the same version, its files must be those of that release. The exit status is 1 if anything
    differs.
    """
    with refusals():
        from upheaval.curate.verifying import FetchLimits, fetch

        folder = Path(what)
        if "://" not in what:
            _report(folder, what, root, keep)
            return
        import tempfile

        with tempfile.TemporaryDirectory(prefix="upheaval-") as place:
            fetch(what, Path(place), FetchLimits(seconds, most))
            _report(Path(place), what, root, keep)


def _report(folder: Path, what: str, root: Path, keep: bool) -> None:
    from upheaval.curate.verifying import verify_build
    from upheaval.faults import refuse
    from upheaval.store.releases import read_releases
    from upheaval.store.snapshots import put

    found = verify_build(folder, read_releases(root))
    for fault in sorted(found.faults):
        click.echo(str(fault), err=True)
    if has_errors(found.faults):
        click.echo(f"{what} is not what its manifest or the release says", err=True)
        sys.exit(1)
    state = "no release of this version is known here"
    if found.release:
        withdrawn = (
            f", withdrawn on {found.release.withdrawn}: {found.release.why}" if found.release.is_withdrawn else ""
        )
        state = f"release of {found.release.date}{withdrawn}"
    click.echo(f"{found.files} files of version {found.version} verified: {state}")
    if keep:
        if not found.release:
            cure = f"only files that releases/{found.version}.json describes are kept"
            refuse("--keep", f"version {found.version} is not a release", cure, rule="verify/keep")
        click.echo(f"kept in {put(root, folder).folder}")
