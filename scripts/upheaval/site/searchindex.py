"""The files of the search index: what each record, code and term can be found by."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anyascii import anyascii

from upheaval.build.framing import Frame
from upheaval.rdf.datatypes import DATES
from upheaval.schema.contract import Form, Key, Kind
from upheaval.site.library import Library, english, items, text
from upheaval.site.search import SOURCE, SearchEntry, entries

_ROMANIZED = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")
_APART = frozenset({"citation", "description", "label", "altLabel"})


@dataclass(slots=True)
class Traits:
    """What a record can be found by beside its names.

    Attributes:
        codes: its codes, and the identifiers of the items of other publications that it is linked to.
        dates: its dates and those of its steps, as written.
        types: the labels of its codes and those of its parts: types, provisions, roles.
        related: the names of the records that it refers to.
        text: its English description; for a source, its publisher.

    """

    codes: dict[str, None] = field(default_factory=dict)
    dates: dict[str, None] = field(default_factory=dict)
    types: dict[str, None] = field(default_factory=dict)
    related: dict[str, None] = field(default_factory=dict)
    text: str = ""


def index_files(library: Library) -> tuple[bytes, bytes]:
    """Return the index in two files, so that the larger part is not waited for.

    Returns:
        Compact JSON: that of everything but sources, and that of sources. An entry is an array of its title, path,
        number in `kinds`, weight, other names (with those in Chinese and Korean also in Latin letters), codes, dates,
        numbers in `labels`, numbers of related entries of the same file, and text.

    """
    found = entries(library)
    sources = [entry for entry in found if entry.worth == "source"]
    return _file(library, [entry for entry in found if entry.worth != "source"]), _file(library, sources)


def _file(library: Library, found: list[SearchEntry]) -> bytes:
    kinds = sorted({(entry.kind, entry.worth) for entry in found})
    numbers = {entry.iri: number for number, entry in enumerate(found)}
    linked = _linked(library)
    labels: dict[str, int] = {}
    rows = []
    for entry in found:
        name = entry.iri.removeprefix(library.publication.iri)
        traits = _traits(library, name, linked.get(name, ()))
        related = [numbers[iri] for one in traits.related if (iri := library.publication.iri + one) in numbers]
        types = [labels.setdefault(label, len(labels)) for label in traits.types]
        rows.append(
            [
                entry.title,
                entry.path,
                kinds.index((entry.kind, entry.worth)),
                entry.weight,
                [_spellings(name) for name in entry.others],
                list(traits.codes),
                list(traits.dates),
                types,
                related,
                traits.text,
            ]
        )
    file = {"kinds": kinds, "labels": list(labels), "entries": rows}
    return json.dumps(file, ensure_ascii=False, separators=(",", ":")).encode()


def _spellings(name: str) -> str | list[str]:
    """Return a name, with its romanization if it is in Chinese or Korean; pages romanize Cyrillic themselves."""
    return [name, anyascii(name)] if any(_is_romanized(letter) for letter in name) else name


def _is_romanized(letter: str) -> bool:
    return letter > "\u2e7f" and unicodedata.name(letter, "").startswith(_ROMANIZED)


def _linked(library: Library) -> dict[str, list[str]]:
    """Return the local names of the items that records are linked to, such as Wikidata's QIDs."""
    found: dict[str, list[str]] = {}
    for frame in library.frames.values():
        if frame.get("type") == "Link":
            found.setdefault(frame["subject"], []).append(text(frame["linkTarget"]).rstrip("/").rpartition("/")[2])
    return found


def _traits(library: Library, name: str, linked: Any) -> Traits:
    frame, record = library.frames.get(name, {}), library.records.get(name)
    traits = Traits(codes=dict.fromkeys(linked))
    if record is None:
        return traits
    if record.kind.iri == SOURCE:
        traits.text = text(frame.get("publisher", ""))
        traits.dates[text(frame.get("issued", ""))] = None
        return traits
    traits.text = english(frame.get("description"))
    for kind, key, value in _values(library, frame):
        if key.form is Form.CODE:
            concept = library.concept(key.classes, str(value))
            traits.types[concept.label if concept else str(value)] = None
        elif key.form is Form.RECORD:
            traits.related[str(value)] = None
        elif key.datatypes and DATES.issuperset(key.datatypes):
            traits.dates[text(value)] = None
        elif (key.name,) in kind.matches:
            traits.codes[text(value)] = None
    traits.related.pop(name, None)
    return traits


def _values(library: Library, frame: Frame) -> Iterator[tuple[Kind, Key, Any]]:
    """Yield the values of a record and of its parts, without those of citations."""
    kind = library.kind(frame)
    for key in kind.keys.values() if kind else ():
        if key.name in frame and key.name not in _APART:
            for value in items(frame[key.name]):
                if isinstance(value, dict) and "type" in value:
                    yield from _values(library, value)
                elif kind:
                    yield kind, key, value
