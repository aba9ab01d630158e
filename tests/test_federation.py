"""The federated questions, against a stand-in for Wikidata's endpoint that holds Wikidata's own RDF."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql.parser import parseQuery

from tests.support import ROOT
from upheaval.answers import rows
from upheaval.assembly import Assembly
from upheaval.questions import bind, read_question

SAMPLE = ROOT.parent / "shared" / "identifiers" / "wikidata-sample"
WIKIDATA = "https://query.wikidata.org/sparql"
FILES = sorted((ROOT / "queries" / "federated").glob("*.rq"))
LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
EXACT = ox.NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch")


class StandIn:
    """A SPARQL endpoint on the loopback: POST and GET, JSON answers; it remembers what it was asked."""

    def __init__(self, store: ox.Store) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = "urlencoded" in (self.headers.get("Content-Type") or "")
                text = parse_qs(body)["query"][0] if form else body
                asked.append(text)
                found = store.query(text)
                assert isinstance(found, ox.QuerySolutions)
                content = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
                self.send_response(200)
                self.send_header("Content-Type", "application/sparql-results+json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sparql"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def wikidata() -> Iterator[StandIn]:
    if not SAMPLE.is_dir():
        pytest.skip(f"no sample of Wikidata in {SAMPLE}")
    store = ox.Store()
    for file in (SAMPLE / "entitydata-ttl").glob("*.ttl"):
        store.load(path=str(file), format=ox.RdfFormat.TURTLE)
    store.load(path=str(SAMPLE / "derived" / "four-states-truthy.nt"), format=ox.RdfFormat.N_TRIPLES)
    stand_in = StandIn(store)
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()


@pytest.fixture(scope="module")
def ours(axis: Assembly) -> ox.Store:
    """Our dataset, a person and an organization without members, both matched with items of the sample."""
    store = ox.Store()
    store.bulk_extend(axis.store)
    graph = ox.NamedNode(axis.publication.graph("data"))
    palme = ox.NamedNode(f"{axis.publication.iri}olof-palme")
    store.add(ox.Quad(palme, LABEL, ox.Literal("Olof Palme", language="en"), graph))
    store.add(ox.Quad(palme, EXACT, ox.NamedNode("http://www.wikidata.org/entity/Q53713"), graph))
    interpol = ox.NamedNode(f"{axis.publication.iri}some-police-organization")
    store.add(ox.Quad(interpol, LABEL, ox.Literal("Some police organization", language="en"), graph))
    store.add(ox.Quad(interpol, EXACT, ox.NamedNode("http://www.wikidata.org/entity/Q8475"), graph))
    return store


def ask(name: str, store: ox.Store, url: str, **values: str) -> list[list[str]]:
    question = read_question(name, (ROOT / "queries" / "federated" / f"{name}.rq").read_text(encoding="utf-8"))
    text = bind(question, values, "https://w3id.org/axis-of-upheaval/")
    assert text.count(f"SERVICE <{WIKIDATA}>") == 1
    found = store.query(text.replace(WIKIDATA, url), use_default_graph_as_union=True)
    return rows(found)[1]  # type: ignore[arg-type]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_federated_question_says_what_it_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    question = read_question(file.stem, text)
    assert question.title != file.stem
    assert question.keywords
    assert question.answers
    assert f"# federates: {WIKIDATA}\n" in text
    assert "skos:exactMatch|skos:closeMatch" in text
    parseQuery(text)


def test_codes_agree_with_wikidata(ours: ox.Store, wikidata: StandIn) -> None:
    found = {row[0]: row[2:] for row in ask("wikidata-codes", ours, wikidata.url)}
    for state, code in (("Russia", "RUS"), ("China", "CHN"), ("Iran", "IRN"), ("North Korea", "PRK")):
        assert found[state] == [code, code, "same"]


def test_memberships_are_compared(ours: ox.Store, wikidata: StandIn) -> None:
    found = ask("wikidata-memberships", ours, wikidata.url)
    assert {row[2] for row in found} == {"held", "missing here"}
    assert ["Iran", "Some police organization", "missing here"] in found
    assert ["Russia", "United Nations Security Council", "held"] in found


def test_offices_come_with_qualifiers_and_references(ours: ox.Store, wikidata: StandIn) -> None:
    found = ask("wikidata-offices", ours, wikidata.url, id="Q53713")
    terms = [row[2:4] for row in found if row[1] == "Prime Minister of Sweden"]
    assert ["1982-10-08T00:00:00Z", "1986-02-28T00:00:00Z"] in terms
    assert ["1969-10-14T00:00:00Z", "1976-10-08T00:00:00Z"] in terms
    assert {row[0] for row in found} == {"Olof Palme"}
    assert any(row[4].startswith("https://") for row in found)
    assert ask("wikidata-offices", ours, wikidata.url, id="Q182397") == []


def test_what_is_sent_names_few_items(ours: ox.Store, wikidata: StandIn) -> None:
    """An engine that sends the pattern as it stands must not ask Wikidata for all that it has."""
    wikidata.asked.clear()
    ask("wikidata-offices", ours, wikidata.url, id="Q53713")
    assert wikidata.asked
    assert all("Q53713" in text for text in wikidata.asked)
    wikidata.asked.clear()
    ask("wikidata-codes", ours, wikidata.url)
    ask("wikidata-memberships", ours, wikidata.url)
    assert all("P298" in text for text in wikidata.asked)
    assert len(wikidata.asked) < 20, wikidata.asked[:3]
