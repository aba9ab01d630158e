"""Tell known codes from unknown ones, and count those that only a rule of the crosswalk covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from upheaval.importers.actors import ActorIndex
from upheaval.importers.columns import Column
from upheaval.importers.crosswalk import Concept, Scheme
from upheaval.schema.contract import local


@dataclass(frozen=True, slots=True)
class Broadened:
    """An unlisted code that was read as a broader kind: its column, its number of rows, and the kind."""

    column: str
    code: str
    rows: int
    meaning: str


class Coder:
    """Tells known codes from unknown ones."""

    def __init__(self, index: ActorIndex, crosswalk: Mapping[str, Scheme]) -> None:
        """Start from the actors and the crosswalk of a dataset."""
        self.index, self.crosswalk = index, crosswalk
        self.concepts = {name: dict(scheme.codes) for name, scheme in crosswalk.items()}
        self.lists: dict[str, dict[str, list[str]]] = {}
        self._rows: Counter[tuple[str, str]] = Counter()
        self._meanings: dict[tuple[str, str], str] = {}

    def known(self, column: Column) -> Callable[[str, bool], bool]:
        """Return a test of a cell: whether its code, or each of its codes, is known, exactly or also by a rule."""

        def known(text: str, exact: bool) -> bool:
            parts = self.split(column, text)
            return bool(parts) and all(self.index.known(part, column.codes, exact) for part in parts)

        return known

    def split(self, column: Column, text: str) -> list[str]:
        """Return the codes in a cell."""
        if column.split is None:
            return [text]
        return column.split(text, lambda part: self.index.known(part, column.codes, True))

    def note(self, name: str, column: Column, cells: Iterable[tuple[str, int]]) -> None:
        """Register the cells of a column of codes, each with its number of rows, so that expressions can use them.

        Args:
            name: of the column.
            column: its declaration.
            cells: good ones.

        """
        for text, rows in cells:
            parts = self.split(column, text)
            if column.split is not None:
                self.lists.setdefault(name, {})[text] = parts
            for part in dict.fromkeys(parts):
                self._take(name, column, part, rows)

    def _take(self, name: str, column: Column, code: str, rows: int) -> None:
        exact = self.index.known(code, column.codes, True)
        meaning = ""
        for scheme in column.codes:
            entry = self.crosswalk.get(scheme)
            concept = entry and (entry.exact(code) if exact else entry.broader(code))
            if concept:
                self.concepts[scheme][code] = concept
                meaning = meaning_of(concept)
                break
        self.index.find(code, *(scheme for scheme in column.codes if scheme in self.index.schemes))
        if not exact:
            self._rows[name, code] += rows
            self._meanings[name, code] = meaning

    @property
    def broadened(self) -> list[Broadened]:
        """The codes read as a broader kind, most frequent first."""
        return [
            Broadened(column, code, rows, self._meanings[column, code])
            for (column, code), rows in sorted(self._rows.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        ]


def meaning_of(concept: Concept) -> str:
    """Return the meaning of a concept in words."""
    names = (local(iri).replace("-", " ") for iri in concept.matches)
    return concept.label or ", ".join(names)
