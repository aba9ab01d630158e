"""The invented publication after a renaming, a merger, a split and a retirement."""

from pathlib import Path

from tests.support import copy_of_world
from upheaval.curate.lifecycle import Lifecycle
from upheaval.populate.assembly import assemble
from upheaval.schema.ledger import Entry, Fate, read_ledger, relative, write_ledger
from upheaval.schema.schema import prepare

DAY = "2026-11-30"


def publish(root: Path) -> None:
    """Enter every IRI of a publication into its ledger, as a release does."""
    assembly = assemble(root)
    iris = [relative(iri, assembly.publication.iri) for iri in assembly.populated.locations]
    known = read_ledger(root)
    new = [Entry(iri, "1.0.0") for iri in iris if iri not in known.entries]
    write_ledger(root / "ledger.tsv", known.with_entries(new))


def world_with_former_names(root: Path) -> Path:
    """Copy the invented publication and let names go: `gazette` and `dorland` are renamed, others as in the ledger."""
    copy_of_world(root)
    publish(root)
    for old, new in (("dorland", "kingdom-of-dorland"), ("gazette", "the-gazette")):
        Lifecycle(prepare(root), DAY).rename(old, new, "Official name").draft.commit()
    ledger = read_ledger(root).with_entries(
        [
            Entry("eastland", "1.0.0", Fate.MERGED, ("arvenia",), DAY, "The same state"),
            Entry("twins", "1.0.0", Fate.SPLIT, ("arvenia", "belmora"), DAY, "Two states"),
            Entry("hoax", "1.0.0", Fate.RETIRED, (), DAY, "It was <made> up."),
        ]
    )
    write_ledger(root / "ledger.tsv", ledger)
    return root
