"""Describe a dataset's statistics in VoID: its size, and the numbers by class and property."""

import hashlib
from collections.abc import Iterable, Mapping

from rdflib import VOID, Graph, Literal, URIRef

from upheaval.build.statistics import Counts
from upheaval.rdf.namespaces import STATECRAFT


def add_statistics(graph: Graph, dataset: URIRef, counts: Counts) -> None:
    """Add the statistics of a dataset, and its partitions by class and by property (VoID sections 4.4 to 4.6).

    Args:
        graph: the description to add to.
        dataset: the dataset, whose IRI is also the namespace of its partitions.
        counts: the counts of the data and derived facts.

    """
    totals = {
        VOID.triples: counts.triples,
        VOID.distinctSubjects: counts.subjects,
        VOID.classes: len(counts.classes),
        VOID.properties: len(counts.properties),
        VOID.entities: sum(counts.classes.values()),
        **({} if counts.objects is None else {VOID.distinctObjects: counts.objects}),
    }
    for predicate, number in totals.items():
        graph.add((dataset, predicate, Literal(number)))
    _partition(graph, dataset, "class", counts.classes, (VOID.classPartition, VOID["class"], VOID.entities))
    _partition(graph, dataset, "property", counts.properties, (VOID.propertyPartition, VOID.property, VOID.triples))


def _partition(
    graph: Graph, dataset: URIRef, by: str, counts: Mapping[str, int], predicates: tuple[URIRef, URIRef, URIRef]
) -> None:
    part_of, term, number_of = predicates
    names = _names(counts)
    for iri, number in counts.items():
        part = URIRef(f"{dataset}void/{by}/{names[iri]}")
        graph.add((dataset, part_of, part))
        graph.add((part, term, URIRef(iri)))
        graph.add((part, number_of, Literal(number)))


def _names(iris: Iterable[str]) -> dict[str, str]:
    """Name each term: its local name in Statecraft, otherwise prefixed with the last word of its namespace."""
    names: dict[str, str] = {}
    for iri in sorted(iris):
        name = iri[max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1 :]
        if not iri.startswith(str(STATECRAFT)):
            name = f"{(iri.split('/')[-2:-1] or ['x'])[0].partition('#')[0] or 'x'}-{name}"
        names[iri] = name if name not in names.values() else f"{name}-{hashlib.sha256(iri.encode()).hexdigest()[:8]}"
    return names
