"""The usual clients get what they ask for."""

import csv
import io
import shlex
import subprocess
import urllib.request
from urllib.parse import urlencode

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.serve.support import NAMESPACE, Running

STATES = "SELECT ?s ?l { ?s a <https://w3id.org/statecraft#State> ; <http://www.w3.org/2000/01/rdf-schema#label> ?l }"


def test_sparqlwrapper(server: Running) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    for method in (wrapper.GET, wrapper.POST):
        for form in (wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV):
            client = wrapper.SPARQLWrapper(server.endpoint)
            client.setMethod(method)
            client.setQuery(STATES)
            client.setReturnFormat(form)
            found = client.query().convert()
            assert "Arvenia" in (found.toxml() if form == wrapper.XML else str(found))
    client = wrapper.SPARQLWrapper(server.endpoint)
    for form in (wrapper.XML, wrapper.TURTLE, wrapper.JSONLD, wrapper.N3):
        client.setQuery("DESCRIBE <arvenia>")
        client.setReturnFormat(form)
        found = client.query().convert()
        graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
        assert len(graph) > 20
    client.setQuery("SELECT nonsense")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store(server: Running, method: str) -> None:
    graph = Graph(SPARQLStore(server.endpoint, method=method))
    assert len(list(graph.query(STATES))) >= 4
    label = URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    assert {str(o) for o in graph.objects(URIRef(NAMESPACE + "arvenia"), label)} == {"Arvenia", "Арвения"}
    assert len(graph.query("CONSTRUCT WHERE { ?s a <https://w3id.org/statecraft#State> }").graph or ()) >= 4


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl -s {endpoint} --data-urlencode 'query=ASK {{ ?s ?p ?o }}'", '"boolean":true'),
        ("curl -sG {endpoint} -H 'Accept: text/csv' --data-urlencode 'query={query}'", "Arvenia"),
        ("curl -s {endpoint} -H 'Content-Type: application/sparql-query' -d '{query}'", "Arvenia"),
        ("curl -sL -H 'Accept: text/turtle' {base}arvenia", "statecraft:State"),
        ("curl -sI {base}arvenia", "303"),
    ],
)
def test_curl(server: Running, command: str, expected: str) -> None:
    line = command.format(endpoint=server.endpoint, base=server.base, query=STATES)
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=20, check=True)
    assert expected in done.stdout


def test_csv_by_address(server: Running) -> None:
    """What read.csv of R and read_csv of pandas do: a GET without an Accept field that means anything."""
    address = f"{server.endpoint}?{urlencode({'query': STATES, 'format': 'csv'})}"
    with urllib.request.urlopen(address, timeout=10) as response:
        rows = list(csv.DictReader(io.TextIOWrapper(response, "utf-8")))
    assert {"s": NAMESPACE + "arvenia", "l": "Arvenia"} in rows
    try:
        import pandas as pd  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return
    assert "Arvenia" in set(pd.read_csv(address)["l"])
