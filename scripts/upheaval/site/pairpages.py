"""The pages of pairs of states: a timeline, and agreements and activities by type."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from upheaval.explore.corpus import CorpusEntry
from upheaval.explore.selecting import select
from upheaval.explore.states import ExploreState
from upheaval.site.chartpages import drawn_timeline
from upheaval.site.explorelinks import explore_link
from upheaval.site.library import Library, items
from upheaval.site.overview import Overview, Pair
from upheaval.site.pages import Page, Renderer
from upheaval.site.recordvalues import Shown, Values


@dataclass(frozen=True, slots=True)
class Section:
    """The records of a pair in one top-level type; `count` and `explore` are those of the Explore page."""

    anchor: str
    label: str
    path: str
    entries: list[CorpusEntry]
    findings: list[Shown]
    count: int
    explore: str


def pair_pages(library: Library, found: Overview, renderer: Renderer) -> Iterator[Page]:
    """Yield a page for each pair of states that a record concerns."""
    values, corpus = Values(library), library.corpus
    focal = {pair.name for pair in found.pairs}
    searchable = {top.code: place for place, top in enumerate(library.tops)}
    for name, frame in sorted(library.frames.items()):
        if frame.get("type") != "Dyad":
            continue
        one, other = sorted(items(frame["dyadMember"]))
        pair = Pair(name, library.title(name), (one, other))
        sections = []
        for top in corpus.tops:
            state = replace(ExploreState().choose(pair=pair.code, type=top), summaries=True)
            explore, count = explore_link(corpus, pair=pair.code, type=top)
            code = corpus.codes["type"][top]
            sections.append(
                Section(
                    anchor=top,
                    label=code.label,
                    path=library.paths.vocabulary(code.iri),
                    entries=[corpus.entries[place] for place in select(corpus, state)],
                    findings=[
                        values.record(finding) for finding in found.searched.get((name, searchable.get(top, -1)), ())
                    ],
                    count=count,
                    explore=explore,
                )
            )
        explore, count = explore_link(corpus, pair=pair.code)
        path = library.paths.record(name)
        yield Page(
            path=path,
            template="pair.html",
            title=pair.label,
            values={
                "iri": library.publication.iri + name,
                "members": [values.record(one), values.record(other)],
                "count": count,
                "explore": explore,
                "kinds": {code.name: code.label for code in corpus.codes["kind"].values()},
                "timeline": drawn_timeline(library, found, [pair], renderer, path),
                "sections": [
                    section
                    for section in sections
                    if section.entries or section.findings or (name in focal and section.anchor in searchable)
                ],
            },
        )
