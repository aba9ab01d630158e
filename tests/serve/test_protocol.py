"""The endpoint: forms of asking, negotiation, errors."""

import socket
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from tests.serve.support import NAMESPACE, Answer, Running, until

SELECT = "SELECT ?s ?l { ?s a <https://w3id.org/statecraft#State> ; <http://www.w3.org/2000/01/rdf-schema#label> ?l }"
GRAPH = f"CONSTRUCT {{ <{NAMESPACE}arvenia> ?p ?o }} WHERE {{ <{NAMESPACE}arvenia> ?p ?o }}"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("query", "accept", "status", "media"),
    [
        (SELECT, None, 200, "application/sparql-results+json"),
        (SELECT, "*/*", 200, "application/sparql-results+json"),
        (SELECT, "text/csv", 200, "text/csv"),
        (SELECT, "text/csv;q=0.5, text/tab-separated-values", 200, "text/tab-separated-values"),
        (SELECT, "application/sparql-results+xml;q=0.3, text/csv;q=0.2", 200, "application/sparql-results+xml"),
        (SELECT, "application/json", 200, "application/sparql-results+json"),
        (SELECT, "application/sparql-results+json;q=0, */*;q=0.1", 200, "application/sparql-results+xml"),
        (SELECT, "TEXT/CSV ; Q=1.0", 200, "text/csv"),
        (SELECT, "nonsense, text/csv", 200, "text/csv"),
        (SELECT, "image/png", 406, "application/problem+json"),
        (SELECT, "text/turtle", 406, "application/problem+json"),
        (SELECT, BROWSER, 200, "text/html"),
        ("ASK {}", "application/sparql-results+xml", 200, "application/sparql-results+xml"),
        ("ASK {}", "text/csv", 200, "text/csv"),
        (GRAPH, None, 200, "text/turtle"),
        (GRAPH, "application/ld+json", 200, "application/ld+json"),
        (GRAPH, "application/rdf+xml, text/turtle;q=0.9", 200, "application/rdf+xml"),
        (GRAPH, "application/n-triples", 200, "application/n-triples"),
        (GRAPH, "text/csv", 406, "application/problem+json"),
        ("DESCRIBE <arvenia>", "text/*", 200, "text/turtle"),
    ],
)
def test_the_accept_header_selects_the_result_format(
    server: Running, query: str, accept: str | None, status: int, media: str
) -> None:
    answer = server.ask(query, accept)
    assert (answer.status, answer.media) == (status, media), answer.body
    assert "accept" in answer.headers["vary"].lower() or status != 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_all_row_formats_have_the_same_content(server: Running, build: object) -> None:
    store = ox.Store()
    store.bulk_load(path=f"{build}/northern-pact.nq", format=ox.RdfFormat.N_QUADS)
    query = "SELECT ?s ?p ?o { ?s ?p ?o FILTER (isIRI(?s) && !isBlank(?o)) } ORDER BY ?s ?p ?o LIMIT 400"
    formats = {"json": "JSON", "xml": "XML", "tsv": "TSV"}
    for word, name in formats.items():
        form = getattr(ox.QueryResultsFormat, name)
        here = ox.parse_query_results(server.ask(query, format=word).body, format=form)
        there = store.query(query, use_default_graph_as_union=True)
        assert isinstance(here, ox.QuerySolutions)
        assert isinstance(there, ox.QuerySolutions)
        assert [[s["p"], s["o"]] for s in here] == [[s["p"], s["o"]] for s in there], word
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    assert server.ask(query, format="csv").body == found.serialize(format=ox.QueryResultsFormat.CSV)


