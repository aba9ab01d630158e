"""What rules, constraints and shapes read of records, and their scopes, which are derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

    def __or__(self, other: ShapeReads) -> ShapeReads:
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


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule, a constraint or a shape reads of records.

    Attributes:
        own: properties of the record at hand, and of nodes inside it.
        others: properties of the records that it refers to, also by way of others; of any record where it is unbounded.
        inner: properties of nodes inside those.
        classes: classes whose records are read whole.
        unbounded: why it has to be run over all records at once; an empty text where it has not.

    """

    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    unbounded: str = ""


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of all rules, constraints and shapes.

    Attributes:
        rules, constraints, shapes: by file name or IRI.
        elsewhere: by rule, the properties that it may conclude of other records than the one it looks at.
        minted: by rule, the properties that it may conclude of nodes whose IRIs it makes.
        others: the properties that are read of records that a record refers to.
        inner: those that are read of nodes inside such records.
        classes: the classes whose records are read whole.
        any_record, any_inner: the properties that are read of all records at once, and of the nodes inside them.

    """

    rules: Mapping[str, Scope]
    constraints: Mapping[str, Scope]
    shapes: Mapping[str, Scope]
    elsewhere: Mapping[str, frozenset[str]]
    minted: Mapping[str, frozenset[str]]
    others: frozenset[str]
    inner: frozenset[str]
    classes: frozenset[str]
    any_record: frozenset[str]
    any_inner: frozenset[str]
