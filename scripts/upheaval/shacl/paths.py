"""Property paths (SHACL section 2.3.1): the seven kinds, and which nodes each leads to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from upheaval.rdf.terms import Term
from upheaval.shacl.index import DataGraph
from upheaval.shacl.shaclterms import FIRST, NIL, REST, sh

Values = Callable[[Term], Collection[Term]]
"""From a focus node to its value nodes, each once."""

_NOWHERE: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A property."""

    iri: Term


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path that is followed backwards."""

    path: Path


@dataclass(frozen=True, slots=True)
class Sequence:
    """Paths, one after the other."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Paths of which any may be followed."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path that is followed again and again.

    Attributes:
        path: the path.
        least: how often at least, 0 or 1.
        once: whether it is followed once at most.

    """

    path: Path
    least: int
    once: bool = False

    @property
    def name(self) -> str:
        """The local name of SHACL's property for it."""
        return "oneOrMorePath" if self.least else "zeroOrOnePath" if self.once else "zeroOrMorePath"


Path = Predicate | Inverse | Sequence | Alternative | Repeated


def follow(path: Path, data: DataGraph) -> Values:
    """Return what follows a path in a data graph."""
    match path:
        case Predicate(iri):
            get = data.values(iri).get
            return lambda node: get(node, _NOWHERE)
        case Inverse(Predicate(iri)):
            back = data.subjects(iri).get
            return lambda node: back(node, _NOWHERE)
        case Inverse(inner):
            return follow(inverted(inner), data)
        case Sequence(paths):
            return _in_turn([follow(one, data) for one in paths])
        case Alternative(paths):
            either = [follow(one, data) for one in paths]
            return lambda node: dict.fromkeys(value for step in either for value in step(node))
        case Repeated(inner, least, once):
            step = follow(inner, data)
            if once:
                return lambda node: dict.fromkeys((node, *step(node)))
            return lambda node: _closure(step(node) if least else (node,), step)


def _in_turn(steps: list[Values]) -> Values:
    def values(node: Term) -> Collection[Term]:
        found: Collection[Term] = (node,)
        for step in steps:
            found = dict.fromkeys(value for one in found for value in step(one))
        return found

    return values


def _closure(start: Collection[Term], step: Values) -> Collection[Term]:
    found = dict.fromkeys(start)
    waiting = list(found)
    while waiting:
        for value in step(waiting.pop()):
            if value not in found:
                found[value] = None
                waiting.append(value)
    return found


def inverted(path: Path) -> Path:
    """Return the path that leads the other way."""
    match path:
        case Predicate():
            return Inverse(path)
        case Inverse(inner):
            return inner
        case Sequence(paths):
            return Sequence(tuple(inverted(one) for one in reversed(paths)))
        case Alternative(paths):
            return Alternative(tuple(map(inverted, paths)))
        case Repeated(inner, least, once):
            return Repeated(inverted(inner), least, once)


def to_sparql(path: Path) -> str:
    """Write a path as SPARQL does (SPARQL 1.1 section 9.1)."""
    match path:
        case Predicate(iri):
            return iri
        case Inverse(inner):
            return f"^{_grouped(inner)}"
        case Sequence(paths):
            return "/".join(map(_grouped, paths))
        case Alternative(paths):
            return "|".join(map(_grouped, paths))
        case Repeated(inner, least, once):
            return _grouped(inner) + ("+" if least else "?" if once else "*")


def _grouped(path: Path) -> str:
    return to_sparql(path) if isinstance(path, Predicate) else f"({to_sparql(path)})"


def describe(path: Path, blank: Callable[[], Term]) -> tuple[Term, list[tuple[Term, Term, Term]]]:
    """Return the term for a path, and the statements that describe it.

    Args:
        path: the path.
        blank: gives a new blank node each time.

    """
    match path:
        case Predicate(iri):
            return iri, []
        case Sequence(paths):
            return _list(paths, blank)
        case Alternative(paths):
            head, statements = _list(paths, blank)
            name = "alternativePath"
        case Inverse(inner):
            head, statements = describe(inner, blank)
            name = "inversePath"
        case Repeated(inner):
            head, statements = describe(inner, blank)
            name = path.name
    node = blank()
    return node, [(node, sh(name), head), *statements]


def _list(paths: tuple[Path, ...], blank: Callable[[], Term]) -> tuple[Term, list[tuple[Term, Term, Term]]]:
    nodes = [blank() for _ in paths]
    found: list[tuple[Term, Term, Term]] = []
    for node, rest, path in zip(nodes, [*nodes[1:], NIL], paths, strict=True):
        first, statements = describe(path, blank)
        found.extend([(node, FIRST, first), (node, REST, rest), *statements])
    return nodes[0], found
