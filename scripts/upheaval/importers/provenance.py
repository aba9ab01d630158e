"""Describe the origin of an import, in PROV-O and Dublin Core: dataset, files, run and counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from upheaval import __version__
from upheaval.importers.declaration import Dataset
from upheaval.importers.quads import Terms
from upheaval.importers.staging import digest
from upheaval.populate.naming import slug
from upheaval.rdf.namespaces import DCTERMS, RDF, RDFS, STATECRAFT

PROV = "http://www.w3.org/ns/prov#"
DC = "http://purl.org/dc/elements/1.1/"
SCHEMA = "https://schema.org/"
RdfValue = ox.NamedNode | ox.Literal


def provenance(
    dataset: Dataset, edition: str, terms: Terms, files: Iterable[Path], counts: dict[str, int]
) -> Iterator[ox.Quad]:
    """Yield the description of an import, in its own graph.

    Args:
        dataset: what was imported.
        edition: which version of it.
        terms: the namespace, the graph and the IRI of the source.
        files: what it was imported from.
        counts: rows by what became of them.

    """
    source, run = terms.source, f"{terms.base}run"
    graph = ox.NamedNode(terms.graph)
    found: list[tuple[str, str, RdfValue]] = [
        (source, str(RDF.type), _iri(str(STATECRAFT.Source))),
        (source, str(RDF.type), _iri(f"{PROV}Entity")),
        (source, str(RDFS.label), ox.Literal(f"{dataset.title}, {edition}", language="en")),
        (source, str(STATECRAFT.sourceKind), _iri("https://w3id.org/statecraft/source-kind#dataset")),
        (source, f"{DC}creator", ox.Literal(dataset.creator)),
        (source, f"{DC}publisher", ox.Literal(dataset.publisher)),
        (source, f"{SCHEMA}url", _iri(dataset.url)),
        (source, f"{SCHEMA}version", ox.Literal(edition)),
        (source, str(DCTERMS.bibliographicCitation), ox.Literal(dataset.citation, language="en")),
        (source, str(DCTERMS.rights), ox.Literal(dataset.licence, language="en")),
        (terms.graph, str(RDF.type), _iri(f"{PROV}Entity")),
        (terms.graph, str(DCTERMS.title), ox.Literal(f"{dataset.title}, imported", language="en")),
        (terms.graph, str(DCTERMS.source), _iri(source)),
        (terms.graph, f"{PROV}wasDerivedFrom", _iri(source)),
        (terms.graph, f"{PROV}wasGeneratedBy", _iri(run)),
        (run, str(RDF.type), _iri(f"{PROV}Activity")),
        (run, str(RDFS.label), ox.Literal(f"upheaval import {dataset.name}, version {__version__}", language="en")),
    ]
    found.extend((terms.graph, str(DCTERMS.description), ox.Literal(text, language="en")) for text in dataset.caveats)
    counted = "; ".join(f"{what}: {count}" for what, count in counts.items())
    found.append((run, str(DCTERMS.description), ox.Literal(counted, language="en")))
    for path in files:
        iri = f"{terms.base}file/{slug(path.name)}"
        found.extend(
            [
                (run, f"{PROV}used", _iri(iri)),
                (iri, str(RDF.type), _iri(f"{PROV}Entity")),
                (iri, str(DCTERMS.title), ox.Literal(path.name)),
                (iri, str(DCTERMS.isPartOf), _iri(source)),
                (iri, str(DCTERMS.identifier), ox.Literal(f"sha256:{digest(path)}")),
            ]
        )
    for subject, predicate, value in found:
        yield ox.Quad(_iri(subject), _iri(predicate), value, graph)


def _iri(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)
