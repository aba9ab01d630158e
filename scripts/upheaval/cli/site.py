"""The `upheaval site` command."""

import json
from pathlib import Path

import click

from upheaval.cli.options import ROOT, STATE, refusals
from upheaval.faults import refuse


@click.command("site", epilog="Example: upheaval build && upheaval site && upheaval serve")
@ROOT
@click.option(
    "--build",
    type=click.Path(file_okay=False, path_type=Path),
    help="The output of `upheaval build`; by default `build`.",
)
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), help="Output folder; by default `site` in the build."
)
@STATE
def site_command(root: Path, build: Path | None, to: Path | None, state: bool) -> None:
    """Render the publication's web pages.

    The result is a static folder for any web server.
    """
    with refusals():
        from upheaval.site.keptsite import KeptSite
        from upheaval.store.state import State

        folder = build or root / "build"
        target = to or folder / "site"
        _need_build(folder)
        kept = KeptSite(State(root, state), root, folder, target)
        written = 0
        if (found := kept.find()) is not None:
            total, remark = found
        else:
            from upheaval.site.rendering import render

            total, written, remark = render(root, folder, target)
            kept.keep(total, remark)
        if remark:
            click.echo(remark, err=True)
        click.echo(f"{total} files in {target}, {written} of them written")


def _need_build(folder: Path) -> None:
    try:
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rdfc10_sha256"]
    except (OSError, ValueError, KeyError):
        message, cure = f"{folder} is not a build, but the pages need its files", "run `upheaval build` first"
        refuse(str(folder), message, cure, rule="site/build")
