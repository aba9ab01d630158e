"""Assemble a dataset in memory from a folder of sources: read, populate, derive."""

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Fault
from upheaval.populate.datastore import new_store
from upheaval.populate.documents import Populated, load, populate
from upheaval.populate.records import Listing, Record, list_records, read_records
from upheaval.populate.rules import derive
from upheaval.rdf.graphs import write
from upheaval.schema.contract import Context, Contract
from upheaval.schema.publication import Publication
from upheaval.schema.schema import Schema, prepare
from upheaval.schema.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Assembly:
    """A publication in memory: all its records in one batch.

    Attributes:
        schema: what the records are read by.
        listing: which records there are.
        records: what was read, in the order of the files.
        populated: their JSON-LD, and where each node comes from.
        store: three named graphs: data, derived and vocabulary.
        statements: the data as N-Triples, a line each, literals as they were written.
        faults: the faults found so far, before validation against the shapes.

    """

    schema: Schema
    listing: Listing
    records: list[Record]
    populated: Populated
    store: ox.Store
    statements: list[str]
    faults: list[Fault]

    @property
    def publication(self) -> Publication:
        """What the publication says of itself."""
        return self.schema.publication

    @property
    def vocabulary(self) -> Vocabulary:
        """The ontology, the shapes and the rules."""
        return self.schema.vocabulary

    @property
    def contract(self) -> Contract:
        """Which keys records have."""
        return self.schema.contract

    @property
    def context(self) -> Context:
        """What makes records RDF."""
        return self.schema.context


def assemble(root: Path) -> Assembly:
    """Read a publication's sources into a dataset.

    Args:
        root: the publication's folder.

    Returns:
        The dataset; faults of individual records are among its faults.

    Raises:
        Refusal: the publication's metadata, its vocabulary or its rules cannot be used.

    """
    schema = prepare(root)
    publication, vocabulary = schema.publication, schema.vocabulary
    listing = list_records(publication, schema.contract)
    records, unread = read_records(publication, listing.entries.values())
    populated = populate(records, schema.contract, publication)
    store = new_store(publication, vocabulary_lines(vocabulary), [])
    statements = load(store, populated.documents, schema.context, publication.graph("data"))
    derive(store, vocabulary.rules, publication.graph("derived"))
    faults = [*listing.faults, *unread, *populated.faults]
    return Assembly(schema, listing, records, populated, store, statements, faults)


def vocabulary_lines(vocabulary: Vocabulary) -> bytes:
    """Return the ontology with its alignments, as N-Triples."""
    return write([*vocabulary.ontology, *vocabulary.alignments], ox.RdfFormat.N_TRIPLES)
