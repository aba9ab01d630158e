"""What rules, constraints and shapes read of records, before scopes are derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from upheaval.rdf.patterns import Query


@dataclass(frozen=True, slots=True)
class TargetedQuery:
    """The query of a SPARQL constraint, and the classes whose instances it is evaluated on."""

    query: Query
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShapeReads:
    """What a shape reads, apart from queries.

    Attributes:
        targets: the classes whose instances are its focus nodes.
        own: properties of a focus node.
        others: properties of nodes that are reached from it.
        inverse: properties that are followed backwards.
        classes: whether the classes of other nodes are looked up.
        everything: whether every property of other nodes is read.

    """

    targets: frozenset[str]
    own: frozenset[str]
    others: frozenset[str] = frozenset()
    inverse: frozenset[str] = frozenset()
    classes: bool = False
    everything: bool = False

    def __or__(self, other: "ShapeReads") -> "ShapeReads":
        return ShapeReads(
            self.targets | other.targets,
            self.own | other.own,
            self.others | other.others,
            self.inverse | other.inverse,
            self.classes or other.classes,
            self.everything or other.everything,
        )


@dataclass(frozen=True, slots=True)
class Queries:
    """The rules, in the order in which they are run, the constraints and the shapes, by file name or IRI."""

    rules: Mapping[str, Query]
    constraints: Mapping[str, TargetedQuery]
    shapes: Mapping[str, ShapeReads]
