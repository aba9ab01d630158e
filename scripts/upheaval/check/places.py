"""Where the nodes are that a property leads to: in the record at hand, in another, in the vocabulary, anywhere."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TypeAlias

from upheaval.rdf.iris import ANY, RDF
from upheaval.schema.contract import Contract, Form

TYPE = RDF.type
Places: TypeAlias = "dict[str, Place]"


Place: TypeAlias = int
"""Where a node may be, seen from the record that is looked at: one of the following, or several joined by `|`."""

TERM = 1
"""A term of the vocabulary, or a literal."""

OWN = 2
"""The record that is looked at, or a node inside it."""

WHOLE = 4
"""A record of a class whose records are all read whole, or a node inside one."""

RECORD = 8
"""Another record that it refers to, also by way of others."""

INNER = 16
"""A node inside such a record."""

MINTED = 32
"""A node whose IRI a query makes."""

ANYWHERE = 64
"""Any of these, and others."""

INSIDE = 128
"""Said of a property alone: its values are nodes inside the record that has it."""

RECORDS = RECORD | INNER
LOST = MINTED | ANYWHERE
_FORMS = {
    Form.LITERAL: TERM,
    Form.LANGUAGE: TERM,
    Form.CODE: TERM,
    Form.RECORD: RECORD,
    Form.NODE: INSIDE,
    Form.IRI: ANYWHERE,
}


def narrower(one: Place | None, other: Place | None) -> Place | None:
    """Return the place that says more of two that are both right."""
    if one is None or other is None:
        return one or other
    return min(one, other)


@dataclass(slots=True)
class Properties:
    """What is known of the properties that records have, before a rule or after all of them.

    Attributes:
        base: the namespace of the records.
        values: where the values of each are, seen from its subject.
        subjects: whether records have it (`RECORD`) or nodes inside them (`INNER`).
        scattered: those that may be derived for a record from others, with the rule that does; a class stands
            for what is concluded of its instances by `rdf:type` alone.
        minted: those that are concluded of nodes that belong to no record.
        whole: the classes whose records may be read whole.
        leading: the properties by which the vocabulary itself refers to records.

    """

    base: str
    values: dict[str, Place]
    subjects: dict[str, Place]
    scattered: dict[str, str] = field(default_factory=dict)
    minted: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    leading: frozenset[str] = frozenset()

    def step(self, place: Place, name: str) -> Place:
        """Return where the values are that nodes at a place have for a property."""
        if place & LOST or name == ANY:
            return ANYWHERE
        found = 0
        values = self.values.get(name, TERM)
        if place & TERM:
            found |= ANYWHERE if name in self.leading else TERM
        if place & ~TERM:
            found |= values & ~(OWN | INSIDE)
        if values & (OWN | INSIDE):
            found |= place & (OWN | WHOLE)
            if place & RECORDS:
                found |= RECORDS if values & OWN else INNER
        return found or TERM

    def back(self, place: Place, name: str) -> Place | None:
        """Return where the nodes are that have a property whose value is at a place, or None where they may be many."""
        if name not in self.values:
            return TERM
        inside = self.values[name] == INSIDE
        return place if inside and place in (OWN, WHOLE) else None

    def concerns(self, name: str) -> str:
        """Return the rule that concludes a property, or a class as in `class_key`, of records elsewhere, or ""."""
        if name == ANY:
            return next(iter(self.scattered.values()), "")
        alike = [name, ANY]
        if name == TYPE:
            alike.extend(key for key in self.scattered if key.startswith(f"{TYPE} "))
        elif name.startswith(f"{TYPE} "):
            alike.append(TYPE)
        return next((self.scattered[key] for key in alike if key in self.scattered), "")


def class_key(cls: str) -> str:
    """Return what stands for `rdf:type` with one class, where properties are named."""
    return f"{TYPE} {cls}"


def properties_of(contract: Contract, base: str, whole: Iterable[str], leading: frozenset[str]) -> Properties:
    """Return what the contract says of the properties of records.

    Args:
        contract: which keys records have.
        base: the namespace of the records.
        whole: the classes whose records may be read whole.
        leading: the properties by which the vocabulary itself refers to records.

    """
    values: dict[str, Place] = {TYPE: TERM}
    subjects: dict[str, Place] = {TYPE: RECORDS}
    inner = {key.classes[0] for kind in contract.kinds.values() for key in kind.keys.values() if key.form is Form.NODE}
    for kind in contract.kinds.values():
        at = (RECORD if kind.folder else 0) | (INNER if kind.iri in inner else 0)
        for key in kind.keys.values():
            values[key.iri] = values.get(key.iri, 0) | _FORMS[key.form]
            subjects[key.iri] = subjects.get(key.iri, 0) | at
    return Properties(base, values, subjects, whole=set(whole), leading=leading)


@dataclass(slots=True)
class Found:
    """Where the values of variables are: those that every solution has, and those that some solutions have."""

    always: Places = field(default_factory=dict)
    sometimes: Places = field(default_factory=dict)

    def get(self, variable: str) -> Place | None:
        """Return the place of a variable, however it got its value."""
        return self.always.get(variable) or self.sometimes.get(variable)


def kept(places: Mapping[str, Place], names: Collection[str]) -> Places:
    """Return the places of some variables."""
    return {name: place for name, place in places.items() if name in names}


def either_of(found: list[Found]) -> Found:
    """Join what alternatives say: a variable that only some have has a value only sometimes."""
    names = {name for one in found for places in (one.always, one.sometimes) for name in places}
    places = {
        name: reduce(or_, (place for one in found if (place := one.get(name)) is not None)) for name in sorted(names)
    }
    everywhere = frozenset.intersection(*(frozenset(one.always) for one in found))
    return Found(kept(places, everywhere), kept(places, frozenset(names - everywhere)))
