"""Items of Wikidata, as every source of them is read: labels, statements, qualifiers and references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

DAY, MONTH, YEAR = 11, 10, 9
"""Precisions of time values (Wikibase data model, section Dates and times); lower ones are coarser than a year."""

INSTANCE_OF, SUBCLASS_OF = "P31", "P279"


@dataclass(frozen=True, slots=True)
class ItemTime:
    """A point in time: `YYYY-MM-DD`, of which only as much counts as the precision says."""

    text: str
    precision: int = DAY

    @property
    def written(self) -> str:
        """The date as an XSD date, year and month, or year; an empty string if it is coarser than a year."""
        length = {DAY: 10, MONTH: 7, YEAR: 4}.get(min(self.precision, DAY), 0)
        return self.text[:length]


@dataclass(frozen=True, slots=True)
class ItemCoordinates:
    """A point on Earth, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class ItemText:
    """A text in a language."""

    text: str
    language: str


ItemValue: TypeAlias = str | ItemTime | ItemCoordinates | ItemText
"""A value: an item's number, a code or an address as text, or one of the classes above."""

Snaks: TypeAlias = Mapping[str, tuple[ItemValue, ...]]
"""Values by property, as in qualifiers and references."""


@dataclass(frozen=True, slots=True)
class ItemStatement:
    """One statement.

    Attributes:
        value: its value.
        rank: preferred, normal or deprecated.
        qualifiers: what is said of the statement.
        references: what it rests on, each with its own values.

    """

    value: ItemValue
    rank: str = "normal"
    qualifiers: Snaks = field(default_factory=dict)
    references: tuple[Snaks, ...] = ()


@dataclass(slots=True)
class WikidataItem:
    """An item.

    Attributes:
        number: such as `Q159`.
        labels: one text per language.
        aliases: further names per language.
        descriptions: one text per language.
        statements: by property; deprecated ones too.
        redirect: the item that it redirects to, or an empty string.

    """

    number: str
    labels: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    statements: dict[str, list[ItemStatement]] = field(default_factory=dict)
    redirect: str = ""

    @property
    def label(self) -> str:
        """The label in English, in `mul`, or else in any language; the number if there is none."""
        for language in ("en", "mul"):
            if language in self.labels:
                return self.labels[language]
        return min(self.labels.items(), default=("", self.number))[1]

    @property
    def description(self) -> str:
        """The description in English, or an empty string."""
        return self.descriptions.get("en", "")

    @property
    def names(self) -> Iterator[str]:
        """All labels and aliases."""
        yield from self.labels.values()
        for aliases in self.aliases.values():
            yield from aliases

    def best(self, property_: str) -> list[ItemStatement]:
        """Return the statements of the best rank, as `wdt:` has them; never deprecated ones."""
        found = [one for one in self.statements.get(property_, ()) if one.rank != "deprecated"]
        preferred = [one for one in found if one.rank == "preferred"]
        return preferred or found

    def items(self, property_: str) -> list[str]:
        """Return the items, codes or addresses among the best values of a property."""
        return [one.value for one in self.best(property_) if isinstance(one.value, str)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of it."""
        return not (self.labels or self.descriptions or self.statements or self.redirect)
