"""Assemble a dataset in memory from a folder of sources: read, populate, derive."""

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Fault
from upheaval.populate.documents import Populated, load, populate
from upheaval.populate.records import Record, list_files, place_records, read_records
from upheaval.populate.rules import derive
from upheaval.rdf.graphs import in_graph
from upheaval.schema.context import Context
from upheaval.schema.contract import Contract
from upheaval.schema.publication import Publication
from upheaval.schema.schema import prepare
from upheaval.schema.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Assembly:
    """A publication in memory.

    Attributes:
        publication, vocabulary, contract, context: the schema that the records were read with.
        records: the records, in the order of the files.
        populated: their JSON-LD, and where each node comes from.
        store: three named graphs: data, derived and vocabulary.
        statements: the data as N-Triples, a line each, literals as they were written.
        faults: the faults found so far, before validation against the shapes.

    """

    publication: Publication
    vocabulary: Vocabulary
    contract: Contract
    context: Context
    records: list[Record]
    populated: Populated
    store: ox.Store
    statements: list[str]
    faults: list[Fault]


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
    publication, vocabulary, contract, context = (
        schema.publication,
        schema.vocabulary,
        schema.contract,
        schema.context,
    )
    entries, misplaced = place_records(list_files(publication), contract)
    records, unread = read_records(publication, entries)
    populated = populate(records, contract, publication)
    store = ox.Store()
    for name in ("data", "derived", "vocabulary"):
        store.add_graph(ox.NamedNode(publication.graph(name)))
    statements = load(store, populated.documents, context, publication.graph("data"))
    for triples in (vocabulary.ontology, vocabulary.alignments):
        store.extend(in_graph(triples, publication.graph("vocabulary")))
    derive(store, vocabulary.rules, publication.graph("derived"))
    return Assembly(
        publication,
        vocabulary,
        contract,
        context,
        records,
        populated,
        store,
        statements,
        [*misplaced, *unread, *populated.faults],
    )
