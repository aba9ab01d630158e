"""Agreements and activities for the charts: their pairs, types, dates and support."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from upheaval.build.framing import Frame
from upheaval.rdf.edtf import extent
from upheaval.rdf.namespaces import STATECRAFT
from upheaval.site.library import ConceptEntry, Library, items, text

TOP_PAIRS = 6
"""Number of pairs in the charts if no coalition determines their states."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time, with uncertain ends.

    Attributes:
        first, begun: the first and last day on which it can have started.
        ends, last: the first and last day on which it can have ended; both empty if no end is known.
        when: the dates as the record has them.
        label: what happened, for a step.

    """

    first: str
    begun: str
    ends: str
    last: str
    when: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An agreement or activity.

    Attributes:
        name, title, kind: the name, title and kind of the record.
        dyads: the names of the pairs of states that it concerns.
        tops: the indexes of its types' top concepts in the library's list.
        types: the IRIs of its types.
        start: its first day, or an empty string.
        when: its date as precisely as known, to the day, month or year.
        years: the years in which an agreement had a step, or an activity started.
        spans: the spans that the timeline draws.

    """

    name: str
    title: str
    kind: str
    dyads: tuple[str, ...]
    tops: tuple[int, ...]
    types: tuple[str, ...]
    start: str
    when: str
    years: tuple[int, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of states."""

    name: str
    label: str
    members: tuple[str, str]

    @property
    def code(self) -> str:
        """Its name in the addresses of the Explore page."""
        return self.name.removeprefix("dyad/")


@dataclass(frozen=True, slots=True)
class Overview:
    """The pairs, states and entries that the charts show.

    Attributes:
        pairs: the pairs of coalition members; without a coalition, the pairs with the most records.
        states: the names of the states in them, in order.
        entries: all agreements and activities that concern a pair of states, sorted by first day.
        searched: the names of findings of absence, by pair and index of the top concept.

    """

    pairs: list[Pair]
    states: list[str]
    entries: list[TimelineEntry]
    searched: dict[tuple[str, int], list[str]]

    def of(self, pair: str) -> list[TimelineEntry]:
        """Return the entries of a pair."""
        return [entry for entry in self.entries if pair in entry.dyads]

    def about(self) -> list[TimelineEntry]:
        """Return the distinct entries of the pairs in the charts."""
        names = {pair.name for pair in self.pairs}
        return [entry for entry in self.entries if not names.isdisjoint(entry.dyads)]


def overview(library: Library) -> Overview:
    """Collect a dataset's agreements and activities for the charts."""
    tops = {top.iri: place for place, top in enumerate(library.tops)}
    entries = sorted(_entries(library, tops), key=lambda entry: (entry.start or "9999", entry.name))
    pairs = _pairs(library, entries)
    states = list(dict.fromkeys(member for pair in pairs for member in pair.members))
    searched: dict[tuple[str, int], list[str]] = {}
    for name, frame in library.frames.items():
        if frame.get("type") == "Finding":
            places = {place for code in items(frame.get("searchedType")) for place in _tops(library, code, tops)}
            for dyad in items(frame.get("dyad")):
                for place in places:
                    searched.setdefault((dyad, place), []).append(name)
    return Overview(pairs, sorted(states, key=library.title), entries, searched)


def top_of(library: Library, concept: ConceptEntry) -> set[str]:
    """Return the IRIs of the top concepts above a concept, or of the concept itself if it is one."""
    if not concept.broader:
        return {concept.iri}
    return {top for iri in concept.broader for top in top_of(library, library.concepts[iri])}


def _tops(library: Library, code: str, tops: dict[str, int]) -> set[int]:
    concept = _type(library, code)
    return {tops[iri] for iri in top_of(library, concept) if iri in tops} if concept else set()


def _type(library: Library, code: str) -> ConceptEntry | None:
    return library.concept([str(STATECRAFT.CooperationType)], code)


def _entries(library: Library, tops: dict[str, int]) -> Iterator[TimelineEntry]:
    for name in library.records:
        frame = library.frames[name]
        kind = library.kind(frame)
        dyads, codes = items(frame.get("dyad")), items(frame.get("cooperationType"))
        if not (dyads and codes and kind):
            continue
        concepts = [concept for code in codes if (concept := _type(library, code))]
        steps = items(frame.get("step"))
        start = text(frame.get("earliest", ""))
        began = sorted({text(step["earliest"]) for step in steps if "earliest" in step}) if steps else [start]
        yield TimelineEntry(
            name=name,
            title=library.title(name),
            kind=kind.label,
            dyads=tuple(sorted(dyads)),
            tops=tuple(sorted({place for code in codes for place in _tops(library, code, tops)})),
            types=tuple(concept.iri for concept in concepts),
            start=start,
            when=dated(frame),
            years=tuple(sorted({int(day[:4]) for day in began if day})),
            spans=tuple(entry_spans(library, frame, steps)),
        )


def dated(frame: Frame) -> str:
    """Return the date of a record, its start or that of its first step, as it is written; or an empty string."""
    steps = [step for step in items(frame.get("step")) if "date" in step]
    if steps:
        return text(min(steps, key=lambda step: text(step.get("earliest", step.get("latest"))))["date"])
    return text(frame.get("date", frame.get("startDate", "")))


def entry_spans(library: Library, frame: Frame, steps: list[Any]) -> Iterator[Span]:
    """Yield the spans of a record: of each dated step, or else of the whole."""
    for step in steps:
        if "date" in step:
            yield _span(text(step["date"]), text(step["date"]), str(step.get("action", "")))
    if steps:
        return
    if "date" in frame:
        yield _span(text(frame["date"]), text(frame["date"]))
    elif "startDate" in frame:
        yield _span(text(frame["startDate"]), text(frame.get("endDate", "")))


def _span(start: str, end: str, label: str = "") -> Span:
    """Return the span between two dates, or from a single one that is both."""
    when = start if start == end else f"{start} to {end}" if end else f"since {start}"
    first, begun = extent(start)
    ends, last = extent(end) if end else ("", "")
    if not last:
        ends = ""
    return Span(first, begun or first, ends or last, last, when, label)


def _pairs(library: Library, entries: list[TimelineEntry]) -> list[Pair]:
    dyads = {name: frame for name, frame in library.frames.items() if frame.get("type") == "Dyad"}
    coalitions = [frame for name, frame in library.frames.items() if frame.get("type") == "Coalition"]
    members = [{str(one["member"]) for one in items(frame.get("membership"))} for frame in coalitions]
    chosen = [
        name for name, frame in dyads.items() if any(set(items(frame["dyadMember"])) <= group for group in members)
    ]
    if not coalitions:
        counts = {name: sum(name in entry.dyads for entry in entries) for name in dyads}
        chosen = sorted(dyads, key=lambda name: (-counts[name], name))[:TOP_PAIRS]
    pairs = []
    for name in chosen:
        one, other = sorted(items(dyads[name]["dyadMember"]))
        pairs.append(Pair(name, library.title(name), (one, other)))
    return sorted(pairs, key=lambda pair: pair.label)
