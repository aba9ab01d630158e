"""The W3C's cases for the SPARQL 1.1 protocol and for service descriptions."""

from typing import Any

import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF

from tests.serve.support import Answer, Running
from tests.support import suite

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
MEDIA = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples"),
}


def manifest() -> Graph:
    return Graph().parse(suite("sparql11", "protocol", "manifest.ttl"))


def requests_of(graph: Graph, case: Any) -> list[Any]:
    connection = graph.value(case, MF.action)
    return list(Collection(graph, graph.value(connection, HT.requests)))


def send(server: Running, graph: Graph, request: Any) -> Answer:
    path = str(graph.value(request, HT.absolutePath))
    headers = {}
    given = graph.value(request, HT.headers)
    for header in Collection(graph, given) if given else ():
        headers[str(graph.value(header, HT.fieldName))] = str(graph.value(header, HT.fieldValue))
    body = graph.value(request, HT.body)
    data = None
    if body is not None:
        data = str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding)))
    return server.get(path, method=str(graph.value(request, HT.methodName)), body=data, headers=headers)


def test_protocol(server: Running) -> None:
    graph = manifest()
    cases = sorted(graph.subjects(RDF.type, MF.ProtocolTest), key=str)
    queries, updates = 0, 0
    for case in cases:
        name = str(case).rpartition("#")[2]
        request = requests_of(graph, case)[0]
        answer = send(server, graph, request)
        if "update" in name:
            assert 400 <= answer.status < 500, name
            updates += 1
            continue
        queries += 1
        said = graph.value(request, HT.resp)
        wanted = {str(status)[-3] for status in graph.objects(said, MF.expectedStatus)}
        assert str(answer.status)[0] in wanted, (name, answer.status, answer.body)
        form = graph.value(said, MF.expectedFormat)
        if form:
            assert answer.media in MEDIA[str(form)], (name, answer.media)
        if (boolean := graph.value(said, MF.expectedBoolean)) is not None:
            assert answer.json()["boolean"] is boolean.toPython(), name
    assert (queries, updates) == (20, 14)


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_service_description(server: Running, path: str) -> None:
    """returns-rdf, has-endpoint-triple, conforms-to-schema."""
    cases = Graph().parse(suite("sparql11", "service-description", "manifest.ttl"))
    assert len(list(cases.subjects(RDF.type, MF.ServiceDescriptionTest))) == 3
    answer = server.get(path)
    assert answer.media == "text/turtle"
    graph = Graph().parse(data=answer.body, format="turtle")
    services = list(graph.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    assert list(graph.objects(services[0], SD.endpoint)) == [URIRef(server.endpoint)]
    domains: dict[Any, URIRef] = {
        SD.endpoint: SD.Service, SD.feature: SD.Service, SD.defaultDataset: SD.Service, SD.resultFormat: SD.Service,
        SD.supportedLanguage: SD.Service, SD.defaultGraph: SD.Dataset, SD.namedGraph: SD.Dataset,
        SD.name: SD.NamedGraph, SD.graph: SD.NamedGraph,
    }  # fmt: skip
    ranges: dict[Any, URIRef] = {
        SD.defaultDataset: SD.Dataset,
        SD.defaultGraph: SD.Graph,
        SD.namedGraph: SD.NamedGraph,
        SD.graph: SD.Graph,
    }
    for subject, predicate, target in graph:
        if predicate in domains:
            assert (subject, RDF.type, domains[predicate]) in graph
        if predicate in ranges:
            assert (target, RDF.type, ranges[predicate]) in graph
    limits = {str(o) for o in graph.objects(None, URIRef("https://schema.org/name"))}
    assert {"seconds", "rows", "query-bytes", "workers"} <= limits
    assert list(graph.objects(None, URIRef("http://rdfs.org/ns/void#sparqlEndpoint"))) == [URIRef(server.endpoint)]
