"""The federated questions, against a stand-in for Wikidata's endpoint that holds Wikidata's own RDF."""

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql.parser import parseQuery

from tests.support import ROOT
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import rows
from upheaval.query.binding import bind
from upheaval.query.known import KnownTerms
from upheaval.schema.questions import read_question

SAMPLE = ROOT.parent / "shared" / "identifiers" / "wikidata-sample"
WIKIDATA = "https://query.wikidata.org/sparql"
FILES = sorted((ROOT / "queries" / "federated").glob("*.rq"))
WD = "http://www.wikidata.org/"
STATECRAFT = "https://w3id.org/statecraft#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
EXACT = ox.NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch")
CLOSE = ox.NamedNode("http://www.w3.org/2004/02/skos/core#closeMatch")
SWEDEN = ox.NamedNode(f"{WD}entity/Q34")
PREMIER = ox.NamedNode(f"{WD}entity/Q687075")


def wd(path: str) -> ox.NamedNode:
    return ox.NamedNode(WD + path)


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
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture(scope="module")
def sample() -> ox.Store:
    """Items as Wikidata writes them, truthy statements about states, and one link that the sample's items lack."""
    if not SAMPLE.is_dir():
        pytest.skip(f"no sample of Wikidata in {SAMPLE}")
    store = ox.Store()
    for file in (SAMPLE / "entitydata-ttl").glob("*.ttl"):
        store.load(path=str(file), format=ox.RdfFormat.TURTLE)
    store.load(path=str(SAMPLE / "derived" / "four-states-truthy.nt"), format=ox.RdfFormat.N_TRIPLES)
    store.add(ox.Quad(SWEDEN, wd("prop/direct/P1313"), PREMIER))  # office held by the head of government
    return store


@pytest.fixture(scope="module")
def wikidata(sample: ox.Store) -> Iterator[StandIn]:
    stand_in = StandIn(sample)
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()


@pytest.fixture(scope="module")
def ours(axis: Assembly) -> ox.Store:
    return axis.store


@pytest.fixture(scope="module")
def matched(axis: Assembly) -> dict[str, list[str]]:
    """The slugs of our records by the item that they are matched with."""
    found: dict[str, list[str]] = {}
    for predicate in (EXACT, CLOSE):
        for quad in axis.store.quads_for_pattern(None, predicate, None, None):
            subject, target = str(getattr(quad.subject, "value", "")), str(getattr(quad.object, "value", ""))
            found.setdefault(target, []).append(subject)
    return found


def values(store: ox.Store, subject: object, predicate: str) -> list[str]:
    """The values of a property, as texts; labels in English alone."""
    node = subject if isinstance(subject, (ox.NamedNode, ox.BlankNode)) else ox.NamedNode(str(subject))
    found = [quad.object for quad in store.quads_for_pattern(node, ox.NamedNode(predicate), None, None)]
    english = [term for term in found if not getattr(term, "language", None) or getattr(term, "language", "") == "en"]
    return sorted({str(getattr(term, "value", "")) for term in english})


def ask(name: str, store: ox.Store, url: str, **values: str) -> list[list[str]]:
    question = read_question(name, (ROOT / "queries" / "federated" / f"{name}.rq").read_text(encoding="utf-8"))
    text = bind(question, values, KnownTerms(store, "https://w3id.org/axis-of-upheaval/"))
    assert text.count(f"SERVICE <{WIKIDATA}>") == 1
    found = store.query(text.replace(WIKIDATA, url), use_default_graph_as_union=True)
    return rows(found)[1]  # type: ignore[arg-type]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_federated_question_has_a_complete_header(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    question = read_question(file.stem, text)
    assert question.title != file.stem
    assert question.keywords
    assert question.answers
    assert f"# federates: {WIKIDATA}\n" in text
    assert "skos:exactMatch|skos:closeMatch" in text
    parseQuery(text)


def test_codes_are_compared_with_wikidata(
    ours: ox.Store, wikidata: StandIn, sample: ox.Store, matched: dict[str, list[str]]
) -> None:
    expected = []
    for quad in sample.quads_for_pattern(None, wd("prop/direct/P298"), None, None):
        item, theirs = str(getattr(quad.subject, "value", "")), str(getattr(quad.object, "value", ""))
        for record in matched.get(item, []):
            for own in values(ours, record, f"{STATECRAFT}isoAlpha3"):
                verdict = "same" if own == theirs else "different"
                expected += [[name, item, own, theirs, verdict] for name in values(ours, record, LABEL)]
    found = ask("wikidata-codes", ours, wikidata.url)
    assert found == sorted(expected)
    assert {"China", "Iran", "North Korea", "Russia"} <= {row[0] for row in found}


