"""What speaks for and against a record and a Wikidata item being the same thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from upheaval.link.mappings import MappedProperty
from upheaval.link.namekeys import key_of, keys_of, likeness
from upheaval.link.profiles import Profiles, RecordProfile
from upheaval.link.superclasses import Superclasses
from upheaval.link.wikidataitems import INSTANCE_OF, SUBCLASS_OF, ItemStatement, ItemTime, Snaks, WikidataItem
from upheaval.rdf.edtf import extent

WIKIMEDIA = frozenset({"Q4167410", "Q4167836"})
"""Disambiguation pages and categories, which are about Wikimedia's own pages."""

LIKE = 85.0
"""How alike two names must be, of 100, to speak for a match without being the same."""

SHORT = 5
"""The length up to which a name other than the label says little: abbreviations have many meanings."""

UNLIKE = 50.0
"""How alike the most alike names may be, of 100, and still speak against a match."""

IMPOSSIBLE = 5.0
"""The weight from which what speaks against a match rules it out: another class, or another code."""

_FIRST, _LAST = "0000", "9999-99"


class Aspect(StrEnum):
    """What is compared."""

    NAME = "name"
    CLASS = "class"
    CODE = "code"
    TIME = "date"
    ITEM = "relation"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Indication:
    """One thing that speaks for or against a match.

    Attributes:
        aspect: what is compared.
        agrees: whether it speaks for the match.
        text: both sides, in a few words.
        weight: how much it counts, for ranking.
        entry: the entry of the mapping that is concerned, if one is.
        node: the IRI of our node that states our side, or an empty string.
        references: what the item's statements rest on.

    """

    aspect: Aspect
    agrees: bool
    text: str
    weight: float
    entry: MappedProperty | None = None
    node: str = ""
    references: tuple[Snaks, ...] = ()


def compare(
    profile: RecordProfile, item: WikidataItem, profiles: Profiles, superclasses: Superclasses
) -> list[Indication]:
    """Compare a record with an item.

    What only one of the two says is no indication: neither knows everything.

    Args:
        profile: the record.
        item: the item.
        profiles: all records, for the items that they are linked to.
        superclasses: the subclass statements that are known.

    Returns:
        What speaks for and against, names and classes first.

    """
    found = [*_names(profile, item), *_classes(profile, item, profiles, superclasses)]
    for entry, values in profile.values.items():
        theirs = item.best(entry.number)
        ours = {value.value: value.node for value in values}
        if theirs and ours:
            found.extend(_COMPARE[entry.form](entry, ours, theirs, profiles))
    return found


def _names(profile: RecordProfile, item: WikidataItem) -> Iterable[Indication]:
    theirs = list(item.names)
    if not theirs:
        return
    labels, ours = keys_of(profile.labels.values()), keys_of(profile.names)
    if labels & {key_of(label) for label in item.labels.values()}:
        yield Indication(Aspect.NAME, True, f"the label is the same: {item.label}", 4)
        return
    if common := ours & keys_of(theirs):
        longest = max(common, key=lambda key: (len(key), key))
        same = next(name for name in theirs if longest in keys_of([name]))
        weight = 3.0 if len(longest) > SHORT else 1.0
        yield Indication(Aspect.NAME, True, f"a name is the same: {same}", weight)
        return
    degree = likeness(profile.names, theirs)
    if degree >= LIKE:
        yield Indication(Aspect.NAME, True, f"a name is alike ({degree:.0f} of 100): {item.label}", 1.5 * degree / 100)
    elif degree < UNLIKE:
        yield Indication(Aspect.NAME, False, f"no name is alike: {profile.label} | {item.label}", 2)


