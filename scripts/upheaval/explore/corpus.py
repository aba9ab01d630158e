"""The index of records that selections are made from: what `explore/records.json` of a site holds."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MANY = ("pair", "actor", "type", "kind", "place", "status", "support", "source", "dispute")
"""The facets that take several values, of which a record needs one."""
DAYS = ("from", "until", "force")
"""The facets that take a day, a month or a year."""
FIELDS = (
    "name", "title", "kind", "type", "pair", "actor", "place", "status", "source", "when", "first", "last", "begins",
    "spans", "force", "independent", "official", "disputed", "summary",
)  # fmt: skip
"""The fields of a record in the index, in order."""
CODED = ("kind", "type", "pair", "actor", "place", "status", "source")
"""The fields whose values are positions in the list of codes of that name."""
SUPPORT = {"two": "two or more independent sources", "single": "one independent source or none",
           "official": "official sources only"}  # fmt: skip
DISPUTE = {"disputed": "disputed by a source", "undisputed": "not disputed by a source"}


@dataclass(frozen=True, slots=True)
class Code:
    """A value of a facet.

    Attributes:
        name, label: its name in addresses, and for people.
        broader: the names of the values that contain it directly.
        iri: its IRI.
        more: what only some facets have: the family and rank of a type, the geometries of a place, a state's number.

    """

    name: str
    label: str
    broader: tuple[str, ...] = ()
    iri: str = ""
    more: Any = None


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """An agreement, an activity or an act of contention.

    Attributes:
        name, title, kind: as in the data; `kind` is the local name of its class.
        values: the names of its values by facet, without the broader ones.
        when: its date as written.
        first, last: the first and last day on which it can have begun and ended; empty if unknown.
        begins: the first possible days of an agreement's steps, or of the start of anything else.
        spans: the first and last day of each step or of the whole, and the words for it.
        force: the spans in which it certainly is in force for a party; an empty end is open.
        independent: the number of independent sources.
        official, disputed: whether only official sources support it, and whether one disputes it.
        summary: whether it only sums up other records, which are counted in its place.

    """

    name: str
    title: str
    values: dict[str, tuple[str, ...]]
    when: str
    first: str
    last: str
    begins: tuple[str, ...]
    spans: tuple[tuple[str, str, str], ...]
    force: tuple[tuple[str, str], ...]
    independent: int
    official: bool
    disputed: bool
    summary: bool


@dataclass(frozen=True)
class Corpus:
    """The index.

    Attributes:
        about: the publication: `iri`, `prefix`, `name`, `title`, `version`, `issued`, `license`, `creator`, `identity`.
        codes: the values of each facet, by name.
        entries: the records, sorted by first day and name.

    """

    about: dict[str, Any]
    codes: dict[str, dict[str, Code]]
    entries: tuple[CorpusEntry, ...]
    _wider: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, compare=False)

    def wider(self, facet: str, name: str) -> frozenset[str]:
        """Return a value and all that contain it."""
        key = facet, name
        if key not in self._wider:
            found, left = set[str](), [name]
            while left:
                one = left.pop()
                if one not in found:
                    found.add(one)
                    left.extend(self.codes[facet][one].broader)
            self._wider[key] = frozenset(found)
        return self._wider[key]

    @cached_property
    def every(self) -> list[dict[str, frozenset[str]]]:
        """The values of each entry by facet, the broader ones included, in the order of the entries."""
        return [
            {
                **{
                    facet: frozenset(wide for name in entry.values[facet] for wide in self.wider(facet, name))
                    for facet in CODED
                },
                "support": _support(entry),
                "dispute": frozenset(["disputed" if entry.disputed else "undisputed"]),
            }
            for entry in self.entries
        ]

    @property
    def tops(self) -> list[str]:
        """The top-level types, in order: those of cooperation, then those of contention."""
        return [code.name for code in self.codes["type"].values() if not code.broader]


def _support(entry: CorpusEntry) -> frozenset[str]:
    return frozenset(["two" if entry.independent >= 2 else "single", *(["official"] if entry.official else [])])


def read_corpus(content: bytes) -> Corpus:
    """Read the index of a site.

    Args:
        content: its `explore/records.json`.

    Raises:
        ValueError, KeyError: it is something else.

    """
    found = json.loads(content)
    if found["fields"] != list(FIELDS):
        raise ValueError("the index of records has other fields")
    names = {facet: [row[0] for row in rows] for facet, rows in found["codes"].items()}
    if any(len(set(each)) < len(each) for each in names.values()):
        raise ValueError("the index of records has two values of one name")
    codes = {
        facet: {row[0]: Code(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in rows}
        for facet, rows in found["codes"].items()
    }
    codes["support"] = {name: Code(name, label) for name, label in SUPPORT.items()}
    codes["dispute"] = {name: Code(name, label) for name, label in DISPUTE.items()}
    return Corpus(found["publication"], codes, tuple(_entry(names, row) for row in found["records"]))


def _entry(names: dict[str, list[str]], row: list[Any]) -> CorpusEntry:
    found = dict(zip(FIELDS, row, strict=True))
    return CorpusEntry(
        name=found["name"],
        title=found["title"],
        values={facet: tuple(names[facet][place] for place in found[facet]) for facet in CODED},
        when=found["when"],
        first=found["first"],
        last=found["last"],
        begins=tuple(found["begins"]),
        spans=tuple((one[0], one[1], one[2]) for one in found["spans"]),
        force=tuple((one[0], one[1]) for one in found["force"]),
        independent=found["independent"],
        official=bool(found["official"]),
        disputed=bool(found["disputed"]),
        summary=bool(found["summary"]),
    )
