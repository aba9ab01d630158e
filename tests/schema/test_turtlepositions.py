"""A term is found in the Turtle file that describes it, at its line and column."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import ROOT, examples
from upheaval.schema.turtlepositions import TurtlePositions

FILES = sorted([*ROOT.glob("ontology/**/*.ttl"), *ROOT.glob("shapes/*.ttl"), *ROOT.glob("tests/riverworld/**/*.ttl")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_subject_of_a_file_is_found_where_its_statement_begins(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    positions = TurtlePositions(text)
    subjects = {
        quad.subject.value for quad in ox.parse(text, format=ox.RdfFormat.TURTLE) if quad.subject in _named(quad)
    }
    for iri in subjects:
        found = positions.find(iri)
        assert found is not None, iri
        _, (line, column) = found
        assert column == 1
        written = lines[line - 1].split(" ")[0]
        assert written == f"<{iri}>" or iri.endswith(written.partition(":")[2]), (iri, written)


def _named(quad: ox.Quad) -> list[object]:
    return [quad.subject] if isinstance(quad.subject, ox.NamedNode) else []


@pytest.mark.parametrize(
    ("turtle", "iri", "expected"),
    [
        ("<http://x/a> <http://x/p> 1 .", "http://x/a", (1, 1)),
        ("@prefix x: <http://x/> .\nx:b x:p x:a .\nx:a x:p 1.5 .", "http://x/a", (3, 1)),
        ("PREFIX x: <http://x/>\nx:b x:p x:a", "http://x/a", (2, 9)),
        ("@prefix : <http://x/> .\n:b :p '''not\n:a''' . :a :p 1 .", "http://x/a", (3, 9)),
        ('@prefix x: <http://x/> . # x:a\n x:a x:p "x:b . x:a" .', "http://x/a", (2, 2)),
        ("@base <http://x/> .\n@prefix y: <y/> .\n<a> <p> 1 .\ny:b <p> 2 .", "http://x/a", (3, 1)),
        ("@base <http://x/> .\n@prefix y: <y/> .\n<a> <p> 1 .\ny:b <p> 2 .", "http://x/y/b", (4, 1)),
        ("@prefix x: <http://x/> .\nx:b x:p [ x:q x:a ] ; x:p x:c .", "http://x/a", (2, 15)),
        ("@prefix x: <http://x/> .\nx:a\\,b x:p 1 .", "http://x/a,b", (2, 1)),
        ("@prefix x: <http://x/> .\nx:a.b x:p 1 .", "http://x/a.b", (2, 1)),
        ("@prefix x: <http://x/> .\nx:b x:p x:a.\nx:c x:p 1 .", "http://x/a", (2, 9)),
        ("@prefix х: <http://x/> .\nх:река х:п 1 .", "http://x/река", (2, 1)),
        ("<urn:x:a> <urn:x:p> true .", "urn:x:b", None),
    ],
)
def test_term_is_found_however_it_is_written(turtle: str, iri: str, expected: object) -> None:
    positions = TurtlePositions(turtle)
    found = positions.find(iri)
    assert (found[1] if found else positions.mention(iri)) == expected


texts = st.text(alphabet="ab :.;,#<>@'\"\\[]()\n", max_size=40)


@examples(500)
@given(texts)
def test_no_text_makes_it_fail(text: str) -> None:
    positions = TurtlePositions(text)
    found = positions.find("http://x/a")
    assert found is None or found[1][0] >= 1
    assert (positions.mention("http://x/a") or (1, 1))[0] >= 1
