"""A record's values for display: facts in the contract's order, and parts with their citations as cards."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from upheaval.build.framing import Frame
from upheaval.schema.contract import Form, Key, Kind
from upheaval.site.library import Library, english, items, text

SHOWN_APART = frozenset({"id", "type", "label", "altLabel", "citation", "step", "estimate", "description", "claim"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A value: its text, its link (a path of this site or an address), and its language."""

    text: str
    path: str = ""
    href: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A key with its values; `line` is its line in the record's file, or 0 if it is derived."""

    label: str
    path: str
    values: list[Shown]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A citation card: who says what, where and when, and whether it supports or disputes.

    Attributes:
        anchor: the fragment of the citation's IRI.
        source, title: the source's name and title.
        says, locator: what it says, and where in the source.
        publisher, published, kind: the publisher, date and kind of the source.
        url: its address, or an empty string.
        retrieved: the date of retrieval.
        original: the name and title of the source that it copies, if any.
        retracted: when the source, or the one that it copies, was withdrawn, or an empty string.
        corrections: the names and titles of the sources that correct it.
        disputes: whether it disputes the statement that it is cited for.

    """

    anchor: str
    source: str
    title: str
    says: str
    locator: str
    publisher: str
    published: str
    kind: str
    url: str
    retrieved: str
    original: tuple[str, str]
    retracted: str
    corrections: list[tuple[str, str]]
    disputes: bool


@dataclass(slots=True)
class Part:
    """A node inside a record: a step, a figure, a membership, a provision."""

    anchor: str
    title: str
    facts: list[Fact] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    parts: list[tuple[str, list["Part"]]] = field(default_factory=list)
    path: str = ""


def web(address: object) -> str:
    """Return a text that is an http or https address, or an empty string for any other."""
    found = text(address)
    try:
        return found if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""


class Values:
    """Converts frames for display."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def facts(self, frame: Frame, lines: dict[str, int] | None = None) -> list[Fact]:
        """Return the statements of a record or part, key by key, without texts, parts and citations."""
        kind = self.library.kind(frame)
        keys = kind.keys.values() if kind else ()
        return [
            Fact(key.label, self.library.paths.vocabulary(key.iri), self.values(key, frame[key.name]), place)
            for key in keys
            if key.name in frame and key.name not in SHOWN_APART and key.form is not Form.NODE
            for place in [(lines or {}).get(key.name, 0)]
        ]

    def values(self, key: Key, found: Any) -> list[Shown]:
        """Return the values of a key."""
        if key.form is Form.LANGUAGE:
            return [Shown(str(one), language=tag) for tag, texts in sorted(found.items()) for one in items(texts)]
        return [self._value(key, one) for one in items(found)]

    def _value(self, key: Key, found: Any) -> Shown:
        if key.form is Form.RECORD:
            return self.record(str(found))
        if key.form is Form.CODE:
            concept = self.library.concept(key.classes, str(found))
            path = self.library.paths.vocabulary(concept.iri) if concept else ""
            return Shown(concept.label if concept else str(found), path=path)
        return Shown(number(text(found)), href=web(found))

    def record(self, name: str) -> Shown:
        """Return a link to a record or part."""
        return Shown(self.library.title(name), path=self.library.paths.record(name))

    def parts(self, frame: Frame) -> list[tuple[str, list[Part]]]:
        """Return the nodes inside a record or part, by the label of their key, without citations."""
        kind = self.library.kind(frame)
        return [
            (key.label, [self.part(one) for one in items(frame[key.name])])
            for key in (kind.keys.values() if kind else ())
            if key.form is Form.NODE and key.name in frame and key.name not in ("citation", "step", "estimate")
        ]

    def part(self, frame: Frame) -> Part:
        """Return a node inside a record; its first fact is its title."""
        facts = self.facts(frame)
        head = facts[0].values[0] if facts else Shown(english(frame.get("label")))
        return Part(
            anchor=frame["id"].partition("#")[2],
            title=head.text,
            path=head.path,
            facts=facts[1:] if facts and len(facts[0].values) == 1 else facts,
            cards=self.cards(frame),
            parts=self.parts(frame),
        )

    def cards(self, frame: Frame) -> list[Card]:
        """Return the citations of a record or part as cards, with disputing ones last."""
        cards = [self._card(citation) for citation in items(frame.get("citation"))]
        return sorted(cards, key=lambda card: (card.disputes, card.title.casefold(), card.anchor))

    def _card(self, citation: Frame) -> Card:
        source = self.library.frames.get(citation["source"], {})
        original = source.get("republicationOf", "")
        withdrawn = source.get("retracted") or self.library.frames.get(original, {}).get("retracted", "")
        concept = self.library.concept(
            _classes(self.library.kind(source), "sourceKind"), text(source.get("sourceKind", ""))
        )
        return Card(
            anchor=citation["id"].partition("#")[2],
            source=citation["source"],
            title=self.library.title(citation["source"]),
            says=text(citation.get("says", "")),
            locator=text(citation.get("locator", "")),
            publisher=text(source.get("publisher", "")),
            published=text(source.get("issued", "")),
            kind=concept.label if concept else "",
            url=web(source.get("url", "")),
            retrieved=text(source.get("retrieved", "")),
            original=(original, self.library.title(original)) if original else ("", ""),
            retracted=text(withdrawn),
            corrections=[(one, self.library.title(one)) for one in items(source.get("correctedBy"))],
            disputes=citation.get("bearing") == "disputes",
        )


def _classes(kind: Kind | None, key: str) -> tuple[str, ...]:
    return kind.keys[key].classes if kind and key in kind.keys else ()


def number(found: str) -> str:
    """Group the digits of an integer of more than four digits with thin spaces; return any other text unchanged."""
    digits = found.removeprefix("-")
    if digits.isdecimal() and len(digits) > 4 and not digits.startswith("0"):
        return f"{int(found):,}".replace(",", "\u202f")
    return found
