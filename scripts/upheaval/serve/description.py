"""Describe the endpoint: SPARQL 1.1 Service Description and VoID."""

from collections.abc import Iterator

import pyoxigraph as ox

from upheaval.rdf.namespaces import RDF, RDFS
from upheaval.rdf.sparql import select
from upheaval.rdf.xsd import XSD
from upheaval.serve.limits import Limits
from upheaval.serve.names import Names
from upheaval.serve.snapshot import Snapshot

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_SCHEMA = "https://schema.org/"
_TYPE = ox.NamedNode(str(RDF.type))
_RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def service_description(served: Snapshot, names: Names, limits: Limits) -> list[ox.Triple]:
    """Describe the endpoint.

    Args:
        served: the build.
        names: the server's addresses.
        limits: the limits, listed as schema:PropertyValue with their units and the consequence of exceeding them.

    Returns:
        The sd:Service with its endpoint, language, result formats, features and default dataset (SPARQL 1.1 Service
        Description sections 3 and 4), whose graphs are also void:Datasets, and the description of the dataset.

    """
    return list(dict.fromkeys((*_service(served, names, limits), *void(served, names, limits))))


def _service(served: Snapshot, names: Names, limits: Limits) -> Iterator[ox.Triple]:
    endpoint = ox.NamedNode(names.base + "sparql")
    service, dataset, default = (ox.NamedNode(f"{endpoint.value}#{name}") for name in ("service", "dataset", "default"))
    yield ox.Triple(service, _TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), endpoint)
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    for name in _RESULTS:
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
    yield ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    yield ox.Triple(service, _sd("defaultEntailmentRegime"), ox.NamedNode("http://www.w3.org/ns/entailment/Simple"))
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, _TYPE, _sd("Dataset"))
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    yield ox.Triple(default, _TYPE, _sd("Graph"))
    yield ox.Triple(default, _TYPE, _void("Dataset"))
    total = _count(served.store, "{ ?s ?p ?o }")
    yield ox.Triple(default, _void("triples"), _integer(total))
    for graph in sorted(served.store.named_graphs(), key=str):
        last = graph.value.rsplit("/", 1)[-1]
        named, content = (ox.NamedNode(f"{endpoint.value}#{kind}-{last}") for kind in ("named", "graph"))
        yield ox.Triple(dataset, _sd("namedGraph"), named)
        yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), graph)
        yield ox.Triple(named, _sd("graph"), content)
        yield ox.Triple(content, _TYPE, _sd("Graph"))
        yield ox.Triple(content, _TYPE, _void("Dataset"))
        count = _count(served.store, f"{{ GRAPH {graph} {{ ?s ?p ?o }} }}")
        yield ox.Triple(content, _void("triples"), _integer(count))
    yield from _limits(service, endpoint.value, limits)


def _count(store: ox.Store, pattern: str) -> int:
    number = next(select(store, f"SELECT (COUNT(*) AS ?n) WHERE {pattern}"))["n"]
    assert isinstance(number, ox.Literal), number
    return int(number.value)


def _limits(service: ox.NamedNode, endpoint: str, limits: Limits) -> Iterator[ox.Triple]:
    for name, value, unit, meaning in limits.described():
        node = ox.NamedNode(f"{endpoint}#limit-{name}")
        number = ox.Literal(str(value).removesuffix(".0"), datatype=_decimal())
        yield ox.Triple(service, ox.NamedNode(_SCHEMA + "additionalProperty"), node)
        yield ox.Triple(node, _TYPE, ox.NamedNode(_SCHEMA + "PropertyValue"))
        yield ox.Triple(node, ox.NamedNode(_SCHEMA + "name"), ox.Literal(name))
        yield ox.Triple(node, ox.NamedNode(_SCHEMA + "value"), number)
        yield ox.Triple(node, ox.NamedNode(_SCHEMA + "unitText"), ox.Literal(unit))
        yield ox.Triple(node, ox.NamedNode(str(RDFS.comment)), ox.Literal(meaning, language="en"))


def _decimal() -> ox.NamedNode:
    return ox.NamedNode(XSD + "decimal")


def void(served: Snapshot, names: Names, limits: Limits) -> list[ox.Triple]:
    """Describe the dataset (VoID): as the build does, with its endpoint, its limits and its lookup address here."""
    dataset = ox.NamedNode(served.iri)
    catalogue = ox.NamedNode(f"{served.iri}graph/catalogue")
    triples = [quad.triple for quad in served.store.quads_for_pattern(None, None, None, catalogue)]
    triples.append(ox.Triple(dataset, _void("sparqlEndpoint"), ox.NamedNode(names.base + "sparql")))
    triples.append(ox.Triple(dataset, _void("uriLookupEndpoint"), ox.NamedNode(names.base)))
    endpoint = f"{names.base}sparql"
    triples.extend(_limits(ox.NamedNode(f"{endpoint}#service"), endpoint, limits))
    return triples