def test_all_graph_formats_have_the_same_content(server: Running) -> None:
    graphs = [
        Graph().parse(data=server.ask(GRAPH, format=word).body, format=form)
        for word, form in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld"))
    ]
    assert len(graphs[0]) > 10
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("PUT", "/sparql", b"", {}, 405),
        ("DELETE", "/sparql?query=ASK{}", None, {}, 405),
        ("POST", "/sparql", b"ASK {}", {}, 415),
        ("POST", "/sparql", b"ASK {}", {"Content-Type": "text/plain"}, 415),
        ("POST", "/sparql", b"ASK {}", {"Content-Type": "application/sparql-query; charset=latin1"}, 415),
        ("POST", "/sparql", b"ASK {}", {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}, 415),
        ("POST", "/sparql", b"ASK {} # \xff", {"Content-Type": "application/sparql-query"}, 400),
        ("POST", "/sparql", b"query=%FF", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        ("POST", "/sparql", b"", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        ("POST", "/sparql", b"update=CLEAR+ALL", {"Content-Type": "application/x-www-form-urlencoded"}, 403),
        ("POST", "/sparql", b"CLEAR ALL", {"Content-Type": "application/sparql-update"}, 403),
        ("POST", "/sparql", b"CLEAR ALL", {"Content-Type": "application/sparql-query"}, 400),
        ("GET", "/sparql?query=LOAD+%3Cfile:///etc/passwd%3E", None, {}, 400),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, {}, 400),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=relative", None, {}, 400),
        ("GET", "/sparql?query=%C3%28", None, {}, 400),
        ("GET", "/sparql?" + "a=b&" * 300, None, {}, 400),
        ("GET", "/sparql?query=" + "a" * 70_000, None, {}, 414),
        ("POST", "/sparql", b"a" * 200_000, {"Content-Type": "application/sparql-query"}, 413),
        ("GET", "/health", None, {"X-Long": "a" * 20_000}, 431),
        ("GET", "/health", None, {"X-Long": "a" * 400_000}, 431),
    ],
)
def test_invalid_requests_get_the_right_status(
    server: Running, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    try:
        answer = server.get(path, method=method, body=body, headers=headers)
    except (BrokenPipeError, ConnectionResetError):
        assert status in (413, 431)  # refused while it was still being sent
        return
    assert answer.status == status, answer.body
    if status == 405:
        assert "GET" in answer.headers["allow"]


def test_a_syntax_error_has_line_and_column(server: Running) -> None:
    answer = server.ask("SELECT * {\n ?s ?p \n} x")
    assert (answer.status, answer.json()["line"], answer.json()["column"]) == (400, 3, 3)
    assert "3:3" in answer.json()["detail"]


def test_the_request_and_from_select_the_graphs(server: Running) -> None:
    def count(query: str, **more: str) -> int:
        return int(server.ask(query, **more).json()["results"]["bindings"][0]["n"]["value"])

    data, everything = f"{NAMESPACE}graph/data", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert count(everything) > count(everything, **{"default-graph-uri": data}) > 900
    assert count(f"SELECT (COUNT(*) AS ?n) FROM <{data}> {{ ?s ?p ?o }}") == count(
        everything, **{"default-graph-uri": data}
    )
    assert count("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": data}) == 1
    assert count(everything, **{"named-graph-uri": data}) == 0
    for foreign in ("file:///etc/passwd", "http://127.0.0.1:1/x", "https://example.com/graph"):
        assert count(everything, **{"default-graph-uri": foreign}) == 0
        refused = server.ask(f"SELECT * FROM <{foreign}> {{ ?s ?p ?o }}")
        assert (refused.status, refused.json()["line"], refused.json()["column"]) == (400, 1, 16)
        assert f"unknown graph <{foreign}>; the graphs are <" in refused.json()["detail"]
        assert count(f"SELECT (COUNT(*) AS ?n) FROM <{foreign}> {{ ?s ?p ?o }}", **{"default-graph-uri": data}) > 900


