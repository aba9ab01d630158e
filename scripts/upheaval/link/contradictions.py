"""Verify links with Wikidata: does the item exist, and does what it says contradict the record?

The rules, by what is found of a link:

| rule | severity | when |
|---|---|---|
| `link/address` | error | the target is on Wikidata's hosts, but is not the IRI of an item |
| `link/missing` | error | an endpoint has no such item: it was deleted, or the number is wrong |
| `link/not-in-slice` | note | a local slice does not have the item, which proves nothing |
| `link/redirect` | warning | the item was merged into another |
| `link/class` | error, or warning if the match is not exact | its class is impossible for the kind of record |
| `link/code` | error, or as the mapping says | a code of an exact match differs |
| `link/date`, `link/relation` | warning, or as the mapping says | a date or relation of an exact match differs |
| `link/name` | warning | an exact match has no name in common, nor a similar one |

Of a match that is not exact, only existence and class are judged: a broader thing may be older and elsewhere.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from upheaval.faults import Fault, Location, Severity
from upheaval.link.addresses import NotAnItem, is_wikidata, item_id, item_iri
from upheaval.link.comparing import IMPOSSIBLE, Aspect, Indication, compare
from upheaval.link.profiles import LinkedTarget, RecordProfile, read_profiles
from upheaval.link.superclasses import Superclasses
from upheaval.link.wikidataitems import WikidataItem
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import Record

_EXACT = "exact-match"


class ItemSource(Protocol):
    """Where items come from: a slice or an endpoint."""

    name: str

    def items(self, numbers: Collection[str]) -> dict[str, WikidataItem]:
        """Return what is known of items."""

    def superclasses(self) -> Superclasses:
        """Return which classes are subclasses of which."""


@dataclass(frozen=True, slots=True)
class VerifiedLink:
    """A link that was compared with its item.

    Attributes:
        record: the slug of the record that is linked.
        link: the slug of the link.
        relation: how closely they are said to match.
        item: the item.
        indications: what speaks for and against.

    """

    record: str
    link: str
    relation: str
    item: WikidataItem
    indications: list[Indication]


@dataclass(slots=True)
class LinkVerification:
    """What became of the links.

    Attributes:
        links: how many links to Wikidata there are.
        verified: those whose item is known.
        faults: what is wrong, at the lines of the link records.

    """

    links: int = 0
    verified: list[VerifiedLink] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def verify_links(assembly: Assembly, source: ItemSource, complete: bool) -> LinkVerification:
    """Compare every link to Wikidata with its item.

    Args:
        assembly: the publication.
        source: where the items come from.
        complete: whether the source has every item, so that what it lacks does not exist.

    Raises:
        Refusal: the source cannot be read.

    """
    profiles = read_profiles(assembly)
    records = {record.slug: record for record in assembly.records}
    result = LinkVerification()
    wanted: list[tuple[RecordProfile, LinkedTarget, str]] = []
    for profile in profiles.records.values():
        for link in profile.links:
            if not is_wikidata(link.target):
                continue
            result.links += 1
            try:
                number = item_id(link.target)
            except NotAnItem as problem:
                cure = "link the item, such as http://www.wikidata.org/entity/Q159"
                result.faults.append(_fault(records[link.slug], str(problem), cure, Severity.ERROR, "address"))
                continue
            if link.target != item_iri(number):
                message = f"{link.target} is not the IRI of {number}"
                result.faults.append(
                    _fault(records[link.slug], message, f"write {item_iri(number)}", Severity.ERROR, "address")
                )
            wanted.append((profile, link, number))
    numbers = {number for _, _, number in wanted}
    items = dict(source.items(numbers))
    targets = {item.redirect for item in items.values() if item.redirect} - items.keys()
    items.update(source.items(targets) if targets else {})
    superclasses = source.superclasses()
    for profile, link, number in wanted:
        found = items.get(number)
        if found is None or found.is_empty:
            result.faults.append(_absent(records[link.slug], number, source.name, complete))
            continue
        if found.redirect:
            message = f"{number} was merged into {found.redirect}"
            cure = f"check that it is the same thing, then write {item_iri(found.redirect)}"
            result.faults.append(_fault(records[link.slug], message, cure, Severity.WARNING, "redirect"))
            found = items.get(found.redirect)
            if found is None:
                continue
        indications = compare(profile, found, profiles, superclasses)
        result.verified.append(VerifiedLink(profile.slug, link.slug, link.relation, found, indications))
        result.faults.extend(_contradictions(records[link.slug], link.relation, found, indications))
    result.faults.sort()
    return result


def _absent(record: Record, number: str, name: str, complete: bool) -> Fault:
    if complete:
        message = f"{number} does not exist, according to {name}"
        return _fault(record, message, "it may have been deleted: find the right item", Severity.ERROR, "missing")
    return _fault(record, f"{number} is not in {name}", "", Severity.NOTE, "not-in-slice")


def _contradictions(
    record: Record, relation: str, item: WikidataItem, indications: list[Indication]
) -> Iterator[Fault]:
    exact = relation == _EXACT
    for one in indications:
        is_class = one.aspect is Aspect.CLASS
        if one.agrees or not (exact or is_class) or (is_class and one.weight < IMPOSSIBLE):
            continue
        grave = exact if is_class else one.entry is not None and one.entry.severity == "error"
        severity = Severity.ERROR if grave else Severity.WARNING
        message = f"{item.number} ({item.label}) contradicts the record: {one.text}"
        cure = "find out which is right: correct the link, the record or Wikidata"
        yield _fault(record, message, cure, severity, one.aspect.value)


def _fault(record: Record, message: str, cure: str, severity: Severity, rule: str) -> Fault:
    at: Location | None = None
    if record.body is not None and "linkTarget" in record.body:
        at = record.body.value_position("linkTarget")
    return Fault(record.file, message, cure, at=at, severity=severity, rule=f"link/{rule}")


def report_rows(result: LinkVerification, citations: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the contradictions and confirmations of the links as rows, both sides with their references.

    Args:
        result: the verification.
        citations: the addresses of the sources that our nodes cite, by the node's IRI.

    """
    header = [
        "record",
        "link",
        "relation",
        "item",
        "item label",
        "aspect",
        "verdict",
        "detail",
        "our sources",
        "their references",
    ]
    rows = [header]
    for one in result.verified:
        for indication in one.indications:
            theirs = sorted({_reference(reference) for reference in indication.references} - {""})
            rows.append(
                [
                    one.record,
                    one.link,
                    one.relation,
                    item_iri(one.item.number),
                    one.item.label,
                    indication.aspect.value,
                    "agrees" if indication.agrees else "contradicts",
                    indication.text,
                    " ".join(citations.get(indication.node, [])),
                    " ".join(theirs),
                ]
            )
    return rows


def _reference(snaks: Mapping[str, tuple[object, ...]]) -> str:
    """Return the address of a reference (P854), or else the item that it is stated in (P248)."""
    found = snaks.get("P854") or snaks.get("P248") or ()
    return str(found[0]) if found else ""
