"""How often `upheaval link suggest` finds the item of a record whose item is known."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from upheaval.link.namekeys import key_of, variants_of
from upheaval.link.profiles import Profiles, RecordProfile
from upheaval.link.suggesting import CandidateSource, Suggestion, suggest

ALL = "all"
"""What stands for all kinds together."""


@dataclass(slots=True)
class Measure:
    """What was found for the records of a kind.

    Attributes:
        kind: the folder of the kind, or `all`.
        linked: how many records have exactly one exact match.
        present: how many of these items the source has.
        first: how often the right item came first.
        found: how often it was among the suggestions.
        answered: for how many records anything was suggested.
        high, high_right: how many first suggestions had high confidence, and how many of these were right.
        rivals: how many items the source has with a name of the record, the right one not counted, by record.

    """

    kind: str
    linked: int = 0
    present: int = 0
    first: int = 0
    found: int = 0
    answered: int = 0
    high: int = 0
    high_right: int = 0
    rivals: list[int] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """How many of the first suggestions are right, or None if nothing was suggested."""
        return self.first / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        """How many of the items that the source has were suggested, or None if it has none."""
        return self.found / self.present if self.present else None


def measure(
    profiles: Profiles, source: CandidateSource, kinds: Collection[str] = (), limit: int = 5
) -> tuple[list[Measure], list[Suggestion]]:
    """Suggest items for linked records as if no record had a link of its own, and compare.

    Only records whose item the source has are asked for: whether a source is complete is not the question. An item of
    another record competes like any other. Relations to other records are compared with these records' links, as they
    are in use.

    Args:
        profiles: all records.
        source: where the items come from.
        kinds: folders, or classes; none means all.
        limit: how many items to suggest for a record.

    Returns:
        One measure a kind, and one of all; and the first suggestions that are wrong.

    Raises:
        Refusal: the source cannot be read.

    """
    known = {
        one.slug: profiles.items[one.iri]
        for one in profiles.records.values()
        if one.iri in profiles.items and (not kinds or one.kind.folder in kinds or one.kind.name in kinds)
    }
    there = source.items(set(known.values()))
    asked = [profiles.records[slug] for slug, number in known.items() if number in there]
    found: dict[str, list[Suggestion]] = {}
    for one in suggest(asked, profiles, source, limit=limit, competing=True):
        found.setdefault(one.profile.slug, []).append(one)
    rivals = _rivals(asked, source, known)
    measures: dict[str, Measure] = {}
    wrong: list[Suggestion] = []
    for slug, number in known.items():
        suggestions = found.get(slug, [])
        for kind in (profiles.records[slug].kind.folder or profiles.records[slug].kind.name, ALL):
            _count(measures.setdefault(kind, Measure(kind)), suggestions, number, number in there, rivals[slug])
        if suggestions and suggestions[0].item.number != number:
            wrong.append(suggestions[0])
    total = measures.pop(ALL, Measure(ALL))
    return [*sorted(measures.values(), key=lambda one: one.kind), total], wrong


def _count(to: Measure, suggestions: Sequence[Suggestion], number: str, present: bool, rivals: int) -> None:
    to.linked += 1
    if not present:
        return
    to.present += 1
    to.rivals.append(rivals)
    to.found += any(one.item.number == number for one in suggestions)
    if suggestions:
        right = suggestions[0].item.number == number
        to.answered += 1
        to.first += right
        to.high += suggestions[0].confidence == "high"
        to.high_right += right and suggestions[0].confidence == "high"


def _rivals(asked: Collection[RecordProfile], source: CandidateSource, known: dict[str, str]) -> Counter[str]:
    """Return how many other items have a name of each record."""
    keys = {one.slug: {key_of(form) for name in one.names for form in variants_of(name)} for one in asked}
    numbers = source.find({key for group in keys.values() for key in group}, key_of)
    items = {slug: {each for key in group for each in numbers.get(key, ())} for slug, group in keys.items()}
    return Counter({slug: len(group - {known[slug]}) for slug, group in items.items()})
