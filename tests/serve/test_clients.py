"""The usual clients get what they ask for."""

import csv
import io
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.serve.support import NAMESPACE, PATIENCE, Running
from tests.support import ROOT, skip_or_fail

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
    client.setReturnFormat(wrapper.JSON)
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
        ("curl -sI {base}arvenia", "303"),
    ],
)
def test_curl(server: Running, command: str, expected: str) -> None:
    assert expected in run(command.format(endpoint=server.endpoint, base=server.base, query=STATES))


def test_curl_as_the_readme_prints_it(server: Running) -> None:
    """Only the port and the record are others here, where the invented world is served."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("\\\n", "")
    commands = re.findall(r"^ {4}(curl .*)$", text, re.MULTILINE)
    assert len(commands) >= 2
    printed = "http://127.0.0.1:8000/"
    answers = []
    for command in commands:
        assert printed in command
        answers.append(run(command.replace(printed, server.base).replace("/russia", "/arvenia")))
    assert re.fullmatch(r"n\r\n\d{4,}\r\n", answers[0])
    arvenia = URIRef(NAMESPACE + "arvenia")
    assert (arvenia, RDF.type, URIRef("https://w3id.org/statecraft#State")) in Graph().parse(data=answers[-1])


def run(command: str) -> str:
    if not shutil.which("curl"):
        skip_or_fail("no curl: apt-get install curl")
    done = subprocess.run(shlex.split(command), capture_output=True, timeout=PATIENCE, check=True)
    return done.stdout.decode()


def test_pandas_reads_an_address(server: Running) -> None:
    """A GET without an Accept field that means anything, as R's read.csv sends it too."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(f"{server.endpoint}?{urlencode({'query': STATES, 'format': 'csv'})}")
    assert list(frame.columns) == ["s", "l"]
    assert NAMESPACE + "arvenia" in set(frame["s"])
    assert {"Arvenia", "Арвения"} <= set(frame["l"])


def comunica(source: str, query: str) -> list[dict[str, str]]:
    """Ask by Comunica, the engine of the JavaScript world, which finds out by itself what a source is."""
    program = Path(__file__).parent / "clients" / "node_modules" / ".bin" / "comunica-sparql"
    if not program.exists() or not shutil.which("node"):
        skip_or_fail("no Comunica: npm ci --prefix tests/serve/clients")
    command = [str(program), source, query, "-t", "text/csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.mark.engine
def test_comunica_knows_the_endpoint_by_its_description(server: Running) -> None:
    found = comunica(server.endpoint, STATES)
    assert {"s": f"<{NAMESPACE}arvenia>", "l": "Arvenia"} in found
    before = server.metric('upheaval_queries_total{outcome="answered"}')
    assert comunica(f"sparql@{server.endpoint}", f"{STATES} # asked anew, since answers are kept") == found
    assert server.metric('upheaval_queries_total{outcome="answered"}') > before


@pytest.mark.engine
def test_comunica_reads_linked_data(server: Running) -> None:
    assert {"Arvenia"} <= {row["l"] for row in comunica(f"{server.base}arvenia", STATES)}
