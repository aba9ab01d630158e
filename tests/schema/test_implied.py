"""What an ontology need not write out is added, whoever's it is, and nothing that it states is changed."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheaval.schema.implied import completion
from upheaval.schema.publication import open_publication
from upheaval.schema.vocabulary import load_vocabulary

PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vann: <http://purl.org/vocab/vann/> .
"""
SHORT = {
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
    "http://www.w3.org/2004/02/skos/core#": "skos:",
}


def triples(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)]


def shortened(term: str) -> str:
    return next((short + term.removeprefix(space) for space, short in SHORT.items() if term.startswith(space)), term)


def added(*files: str) -> set[str]:
    """Give the statements that are added to some Turtle files, as text with a space between the terms."""
    return {
        " ".join(shortened(term.value) for term in (found.subject, found.predicate, found.object))  # type: ignore[union-attr]
        for found in completion([triples(file) for file in files])
    }


@pytest.mark.parametrize(
    ("ontology", "term"),
    [
        ("https://river.example/terms", "https://river.example/terms#Gauge"),
        ("https://river.example/terms", "https://river.example/terms/Gauge"),
        ("https://river.example/terms", "https://river.example/terms/hydrology#Gauge"),
        ("https://river.example/terms#", "https://river.example/terms#Gauge"),
        ("https://river.example/terms/", "https://river.example/terms/Gauge"),
        ("urn:river", "urn:river:Gauge"),
        ("https://река.example/термины", "https://река.example/термины#Водомер"),
    ],
)
@pytest.mark.parametrize("kind", ["owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "rdfs:Datatype"])
def test_term_is_defined_by_the_ontology_of_its_namespace(ontology: str, term: str, kind: str) -> None:
    header, body = f"<{ontology}> a owl:Ontology .", f"<{term}> a {kind} ."
    expected = {f"{term} rdfs:isDefinedBy {ontology}"}
    assert added(header, body) == expected, "the header may stand in another file"
    assert added(header + body) == expected


@pytest.mark.parametrize(
    "term",
    ["https://river.example/termsGauge", "http://purl.org/dc/terms/title", "https://river.example/other#Gauge"],
)
def test_term_of_another_namespace_is_left_alone(term: str) -> None:
    assert not added(f"<https://river.example/terms> a owl:Ontology . <{term}> a owl:AnnotationProperty .")


def test_preferred_namespace_counts() -> None:
    header = '<https://river.example/onto> a owl:Ontology ; vann:preferredNamespaceUri "https://river.example/ns/" .'
    assert added(header, "<https://river.example/ns/Gauge> a owl:Class .") == {
        "https://river.example/ns/Gauge rdfs:isDefinedBy https://river.example/onto"
    }


def test_longest_namespace_wins() -> None:
    headers = "<https://river.example/> a owl:Ontology . <https://river.example/flood> a owl:Ontology ."
    assert added(headers, "<https://river.example/flood#Dike> a owl:Class .") == {
        "https://river.example/flood#Dike rdfs:isDefinedBy https://river.example/flood"
    }


CODES = """
<https://river.example/terms> a owl:Ontology .
<https://river.example/terms/Use> a owl:Class ; rdfs:subClassOf skos:Concept ; rdfs:isDefinedBy <https://x.example/> .
<https://river.example/terms/{scheme}> a skos:ConceptScheme ; rdfs:isDefinedBy <https://x.example/> .
<https://river.example/terms/{first}> a <https://river.example/terms/Use> .
<https://river.example/terms/{second}> a <https://river.example/terms/Use> ;
    skos:broader <https://river.example/terms/{first}> .
"""


@pytest.mark.parametrize(
    ("scheme", "first", "second"),
    [("use", "use#irrigation", "use#drip"), ("use", "use/irrigation", "use/drip"), ("uses", "irrigation", "drip")],
)
def test_concept_gets_its_scheme_and_the_widest_are_on_top(scheme: str, first: str, second: str) -> None:
    base = "https://river.example/terms"
    assert added(CODES.format(scheme=scheme, first=first, second=second)) == {
        f"{base}/{first} rdfs:isDefinedBy {base}",
        f"{base}/{second} rdfs:isDefinedBy {base}",
        f"{base}/{first} skos:inScheme {base}/{scheme}",
        f"{base}/{second} skos:inScheme {base}/{scheme}",
        f"{base}/{first} skos:topConceptOf {base}/{scheme}",
    }


def test_concept_with_an_ambiguous_scheme_is_left_alone() -> None:
    schemes = "<https://a.example/one> a skos:ConceptScheme . <https://a.example/two> a skos:ConceptScheme ."
    assert not added(schemes + "<https://a.example/concept> a skos:Concept .")
    assert not added(schemes, "<https://a.example/concept> a skos:Concept .")


def test_stated_values_are_kept() -> None:
    concept = """
    <https://a.example/one> a skos:ConceptScheme . <https://a.example/two> a skos:ConceptScheme .
    <https://a.example/one#x> a skos:Concept ; skos:inScheme <https://a.example/two> ;
        rdfs:isDefinedBy <https://b.example/> .
    """
    header = "<https://a.example/> a owl:Ontology ."
    found = added(header, concept)
    assert {line for line in found if line.startswith("https://a.example/one#x")} == {
        "https://a.example/one#x skos:topConceptOf https://a.example/two"
    }


names = st.sampled_from(["https://a.example/o", "https://a.example/o#x", "https://a.example/o#y", "urn:a", "urn:a:b"])
kinds = st.sampled_from(["owl:Ontology", "owl:Class", "skos:ConceptScheme", "skos:Concept", "owl:ObjectProperty"])
links = st.sampled_from(["skos:inScheme", "skos:topConceptOf", "skos:broader", "rdfs:isDefinedBy", "rdfs:subClassOf"])
statements = st.one_of(
    st.builds("<{}> a {} .".format, names, kinds), st.builds("<{}> {} <{}> .".format, names, links, names)
)


@given(st.lists(st.lists(statements), max_size=3))
def test_completing_twice_adds_nothing_more(files: Iterable[Iterable[str]]) -> None:
    parsed = [triples("\n".join(lines)) for lines in files]
    found = completion(parsed)
    assert len(found) == len(set(found))
    assert not {triple for file in parsed for triple in file} & set(found)
    assert not completion([*parsed, found])


def test_terms_of_other_publications_are_completed_too(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/publication.yaml").write_text(
        "iri: https://river.example/data/\nprefix: river\nname: river\ntitle: River\ndescription: Water\n"
        "license: https://creativecommons.org/licenses/by/4.0/\ncreator: Commission\nversion: 1.0.0\n"
        "issued: 2026-01-01\n"
    )
    (tmp_path / "ontology/codes").mkdir(parents=True)
    (tmp_path / "ontology/river.ttl").write_text(PREFIXES + "<https://river.example/terms> a owl:Ontology .")
    (tmp_path / "ontology/codes/use.ttl").write_text(
        PREFIXES + CODES.format(scheme="use", first="irrigate", second="z")
    )
    vocabulary = load_vocabulary(open_publication(tmp_path))
    statement = ox.Triple(
        ox.NamedNode("https://river.example/terms/irrigate"),
        ox.NamedNode("http://www.w3.org/2004/02/skos/core#topConceptOf"),
        ox.NamedNode("https://river.example/terms/use"),
    )
    assert statement in vocabulary.ontology
    listed = {triple for triple in vocabulary.ontology if triple.predicate.value.endswith("includedInDataCatalog")}
    assert len(listed) == 1
    known = {*vocabulary.ontology, *vocabulary.shapes} - listed
    assert len([*vocabulary.graph.triples((None, None, None))]) == len(known)
