"""The Explore page, and its preset addresses as pages with their files, which need no script."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from upheaval.explore.corpus import Corpus
from upheaval.explore.pictures import NARROW, WIDE, years_picture
from upheaval.explore.references import as_bibtex, as_csl, as_sentence
from upheaval.explore.selecting import matrix, years
from upheaval.explore.selectionfiles import COUNTED, FILES, rows
from upheaval.explore.states import ExploreState, address, words_of
from upheaval.site.explorelinks import shade
from upheaval.site.library import Library
from upheaval.site.pages import Page

FIRST = 100
"""The number of rows on a page without a script; its files have all of them."""
ALL = "all"
"""The name of the files of the state without facets."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A state with a page and files of its own."""

    name: str
    title: str
    state: ExploreState

    @property
    def path(self) -> str:
        """The path of its page."""
        return "explore/" if self.name == ALL else f"explore/{self.name}/"


def presets(corpus: Corpus, states: list[str]) -> list[Preset]:
    """Return the presets: everything, the pairs that the publication is about, its states, and the top-level types."""
    found = {ALL: Preset(ALL, "Explore", ExploreState())}
    wanted = [
        *(("pair", name) for name in corpus.about["pairs"]),
        *(("actor", name) for name in states),
        *(("type", name) for name in corpus.tops),
    ]
    for facet, name in wanted:
        if name in corpus.codes[facet] and name not in found:
            found[name] = Preset(name, corpus.codes[facet][name].label, ExploreState().choose(**{facet: name}))
    return list(found.values())


def explore_pages(library: Library, corpus: Corpus, found: list[Preset], has_map: bool) -> Iterator[Page]:
    """Yield a page for each preset."""
    publication = library.publication
    for preset in found:
        selected = rows(corpus, preset.state)
        pairs, types, cells = matrix(corpus, preset.state)
        most = max([count for row in cells for count in row] or [1]) or 1
        counted = years(corpus, preset.state)
        iri = publication.iri + preset.path
        yield Page(
            path=preset.path,
            template="explore.html",
            title=preset.title,
            values={
                "preset": preset,
                "address": address(preset.state),
                "words": words_of(corpus, preset.state),
                "count": len(selected),
                "rows": selected[:FIRST],
                "label": lambda facet, name: corpus.codes[facet][name].label,
                "iri": publication.iri,
                "page_iri": iri,
                "wide": Markup(years_picture(corpus, preset.state, WIDE, alone=False)),
                "narrow": Markup(years_picture(corpus, preset.state, NARROW, alone=False)),
                "counted_years": counted,
                "matrix": (pairs, types, cells),
                "shade": lambda count, most=most: shade(count, most) if count else "",
                "presets": found,
                "files": list(FILES),
                "counted": COUNTED,
                "has_map": has_map,
                "settings": _settings(library, preset, has_map),
                "reference": {
                    "plain": as_sentence(corpus, preset.state),
                    "bibtex": as_bibtex(corpus, preset.state).decode(),
                    "csl": as_csl(corpus, preset.state).decode(),
                },
            },
        )
    values = {"settings": _settings(library, found[0], has_map), "has_map": has_map}
    yield Page("explore/embed/", "embed.html", "Explore", values)


def _settings(library: Library, preset: Preset, has_map: bool) -> dict[str, Any]:
    """Return what the page's script needs to know."""
    return {
        "preset": "" if preset.name == ALL else address(preset.state),
        "issued": library.publication.issued,
        "map": has_map,
    }


def explore_files(corpus: Corpus, found: list[Preset]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of each preset."""
    for preset in found:
        for ending, (_, write) in FILES.items():
            yield f"explore/{preset.name}.{ending}", write(corpus, preset.state)
