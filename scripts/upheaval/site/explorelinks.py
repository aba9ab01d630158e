"""Links to the Explore page: whatever a page counts is the count of such an address."""

from upheaval.explore.corpus import Corpus
from upheaval.explore.selecting import select
from upheaval.explore.states import ExploreState, address

SHADES = 5
"""Number of shades in a matrix, assigned by the square root of the count."""


def explore_link(corpus: Corpus, **facets: str) -> tuple[str, int]:
    """Return the path of the Explore page with one value for each of some facets, and how many records it selects.

    A value that no record has selects nothing and has no path.
    """
    if any(name not in corpus.codes[facet] for facet, name in facets.items()):
        return "", 0
    state = ExploreState().choose(**facets)
    return f"explore/?{address(state)}&view=table", len(select(corpus, state))


def shade(count: int, most: int) -> str:
    """Return the class of a cell's shade, from `s1` for few records to `s5` for the most."""
    return f"s{max(1, round(SHADES * (count / most) ** 0.5))}"
