"""A query contacts nobody, however it is written: generated attempts, against a socket that listens."""

import ast
import contextlib
import socket
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rdflib import Graph, URIRef

from tests.support import ROOT
from upheaval.rdf import sparql
from upheaval.rdf.sparql import check, evaluate, judge, prepare, select

PORT = "PORT"
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Listener:
    """Whoever connects is counted and turned away."""

    def __init__(self, server: socket.socket) -> None:
        self.server, self.came = server, 0
        self.port = str(server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                self.came += 1
                connection.close()

    def contacts(self) -> int:
        """Count who came: connections are accepted in their order, so one of our own comes after all others."""
        with socket.create_connection(("127.0.0.1", int(self.port))) as own:
            own.recv(1)
        self.came -= 1
        return self.came


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Listener(server)
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    node = ox.NamedNode("http://example.org/service")
    store.add(ox.Quad(node, node, ox.Literal("from"), ox.NamedNode("http://example.org/graph")))
    return store


def consume(found: sparql.Found) -> list[object]:
    return [bool(found)] if isinstance(found, ox.QueryBoolean) else list(found)


def attempt(store: ox.Store, text: str) -> bool:
    """Run a text as the tool does, with both engines; return whether one of them took it."""
    taken = False
    with contextlib.suppress(SyntaxError, RuntimeError):
        consume(evaluate(store, text, "http://example.org/"))
        taken = True
    with contextlib.suppress(SyntaxError):
        list(Graph().query(prepare(text)))
        taken = True
    return taken


@st.composite
def spelled(draw: st.DrawFn, word: str) -> str:
    """A keyword in any case, some of its letters as codepoint escapes or as letters that fold to them."""
    letters = []
    for letter in word:
        either = draw(st.sampled_from([letter.lower(), letter.upper()]))
        code = ord(either)
        others = {"s": "ſ", "i": "ı"}.get(letter.lower(), either)
        forms = [either] * 6 + [f"\\u{code:04x}", f"\\U{code:08X}", f"\\u005Cu{code:04X}", others]
        letters.append(draw(st.sampled_from(forms)))
    return "".join(letters)


NOISE = [
    "", " ", "\n", "\r", "\t", "# a ' \n", '# " \r', "# }\n", "#\\u000A", "?s ?p 'a\\u0027 . # '. ", "?s ?p '\\'' . ",
    '?s ?p "\\u0022 . # " . ', '?s ?p """ " \' """ . ', "?s ?p ''' # ''' . ", '?s ?p "\\\\" . ', "?s ?p '\\u005C' . ",
    "?s <http://a#b> ?o . ", "FILTER(1<2) ", "FILTER(?a<?b && ?c>?d) ", "BIND('a\\u0027 AS ?q) } # ' AS ?q) ",
    "BIND(<a> AS ?b) ", "?s ?p ?o . ", "?s ?p ?o ; ", "?s ?p 1", "?s ?p 1.", "?s ?p true ", "[] ?p () . ", ". ", "; ",
    "?s ?p '''\\u0027\\u0027\\u0027 . # '''. ", "?s ?p '# \\u000A' . ", "?s ?p service:x . ", "?s ?p servicx:x . ",
    "?service ?servicx ?servica . ", "_:service ?p 'SERVICE'@service . ", "?s ?p '\r' . ", "}{", "?s ?p 'x # \n",
]  # fmt: skip
TARGETS = [
    "<http://127.0.0.1:PORT/x>", "<http://127.0.0.1:\\u0050ORT/x>", "here:x", "?where", "<//127.0.0.1:PORT/x>", "<x>",
    ":x", "service:x", "$where",
]  # fmt: skip
WRAPPERS = [
    "SELECT * WHERE {{ {} }}", "ASK {{ {} }}", "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {} }}", "DESCRIBE ?s WHERE {{ {} }}",
    "SELECT * WHERE {{ OPTIONAL {{ {} }} }}", "SELECT * {{ {{ }} UNION {{ {} }} }}",
    "SELECT * {{ ?s ?p ?o MINUS {{ {} }} }}",
    "SELECT * {{ ?s ?p ?o FILTER NOT EXISTS {{ {} }} }}", "SELECT (EXISTS {{ {} }} AS ?x) {{ ?s ?p ?o }}",
    "SELECT * {{ {{ SELECT * {{ {} }} }} }}", "SELECT * {{ GRAPH ?g {{ {} }} }}", "SELECT * {{ LATERAL {{ {} }} }}",
    "SELECT (COUNT(*) AS ?n) {{ {} }} GROUP BY ?x HAVING (COUNT(*) > 0)", "SELECT*{{{}}}",
    "SELECT * {{ {} }} ORDER BY ?s",
    "SELECT * {{ VALUES ?where {{ <http://127.0.0.1:PORT/x> }} {} }}", "SELECT * {{ {} }} VALUES ?where {{ here:x }}",
    "SELECT * {{ BIND(IRI('http://127.0.0.1:PORT/x') AS ?where) {} }}",
]  # fmt: skip
PROLOGUES = [
    "", "PREFIX here: <http://127.0.0.1:PORT/> ", "PREFIX : <http://127.0.0.1:PORT/> ",
    "BASE <http://127.0.0.1:PORT/> ",
    "PREFIX service: <http://127.0.0.1:PORT/> PREFIX : <http://127.0.0.1:PORT/> ", "# SERVICE\n", "VERSION '1.2' ",
    "PREFIX here: <http://127.0.0.1:PORT/> PREFIX servicx: <http://127.0.0.1:PORT/> ",
]  # fmt: skip


@st.composite
def attempts(draw: st.DrawFn) -> str:
    """A query that asks the listener, in all the ways there are, and in some that are none."""
    clause = "".join(
        [
            *draw(st.lists(st.sampled_from(NOISE), max_size=2)),
            draw(spelled("SERVICE")),
            draw(st.sampled_from(["", " ", "\n", "#x\n", "#x\r", " SILENT ", "SILENT", " SILENT#\n"])),
            draw(st.sampled_from(TARGETS)),
            draw(st.sampled_from(["", " ", "# {\n"])),
            draw(st.sampled_from(["{ ?a ?b ?c }", "{}", "{ ?a ?b ?c } }", "{ { ?a ?b 'SERVICE' } }"])),
            *draw(st.lists(st.sampled_from(NOISE), max_size=1)),
        ]
    )
    for _ in range(draw(st.integers(0, 1))):
        clause = "{ " + clause + " }"
    return draw(st.sampled_from(PROLOGUES)) + draw(st.sampled_from(WRAPPERS)).format(clause)


FRAGMENTS = st.sampled_from(
    [*NOISE, *TARGETS, "SERVICE", "service ", "SILENT ", "{ ", "} ", "SELECT * ", "FROM ", "FROM NAMED ",
     "LOAD ", "ASK ", "WHERE ", "?s ?p ?o ", "<", ">", "'", '"', "\\", "#", "\n", "PREFIX here: <http://127.0.0.1/> "]
)  # fmt: skip


@pytest.mark.slow
@QUIET
@given(attempts() | st.lists(FRAGMENTS, min_size=3, max_size=14).map("".join))
@example("SELECT * { BIND('a\\u0027 AS ?q) } # ' AS ?q) SERVICE SILENT <http://127.0.0.1:PORT/x> { ?a ?b ?c } }")
@example("SELECT * { ?s ?p ?o # \r ; ?q ''' \n SERVICE <http://127.0.0.1:PORT/x> {} # \r''' }")
@example("PREFIX : <http://127.0.0.1:PORT/> PREFIX service: <a:a> SELECT * { ?s ?p ?o ; SERVICE:x {} }")
@example("SELECT * { \u017fERV\u0131CE <http://127.0.0.1:PORT/x> {} }")
def test_no_query_contacts_a_host(store: ox.Store, listener: Listener, text: str) -> None:
    before = listener.contacts()
    attempt(store, text.replace(PORT, listener.port))
    assert listener.contacts() == before


CONTACTING = [
    "SELECT * { SERVICE SILENT <http://127.0.0.1:PORT/x> { ?a ?b ?c } }",
    "ASK { FILTER(1<2)service<http://127.0.0.1:PORT/x>{} }",
    "SELECT * { ?s ?p 1service<http://127.0.0.1:PORT/x>{} }",
    "PREFIX : <http://127.0.0.1:PORT/> SELECT * { ?s ?p ?o ; SERVICESILENT:x {} }",
    "SELECT * { # \r SERVICE <http://127.0.0.1:PORT/x> {} \n}",
    "SELECT * { ?s ?p ?o FILTER EXISTS { { SELECT * { SERVICE <http://127.0.0.1:PORT/x> {} } } } }",
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o OPTIONAL { SERVICE <http://127.0.0.1:PORT/x> { ?a ?b ?c } } }",
    "SELECT * { BIND('a\\u0027 AS ?q) } # ' AS ?q) SERVICE SILENT <http://127.0.0.1:PORT/x> { ?a ?b ?c } }",
]


@pytest.mark.parametrize("text", CONTACTING)
def test_federated_queries_and_updates_are_refused(store: ox.Store, listener: Listener, text: str) -> None:
    text = text.replace(PORT, listener.port)
    before = listener.contacts()
    with contextlib.suppress(OSError, RuntimeError):
        consume(store.query(text, use_default_graph_as_union=True))
    assert listener.contacts() > before, "the engine by itself has to be reached, or this proves nothing"
    now = listener.contacts()
    for run in (judge, prepare, lambda query: evaluate(store, query), lambda query: check(query, ())):
        with pytest.raises(SyntaxError):
            run(text)
    assert listener.contacts() == now


WORDS = ["service", "SERVICE", "Service", "from", "FROM", "servicx", "frox"]


@st.composite
def harmless(draw: st.DrawFn) -> str:
    """A query that mentions the words wherever they are not keywords."""
    word = st.sampled_from(WORDS)
    name, other, text, comment = draw(word), draw(word), draw(word), draw(word)
    patterns = [
        f"?{other} ?p '{text} <http://127.0.0.1/> {{}}'",
        f"?s {name}:{other} ?{text}",
        f"?s ?p '{text}'@{other}",
        f"_:{name} ?p ?{other} FILTER(?{other} != '''{text}''')",
        f"?s ?p <http://{text}.example/{other}>",
    ]
    body = " . ".join(draw(st.lists(st.sampled_from(patterns), min_size=1, max_size=3)))
    return f"PREFIX {name}: <http://example.org/> # {comment} <http://127.0.0.1/> {{}}\nSELECT * {{ {body} }} # {text}"


@pytest.mark.slow
@QUIET
@given(harmless())
def test_keywords_in_names_literals_and_comments_are_allowed(store: ox.Store, text: str) -> None:
    assert judge(text).text == text
    assert consume(evaluate(store, text)) == consume(store.query(text, use_default_graph_as_union=True))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("SELECT * {\n  SERVICE <http://a/> {} }", (2, 3), "SERVICE is not allowed"),
        ("# service\nASK { ?service ?p 'service'\n . service<http://a/>{} }", (3, 4), "SERVICE is not allowed"),
        ("LOAD <http://a/>", (1, 1), "LOAD is an update"),
        ("# INSERT\nPREFIX a: <b:c>\nDELETE WHERE { ?s ?p ?o }", (3, 1), "DELETE is an update"),
        (
            "SELECT *\nFROM <http://a/> {}",
            (2, 7),
            "unknown graph <http://a/>; the graphs are <http://example.org/graph>",
        ),
        ("BASE <http://a/> ASK FROM NAMED <b> {}", (None, None), "unknown graph <http://a/b>"),
        ("PREFIX a: <http://a/>\nASK FROM a:b {}", (None, None), "unknown graph <http://a/b>"),
        ("SELECT * {\n ?s ?p 'a\\u0027' }", (2, 10), "disagree"),
        ("SELECT * {\n ?s ?p '\\\\u0027' }", (2, 10), "disagree"),
        ("SELECT * { ?s ?p '\\u005Cu0027' }", (1, 19), "disagree"),
        ("SELECT * { ?s ?p '\\uDC00' }", (1, 19), "not a character"),
        ("SELECT * { ?s ?p '\\UFFFFFFFF' }", (1, 19), "not a character"),
        ("SELECT * {\n ?s ?p }", (2, 8), "expected"),
    ],
)
def test_refusal_has_a_position_and_a_reason(
    store: ox.Store, text: str, place: tuple[int | None, int | None], message: str
) -> None:
    with pytest.raises(SyntaxError) as caught:
        evaluate(store, text)
    assert message in caught.value.msg
    assert (caught.value.lineno, caught.value.offset) == place


