"""The contract for records: which kinds of record there are, which keys each has, and what their values are."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from upheaval.rdf.xsd import XSD

Context = dict[str, Any]
"""A JSON-LD context."""

_DATE, _STRING = f"{XSD}date", f"{XSD}string"


class Form(StrEnum):
    """How the values of a key are written."""

    LITERAL = "literal"
    LANGUAGE = "language"
    IRI = "iri"
    CODE = "code"
    RECORD = "record"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a kind of record: a property of the ontology together with its property shapes.

    Attributes:
        name: the key, which is the property's local name.
        iri: the property.
        form: how its values are written.
        datatypes: IRIs of a literal's datatypes; more than one for dates of varying precision and other choices.
        classes: the classes of a code, record or node.
        minimum, maximum: the number of values; a maximum of None means no limit.
        per_language: whether at most one text per language is allowed.
        default: the IRI that applies if the key is missing.
        pattern: a regular expression for the text of a value, or an empty string.
        identifying: whether its values become part of the name of a node inside a record.
        label, description, message, group: the shape's texts for people.
        order: its rank among the keys.
        shapes: the IRIs of the property shapes, the narrowest class's first.

    """

    name: str
    iri: str
    form: Form
    datatypes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int | None = None
    per_language: bool = False
    default: str | None = None
    pattern: str = ""
    identifying: bool = False
    label: str = ""
    description: str = ""
    message: str = ""
    group: str = ""
    order: float = 0
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of records, or of nodes inside them.

    Attributes:
        iri: the class.
        name: its local name, or its IRI where a class of another namespace has that name.
        label, comment: its label, and its shape's comment, for people.
        folder: the folder of its records; None for nodes inside records and for classes that only have subclasses.
        ancestors: the class and its superclasses.
        keys: the keys by name, in the recommended order.
        matches: names of keys; records that are alike in all of one of these lists may be duplicates.

    """

    iri: str
    name: str
    label: str
    comment: str
    folder: str | None
    ancestors: frozenset[str]
    keys: dict[str, Key]
    matches: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """The kinds of record and their keys.

    Attributes:
        kinds: every class that a shape targets, by IRI.
        folders: the kinds that have a folder of records, by folder.
        codes: for each class of concepts, the concepts' IRIs by the code that records use.
        wider: for each class of the ontology, the class and its superclasses.
        classes: the names of the classes that the ontology describes, by IRI.
        unshaped: for the local names of properties without a shape, how to make keys of them.

    """

    kinds: dict[str, Kind]
    folders: dict[str, Kind]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    wider: dict[str, frozenset[str]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    unshaped: dict[str, str] = field(default_factory=dict)


def plain_datatype(key: Key) -> str:
    """Return the datatype of a key's plain values: the only one it takes, or a date's; otherwise xsd:string."""
    if len(key.datatypes) == 1:
        return key.datatypes[0]
    return _DATE if _DATE in key.datatypes else _STRING


def local(iri: str) -> str:
    """Return the last part of an IRI, after its last slash, hash or colon."""
    return iri[max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1 :]
