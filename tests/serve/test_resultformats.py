"""Answers carry the terms of RDF 1.2 as SPARQL 1.2's formats say, and read back; where one cannot, it says so."""

import json
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.serve.answering import answer
from upheaval.serve.resultformats import write_rows

IRI = st.sampled_from(("https://example.org/a", "https://example.org/é?x=1&y=2", "urn:x:1")).map(ox.NamedNode)
TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters='\t\n\r"\\'))
LITERAL = (
    st.builds(ox.Literal, TEXT)
    | st.builds(lambda text: ox.Literal(text, language="en"), TEXT)
    | st.builds(
        lambda text, way: ox.Literal(text, language="ar", direction=way),
        TEXT,
        st.sampled_from((ox.BaseDirection.LTR, ox.BaseDirection.RTL)),
    )
    | st.just(ox.Literal("1.50", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")))
)
TERM = st.recursive(IRI | LITERAL, lambda inner: st.builds(ox.Triple, IRI, IRI, inner), max_leaves=3)
FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}


@pytest.mark.parametrize("form", FORMATS)
@example(ox.Literal(" "))
@example(ox.Literal(" a\n"))
@examples(300)
@given(TERM)
def test_terms_read_back(form: str, term: ox.Literal | ox.NamedNode | ox.Triple) -> None:
    node = ox.NamedNode("urn:x:s")
    store = ox.Store()
    store.add(ox.Quad(node, node, term))
    found = store.query("SELECT ?o { ?s ?p ?o }")
    assert isinstance(found, ox.QuerySolutions)
    written, count, _ = write_rows(["o"], found, form, 10, 10_000, "")
    read = ox.parse_query_results(written, format=FORMATS[form])
    assert isinstance(read, ox.QuerySolutions)
    assert (count, [solution["o"] for solution in read]) == (1, [term])


def ask(query: str, rows_form: str = "json", graph_form: str = "ttl") -> tuple[dict[str, object], str]:
    job = {
        "query": query, "default": None, "named": None, "base": "https://example.org/", "rows": 10, "size": 10_000,
        "rows_form": rows_form, "graph_form": graph_form, "note": "",
    }  # fmt: skip
    header, body = answer(ox.Store(), job)
    return header, body.decode()


ROW = 'SELECT (STRLANGDIR("x", "ar", "rtl") AS ?d) (<<( <a> <b> "c" )>> AS ?t) {}'
GRAPH = "CONSTRUCT { <a> <b> <<( <a> <b> <c> )>> } {}"


def test_as_the_drafts_write_them() -> None:
    _, body = ask(ROW)
    (row,) = json.loads(body)["results"]["bindings"]
    assert row["d"] == {"type": "literal", "value": "x", "xml:lang": "ar", "its:dir": "rtl"}
    assert row["t"]["type"] == "triple"
    assert row["t"]["value"]["object"] == {"type": "literal", "value": "c"}
    _, body = ask(ROW, "xml")
    literal = ElementTree.fromstring(body).find(".//{*}binding[@name='d']/{*}literal")
    assert literal is not None
    assert literal.get("{http://www.w3.org/2005/11/its}dir") == "rtl"
    assert ask(ROW, "tsv")[1].splitlines()[1].startswith('"x"@ar--rtl\t<<( <https://example.org/a>')
    assert ask(ROW, "csv")[1].splitlines()[1].startswith("x,")


def test_graphs_with_triple_terms() -> None:
    assert "<<(" in ask(GRAPH, graph_form="ttl")[1]
    assert "<<(" in ask(GRAPH, graph_form="nt")[1]
    header, _ = ask(GRAPH, graph_form="jsonld")
    assert header["status"] == 406
    assert "JSON-LD" in str(header["detail"])
