"""What records say with a source and Wikidata does not: the gaps, and which of them may be sent."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from upheaval.link.comparing import dates_overlap
from upheaval.link.mappings import MappedProperty
from upheaval.link.ourcitations import CitedSource, cited_sources
from upheaval.link.profiles import OurValue, Profiles, RecordProfile
from upheaval.link.suggesting import CandidateSource, suggest
from upheaval.link.wikidataitems import ItemTime, WikidataItem
from upheaval.rdf.sparql import select

REFERENCES = 2
"""How many sources are sent for a statement, each on a line of its own."""

CIRCULAR = ("wiki", "dbpedia")
"""What hosts and publishers have in their names that rest on Wikidata's sister projects (Help:Sources)."""

NEW_KINDS = {"Treaty": "Q131569", "MemorandumOfUnderstanding": "Q1053964"}
"""The kinds of record for which new items may be proposed, and the class that the item is of."""

_EXACT = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_DOUBTED = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?record WHERE {
  VALUES ?status { <https://w3id.org/statecraft/evidential-status#alleged>
    <https://w3id.org/statecraft/evidential-status#disputed> }
  ?record statecraft:evidentialStatus ?status
}
"""


class GapStatus(StrEnum):
    """What becomes of a gap."""

    SEND = "to send"
    NOT_SENT = "not sent"
    INEXACT = "our date is not exact"
    CONTRADICTS = "contradicts what is there"
    DISPUTED = "disputed or alleged"
    NO_REFERENCE = "no reference that Wikidata takes"
    NO_ITEM = "the value has no item"


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement of ours that Wikidata does not have.

    Attributes:
        record: the slug of the record.
        item: the item's number, or an empty string for an item that is new.
        entry: the entry of the mapping.
        value: an item's number, a date or a code.
        qualifiers: further dates by property.
        status: what becomes of it.
        sources: the references to send.

    """

    record: str
    item: str
    entry: MappedProperty
    value: str
    qualifiers: tuple[tuple[str, str], ...]
    status: GapStatus
    sources: tuple[CitedSource, ...]


@dataclass(frozen=True, slots=True)
class NewItem:
    """A record for which Wikidata has no item: its name, its class, and what to state of it."""

    profile: RecordProfile
    instance_of: str
    gaps: tuple[Gap, ...]


def find_gaps(store: ox.Store, profiles: Profiles, items: Mapping[str, WikidataItem]) -> list[Gap]:
    """Return what linked records say and their items do not.

    Args:
        store: the data.
        profiles: all records.
        items: the items that are known, by number; a record whose item is not among them has no gaps.

    """
    judge = _Judge(store, profiles)
    gaps: list[Gap] = []
    for iri, number in sorted(profiles.items.items()):
        profile = next((one for one in profiles.records.values() if one.iri == iri), None)
        item = items.get(number)
        if profile is not None and item is not None and not item.is_empty and not item.redirect:
            gaps.extend(judge.gaps(profile, item))
    return gaps


def find_new(store: ox.Store, profiles: Profiles, source: CandidateSource) -> list[NewItem]:
    """Return the records that deserve an item: two independent sources at least, and no candidate found.

    Args:
        store: the data.
        profiles: all records.
        source: a source with every item, in which candidates are looked for.

    Raises:
        Refusal: the source cannot be read.

    """
    judge = _Judge(store, profiles)
    linked = {slug for slug, one in profiles.records.items() if one.links}
    records = [
        one
        for one in profiles.records.values()
        if one.kind.name in NEW_KINDS and one.slug not in linked and judge.independent(one) >= 2
    ]
    found = {one.profile.slug for one in suggest(records, profiles, source)}
    made = []
    for profile in records:
        gaps = tuple(gap for gap in judge.gaps(profile, WikidataItem("")) if gap.status is GapStatus.SEND)
        if profile.slug not in found and gaps:
            made.append(NewItem(profile, NEW_KINDS[profile.kind.name], gaps))
    return made


class _Judge:
    """Tells which of our statements may be sent."""

    def __init__(self, store: ox.Store, profiles: Profiles) -> None:
        self.profiles = profiles
        self.cited = cited_sources(store)
        self.doubted = {row["record"].value for row in select(store, _DOUBTED)}

    def independent(self, profile: RecordProfile) -> int:
        """Return how many publishers with usable pages support a record; reprints count as what they reproduce."""
        return len({one.publisher for one in _usable(self.cited.get(profile.iri, ())) if one.original == one.source})

    def gaps(self, profile: RecordProfile, item: WikidataItem) -> Iterator[Gap]:
        for entry, values in profile.values.items():
            for value in values:
                if gap := self._gap(profile, item, entry, value):
                    yield gap

    def _gap(self, profile: RecordProfile, item: WikidataItem, entry: MappedProperty, value: OurValue) -> Gap | None:
        written = value.value
        if entry.form == "item":
            written = self.profiles.items.get(value.value, "")
        known = item.statements.get(entry.number, [])
        if written and any(_same(written, statement.value) for statement in known):
            return None
        own = self.cited.get(value.node, [])
        sources = own or self.cited.get(profile.iri, [])
        usable = [replace(one, item=self.profiles.items.get(one.source, "")) for one in _usable(sources)[:REFERENCES]]
        status = GapStatus.SEND
        if entry.send != "yes":
            status = GapStatus.NOT_SENT
        elif not written:
            status = GapStatus.NO_ITEM
        elif entry.form == "time" and not _EXACT.fullmatch(written):
            status = GapStatus.INEXACT
        elif profile.iri in self.doubted or any(not one.supports for one in sources):
            status = GapStatus.DISPUTED
        elif known and entry.form != "item":
            status = GapStatus.CONTRADICTS
        elif not usable:
            status = GapStatus.NO_REFERENCE
        shown = written or value.value.rpartition("/")[2]
        qualifiers = tuple((name, text) for name, text in value.qualifiers if _EXACT.fullmatch(text))
        return Gap(profile.slug, item.number, entry, shown, qualifiers, status, tuple(usable))


def _same(ours: str, theirs: object) -> bool:
    if isinstance(theirs, ItemTime):
        return dates_overlap(ours, theirs.written)
    return ours == theirs


def _usable(sources: Iterable[CitedSource]) -> list[CitedSource]:
    """Return the sources that can be referred to: on the web, and not resting on Wikidata itself."""
    return [one for one in sources if one.supports and _is_reference(one)]


def _is_reference(source: CitedSource) -> bool:
    parts = urlsplit(source.address)
    names = f"{parts.hostname} {source.publisher}".lower()
    return parts.scheme in ("http", "https") and not any(one in names for one in CIRCULAR)


def gap_rows(gaps: Collection[Gap], news: Collection[NewItem]) -> list[list[str]]:
    """Return the report on gaps for people, its header first."""
    rows = [["record", "item", "property", "label", "value", "qualifiers", "status", "references"]]
    for gap in [*gaps, *(gap for one in news for gap in one.gaps)]:
        reason = f"{gap.status}: {gap.entry.send}" if gap.status is GapStatus.NOT_SENT else gap.status.value
        qualifiers = " ".join(f"{name}={value}" for name, value in gap.qualifiers)
        references = " ".join(one.address for one in gap.sources)
        item = gap.item or "new"
        rows.append([gap.record, item, gap.entry.number, gap.entry.label, gap.value, qualifiers, reason, references])
    return rows


def safe_address(address: str) -> str:
    """Return an address without characters that QuickStatements takes as its own: quotes, bars and tabs."""
    return quote(address, safe="%/:=&?~#+!$,;'@()*[]-._")
