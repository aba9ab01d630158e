"""Terms as texts are those that pyoxigraph parsed, whatever is in them."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheaval.rdf.terms import (
    is_blank,
    is_iri,
    is_literal,
    lines_of,
    literal_parts,
    split,
    statements,
    string,
    text_of,
    to_oxigraph,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "zh-hant", "de-1996"])),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}")),
        TEXTS,
        st.sampled_from(["byte", "decimal", "date", "string", "anyURI"]),
    ),
)
TERMS = st.one_of(
    LITERALS,
    st.sampled_from([ox.NamedNode("https://example.org/é#x"), ox.NamedNode("urn:x:y"), ox.BlankNode("b1")]),
)


@given(st.lists(TERMS, min_size=1))
def test_terms_survive_a_round_trip(terms: list[ox.NamedNode | ox.BlankNode | ox.Literal]) -> None:
    node = ox.NamedNode("urn:s")
    found = [split(line) for line in statements(ox.Triple(node, node, term) for term in terms)]
    assert [subject for subject, _, _ in found] == ["<urn:s>"] * len(terms)
    assert [value for _, _, value in found] == list(map(str, terms))
    for term, (_, _, value) in zip(terms, found, strict=True):
        assert to_oxigraph(value) == term
        assert text_of(value) == (str(term) if isinstance(term, ox.BlankNode) else term.value)
        kinds = (is_iri(value), is_blank(value), is_literal(value))
        assert kinds == tuple(isinstance(term, kind) for kind in (ox.NamedNode, ox.BlankNode, ox.Literal))


@given(LITERALS)
def test_literals_are_split_into_parts(literal: ox.Literal) -> None:
    parts = literal_parts(str(literal))
    assert (parts.text, parts.datatype) == (literal.value, literal.datatype.value)
    assert parts.language == (literal.language or "")


@given(TEXTS)
def test_string_is_the_literal_of_a_text(text: str) -> None:
    assert string(text) == str(ox.Literal(text))


@pytest.mark.parametrize("text", ["1.50", "007", "+1", "2020-01-01T00:00:00.000Z"])
def test_forms_are_kept(text: str) -> None:
    turtle = f'<urn:a> <urn:b> "{text}"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
    (line,) = statements(quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    assert f'"{text}"' in line


def test_lines_end_at_line_feeds_alone() -> None:
    text = '<urn:a> <urn:b> "x\u2028y\x85z" .\n<urn:a> <urn:b> "w" .\n'
    assert len(lines_of(text.encode())) == 2


def test_terms_of_rdf_12() -> None:
    text = '<urn:a> <urn:b> <<( <urn:c> <urn:d> "e f ." )>> , "g"@ar--rtl .'
    lines = statements(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
    triple, directed = sorted((split(line)[2] for line in lines), reverse=True)
    assert not any(is_kind(triple) for is_kind in (is_iri, is_blank, is_literal))
    assert literal_parts(directed).language == "ar"
    assert isinstance(to_oxigraph(triple), ox.Triple)