def test_queries_never_contact_other_hosts(server: Running) -> None:
    """Nothing that a query says reaches a socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        refused = [
            f"SELECT * {{ SERVICE <{target}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ service silent <{target}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ VALUES ?e {{ <{target}> }} SERVICE ?e {{ ?s ?p ?o }} }}",
            f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{target}> {{ ?s ?p ?o }} }} }}",
            f"SELECT * {{ {{ SELECT * {{ OPTIONAL {{ SERVICE#\n<{target}> {{ ?a ?b ?c }} }} }} }} }}",
            f"SELECT * {{ FILTER(1<2)SERVICE<{target}>{{?s ?p ?o}} }}",
            f"SELECT * {{ \\u0053ERVICE <{target}> {{ ?s ?p ?o }} }}",
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{target}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ BIND('a\\u0027 AS ?q) }} # ' AS ?q) SERVICE <{target}> {{ ?s ?p ?o }} }}",
            f"LOAD <{target}>",
            f"SELECT * FROM <{target}> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <{target}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        ]
        for query in refused:
            assert server.ask(query).status == 400, query
        empty = [
            f"SELECT * {{ GRAPH <{target}> {{ ?s ?p ?o }} }}",
            f'SELECT * {{ ?service ?p "SERVICE <{target}> {{}}" }} # SERVICE <{target}>',
        ]
        for query in empty:
            answer = server.ask(query)
            assert (answer.status, answer.json()["results"]["bindings"]) == (200, []), query
        assert server.ask("ASK {}", **{"default-graph-uri": target}).status == 200
        listener.settimeout(0.3)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_example_question_is_answered_by_name(server: Running) -> None:
    def ask(**fields: str) -> Answer:
        return server.get(f"/sparql?{urlencode(fields)}", headers={"Accept": "text/csv"})

    found = ask(question="members", organization="river-league", at="2012-01-01")
    assert (found.status, found.media) == (200, "text/csv")
    assert len(found.text.splitlines()) > 1
    for fields, wrong in (
        ({"question": "member"}, "no question is named `member` (did you mean `members`?)"),
        ({"question": "members", "organization": "river-legue"}, "`river-legue` (did you mean `river-league`?)"),
        ({"question": "members", "organization": "arvenia"}, "`arvenia` is of the class State"),
        ({"question": "members", "on": "2012"}, "no parameter --on"),
        ({"question": "members", "query": "ASK {}"}, "more than one query"),
    ):
        refused = ask(**fields)
        assert (refused.status, wrong in refused.json()["detail"]) == (400, True), refused.body
    form = urlencode({"question": "in-force", "at": "1991-06-01"}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/csv"}
    assert server.get("/sparql", method="POST", body=form, headers=headers).status == 200


def test_description_includes_labels_and_sources(server: Running) -> None:
    graph = Graph().parse(data=server.ask("DESCRIBE <friendship-treaty-1955>").body, format="turtle")
    texts = {str(o) for o in graph.objects()}
    assert {"Friendship Treaty", "Gazette of the Vale", "https://example.org/gazette", "Belmora"} <= texts


def test_preflight_and_head(server: Running) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = server.get("/sparql", method="OPTIONS", headers=headers)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    head = server.get("/sparql", method="HEAD")
    assert (head.status, head.body) == (200, b"")


def test_query_page(server: Running) -> None:
    page = server.ask('ASK { ?s ?p "</textarea><script>" }', BROWSER)
    assert "<script>" not in page.text.replace('<script src="/-/query.js" defer></script>', "")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for asset in ("/-/query.js", "/-/style.css"):
        assert asset in page.text
        assert server.get(asset).status == 200
    assert "http://" not in page.text.partition("<main>")[0]


def test_log_has_no_personal_data(server: Running, log: Path) -> None:
    server.ask("ASK { ?secret ?p 'a-very-private-question' }")
    server.get("/somebody@example.org")
    until(lambda: '"status":404' in log.read_text(encoding="utf-8"), "nothing is logged")
    text = log.read_text(encoding="utf-8")
    assert '"route":"sparql"' in text
    for word in ("private", "somebody", "127.0.0", "secret"):
        assert word not in text
