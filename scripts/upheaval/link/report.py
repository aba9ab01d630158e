"""What is wrong with a publication's links to other datasets, and which records have none."""

from dataclasses import dataclass

from upheaval.build.quality import assess
from upheaval.check.checking import check
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """The state of the links.

    Attributes:
        links: the number of link records.
        faults: what the shapes for links find.
        unlinked: the records without a link, by kind.

    """

    links: int
    faults: list[Fault]
    unlinked: dict[str, list[str]]


def summarize_links(assembly: Assembly) -> LinkSummary:
    """Check the links of a publication.

    Args:
        assembly: the publication.

    Returns:
        The state of its links.

    Raises:
        Refusal: the shapes cannot be used.

    """
    faults = [fault for fault in check(assembly) if "#Link-" in fault.rule]
    links = sum(record.kind.name == "Link" for record in assembly.records)
    return LinkSummary(links, faults, dict(sorted(assess(assembly).unlinked.items())))
