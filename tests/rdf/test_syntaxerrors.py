"""A query that is not SPARQL is explained: the line and column of the mistake, and what was expected there."""

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import ROOT
from upheaval.rdf.sparql import evaluate

MISTAKES = {
    "SELCT * {}": (1, 1, "`SELCT` is not a keyword of SPARQL; did you mean SELECT?"),
    "ASK {\n  ?s ?p ?o\n  FLTER(?o)\n}": (3, 3, "`FLTER` is not a keyword of SPARQL; did you mean FILTER?"),
    "SELECT ?x\nWHERE {\n  ?x a Treaty\n}": (3, 8, "`Treaty` is not a keyword of SPARQL"),
    "SELECT ?x WHERE { ?x foo:bar ?y }": (1, 22, "the prefix `foo:` is not declared"),
    "SELECT * {": (1, 10, "this `{` is never closed"),
    "ASK { ?s ?p ?o }}": (1, 17, "`}` closes nothing"),
    "ASK { ?s ?p [ ?q ?r }": (1, 21, "the `[` of line 1, column 13 is still open"),
    "ASK { ?s ?p 'a }": (1, 13, "the text that begins here has no closing '"),
    "ASK { ?s ?p “a” }": (1, 13, "`“` is not a quote of SPARQL"),
    "SELECT (COUNT(?x) ?n) { ?x ?p ?y }": (1, 19, "write AS before the name of an expression: `AS ?n`"),
    "": (1, 1, "the query is empty"),
    "SELECT ?x { ?x ?p ?y } GROUP ?x": (1, 30, "`?x` cannot stand here; expected BY"),
    "SELECT ?a, ?b { ?a ?p ?b }": (1, 10, "`,` cannot stand here; expected a variable, `(`, `{`, FROM or WHERE"),
    "ASK { ?s ?p ?o FILTER(?o > ) }": (1, 28, "`)` cannot stand here; expected an expression"),
    "ASK { ?s ?p . }": (1, 13, "`.` cannot stand here; expected a variable, an IRI, a text, a number"),
    "SELECT * WHERE ?s ?p ?o": (1, 16, "`?s` cannot stand here; expected `{`"),
    "ASK { GRAPH { ?s ?p ?o } }": (1, 13, "`{` cannot stand here; expected a variable or an IRI"),
    "SELECT ?x { ?x ?p ?y } ORDER BY": (1, 32, "the query ends too early; expected a variable"),
    "SELECT ?y (COUNT(?x) AS ?n) { ?x ?p ?y }": (1, 41, "neither in GROUP BY nor in an aggregate"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_explained_at_its_place(text: str) -> None:
    line, column, message = MISTAKES[text]
    with pytest.raises(SyntaxError) as raised:
        evaluate(ox.Store(), text)
    assert (raised.value.lineno, raised.value.offset) == (line, column)
    assert message in raised.value.msg


QUERIES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "queries").glob("*.rq"))]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(QUERIES),
    st.integers(0, 10**6),
    st.sampled_from(["", "{", "}", "(", "?x", "FOO", "'", "<", ",", "."]),
)
def test_whatever_is_wrong_has_one_line_inside_the_query(text: str, place: int, put: str) -> None:
    place %= len(text)
    spoilt = text[:place] + put + text[place + 1 :]
    try:
        evaluate(ox.Store(), spoilt)
        return
    except SyntaxError as caught:
        error = caught
    assert error.lineno is not None
    assert 1 <= error.lineno <= spoilt.count("\n") + 1
    assert "\n" not in error.msg
    assert "0'..='9" not in error.msg