def test_memberships_are_compared(
    ours: ox.Store, wikidata: StandIn, sample: ox.Store, matched: dict[str, list[str]]
) -> None:
    held = set()
    for quad in ours.quads_for_pattern(None, ox.NamedNode(f"{STATECRAFT}membership"), None, None):
        for member in values(ours, quad.object, f"{STATECRAFT}member"):
            held.add((str(getattr(quad.subject, "value", "")), member))
    expected = []
    for quad in sample.quads_for_pattern(None, wd("prop/direct/P463"), None, None):
        states = matched.get(str(getattr(quad.subject, "value", "")), [])
        bodies = matched.get(str(getattr(quad.object, "value", "")), [])
        for state, body in itertools.product(states, bodies):
            verdict = "held" if (body, state) in held else "missing here"
            names = itertools.product(values(ours, state, LABEL), values(ours, body, LABEL))
            expected += [[*name, verdict] for name in names]
    found = ask("wikidata-memberships", ours, wikidata.url)
    assert found == sorted(expected)
    assert ["Russia", "United Nations Security Council", "held"] in found
    assert ["China", "United Nations Security Council", "held"] in found


def test_missing_membership_is_named(ours: ox.Store, wikidata: StandIn, axis: Assembly) -> None:
    """Interpol is no record of ours; one without members stands in for an organization that is."""
    store = ox.Store()
    store.bulk_extend(ours)
    graph, body = ox.NamedNode(axis.publication.graph("data")), ox.NamedNode(f"{axis.publication.iri}interpol")
    store.add(ox.Quad(body, ox.NamedNode(LABEL), ox.Literal("Interpol", language="en"), graph))
    store.add(ox.Quad(body, EXACT, wd("entity/Q8475"), graph))
    assert ["Iran", "Interpol", "missing here"] in ask("wikidata-memberships", store, wikidata.url)


def test_leaders_come_with_qualifiers_and_references(ours: ox.Store, wikidata: StandIn, sample: ox.Store) -> None:
    expected = []
    for quad in sample.quads_for_pattern(None, wd("prop/statement/P39"), PREMIER, None):
        statement = quad.subject
        assert isinstance(statement, ox.NamedNode)
        (person,) = {q.subject for q in sample.quads_for_pattern(None, wd("prop/P39"), statement, None)}
        replies = [
            address
            for node in values(sample, statement, "http://www.w3.org/ns/prov#wasDerivedFrom")
            for kind in ("P854", "P248")
            for address in values(sample, node, f"{WD}prop/reference/{kind}")
        ]
        (since,), (until,) = (values(sample, statement, f"{WD}prop/qualifier/{p}") for p in ("P580", "P582"))
        (name,) = values(sample, person, LABEL)
        expected += [["Sweden", "Prime Minister of Sweden", name, since, until, each] for each in replies or [""]]
    found = ask("wikidata-leaders", ours, wikidata.url, id="Q34")
    assert sorted(found) == sorted(expected)
    assert {row[2] for row in found} == {"Olof Palme"}
    assert {row[3][:4] for row in found} == {"1969", "1982"}
    assert all(row[5].startswith("http") for row in found)
    assert ask("wikidata-leaders", ours, wikidata.url, id="Q182397") == []


def test_remote_query_names_few_items(ours: ox.Store, wikidata: StandIn) -> None:
    """An engine that sends the pattern as it stands must not ask Wikidata for all that it has."""
    wikidata.asked.clear()
    ask("wikidata-leaders", ours, wikidata.url, id="Q34")
    assert wikidata.asked
    assert all("Q34" in text for text in wikidata.asked)
    wikidata.asked.clear()
    ask("wikidata-codes", ours, wikidata.url)
    ask("wikidata-memberships", ours, wikidata.url)
    assert all("P298" in text for text in wikidata.asked)
    assert len(wikidata.asked) < 20, wikidata.asked[:3]
