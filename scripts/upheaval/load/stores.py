"""The interface that the loader requires of a store."""

from collections.abc import Callable, Mapping
from typing import Protocol

import pyoxigraph as ox

from upheaval.store.builds import Build

ResultRow = tuple[str, ...]
Progress = Callable[[int], None]


class TripleStore(Protocol):
    """A triple store that a build can be loaded into."""

    def counts(self, build: Build) -> dict[str, int]:
        """Return the number of triples in each of the build's graphs; this is also the first contact."""

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph."""

    def answers(self, questions: Mapping[str, str], build: Build) -> dict[str, list[ResultRow] | str]:
        """Return the rows of each question over the build's graphs, with terms in N-Triples, or the error message."""

    def replace(self, build: Build, progress: Progress) -> None:
        """Replace the content of the build's graphs; `progress` is called with numbers of triples."""


def rows(solutions: ox.QuerySolutions) -> list[ResultRow]:
    """Return solutions as rows of terms in N-Triples; unbound variables are empty strings."""
    names = solutions.variables
    return [tuple("" if solution[name] is None else str(solution[name]) for name in names) for solution in solutions]
