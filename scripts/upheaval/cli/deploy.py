"""The `upheaval deploy` command."""

from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals


@click.command("deploy", epilog="Example: upheaval deploy --address https://data.example.org/pact/")
@ROOT
@click.option("--address", default="", help="Address of the pages; by default the publication's `homepage`.")
@click.option("--folder", default="", help="Folder on the web server that holds the pages.  [default: /srv/NAME]")
@click.option("--contact", default="", help="Whom w3id.org can ask; by default the publisher.")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Output folder; by default `deploy` in the publication.",
)
def deploy_command(root: Path, address: str, folder: str, contact: str, to: Path | None) -> None:
    """Write what it takes to publish.

    Configurations for nginx, Apache and w3id.org, a systemd unit, container files and a workflow for GitHub Pages, all
    derived from the publication.
    """
    with refusals():
        from upheaval.deploy.configurations import deployment_files, write_deployment
        from upheaval.deploy.facts import site_of

        target = to or root / "deploy"
        files = deployment_files(site_of(root, address), folder, contact=contact)
        write_deployment(target, files)
        click.echo(f"{len(files)} files in {target}; start with {target / 'README.md'}")
