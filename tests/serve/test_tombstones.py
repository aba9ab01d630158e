"""What a server answers for names that are no longer in use."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL

from tests.former import world_with_former_names
from tests.serve.support import NAMESPACE, Running, make_build, running
from upheaval.populate.assembly import assemble

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = world_with_former_names(tmp_path_factory.mktemp("former"))
    return make_build(assemble(root), root / "build")


@pytest.fixture(scope="module")
def server(build: Path) -> Iterator[Running]:
    with running(build, "--per-client", "0") as started:
        yield started


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/dorland", "/kingdom-of-dorland"),
        ("/dorland.ttl", "/kingdom-of-dorland.ttl"),
        ("/dorland.html", "/kingdom-of-dorland.html"),
        ("/doc/dorland", "/doc/kingdom-of-dorland"),
        ("/doc/dorland.jsonld", "/doc/kingdom-of-dorland.jsonld"),
        ("/doc/dorland.nt", "/doc/kingdom-of-dorland.nt"),
        ("/eastland", "/arvenia"),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json", "image/png"])
def test_a_name_with_one_successor_redirects_for_good(server: Running, path: str, location: str, accept: str) -> None:
    answer = server.get(path, accept)
    assert (answer.status, answer.headers["location"]) == (301, location)
    assert f"<{NAMESPACE}{location.removeprefix('/').removeprefix('doc/').partition('.')[0]}>" in answer.headers["link"]
    if accept != "image/png":
        assert server.get(location, accept).status in (200, 303)


@pytest.mark.parametrize(("path", "status"), [("/twins", 300), ("/hoax", 410), ("/doc/hoax", 410)])
def test_a_tombstone_says_what_when_and_why(server: Running, path: str, status: int) -> None:
    page = server.get(path, "text/html")
    assert (page.status, page.media) == (status, "text/html")
    assert "on 2026-11-30" in page.text
    assert ("It was &lt;made&gt; up" in page.text) == (status == 410)
    assert ('href="/belmora"' in page.text) == (status == 300)
    for media, form in (("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("application/rdf+xml", "xml")):
        answer = server.get(path, media)
        assert (answer.status, answer.media) == (status, media)
        graph = Graph().parse(data=answer.text, format=form)
        node = URIRef(NAMESPACE + path.rpartition("/")[2])
        assert bool(graph.value(node, OWL.deprecated))
        assert len(list(graph.objects(node, DCTERMS.isReplacedBy))) == (2 if status == 300 else 0)
    refused = server.get(path, "image/png")
    assert refused.status == status
    assert "2026-11-30" in refused.json()["detail"]


def test_former_nodes_are_in_the_document_of_the_record(server: Running) -> None:
    graph = Graph().parse(data=server.get("/doc/kingdom-of-dorland.ttl").text, format="turtle")
    former = {str(node) for node in graph.subjects(DCTERMS.isReplacedBy)}
    assert NAMESPACE + "dorland" in former
    assert any(node.startswith(NAMESPACE + "dorland#") for node in former)
    for node in former:
        for successor in graph.objects(URIRef(node), DCTERMS.isReplacedBy):
            assert (successor, None, None) in graph, "it leads to something that is there"


def test_queries_find_former_names(server: Running) -> None:
    query = f"SELECT ?new {{ <{NAMESPACE}dorland> <{DCTERMS.isReplacedBy}> ?new }}"
    (row,) = server.ask(query, "application/sparql-results+json").json()["results"]["bindings"]
    assert row["new"]["value"] == NAMESPACE + "kingdom-of-dorland"


def test_reconciliation_finds_a_former_name_and_returns_the_new(server: Running) -> None:
    queries = json.dumps({"q": {"query": "eastland"}, "r": {"query": "hoax"}})
    found = server.get("/reconcile?" + urlencode({"queries": queries})).json()
    assert found["q"]["result"][0]["id"] == "arvenia"
    assert not any(one["score"] > 95 for one in found["r"]["result"])
    extend = json.dumps({"ids": ["dorland", "kingdom-of-dorland"], "properties": [{"id": "label"}]})
    rows = server.get("/reconcile?" + urlencode({"extend": extend})).json()["rows"]
    assert rows["dorland"] == rows["kingdom-of-dorland"] != {"label": []}
    assert server.get("/reconcile/preview?id=dorland").status == 200


def test_parameters_follow_former_names(server: Running) -> None:
    def ask(name: str) -> tuple[int, str]:
        given = urlencode({"question": "agreements-of-state", "state": name})
        answer = server.get(f"/sparql?{given}", "text/csv")
        return answer.status, answer.text

    assert ask("eastland") == ask("arvenia")
    status, text = ask("hoax")
    assert status == 400
    assert "no longer in use: Retired on 2026-11-30" in text


def test_the_catalogue_has_the_ledger_and_the_data_do_not(build: Path) -> None:
    graphs = {
        quad.graph_name.value
        for quad in ox.parse(path=str(build / "northern-pact.nq"), format=ox.RdfFormat.N_QUADS)
        if quad.subject == ox.NamedNode(NAMESPACE + "hoax") and isinstance(quad.graph_name, ox.NamedNode)
    }
    assert graphs == {f"{NAMESPACE}graph/catalogue"}
    assert (URIRef(NAMESPACE + "hoax"), None, None) in Graph().parse(build / "catalog.ttl")
    table = (build / "csv/former_names.csv").read_text()
    assert "dorland,kingdom-of-dorland,2026-11-30,Renamed on 2026-11-30: Official name." in table
