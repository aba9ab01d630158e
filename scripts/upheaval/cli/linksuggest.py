"""The `upheaval link suggest` and `upheaval link review` commands."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upheaval.cli.options import ROOT, refusals, terminal_width
from upheaval.cli.wikidatasource import open_source, source_options

if TYPE_CHECKING:
    from upheaval.link.queryservices import QueryService
    from upheaval.link.slicefiles import SliceFile
    from upheaval.link.suggesting import Suggestion
    from upheaval.populate.assembly import Assembly


@click.command(
    "suggest", epilog="Example: upheaval link suggest treaties --slice wikidata-truthy.nt.gz --out review.csv"
)
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@source_options
@click.option(
    "--reconcile",
    default="",
    metavar="URL",
    help="A reconciliation service to ask for candidates; --slice or --endpoint then add what is known of them.",
)
@click.option("--limit", type=click.IntRange(1), default=5, show_default=True, help="Items to suggest for a record.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a table for review: .csv, or .tsv for SSSOM; by default it is printed.",
)
@click.option(
    "--measure", is_flag=True, help="Suggest items for records whose item is known, and print how many are right."
)
def suggest_command(
    kinds: tuple[str, ...],
    root: Path,
    slice_file: Path | None,
    endpoint: str,
    timeout: float,
    reconcile: str,
    limit: int,
    out: Path | None,
    measure: bool,
) -> None:
    """Suggest items for records without a link to Wikidata.

    KIND is a folder such as treaties, or a class such as Treaty. Each item comes with what speaks for and against it;
    nothing is linked before `upheaval link review`.
    """
    with refusals():
        from upheaval.faults import refuse
        from upheaval.populate.assembly import assemble

        if out is not None and out.suffix not in (".csv", ".tsv"):
            refuse("--out", f"`{out}` ends neither in .csv nor in .tsv", "name a .csv or .tsv file")
        if measure and (reconcile or out is not None):
            raise click.UsageError("--measure goes with neither --reconcile nor --out")
        assembly = assemble(root)
        if measure:
            _measure(assembly, kinds, open_source(slice_file, endpoint, timeout), limit)
            return
        found, source = _suggestions(assembly, kinds, slice_file, endpoint, timeout, reconcile, limit)
        _write(found, assembly, source, out)
        records = len({one.profile.slug for one in found})
        sure = sum(one.confidence == "high" for one in found)
        click.echo(f"{len(found)} items for {records} records, {sure} of high confidence", err=True)


def _measure(assembly: "Assembly", kinds: tuple[str, ...], source: "SliceFile | QueryService", limit: int) -> None:
    from upheaval.link.measuring import measure
    from upheaval.link.profiles import read_profiles
    from upheaval.query.answers import as_table

    measures, wrong = measure(read_profiles(assembly), source, kinds, limit)
    header = ["kind", "linked", "there", "right", "precision", "recall", "high"]
    rows = [
        [
            *(one.kind, str(one.linked), str(one.present), f"{one.first} of {one.answered}"),
            *("–" if share is None else f"{share:.2f}" for share in (one.precision, one.recall)),
            f"{one.high_right} of {one.high}",
        ]
        for one in measures
    ]
    click.echo(as_table(header, rows, {}, terminal_width()), nl=False)
    for one in wrong:
        click.echo(f"{one.profile.slug}: {one.item.number} {one.item.label} came first ({one.confidence})", err=True)


def _suggestions(
    assembly: "Assembly",
    kinds: tuple[str, ...],
    slice_file: Path | None,
    endpoint: str,
    timeout: float,
    reconcile: str,
    limit: int,
) -> "tuple[list[Suggestion], str]":
    from upheaval.link.profiles import read_profiles
    from upheaval.link.reviewing import read_refused
    from upheaval.link.suggesting import rank, suggest, without_link
    from upheaval.link.superclasses import Superclasses

    root = assembly.publication.root
    profiles = read_profiles(assembly)
    records = without_link(profiles, kinds)
    refused = read_refused(root, assembly.publication)
    if not reconcile:
        source = open_source(slice_file, endpoint, timeout)
        return suggest(records, profiles, source, refused, limit), source.name
    from upheaval.link.reconciling import ReconciliationService
    from upheaval.link.webservices import WebService

    service = ReconciliationService(WebService(reconcile, timeout, cache=root / ".upheaval" / "services"))
    candidates = service.candidates(records)
    superclasses = Superclasses()
    if slice_file is not None or endpoint:
        source = open_source(slice_file, endpoint, timeout)
        items = source.items({item.number for group in candidates.values() for item in group})
        candidates = {slug: [items.get(one.number, one) for one in group] for slug, group in candidates.items()}
        superclasses = source.superclasses()
    return rank(records, profiles, candidates, superclasses, refused, limit), service.name


def _write(found: "list[Suggestion]", assembly: "Assembly", source: str, out: Path | None) -> None:
    from upheaval.link.reviewing import COLUMNS, review_rows, suggestions_as_sssom
    from upheaval.query.answers import as_csv, as_table

    if out is None:
        shown = [
            [row[1], row[4].rpartition("/")[2], row[5], row[8], row[9], row[10], row[11]] for row in review_rows(found)
        ]
        header = ["record", "item", "label", "confidence", "score", "for", "against"]
        click.echo(as_table(header, shown, {}, terminal_width()), nl=False)
    elif out.suffix == ".tsv":
        out.write_text(suggestions_as_sssom(found, assembly.publication, source), encoding="utf-8")
    else:
        out.write_text(as_csv(list(COLUMNS), review_rows(found)), encoding="utf-8")


@click.command("review", epilog="Example: upheaval link review review.csv --source wikidata-dump-2026-11")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ROOT
@click.option(
    "--source",
    required=True,
    metavar="SLUG",
    help="The source record that the links are to cite: the slice or the service that the items come from.",
)
@click.option("--dry-run", is_flag=True, help="Only show the change.")
def review_command(table: Path, root: Path, source: str, dry_run: bool) -> None:
    """Carry out the decisions in a table for review.

    TABLE is what `upheaval link suggest --out` wrote, with accept or refuse in its first column. What is accepted
    becomes a link with its evidence; what is refused is not suggested again.
    """
    with refusals():
        from upheaval.faults import refuse
        from upheaval.link.profiles import read_profiles
        from upheaval.link.reviewing import decide
        from upheaval.populate.assembly import assemble

        assembly = assemble(root)
        known = {record.slug for record in assembly.records if record.kind.name == "Source"}
        if source not in known:
            refuse("--source", f"no source is named `{source}`", f"add it: `upheaval new record sources {source}`")
        try:
            text = table.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            refuse(table.name, "is not UTF-8", "save it as UTF-8")
        draft = decide(root, text, table.name, source, read_profiles(assembly), assembly.publication)
        if dry_run or not draft.changed:
            click.echo(draft.diff(), nl=False)
        else:
            faults = draft.faults()
            for fault in faults:
                click.echo(str(fault), err=True)
            if faults:
                click.echo("nothing was written", err=True)
                sys.exit(1)
            draft.commit()
        links = sum(path.startswith("data/links/") for path in draft.changed)
        click.echo(f"{links} link{'s' if links != 1 else ''} {'would be ' if dry_run else ''}written", err=True)
