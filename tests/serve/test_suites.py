"""The W3C's cases for the SPARQL 1.1 protocol and for service descriptions."""

from typing import Any

import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF

from tests.conformance import record
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


def verdict(server: Running, graph: Graph, case: Any) -> str:
    """Return what is wrong with the answer to a case, or an empty text."""
    answer = send(server, graph, requests_of(graph, case)[0])
    if "update" in str(case):
        return "" if 400 <= answer.status < 500 else f"an update is answered {answer.status}"
    response = graph.value(requests_of(graph, case)[0], HT.resp)
    wanted = {str(status)[-3] for status in graph.objects(response, MF.expectedStatus)}
    if str(answer.status)[0] not in wanted:
        return f"{answer.status}: {answer.body!r}"
    form = graph.value(response, MF.expectedFormat)
    if form and answer.media not in MEDIA[str(form)]:
        return answer.media
    boolean = graph.value(response, MF.expectedBoolean)
    return "" if boolean is None or answer.json()["boolean"] is boolean.toPython() else "the other truth value"


def test_protocol(server: Running) -> None:
    """A read-only endpoint: its queries are the suite's, and it refuses every update, well-formed or not."""
    graph = manifest()
    cases = {str(case).rpartition("#")[2]: case for case in graph.subjects(RDF.type, MF.ProtocolTest)}
    wrong = {name: verdict(server, graph, case) for name, case in cases.items()}
    for name, what in wrong.items():
        record("sparql-protocol", name, "inapplicable" if "update" in name and not what else not what)
    assert {name: what for name, what in wrong.items() if what} == {}
    assert (len(cases), sum("update" in name for name in cases)) == (34, 14)


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_service_description(server: Running, path: str) -> None:
    cases = Graph().parse(suite("sparql11", "service-description", "manifest.ttl"))
    assert len(list(cases.subjects(RDF.type, MF.ServiceDescriptionTest))) == 3
    answer = server.get(path)
    graph = Graph().parse(data=answer.body, format="turtle")
    services = list(graph.subjects(RDF.type, SD.Service))
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
    outcomes = {
        "returns-rdf": answer.media == "text/turtle",
        "has-endpoint-triple": [list(graph.objects(one, SD.endpoint)) for one in services]
        == [[URIRef(server.endpoint)]],
        "conforms-to-schema": all(
            (predicate not in domains or (subject, RDF.type, domains[predicate]) in graph)
            and (predicate not in ranges or (target, RDF.type, ranges[predicate]) in graph)
            for subject, predicate, target in graph
        ),
    }
    for name, passed in outcomes.items():
        record("sparql-service-description", name, passed)
    assert all(outcomes.values()), outcomes
    limits = {str(o) for o in graph.objects(None, URIRef("https://schema.org/name"))}
    assert {"seconds", "rows", "query-bytes", "workers"} <= limits
    assert list(graph.objects(None, URIRef("http://rdfs.org/ns/void#sparqlEndpoint"))) == [URIRef(server.endpoint)]
