"""The subclass statements of Wikidata in little memory: eight bytes each, sorted when they are first asked for."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

_WIDE = 32


class Superclasses:
    """Which classes are said to be subclasses of which."""

    def __init__(self, edges: Iterable[tuple[str, str]] = ()) -> None:
        """Start from pairs of a class and a wider one, by number."""
        self._edges = array("Q")
        self._sorted = True
        for narrow, wide in edges:
            self.add(narrow, wide)

    def __len__(self) -> int:
        return len(self._edges)

    def add(self, narrow: str, wide: str) -> None:
        """Note that one class is a subclass of another; what is not an item's number is left out."""
        if narrow[1:].isdecimal() and wide[1:].isdecimal():
            low, high = int(narrow[1:]), int(wide[1:])
            if low < 1 << _WIDE and high < 1 << _WIDE:
                self._edges.append(low << _WIDE | high)
                self._sorted = False

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the classes and the wider ones, by number."""
        for edge in self._edges:
            yield f"Q{edge >> _WIDE}", f"Q{edge & ((1 << _WIDE) - 1)}"

    def distances(self, classes: Iterable[str], limit: int = 30) -> dict[str, int]:
        """Return all classes that are as wide as some classes or wider, with the number of steps to each."""
        found = dict.fromkeys(classes, 0)
        level = list(found)
        for steps in range(1, limit):
            level = [wide for narrow in level for wide in self._wider(narrow) if wide not in found]
            if not level:
                break
            found.update(dict.fromkeys(level, steps))
        return found

    def _wider(self, narrow: str) -> list[str]:
        if not self._sorted:
            self._edges = array("Q", sorted(self._edges))
            self._sorted = True
        if not narrow[1:].isdecimal():
            return []
        key = int(narrow[1:]) << _WIDE
        begin = bisect_left(self._edges, key)
        end = bisect_left(self._edges, key + (1 << _WIDE), begin)
        return [f"Q{edge & ((1 << _WIDE) - 1)}" for edge in self._edges[begin:end]]
