"""What the loader asks of a store, whatever its make."""

from collections.abc import Callable, Mapping
from typing import Protocol

import pyoxigraph as ox

from upheaval.store.builds import Build

ResultRow = tuple[str, ...]
Progress = Callable[[int], None]


class TripleStore(Protocol):
    """A triple store that a build can be put into."""

    def counts(self, build: Build) -> dict[str, int]:
        """Return the number of triples in each graph of the build; this is also the first contact."""

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph."""

    def answers(self, questions: Mapping[str, str], build: Build) -> dict[str, list[ResultRow] | str]:
        """Return the rows of each question over the build's graphs, each term in N-Triples; or why there are none."""

    def replace(self, build: Build, progress: Progress) -> None:
        """Put the build in the place of what its graphs held; progress is told the number of triples."""


def rows(solutions: ox.QuerySolutions) -> list[ResultRow]:
    """Return solutions as rows of terms in N-Triples; what is unbound is an empty text."""
    names = solutions.variables
    return [tuple("" if solution[name] is None else str(solution[name]) for name in names) for solution in solutions]
