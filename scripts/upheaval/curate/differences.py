"""Compare two editions by record and claim: what was added, removed, renamed and changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from upheaval.curate.editions import GRAPHS, Edition
from upheaval.rdf.namespaces import RDF
from upheaval.rdf.terms import Term, is_iri, named, split
from upheaval.schema.ledger import Fate, absolute, relative

TYPE = named(str(RDF.type))
_Properties = dict[Term, set[Term]]


class Change(StrEnum):
    """What happened to a record, or to a node inside one."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """The values of a property that only one edition has, sorted; values that are nodes of the record are not here."""

    property: Term
    old: tuple[Term, ...]
    new: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class NodeChange:
    """What is different in a record, or in a node inside one.

    Attributes:
        change: what happened to it.
        iri: the node; of a node that was removed, what it was.
        was: the node in the first edition, if it had another IRI there, or an empty text.
        holder: the property that holds a node inside a record; empty for a record.
        kept: the values that both editions have, by property.
        properties: the properties with other values, sorted.
        nodes: the differences in the nodes that it holds, sorted.

    """

    change: Change
    iri: Term
    was: Term
    holder: Term
    kept: dict[Term, tuple[Term, ...]]
    properties: tuple[PropertyChange, ...]
    nodes: tuple["NodeChange", ...]

    def walk(self) -> Iterator["NodeChange"]:
        """Yield this and all that is inside it."""
        yield self
        for node in self.nodes:
            yield from node.walk()


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between two editions.

    Attributes:
        a, b: the editions.
        records: what is different, by record, sorted by IRI; of the graph `data` alone.
        removed, added: the statements that only A, or only B, has, by graph, as sorted lines of N-Triples.

    """

    a: Edition
    b: Edition
    records: tuple[NodeChange, ...]
    removed: dict[str, list[str]]
    added: dict[str, list[str]]

    @property
    def is_empty(self) -> bool:
        """Whether both editions say the same."""
        return not any(self.removed.values()) and not any(self.added.values()) and self.a.iri == self.b.iri


def compare(a: Edition, b: Edition) -> Difference:
    """Compare two editions.

    Args:
        a: the older one.
        b: the newer one, whose ledger says what has been renamed.

    Returns:
        The difference. Nodes inside a record are matched by IRI; those left over, which have no equal in the other
        edition and were not retired, are matched with the one in the same place that shares the most values with it.

    """
    removed = {graph: sorted(a.graphs[graph] - b.graphs[graph]) for graph in GRAPHS}
    added = {graph: sorted(b.graphs[graph] - a.graphs[graph]) for graph in GRAPHS}
    moved = _Moved(a.iri, b)
    old = {moved.triple(split(line)) for line in a.graphs["data"]}
    new = {split(line) for line in b.graphs["data"]}
    touched = {record_of(subject) for subject, _, _ in old ^ new}
    touched |= {record_of(now) for now in moved.before}
    before, after = _by_node(old, touched), _by_node(new, touched)
    roots = {node for nodes in (before, after) for node in nodes if record_of(node) == node}
    found = [_Comparison(before, after, moved).root(node) for node in sorted(roots)]
    return Difference(a, b, tuple(change for change in found if change), removed, added)


class _Moved:
    """Puts the statements of A in terms of B, and remembers what was called otherwise."""

    def __init__(self, base: str, after: Edition) -> None:
        self.base = base
        self.after = after
        self.now: dict[Term, Term] = {}
        self.before: dict[Term, Term] = {}

    def triple(self, triple: tuple[Term, Term, Term]) -> tuple[Term, Term, Term]:
        return self._term(triple[0]), triple[1], self._term(triple[2])

    def _term(self, term: Term) -> Term:
        if not is_iri(term):
            return term
        if term not in self.now:
            now = self.now[term] = self._renamed(term)
            if now != term:
                self.before[now] = term
        return self.now[term]

    def is_retired(self, term: Term) -> bool:
        entry = self.after.ledger.resolve(relative(term[1:-1], self.base))
        return entry is not None and entry.state is Fate.RETIRED

    def _renamed(self, term: Term) -> Term:
        entry = self.after.ledger.resolve(relative(term[1:-1], self.base))
        if entry is None or entry.state is not Fate.RENAMED or len(entry.successors) != 1:
            return term
        return named(absolute(entry.successors[0], self.after.iri))


