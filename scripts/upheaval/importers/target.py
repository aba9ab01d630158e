"""What an import needs of the publication: vocabulary, contract, and the states and organizations it has records of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from upheaval.importers.crosswalk import Known
from upheaval.importers.declaration import Dataset
from upheaval.importers.quads import Terms, wider_properties
from upheaval.populate.records import list_files, place_records, read_records
from upheaval.schema.context import Context, derive_context
from upheaval.schema.contract import Contract, derive_contract
from upheaval.schema.publication import Publication, open_publication
from upheaval.schema.vocabulary import Vocabulary, load_vocabulary
from upheaval.sources.parser import MappingNode

_KINDS = ("State", "HistoricalState", "Organization")


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """A publication as an import sees it.

    Attributes:
        publication, vocabulary, contract, context: what records are read by.
        known: its states and organizations.

    """

    publication: Publication
    vocabulary: Vocabulary
    contract: Contract
    context: Context
    known: list[Known]

    def base(self, dataset: Dataset) -> str:
        """Return the namespace of a dataset's records."""
        return f"{self.publication.iri}import/{dataset.name}/"

    def terms(self, dataset: Dataset) -> Terms:
        """Return what keys and classes mean for a dataset."""
        base = self.base(dataset)
        graph = self.publication.graph(f"import/{dataset.name}")
        wider = wider_properties(self.vocabulary.graph)
        shared = f"{self.publication.iri}import/"
        return Terms(self.context, self.contract, wider, base, shared, graph, f"{base}source")


def open_import_target(root: Path) -> ImportTarget:
    """Read a publication's vocabulary, and those of its records that an import refers to.

    Raises:
        Refusal: there is no publication, or its vocabulary cannot be used.

    """
    publication = open_publication(root)
    vocabulary = load_vocabulary(publication)
    contract = derive_contract(vocabulary.graph)
    folders = {kind.folder for kind in contract.folders.values() if kind.name in _KINDS}
    entries, _ = place_records((file for file in list_files(publication) if file.split("/")[1] in folders), contract)
    records, _ = read_records(publication, entries)
    known = [
        Known(
            publication.iri + record.slug,
            _english(record.body),
            record.kind.name,
            _text(record.body, "isoAlpha3"),
            _text(record.body, "cowCode"),
        )
        for record in records
        if record.body is not None and record.kind.name in _KINDS
    ]
    return ImportTarget(
        publication, vocabulary, contract, derive_context(vocabulary.graph, contract, publication), known
    )


def _english(body: MappingNode) -> str:
    labels = body.get("label")
    return _text(labels, "en") if isinstance(labels, MappingNode) else ""


def _text(body: MappingNode, key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
