"""The `upheaval link take` command."""

from pathlib import Path

import click

from upheaval.cli.options import refusals
from upheaval.cli.wikidatasource import open_source, source_options


@click.command("take", epilog="Example: upheaval link take Q7860 --slice wikidata.nt.gz --kind treaties")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@source_options
@click.option("--kind", "folder", default="", metavar="KIND", help="The folder of the records, such as treaties.")
@click.option("--name", "slug", default="", metavar="SLUG", help="The name of the record; for one item only.")
@click.option("--dry-run", is_flag=True, help="Only show the files.")
def take_command(
    items: tuple[str, ...],
    root: Path,
    slice_file: Path | None,
    endpoint: str,
    timeout: float,
    folder: str,
    slug: str,
    dry_run: bool,
) -> None:
    """Make skeletons of records from Wikidata items.

    ITEM is a number such as Q7860, or an address of it. Only what the item states with a reference is taken; each
    reference becomes a source to cite. What a curator has to look up is left as `...`, which `upheaval check` refuses.
    """
    with refusals():
        from upheaval.curate.drafts import Draft
        from upheaval.faults import refuse
        from upheaval.link.addresses import NotAnItem, item_id
        from upheaval.link.profiles import read_profiles
        from upheaval.link.taking import ItemTaker
        from upheaval.populate.assembly import assemble

        if slug and len(items) > 1:
            raise click.UsageError("--name goes with one item only")
        numbers: list[str] = []
        for text in items:
            try:
                numbers.append(item_id(text))
            except NotAnItem as problem:
                refuse("ITEM", str(problem), "name an item, such as Q7860", rule="link/address")
        source = open_source(slice_file, endpoint, timeout)
        found = source.items(set(numbers))
        for number in numbers:
            if number not in found or found[number].is_empty:
                refuse(source.name, f"does not have {number}", "name another item, or another source")
            if found[number].redirect:
                refuse(number, f"was merged into {found[number].redirect}", f"take {found[number].redirect}")
        assembly = assemble(root)
        taker = ItemTaker(assembly, read_profiles(assembly), source.superclasses())
        draft = Draft(root)
        for number in dict.fromkeys(numbers):
            record = taker.take(found[number], folder, slug)
            for path, text in {record.path: record.text, **record.sources}.items():
                draft.put(path, text.encode())
        if dry_run:
            click.echo(draft.diff(), nl=False)
        else:
            draft.commit()
            for path in draft.changed:
                click.echo(path)
