"""Suggest items for records without a link: found by name, then ranked by what speaks for and against each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from upheaval.faults import refuse
from upheaval.link.addresses import NotAnItem, item_id
from upheaval.link.comparing import IMPOSSIBLE, Aspect, Indication, compare
from upheaval.link.namekeys import key_of, variants_of
from upheaval.link.profiles import Profiles, RecordProfile
from upheaval.link.superclasses import Superclasses
from upheaval.link.wikidataitems import WikidataItem

HIGH, MEDIUM = 6.0, 4.0
"""The scores from which confidence is high, if nothing speaks against and no other item is near, or medium."""

LEAD = 1.5
"""How far the first item must be ahead of the second."""


class CandidateSource(Protocol):
    """Where candidates and items come from: a slice or an endpoint."""

    name: str

    def find(self, names: Collection[str], key_of: Callable[[str], str]) -> dict[str, list[str]]:
        """Return the numbers of the items with a name, by the name's key."""

    def items(self, numbers: Collection[str]) -> dict[str, WikidataItem]:
        """Return what is known of items."""

    def superclasses(self) -> Superclasses:
        """Return which classes are subclasses of which."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An item that may be what a record is about.

    Attributes:
        profile: the record.
        item: the item.
        score: what speaks for it less what speaks against it.
        confidence: high, medium or low.
        indications: what speaks for and against.

    """

    profile: RecordProfile
    item: WikidataItem
    score: float
    confidence: str
    indications: tuple[Indication, ...]

    @property
    def speaks_for(self) -> str:
        """What speaks for it, in words."""
        return "; ".join(one.text for one in self.indications if one.agrees)

    @property
    def speaks_against(self) -> str:
        """What speaks against it, in words."""
        return "; ".join(one.text for one in self.indications if not one.agrees)


def without_link(profiles: Profiles, kinds: Iterable[str]) -> list[RecordProfile]:
    """Return the records that have no link to Wikidata.

    Args:
        profiles: all records.
        kinds: folders such as `treaties`, or classes such as `Treaty`; none means those that may have an item.

    Raises:
        Refusal: there is no such kind.

    """
    named = set(kinds)
    known = {name for one in profiles.records.values() for name in (one.kind.folder or "", one.kind.name)}
    if unknown := sorted(named - known):
        refuse(unknown[0], "no records are of this kind", f"name one of {', '.join(sorted(known - {''}))}")
    return [
        one
        for one in profiles.records.values()
        if not any(_is_item(link.target) for link in one.links)
        and (one.kind.folder in named or one.kind.name in named if named else one.classes)
    ]


def _is_item(target: str) -> bool:
    try:
        return bool(item_id(target))
    except NotAnItem:
        return False


def suggest(
    records: Collection[RecordProfile],
    profiles: Profiles,
    source: CandidateSource,
    refused: Collection[tuple[str, str]] = (),
    limit: int = 5,
    competing: bool = False,
) -> list[Suggestion]:
    """Find items for records by their names and rank them.

    Args:
        records: the records.
        profiles: all records.
        source: where the items come from.
        refused: the pairs of a record's slug and an item's number that a curator has refused.
        limit: how many items to suggest for a record.
        competing: do not leave out the items of other records.

    Returns:
        The suggestions by record, the best first.

    Raises:
        Refusal: the source cannot be read.

    """
    names = {one.slug: sorted({form for name in one.names for form in variants_of(name)}) for one in records}
    found = source.find({name for group in names.values() for name in group}, key_of)
    numbers = {
        slug: {number for name in group for number in found.get(key_of(name), ())} for slug, group in names.items()
    }
    items = source.items({number for group in numbers.values() for number in group})
    candidates = {slug: [items[number] for number in group if number in items] for slug, group in numbers.items()}
    return rank(records, profiles, candidates, source.superclasses(), refused, limit, competing)


def rank(
    records: Iterable[RecordProfile],
    profiles: Profiles,
    candidates: Mapping[str, Collection[WikidataItem]],
    superclasses: Superclasses,
    refused: Collection[tuple[str, str]] = (),
    limit: int = 5,
    competing: bool = False,
) -> list[Suggestion]:
    """Rank candidates, by record; those that were refused and items of linked records are left out.

    Args:
        records: the records.
        profiles: all records.
        candidates: the items by the record's slug.
        superclasses: the subclass statements that are known.
        refused: the pairs of a record's slug and an item's number that a curator has refused.
        limit: how many items to suggest for a record.
        competing: do not leave out the items of other records.

    """
    taken = {} if competing else {number: iri for iri, number in profiles.items.items()}
    suggestions: list[Suggestion] = []
    for profile in records:
        judged: list[tuple[float, WikidataItem, tuple[Indication, ...]]] = []
        for item in candidates.get(profile.slug, ()):
            if (profile.slug, item.number) in refused or taken.get(item.number, profile.iri) != profile.iri:
                continue
            indications = (
                *compare(profile, item, profiles, superclasses),
                *_description(profile, item, profiles),
            )
            score = sum(one.weight if one.agrees else -one.weight for one in indications)
            if not any(one.weight >= IMPOSSIBLE and not one.agrees for one in indications):
                judged.append((score, item, indications))
        judged.sort(key=lambda one: (-one[0], int(one[1].number[1:])))
        for at, (score, item, indications) in enumerate(judged[:limit]):
            lead = score - judged[1][0] if at == 0 and len(judged) > 1 else score
            confidence = _confidence(score, lead if at == 0 else 0.0, indications)
            suggestions.append(Suggestion(profile, item, score, confidence, indications))
    return suggestions


def _confidence(score: float, lead: float, indications: Iterable[Indication]) -> str:
    if lead < LEAD or any(not one.agrees for one in indications):
        return "low"
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low"


def _description(profile: RecordProfile, item: WikidataItem, profiles: Profiles) -> Iterable[Indication]:
    """Count it as a little if the description names a state, place or organization that the record is related to."""
    words = f" {key_of(item.description)} "
    if not words.strip():
        return
    for values in profile.values.values():
        for value in values:
            related = profiles.records.get(value.value.rpartition("/")[2])
            if related is None:
                continue
            named = next((name for name in related.names if f" {key_of(name)} " in words), None)
            if named is not None:
                yield Indication(Aspect.DESCRIPTION, True, f"the description names {named}", 1)
                return
