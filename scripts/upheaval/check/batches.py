"""Batches: records that are derived from and validated together, beside what is read of the records that they name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from upheaval.check.duplicates import signatures
from upheaval.check.plan import Plan
from upheaval.faults import Fault
from upheaval.populate.documents import populate
from upheaval.populate.records import Listing, RecordFile, read_records
from upheaval.rdf.iris import ANY
from upheaval.rdf.jsonld import to_bytes


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is read of a record from elsewhere: N-Triples, the records named in them, whether its file can be read."""

    lines: bytes
    named: frozenset[str]
    readable: bool


@dataclass(frozen=True, slots=True)
class RecordStatements:
    """What one record says.

    Attributes:
        lines: as N-Triples.
        excerpt: what is read of it from elsewhere.
        gathered: those of its lines that are read of all records at once.
        named: the names by which it refers to records, whether there are such or not.
        faults: what is wrong with its file, its keys and its values.
        broken: pairs of a node and a property whose value was left out because of a fault.
        signatures: what it can be recognised by.
        nodes: the names of the nodes inside it.

    """

    lines: bytes
    excerpt: Excerpt
    gathered: bytes
    named: frozenset[str]
    faults: tuple[Fault, ...]
    broken: frozenset[tuple[str, str]]
    signatures: tuple[str, ...]
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Records to evaluate together.

    Attributes:
        slugs: their names.
        lines: what they say, as N-Triples.
        broken: as in `RecordStatements`, of all of them.
        others: what is read of other records, by name.

    """

    slugs: frozenset[str]
    lines: list[bytes]
    broken: frozenset[tuple[str, str]]
    others: Mapping[str, Excerpt]


def read_batch(plan: Plan, listing: Listing, entries: Iterable[RecordFile]) -> dict[str, RecordStatements]:
    """Read records, each by itself.

    Args:
        plan: what is read of them from elsewhere.
        listing: which records there are.
        entries: which of them to read.

    Returns:
        What they say, by name.

    """
    publication, scopes = plan.publication, plan.scopes
    base = f"<{publication.iri}"
    found: dict[str, RecordStatements] = {}
    for entry in entries:
        (record,), unread = read_records(publication, [entry])
        populated = populate([record], plan.contract, publication, listing.kinds)
        lines = plan.statements.lines(populated.documents[0])
        node = f"{base}{entry.slug}"
        whole = not scopes.classes.isdisjoint(entry.kind.ancestors)
        own, inside = _by_property(lines, f"{node}> <"), _by_property(lines, f"{node}#")
        seen = lines if whole else [*_having(own, scopes.others), *_having(inside, scopes.inner)]
        found[entry.slug] = RecordStatements(
            to_bytes(lines),
            Excerpt(to_bytes(seen), names_in(seen, publication.iri), record.body is not None),
            to_bytes([*_having(own, scopes.any_record), *_having(inside, scopes.any_inner)]),
            frozenset(populated.named),
            (*unread, *populated.faults),
            frozenset(populated.broken),
            tuple(signatures(populated.documents[0], entry.kind)),
            frozenset(iri.partition("#")[2] for iri in populated.locations),
        )
    return found


def _by_property(lines: list[str], start: str) -> list[tuple[str, str]]:
    """Return the lines whose subjects begin in a way, each after its property."""
    return [(line[line.index("> <") + 3 :].partition(">")[0], line) for line in lines if line.startswith(start)]


def _having(lines: list[tuple[str, str]], properties: frozenset[str]) -> list[str]:
    """Return the lines that have one of some properties."""
    everything = ANY in properties
    return [line for prop, line in lines if everything or prop in properties] if properties else []


def names_in(lines: Iterable[str], base: str) -> frozenset[str]:
    """Return the names of the records that N-Triples refer to; `base` is their namespace."""
    start = f" <{base}"
    return frozenset(
        name.partition("#")[0]
        for line in lines
        if line.endswith("> .")
        for _, _, name in [line[:-3].rpartition(start)]
        if "> " not in name
    )


def reached(named: Iterable[str], excerpt: Callable[[str], Excerpt | None]) -> dict[str, Excerpt]:
    """Return the excerpts of records that are named, and of those that are named in these, and so on."""
    found: dict[str, Excerpt] = {}
    waiting = list(named)
    while waiting:
        slug = waiting.pop()
        if slug not in found and (one := excerpt(slug)) is not None:
            found[slug] = one
            waiting.extend(one.named)
    return found
