"""In RDF 1.2, each statement has its citations, and an engine that reads RDF 1.2 answers which source says what."""

import pyoxigraph as ox
import pytest

from tests.support import WORLD
from upheaval.build.export import Files
from upheaval.build.reifiers import reifications
from upheaval.populate.assembly import Assembly
from upheaval.rdf.namespaces import RDF, STATECRAFT
from upheaval.sources.parser import read

BASE = "https://example.org/northern-pact/"
PREFIXES = (
    f"PREFIX : <{BASE}> PREFIX s: <{STATECRAFT}> PREFIX rdf: <{RDF}> PREFIX action: <{str(STATECRAFT)[:-1]}/action#> "
)
X = b"<https://e.org/"


@pytest.fixture(scope="module")
def store(world_files: Files) -> ox.Store:
    store = ox.Store()
    store.bulk_load(world_files["northern-pact.12.nt"], format=ox.RdfFormat.N_TRIPLES)
    return store


def rows(store: ox.Store, query: str) -> set[tuple[str, ...]]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return {tuple(str(getattr(term, "value", term)).removeprefix(BASE) for term in solution) for solution in found}


def test_who_says_when_a_treaty_entered_into_force(store: ox.Store) -> None:
    """SPARQL 1.2, with the citations of a part."""
    query = """SELECT ?source ?locator ?bearing {
        :friendship-treaty-1955 s:step ?step . ?step s:action action:entered-into-force .
        << ?step s:date ?date ~ ?citation >> .
        ?citation s:source ?source ; s:locator ?locator ; s:bearing ?b
        BIND (REPLACE(STR(?b), ".*#", "") AS ?bearing) }"""
    assert rows(store, query) == {("gazette", "article 9", "supports")}


def test_statements_of_a_record_have_its_citations(store: ox.Store) -> None:
    query = "SELECT ?source { ?c rdf:reifies <<( :friendship-treaty-1955 s:party :belmora )>> ; s:source ?source }"
    assert rows(store, query) == {("gazette",), ("institute-2010",)}


def test_each_statement_of_a_record_with_sources_is_reified(store: ox.Store, world: Assembly) -> None:
    file = WORLD / "data" / "treaties" / "friendship-treaty-1955.yaml"
    body, _ = read(file.read_bytes(), "x")
    assert body is not None
    query = """SELECT DISTINCT ?p { ?c rdf:reifies ?t . FILTER (isTRIPLE(?t) && SUBJECT(?t) = :friendship-treaty-1955)
        BIND (REPLACE(STR(PREDICATE(?t)), ".*[#/]", "") AS ?p) }"""
    assert {name for (name,) in rows(store, query)} == {*body, "type"} - {"citation"}
    graph = ox.NamedNode(world.publication.graph("data"))
    stated = {quad.triple for quad in world.store.quads_for_pattern(None, None, None, graph)}
    reified = {quad.object for quad in store.quads_for_pattern(None, ox.NamedNode(f"{RDF}reifies"), None)}
    assert reified < stated
    assert all(isinstance(triple, ox.Triple) for triple in reified)


def test_the_rest_is_what_all_is(world_files: Files) -> None:
    described, everything = (world_files[f"northern-pact.{name}.nt"].splitlines() for name in ("12", "all"))
    assert [line for line in described if b"<<(" not in line] == everything
    assert described == sorted(described)


def test_nearest_citations() -> None:
    cited = X + b"a#s> <https://w3id.org/statecraft#citation> " + X + b"a#s/c> ."
    whole = X + b"a> <https://w3id.org/statecraft#citation> " + X + b"a#c> ."
    lines = [whole, cited, X + b'a#s/c> <x:p> "1" .', X + b'a#s/t> <x:p> "2" .', X + b'a#u> <x:p> "3. ." .']
    expected = [("c", 'a#u> <x:p> "3. ."'), ("s/c", 'a#s/t> <x:p> "2"')]
    assert [line.decode() for line in reifications([*lines, X + b'b> <x:p> "4" .'])] == [
        f"<https://e.org/a#{citation}> <{RDF}reifies> <<( <https://e.org/{statement} )>> ."
        for citation, statement in expected
    ]