def test_codepoint_escapes_are_resolved_before_judging(store: ox.Store) -> None:
    text = "\\u0053ELECT ?o { ?s ?p ?o FILTER (?o = '\\u0066rom' && 'caf\\u00E9' = 'café' && '\\U0001F600' = '😀') }"
    assert [solution["o"] for solution in select(store, text)] == [ox.Literal("from")]


def test_unknown_graphs_are_refused_in_from_and_empty_in_the_protocol(store: ox.Store) -> None:
    graph, other = "http://example.org/graph", "http://example.org/other"
    everything = "SELECT * {} {{ ?s ?p ?o }}"
    assert len(consume(evaluate(store, everything.format(f"FROM <{graph}>")))) == 1
    assert len(consume(evaluate(store, everything.format("FROM <graph>"), "http://example.org/"))) == 1
    assert len(consume(evaluate(store, everything.format(f"FROM NAMED <{graph}>")))) == 0
    assert len(consume(evaluate(store, everything.format(""), default=[graph, other]))) == 1
    assert len(consume(evaluate(store, everything.format(f"FROM <{other}>"), default=[other]))) == 0
    with pytest.raises(SyntaxError, match="unknown graph"):
        prepare(everything.format(f"FROM <{graph}>"))


def test_rdflib_runs_the_judged_text() -> None:
    graph = Graph()
    graph.add((URIRef("a:a"), URIRef("a:b"), URIRef("a:service")))
    assert len(list(graph.query(prepare("SELECT ?service { ?s ?p ?service } # SERVICE <a:a> {}")))) == 1
    with pytest.raises(SyntaxError):
        prepare("SELECT ?x { ?x a:b ?y }")


@pytest.mark.slow
def test_no_other_module_runs_a_query() -> None:
    found = set()
    for path in sorted((ROOT / "scripts").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "query":
                found.add(f"{path.name}: {ast.unparse(node.func.value)}")
    assert found == {"sparql.py: store", "sparql.py: ox.Store()", "reference.py: super()", "federation.py: store"}
