"""What the commands that rename, merge, split and retire are given: names of records, nodes and terms."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property

from rdflib import URIRef

from upheaval.faults import refuse
from upheaval.populate.documents import SourceLocation, populate
from upheaval.populate.records import SLUG, Listing, Record, list_records, read_records
from upheaval.rdf.writers import PREFIXES
from upheaval.schema.ledger import Ledger, read_ledger, relative
from upheaval.schema.schema import Schema
from upheaval.sources.parser import position
from upheaval.sources.reserved import RESERVED


class Sort(StrEnum):
    """What an IRI names; the value is its word in messages."""

    RECORD = "record"
    NODE = "node"
    TERM = "term"


@dataclass(frozen=True)
class PublishedNames:
    """The names of a publication: those in use, and those of its ledger.

    Attributes:
        schema: the publication and its contract.

    """

    schema: Schema

    @cached_property
    def listing(self) -> Listing:
        """The records."""
        return list_records(self.schema.publication, self.schema.contract)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger; an empty one if there is none."""
        return read_ledger(self.schema.publication.root)

    @property
    def base(self) -> str:
        """The namespace of the records."""
        return self.schema.publication.iri

    def iri(self, text: str) -> str:
        """Return the IRI that a text means: a record's name with or without a fragment, a prefixed name, or an IRI."""
        if "://" in text:
            return text
        prefix, colon, rest = text.partition(":")
        spaces = {**PREFIXES, self.schema.publication.prefix: self.base}
        if colon and prefix in spaces:
            return spaces[prefix] + rest
        if colon:
            refuse(text, f"there is no prefix `{prefix}:`", "write the whole IRI")
        return self.base + text

    def sort(self, iri: str) -> Sort:
        """Say what an IRI names."""
        if not iri.startswith(self.base) or self._is_described(iri):
            return Sort.TERM
        return Sort.NODE if "#" in iri else Sort.RECORD

    def short(self, iri: str) -> str:
        """Return an IRI as the ledger and messages write it."""
        return relative(iri, self.base)

    def _is_described(self, iri: str) -> bool:
        return (URIRef(iri), None, None) in self.schema.vocabulary.graph

    def exists(self, iri: str) -> bool:
        """Return whether a record, a node or a term is there now."""
        sort = self.sort(iri)
        if sort is Sort.RECORD:
            return self.short(iri) in self.listing.entries
        return iri in self.nodes(iri.partition("#")[0]) if sort is Sort.NODE else self._is_described(iri)

    def nodes(self, iri: str) -> dict[str, SourceLocation]:
        """Return where a record's nodes are, the record among them, by IRI; none if there is no such record."""
        entry = self.listing.entries.get(self.short(iri))
        if entry is None:
            return {}
        return self.nodes_of(read_records(self.schema.publication, [entry])[0])

    def nodes_of(self, records: Iterable[Record]) -> dict[str, SourceLocation]:
        """Return where the nodes of records are, by IRI."""
        schema = self.schema
        return populate(records, schema.contract, schema.publication, self.listing.kinds).locations

    def demand_known(self, iri: str) -> None:
        """Refuse a name that neither is in use nor was, or that has been given up already."""
        name, sort = self.short(iri), self.sort(iri)
        entry = self.ledger.entries.get(name)
        if entry is not None and entry.annotated:
            where = f" ({' and '.join(entry.successors)})" if entry.successors else ""
            refuse(
                "ledger.tsv",
                f"`{name}` was {entry.state} on {entry.date}{where}",
                "name what is in use",
                at=(entry.line, 1),
            )
        if entry is None and not self.exists(iri):
            near = get_close_matches(name, [*self.listing.entries, *self.ledger.entries], 1)
            cure = f"did you mean `{near[0]}`?" if near else "check the name"
            refuse(name, f"there is no {sort} `{name}`, and there never was", cure)

    def demand_existing(self, iri: str) -> None:
        """Refuse a successor that is not there."""
        if not self.exists(iri):
            name, sort = self.short(iri), self.sort(iri)
            self._demand_unpublished(name)
            near = get_close_matches(name, self.listing.entries, 1)
            cure = f"did you mean `{near[0]}`?" if near else f"add the {sort} first"
            refuse(name, f"there is no {sort} `{name}`", cure)

    def demand_free(self, iri: str, moved: bool) -> None:
        """Refuse a new name of a record that is invalid, reserved, taken, or was published before.

        Args:
            iri: the new name.
            moved: whether the record's file has that name already.

        """
        name = self.short(iri)
        if not SLUG.fullmatch(name):
            refuse(name, f"`{name}` is not a valid record name", "use lower-case letters, digits and single hyphens")
        if name in RESERVED:
            refuse(name, f"the name `{name}` is reserved for {RESERVED[name]}", "choose another name")
        self._demand_unpublished(name)
        if name in self.listing.entries and not moved:
            cure = "choose another name, or `upheaval merge` the two"
            refuse(self.listing.entries[name].file, f"there is a record `{name}` already", cure)

    def _demand_unpublished(self, name: str) -> None:
        if (entry := self.ledger.entries.get(name)) is not None:
            became = f"was {entry.state} on {entry.date}" if entry.annotated else f"was published in {entry.since}"
            cure = "a name is never used again: choose another"
            refuse("ledger.tsv", f"`{name}` {became}", cure, at=(entry.line, 1))

    def place(self, iri: str) -> str:
        """Return the file, line and column of a node, for messages."""
        location = self.nodes(iri.partition("#")[0])[iri]
        body = location.record.body
        line, column = position(body, location.path) if body is not None else (1, 1)
        return f"{location.record.file}:{line}:{column}"
