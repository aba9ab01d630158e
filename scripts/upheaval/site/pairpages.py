"""The pages of pairs of states: a timeline, and agreements and activities by type."""

from collections.abc import Iterator
from dataclasses import dataclass

from upheaval.site.chartpages import drawn_timeline, months
from upheaval.site.library import Library, items
from upheaval.site.overview import Overview, Pair, TimelineEntry
from upheaval.site.pages import Page, Renderer
from upheaval.site.recordvalues import Shown, Values


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of a pair in one top-level type."""

    anchor: str
    label: str
    path: str
    entries: list[TimelineEntry]
    findings: list[Shown]


def pair_pages(library: Library, found: Overview, renderer: Renderer) -> Iterator[Page]:
    """Yield a page for each pair of states that a record concerns."""
    values = Values(library)
    by_pair: dict[str, list[TimelineEntry]] = {}
    for entry in found.entries:
        for name in entry.dyads:
            by_pair.setdefault(name, []).append(entry)
    focal = {pair.name for pair in found.pairs}
    for name, frame in sorted(library.frames.items()):
        if frame.get("type") != "Dyad":
            continue
        entries = by_pair.get(name, [])
        one, other = sorted(items(frame["dyadMember"]))
        pair = Pair(name, library.title(name), (one, other))
        sections = [
            Section(
                anchor=top.code,
                label=top.label,
                path=library.paths.vocabulary(top.iri),
                entries=[entry for entry in entries if place in entry.tops],
                findings=[values.record(finding) for finding in found.searched.get((name, place), ())],
            )
            for place, top in enumerate(library.tops)
        ]
        path = library.paths.record(name)
        yield Page(
            path=path,
            template="pair.html",
            title=pair.label,
            values={
                "iri": library.publication.iri + name,
                "members": [values.record(one), values.record(other)],
                "count": len(entries),
                "months": months(library, found),
                "timeline": drawn_timeline(library, found, [pair], renderer, path),
                "sections": [section for section in sections if section.entries or section.findings or name in focal],
            },
        )
