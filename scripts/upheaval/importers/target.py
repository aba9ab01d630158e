"""What an import needs from the publication: vocabulary, contract and recorded actors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from upheaval.importers.countries import SCHEMES, Known
from upheaval.importers.declaration import Dataset
from upheaval.importers.quads import Terms
from upheaval.populate.records import list_files, place_records, read_records
from upheaval.rdf.edtf import extent
from upheaval.rdf.namespaces import STATECRAFT
from upheaval.schema.contract import Context, Contract, Kind
from upheaval.schema.publication import Publication
from upheaval.schema.schema import prepare
from upheaval.schema.vocabulary import Vocabulary, wider_properties
from upheaval.sources.parser import MappingNode

_STATES = ("HistoricalState", "State")


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """A publication as an import sees it.

    Attributes:
        publication, vocabulary, contract, context: what records are read by.
        known: its actors.

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
    schema = prepare(root)
    publication, contract = schema.publication, schema.contract
    folders = {kind.folder for kind in contract.folders.values() if _sort(kind)}
    entries, _ = place_records((file for file in list_files(publication) if file.split("/")[1] in folders), contract)
    records, _ = read_records(publication, entries)
    known = [
        _known(publication.iri + record.slug, record.kind, record.body)
        for record in records
        if record.body is not None and _sort(record.kind)
    ]
    return ImportTarget(publication, schema.vocabulary, contract, schema.context, known)


def _sort(kind: Kind) -> str:
    """Return the kind of actor that a class is to an import; empty if it is not one, or is a person."""
    ancestors = {*kind.ancestors, kind.iri}
    if str(STATECRAFT.Actor) not in ancestors or str(STATECRAFT.Person) in ancestors:
        return ""
    return next((name for name in _STATES if str(STATECRAFT[name]) in ancestors), "Organization")


def _known(iri: str, kind: Kind, body: MappingNode) -> Known:
    codes = {scheme: code for scheme, key in SCHEMES.items() if (code := _text(body, key))}
    labels = body.get("label")
    label = _text(labels, "en") if isinstance(labels, MappingNode) else ""
    names = tuple(dict.fromkeys([label, *_texts(labels), *_texts(body.get("altLabel"))]))
    begin, end = (_text(body, key) for key in ("startDate", "endDate"))
    return Known(iri, label, kind.iri, _sort(kind), codes, names, _days(begin)[0], _days(end)[1])


def _days(date: str) -> tuple[str, str]:
    """Return the first and last day of a date; records are not checked before an import."""
    try:
        return extent(date)
    except ValueError:
        return "", ""


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a map from language to text, or to a list of texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, MappingNode):
        for key in value:
            yield from _texts(value.get(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _text(body: MappingNode, key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