def record_of(node: Term) -> Term:
    """Return the record that a node is, or is inside."""
    place = node.find("#")
    return node if place < 0 else f"{node[:place]}>"


def _by_node(triples: Iterable[tuple[Term, Term, Term]], records: set[Term]) -> dict[Term, _Properties]:
    found: dict[Term, _Properties] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in triples:
        if record_of(subject) in records:
            found[subject][predicate].add(value)
    return found


class _Comparison:
    """Compares a record, from the record itself to the nodes inside it."""

    def __init__(self, before: dict[Term, _Properties], after: dict[Term, _Properties], moved: _Moved) -> None:
        self.before = before
        self.after = after
        self.moved = moved
        self.visited: set[tuple[Term, Term]] = set()

    def root(self, iri: Term) -> NodeChange | None:
        """Compare a record."""
        return self._node(iri if iri in self.before else "", iri if iri in self.after else "", "")

    def _node(self, old: Term, new: Term, holder: Term) -> NodeChange | None:
        """Compare two nodes, of which one may be missing."""
        if (old, new) in self.visited:
            return None
        self.visited.add((old, new))
        before, after = self.before.get(old, {}), self.after.get(new, {})
        kept: dict[Term, tuple[Term, ...]] = {}
        changes: list[PropertyChange] = []
        nodes: list[NodeChange] = []
        for name in sorted(before.keys() | after.keys()):
            one, other = before.get(name, set()), after.get(name, set())
            inner_old = {value for value in one if self._is_inside(value, old, self.before)}
            inner_new = {value for value in other if self._is_inside(value, new, self.after)}
            nodes.extend(self._nodes(inner_old, inner_new, name))
            plain_old, plain_new = one - inner_old, other - inner_new
            if both := plain_old & plain_new:
                kept[name] = tuple(sorted(both))
            if plain_old != plain_new:
                gone, come = sorted(plain_old - plain_new), sorted(plain_new - plain_old)
                changes.append(PropertyChange(name, tuple(gone), tuple(come)))
        iri = new or old
        was = self.moved.before.get(old, old) if old and new else ""
        was = was if was != new else ""
        change = self._change(old, new, was, holder)
        if change is Change.CHANGED and not changes and not nodes:
            return None
        return NodeChange(change, iri, was, holder, kept, tuple(changes), tuple(nodes))

    def _change(self, old: Term, new: Term, was: Term, holder: Term) -> Change:
        if not (old and new):
            return Change.ADDED if new else Change.REMOVED
        return Change.RENAMED if was and not holder else Change.CHANGED

    def _is_inside(self, value: Term, holder: Term, nodes: dict[Term, _Properties]) -> bool:
        return "#" in value and is_iri(value) and value in nodes and record_of(value) == record_of(holder)

    def _nodes(self, old: set[Term], new: set[Term], holder: Term) -> Iterator[NodeChange]:
        """Compare the nodes that a property holds."""
        pairs = [(node, node) for node in old & new]
        gone, come = old - new, new - old
        for _, one, other in sorted(self._alike(gone, come)):
            if one in gone and other in come:
                gone.discard(one)
                come.discard(other)
                pairs.append((one, other))
        pairs += [(node, "") for node in gone] + [("", node) for node in come]
        for one, other in sorted(pairs, key=lambda pair: pair[1] or pair[0]):
            if found := self._node(one, other, holder):
                yield found

    def _alike(self, gone: set[Term], come: set[Term]) -> Iterator[tuple[int, Term, Term]]:
        """Yield which nodes share more values than their class, the most similar first in order."""
        for one in (node for node in gone if not self.moved.is_retired(node)):
            for other in come:
                if self.before[one].get(TYPE) == self.after[other].get(TYPE) and (shared := self._shared(one, other)):
                    yield -shared, one, other

    def _shared(self, one: Term, other: Term) -> int:
        before, after = self.before[one], self.after[other]
        return sum(len(values & after.get(name, set())) for name, values in before.items() if name != TYPE)
