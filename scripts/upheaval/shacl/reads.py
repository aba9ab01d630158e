"""What shapes read beyond their focus nodes, from which a caller can tell what else has to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass

from upheaval.rdf.terms import Term
from upheaval.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence, inverted


@dataclass(frozen=True, slots=True)
class Reads:
    """What is read in evaluating something at a focus node.

    Attributes:
        own: properties of the focus node.
        others: properties of other nodes, which are reached from it.
        inverse: properties that are followed backwards, to it or to other nodes.
        classes: whether the classes of other nodes are looked up.
        everything: whether all that is said of another node is read.
        queries: SPARQL texts, which may read anything.

    """

    own: frozenset[Term] = frozenset()
    others: frozenset[Term] = frozenset()
    inverse: frozenset[Term] = frozenset()
    classes: bool = False
    everything: bool = False
    queries: tuple[str, ...] = ()

    def __or__(self, other: Reads) -> Reads:
        return Reads(
            self.own | other.own,
            self.others | other.others,
            self.inverse | other.inverse,
            self.classes or other.classes,
            self.everything or other.everything,
            tuple(dict.fromkeys((*self.queries, *other.queries))),
        )

    def elsewhere(self) -> Reads:
        """Return what the same reads when it is evaluated at a node that is reached from the focus node."""
        return Reads(frozenset(), self.own | self.others, self.inverse, self.classes, self.everything, self.queries)


def path_reads(path: Path) -> Reads:
    """Return what following a path reads."""
    match path:
        case Predicate(iri):
            return Reads(own=frozenset({iri}))
        case Inverse(Predicate(iri)):
            return Reads(inverse=frozenset({iri}))
        case Inverse(inner):
            return path_reads(inverted(inner))
        case Alternative(paths):
            found = Reads()
            for one in paths:
                found |= path_reads(one)
            return found
        case Repeated(inner, _, once):
            found = path_reads(inner)
            return found if once else found | found.elsewhere()
        case Sequence(paths):
            found, here, away = Reads(), True, False
            for one in paths:
                found |= (path_reads(one) if here else Reads()) | (path_reads(one).elsewhere() if away else Reads())
                here, away = here and isinstance(one, Repeated) and not one.least, True
            return found