def _classes(
    profile: RecordProfile, item: WikidataItem, profiles: Profiles, superclasses: Superclasses
) -> Iterable[Indication]:
    """Compare the item's classes with those that the record's kind is aligned with.

    Wikidata's class tree leads from a city to an organization, so the nearest aligned class decides: for one of the
    item's classes it must be one of ours (Vienna is a city and a federal state), or at least one of ours must be
    reached.
    """
    stated = [*item.items(INSTANCE_OF), *item.items(SUBCLASS_OF)]
    steps = superclasses.distances(stated)
    if internal := WIKIMEDIA & steps.keys():
        yield Indication(Aspect.CLASS, False, f"the item is a page of Wikimedia's ({min(internal)})", 9)
        return
    ours = {one: number for one, number in steps.items() if one in profile.classes}
    others = {one: number for one, number in steps.items() if one in profiles.classes - profile.classes}
    kind = profile.kind.label
    if ours:
        nearest = min(ours, key=lambda one: (ours[one], one))
        if not any(_leads_to(profile, profiles, superclasses.distances([one])) for one in stated):
            other = min(others, key=lambda one: (others[one], one))
            yield Indication(Aspect.CLASS, False, f"the item is rather {other} than {nearest} ({kind})", 1)
        else:
            yield Indication(Aspect.CLASS, True, f"the item is {nearest} ({kind})", 2)
    elif others and profile.classes:
        nearest = min(others, key=lambda one: (others[one], one))
        yield Indication(Aspect.CLASS, False, f"the item is {nearest}, and the record is a {kind}", 5)


def _leads_to(profile: RecordProfile, profiles: Profiles, steps: dict[str, int]) -> bool:
    """Whether the nearest aligned class is one of the record's kind."""
    ours = min((number for one, number in steps.items() if one in profile.classes), default=None)
    others = (number for one, number in steps.items() if one in profiles.classes - profile.classes)
    return ours is not None and ours <= min(others, default=ours)


def _codes(
    entry: MappedProperty, ours: dict[str, str], theirs: list[ItemStatement], _profiles: Profiles
) -> Iterable[Indication]:
    codes = {str(one.value) for one in theirs}
    agrees = not codes.isdisjoint(ours)
    yield _indication(Aspect.CODE, agrees, entry, ours, sorted(codes), theirs, 6)


def _times(
    entry: MappedProperty, ours: dict[str, str], theirs: list[ItemStatement], _profiles: Profiles
) -> Iterable[Indication]:
    written = [one.value.written for one in theirs if isinstance(one.value, ItemTime) and one.value.written]
    if written:
        agrees = any(dates_overlap(one, other) for one in ours for other in written)
        yield _indication(Aspect.TIME, agrees, entry, ours, written, theirs, 3)


def _items(
    entry: MappedProperty, ours: dict[str, str], theirs: list[ItemStatement], profiles: Profiles
) -> Iterable[Indication]:
    items = {profiles.items[record]: record for record in ours if record in profiles.items}
    known = {str(one.value) for one in theirs}
    if not items:
        return
    agrees = not known.isdisjoint(items)
    if agrees or entry.severity != "none":
        nodes = {item: ours[record] for item, record in items.items()}
        yield _indication(Aspect.ITEM, agrees, entry, nodes, sorted(known), theirs, 2)


def _indication(
    aspect: Aspect,
    agrees: bool,
    entry: MappedProperty,
    ours: dict[str, str],
    written: list[str],
    theirs: list[ItemStatement],
    weight: float,
) -> Indication:
    shown = f"{entry.label} ({entry.number}): ours {_few(ours)}, Wikidata's {_few(written)}"
    references = tuple(reference for one in theirs for reference in one.references)
    return Indication(aspect, agrees, shown, weight, entry, min(ours.values()), references)


def _few(values: Iterable[str]) -> str:
    found = list(values)
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more


def dates_overlap(one: str, other: str) -> bool:
    """Return whether two dates of XSD or EDTF can be the same day, each being as precise as it is written."""
    (begin, end), (other_begin, other_end) = extent(one), extent(other)
    return (begin or _FIRST) <= (other_end or _LAST) and (other_begin or _FIRST) <= (end or _LAST)


_COMPARE = {"code": _codes, "time": _times, "item": _items}
