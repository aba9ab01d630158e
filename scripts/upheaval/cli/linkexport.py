"""The `upheaval link export` command."""

from pathlib import Path

import click

from upheaval.cli.options import ROOT, refusals


@click.command("export", epilog="Example: upheaval link export links.sssom.tsv")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@ROOT
@click.option("--owl", is_flag=True, help="In Turtle, also write each link as an annotated axiom of OWL.")
def export_command(file: Path, root: Path, owl: bool) -> None:
    """Write all links with their justification and confidence.

    FILE ends in .tsv for SSSOM, or in .ttl for SKOS.
    """
    with refusals():
        from upheaval.faults import refuse
        from upheaval.link.linkforms import links_as_sssom, links_as_turtle
        from upheaval.link.profiles import read_profiles
        from upheaval.populate.assembly import assemble

        if file.suffix not in (".tsv", ".ttl") or (owl and file.suffix != ".ttl"):
            refuse(str(file), "is neither .tsv nor .ttl, or --owl is not for it", "name a .tsv or .ttl file")
        assembly = assemble(root)
        profiles = read_profiles(assembly)
        if file.suffix == ".tsv":
            content = links_as_sssom(assembly, profiles).encode()
        else:
            content = links_as_turtle(assembly, profiles, owl)
        try:
            file.write_bytes(content)
        except OSError as error:
            refuse(str(file), f"cannot be written: {error.strerror}", "name another file")
        click.echo(f"{sum(len(one.links) for one in profiles.records.values())} links", err=True)
