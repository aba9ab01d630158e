"""The alignments of the vocabulary as a mapping set in the SSSOM TSV format (https://w3id.org/sssom/spec)."""

import csv
import io
from collections.abc import Iterable

import pyoxigraph as ox
from rdflib import Graph, URIRef

from upheaval.rdf.graphs import value_of
from upheaval.rdf.namespaces import RDFS, SKOS
from upheaval.rdf.writers import PREFIXES
from upheaval.schema.publication import Publication

FILE = "alignments.sssom.tsv"
_PREDICATES = {
    str(space[name]): f"{prefix}:{name}"
    for prefix, space, names in (
        ("rdfs", RDFS, ("subClassOf", "subPropertyOf")),
        ("skos", SKOS, ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
    )
    for name in names
}
_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
_OURS = "https://w3id.org/statecraft"


def mapping_set(publication: Publication, alignments: Iterable[ox.Triple], graph: Graph) -> bytes:
    """Write the alignments as SSSOM.

    Args:
        publication: whose build the file is in.
        alignments: what the files of ontology/alignments/ say; declarations and codes without an IRI are left out.
        graph: the ontology, for the labels.

    Returns:
        The file: metadata in comment lines, then one line per mapping, in order. Terms are written as whole IRIs.

    """
    rows = {
        (triple.subject.value, _label(graph, triple.subject.value), _PREDICATES[triple.predicate.value], value.value)
        for triple in alignments
        for value in [triple.object]
        if triple.predicate.value in _PREDICATES
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(value, ox.NamedNode)
        and triple.subject.value.startswith(_OURS)
    }
    head = [
        "curie_map:",
        *(f"  {prefix}: {PREFIXES[prefix]}" for prefix in ("rdfs", "skos")),
        "  semapv: https://w3id.org/semapv/vocab/",
        f"license: {publication.license}",
        f"mapping_set_id: {publication.iri}{FILE}",
        "mapping_set_title: Alignments of Statecraft",
    ]
    target = io.StringIO()
    target.writelines(f"#{line}\n" for line in head)
    writer = csv.writer(target, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((*row, "semapv:ManualMappingCuration") for row in sorted(rows))
    return target.getvalue().encode()


def _label(graph: Graph, iri: str) -> str:
    term = URIRef(iri)
    return value_of(graph, term, RDFS.label) or value_of(graph, term, SKOS.prefLabel)
