"""What RDF/XML cannot express is left out of a build, or refused, and said; nothing ill-formed is written."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from tests.support import copy_of_world, faults_of
from upheaval.build.export import export
from upheaval.faults import Refusal, Severity
from upheaval.populate.assembly import assemble
from upheaval.rdf.graphs import canonical_hash, from_rdflib
from upheaval.rdf.writers import rdf_xml
from upheaval.rdf.xmlnames import NotXml
from upheaval.schema.vocabulary import read_turtle
from upheaval.serve.negotiation import writable

SUBJECT = ox.NamedNode("https://example.org/x")
NUMBERED = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <https://example.org/own/> .
@prefix statecraft: <https://w3id.org/statecraft#> .
x:states a sh:NodeShape ; sh:targetClass statecraft:State ; sh:property x:p .
x:p a sh:PropertyShape ; sh:path x:22 ; sh:datatype <http://www.w3.org/2001/XMLSchema#string> ; sh:message "m" .
"""


@pytest.mark.parametrize(
    ("predicate", "text"),
    [
        ("https://example.org/22", "x"),
        ("https://example.org/p/", "x"),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#li", "x"),
        ("https://example.org/p", "a\x01b"),
        ("https://example.org/p", "a\ufffeb"),
    ],
)
def test_refused(predicate: str, text: str) -> None:
    with pytest.raises(NotXml):
        rdf_xml([ox.Triple(SUBJECT, ox.NamedNode(predicate), ox.Literal(text))], {})


def test_pages_link_no_rdf_xml_that_cannot_be_written() -> None:
    def formats(predicate: str) -> set[str]:
        return {offer.name for offer in writable([ox.Triple(SUBJECT, ox.NamedNode(predicate), ox.Literal("x"))])}

    assert formats("https://example.org/p") == {"ttl", "jsonld", "nt", "rdf"}
    assert formats("https://example.org/22") == {"ttl", "jsonld", "nt"}


@pytest.mark.parametrize("prefixes", [{}, {"x": "https://example.org/22"}])
def test_a_class_without_a_name_is_written(prefixes: dict[str, str]) -> None:
    rdf_type = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    triples = [
        ox.Triple(SUBJECT, rdf_type, ox.NamedNode("https://example.org/22")),
        ox.Triple(SUBJECT, ox.NamedNode("https://example.org/p"), ox.Literal("</x:> <x: >")),
        ox.Triple(ox.NamedNode("https://example.org/y"), rdf_type, ox.NamedNode("https://example.org/22")),
    ]
    read = from_rdflib(Graph().parse(data=rdf_xml(triples, prefixes), format="xml"))
    assert canonical_hash(read) == canonical_hash(triples)


@pytest.mark.slow
def test_build_leaves_rdf_xml_out(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / "shapes").mkdir()
    (root / "shapes" / "own.ttl").write_text(NUMBERED, encoding="utf-8")
    record = root / "data" / "states" / "dorland.yaml"
    record.write_text(record.read_text(encoding="utf-8") + "22: x\n", encoding="utf-8")
    (fault,) = faults_of(root)
    assert (fault.severity, fault.rule) == (Severity.NOTE, "vocabulary/rdf-xml")
    assert "<https://example.org/own/22>" in fault.message
    files = export(assemble(root))
    assert "northern-pact.rdf" not in files
    assert {"statecraft.rdf", "northern-pact.ttl"} <= files.keys()
    assert b"northern-pact.rdf" not in files["catalog.ttl"] + files["manifest.json"]
    assert b"northern-pact.ttl" in files["catalog.ttl"]


@pytest.mark.parametrize(
    ("statement", "rule", "column"),
    [
        (r'<x:s> <x:p> "a\u0001b" .', "turtle/control-character", 13),
        (r'<x:s> <x:p> "a\bb" .', "turtle/control-character", 13),
        ("<x:s> <x:p> <http://example.org/a/../b> .", "turtle/dot-segments", 13),
        (r"<http://example.org/a/.\u002F> <x:p> <x:o> .", "turtle/dot-segments", 1),
    ],
)
def test_ontology_with_terms_that_readers_read_differently(
    tmp_path: Path, statement: str, rule: str, column: int
) -> None:
    file = tmp_path / "own.ttl"
    file.write_text(f"# comment\n{statement}\n", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        read_turtle(file, "ontology/own.ttl")
    (fault,) = refused.value.faults
    assert (fault.rule, fault.at) == (rule, (2, column))


@pytest.mark.slow
def test_record_with_dot_segments(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    record = root / "data" / "sources" / "gazette.yaml"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("example.org/gazette", "example.org/a/../gazette"), encoding="utf-8")
    (fault,) = (one for one in faults_of(root) if one.severity is Severity.ERROR)
    assert "segment" in fault.message
    assert "https://example.org/gazette" in fault.cure
    assert fault.at == (6, 1)
