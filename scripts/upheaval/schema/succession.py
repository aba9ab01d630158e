"""What the ledger says of names that are no longer in use, as RDF."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyoxigraph as ox

from upheaval.rdf.namespaces import DCTERMS, OWL, RDFS
from upheaval.rdf.xsd import XSD
from upheaval.schema.ledger import Entry, Ledger, absolute, parse_ledger, read_ledger
from upheaval.schema.publication import Publication

DEPRECATED = ox.NamedNode(str(OWL.deprecated))
REPLACED = ox.NamedNode(str(DCTERMS.isReplacedBy))
COMMENT = ox.NamedNode(str(RDFS.comment))
MODIFIED = ox.NamedNode(str(DCTERMS.modified))
TRUE = ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))
_DATE = ox.NamedNode(XSD + "date")


class FormerName(NamedTuple):
    """An IRI that is no longer in use.

    Attributes:
        iri: the IRI.
        successors: the IRIs in use that took its place; none if it was retired.
        day: the day of the change, as `YYYY-MM-DD`.
        what: a sentence that says what became of it, when and why.

    """

    iri: str
    successors: tuple[str, ...]
    day: str
    what: str


def former_names(publication: Publication, ledger: bytes | None = None) -> list[FormerName]:
    """Return the names that a publication's ledger says are no longer in use, nodes inside records included, in order.

    Args:
        publication: the publication.
        ledger: the content of its ledger; by default what is in its folder, if there is one.

    Raises:
        Refusal: the ledger cannot be read.

    """
    read = read_ledger(publication.root) if ledger is None else parse_ledger(ledger.decode())
    return list(_former(read, publication.iri))


def _former(ledger: Ledger, base: str) -> Iterator[FormerName]:
    if not ledger.annotated:
        return
    for iri in sorted(ledger.entries):
        entry = ledger.resolve(iri)
        if entry is not None and entry.annotated:
            successors = tuple(absolute(one, base) for one in entry.successors)
            yield FormerName(absolute(iri, base), successors, entry.date, _sentence(entry))


def _sentence(entry: Entry) -> str:
    why = f": {entry.why.rstrip('.')}" if entry.why else ""
    return f"{entry.state.capitalize()} on {entry.date}{why}."


def succession(former: Iterable[FormerName]) -> list[ox.Triple]:
    """Return names that are no longer in use as RDF: deprecated, replaced by what, when, and why."""
    return [ox.Triple(ox.NamedNode(name.iri), *said) for name in former for said in _said(name)]


def _said(name: FormerName) -> Iterator[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]:
    yield DEPRECATED, TRUE
    for successor in name.successors:
        yield REPLACED, ox.NamedNode(successor)
    yield MODIFIED, ox.Literal(name.day, datatype=_DATE)
    yield COMMENT, ox.Literal(name.what, language="en")
