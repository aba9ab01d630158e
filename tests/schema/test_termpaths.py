"""Vocabularies of any namespace have paths of their own, which no record and no file has."""

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.schema.termdocuments import TermDocuments
from upheaval.schema.termpaths import DescribedTerms, TermPaths, described_terms, owner_of

PREFIXES = """\
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
NAMESPACE = "https://data.example/id/"


def triples(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)]


def paths(turtle: str, *taken: str) -> TermPaths:
    return TermPaths(NAMESPACE, described_terms(triples(turtle)), lambda path: path in taken)


def described(kind: str, *iris: str) -> str:
    return "".join(f'<{iri}> a {kind} ; rdfs:label "x" .\n' for iri in iris)


@pytest.mark.parametrize(
    ("turtle", "iri", "path", "page"),
    [
        ("<https://v.example/def> a owl:Ontology .", "https://v.example/def", "def", "def/"),
        ("<https://v.example/def/> a owl:Ontology .", "https://v.example/def/", "def", "def/"),
        ("<https://v.example/def#> a owl:Ontology .", "https://v.example/def#", "def", "def/"),
        (described("owl:Class", "https://v.example/def#A"), "https://v.example/def#A", "def#A", "def/A/"),
        (described("owl:Class", "https://v.example/def/A"), "https://v.example/def/A", "def/A", "def/A/"),
        (described("owl:Class", "https://v.example/A"), "https://v.example/A", "v.example/A", "v.example/A/"),
        (described("owl:Class", "https://data.example/id/A"), "https://data.example/id/A", "A", "A/"),
        (described("owl:Class", "https://data.example/id/ns#A"), "https://data.example/id/ns#A", "ns#A", "ns/A/"),
        (described("owl:Class", "urn:x:y:A"), "urn:x:y:A", "urn/x/y/A", "urn/x/y/A/"),
        (described("owl:Class", "https://v.example/d/a%20b"), "https://v.example/d/a%20b", "d/a%20b", "d/a~2520b/"),
        (described("owl:Class", "https://v.example/d/../A"), "https://v.example/d/../A", "d/../A", "d/~2e~2e/A/"),
        (described("owl:Class", "https://v.example/д#Я"), "https://v.example/д#Я", "д#Я", "д/Я/"),
        ("<https://v.example/c> a skos:ConceptScheme . <https://v.example/c#a> skos:inScheme <https://v.example/c> .",
         "https://v.example/c#a", "c#a", "c/a/"),
        ("<https://v.example/A> a owl:Class .", "https://v.example/A", None, ""),
        ("<https://v.example/def> a owl:Ontology .", "https://v.example/def/A", None, ""),
    ],
)  # fmt: skip
def test_path_is_that_of_the_iri(turtle: str, iri: str, path: str | None, page: str) -> None:
    found = paths(turtle)
    assert found.of(iri) == path
    assert found.page(iri) == page


@pytest.mark.parametrize("path", ["csv", "doc", "sparql", "schema", "statecraft", "gauge"])
def test_path_of_something_else_begins_with_the_host(path: str) -> None:
    found = paths(described("owl:Class", f"https://v.example/{path}#A"), "gauge")
    assert found.page(f"https://v.example/{path}#A") == f"v.example/{path}/A/"


def test_equal_paths_of_two_hosts_and_equal_names_in_one_vocabulary_are_told_apart() -> None:
    iris = [
        "https://a.example/def#size",
        "https://a.example/def/size",
        "https://b.example/def#size",
        "https://b.example/def/size",
    ]
    found = paths(described("owl:DatatypeProperty", *iris))
    pages = [found.page(iri) for iri in iris]
    assert len(set(pages)) == 4
    assert all(pages)


iris = st.builds(
    lambda host, parts, sign, name: f"https://{host}.example/{'/'.join(parts)}{sign}{name}",
    st.sampled_from("ab"),
    st.lists(st.sampled_from(["def", "x", "..", "id"]), max_size=2),
    st.sampled_from("#/"),
    st.sampled_from(["size", "a", "22", "a.b", "é", "__proto__", "size#x"]),
)


@examples(300)
@given(st.sets(iris, max_size=6))
@example({"https://a.example/def/x/size", "https://b.example/def/x/size#x"})
def test_no_two_terms_share_a_page(terms: set[str]) -> None:
    terms = {iri for iri in terms if iri.count("#") < 2}
    documents = {iri.partition("#")[0] if "#" in iri else iri[: iri.rfind("/") + 1] for iri in terms}
    found = TermPaths(NAMESPACE, DescribedTerms(frozenset(documents - terms), frozenset(terms)))
    pages = [page for page in (found.page(iri) for iri in terms | documents) if page]
    assert len(set(pages)) == len(pages)
    assert not any(part in ("", ".", "..") for page in pages for part in page.rstrip("/").split("/"))


def test_document_holds_what_it_defines_and_what_its_iri_begins() -> None:
    turtle = """
    <https://v.example/def> a owl:Ontology ; rdfs:label "v" .
    <https://v.example/def#A> a owl:Class ; rdfs:label "A" ; rdfs:subClassOf [ a owl:Restriction ] .
    <https://v.example/def/b> a owl:ObjectProperty ; rdfs:label "b" .
    <urn:x:c> a owl:Class ; rdfs:label "c" ; rdfs:isDefinedBy <https://v.example/def> .
    <https://w.example/d> a owl:Class ; rdfs:label "d" .
    """
    documents = TermDocuments(triples(turtle), paths(turtle))
    assert documents.subjects("https://v.example/def") == [
        "https://v.example/def",
        "https://v.example/def#A",
        "https://v.example/def/b",
        "urn:x:c",
    ]
    assert len(documents.triples("https://v.example/def")) == 11


def test_longest_document_owns_a_term() -> None:
    documents = ["https://v.example/def", "https://v.example/def/uses", "https://v.example/de"]
    assert owner_of("https://v.example/def/uses/drip", documents) == "https://v.example/def/uses"
    assert owner_of("https://v.example/definition", documents) is None
