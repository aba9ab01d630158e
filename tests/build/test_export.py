"""Every file of a build reads back, with two libraries, to what went in, and says the truth about the others."""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rdflib import Dataset, Graph, URIRef
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support import ROOT, WORLD, examples, sampled
from upheaval.build.export import Files
from upheaval.populate.assembly import Assembly
from upheaval.query.sparqlexamples import query_form
from upheaval.rdf.graphs import canonical_hash, from_rdflib, iri_of
from upheaval.rdf.writers import PREFIXES, order, rdf_xml, turtle
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.publication import open_publication

BASE = "https://example.org/northern-pact/"
COMPLETED = {
    "http://www.w3.org/2000/01/rdf-schema#isDefinedBy",
    "http://www.w3.org/2004/02/skos/core#inScheme",
    "http://www.w3.org/2004/02/skos/core#topConceptOf",
    "https://schema.org/includedInDataCatalog",
}
GRAPHS = ("data", "derived", "vocabulary", "catalogue")
TRIPLES = {
    "ttl": (ox.RdfFormat.TURTLE, "turtle"),
    "nt": (ox.RdfFormat.N_TRIPLES, "nt"),
    "rdf": (ox.RdfFormat.RDF_XML, "xml"),
    "jsonld": (ox.RdfFormat.JSON_LD, "json-ld"),
}
QUADS = {"nq": (ox.RdfFormat.N_QUADS, "nquads"), "trig": (ox.RdfFormat.TRIG, "trig")}


@pytest.fixture(scope="module", autouse=True)
def lexical_forms_as_written() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        yield


@pytest.fixture(scope="module")
def files(world_files: Files) -> Files:
    return world_files


@pytest.fixture(scope="module")
def axis_triples(axis_files: Files) -> set[ox.Triple]:
    triples = set(parse(axis_files["axis-of-upheaval.nt"], ox.RdfFormat.N_TRIPLES))
    assert canonical_hash(triples) == json.loads(axis_files["manifest.json"])["rdfc10_sha256"]
    return triples


def parse(content: bytes, form: ox.RdfFormat) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(content, format=form)]


def parse_again(content: bytes, form: str) -> list[ox.Triple]:
    return from_rdflib(Graph(bind_namespaces="none").parse(data=content, format=form))


def identity(files: Files) -> str:
    return str(json.loads(files["manifest.json"])["rdfc10_sha256"])


def in_rooms(content: bytes, form: ox.RdfFormat) -> dict[str, list[ox.Triple]]:
    found: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(content, format=form):
        found.setdefault(str(quad.graph_name.value).rpartition("/graph/")[2], []).append(quad.triple)
    return found


@pytest.mark.parametrize("ending", TRIPLES)
def test_triples_read_back_with_both_libraries(files: Files, ending: str) -> None:
    content, (form, name) = files[f"northern-pact.{ending}"], TRIPLES[ending]
    assert canonical_hash(parse(content, form)) == identity(files)
    assert canonical_hash(parse_again(content, name)) == identity(files)


@pytest.mark.parametrize("ending", sampled([*TRIPLES], 2))
def test_triples_of_the_dataset_read_back(axis_files: Files, axis_triples: set[ox.Triple], ending: str) -> None:
    assert set(parse(axis_files[f"axis-of-upheaval.{ending}"], TRIPLES[ending][0])) == axis_triples


@pytest.mark.parametrize("ending", QUADS)
def test_quads_read_back_with_both_libraries(files: Files, ending: str) -> None:
    content, (form, name) = files[f"northern-pact.{ending}"], QUADS[ending]
    found = in_rooms(content, form)
    assert set(found) == set(GRAPHS)
    assert {name: len(triples) for name, triples in found.items()} == json.loads(files["manifest.json"])["triples"]
    assert canonical_hash({*found["data"], *found["derived"]}) == identity(files)
    dataset = Dataset()
    dataset.parse(data=content, format=name)
    both = Graph()
    for name in GRAPHS:
        graph = dataset.graph(URIRef(f"{BASE}graph/{name}"))
        assert len(graph) == len(found[name])
        if name in ("data", "derived"):
            both += graph
    assert canonical_hash(from_rdflib(both)) == identity(files)


@pytest.mark.parametrize("ending", QUADS)
def test_quads_of_the_dataset_read_back(axis_files: Files, axis_triples: set[ox.Triple], ending: str) -> None:
    found = in_rooms(axis_files[f"axis-of-upheaval.{ending}"], QUADS[ending][0])
    assert set(found) == set(GRAPHS)
    assert {*found["data"], *found["derived"]} == axis_triples


@pytest.mark.parametrize("whose", ["files", "axis_files"])
def test_turtle_is_grouped_and_readable(request: pytest.FixtureRequest, whose: str) -> None:
    files: Files = request.getfixturevalue(whose)
    base = json.loads(files["manifest.json"])["publication"]
    text = files[f"{base.split('/')[-2]}.ttl"].decode()
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert not any(isinstance(t, ox.BlankNode) for one in parse(text.encode(), ox.RdfFormat.TURTLE) for t in one)
    assert f"@base <{base}> .\n" in text
    assert f"<{base}" not in re.sub(r'"(?:[^"\\]|\\.)*"|@base <[^>]*>', "", text)
    prefixes = re.findall(r"(?m)^@prefix (\S*): ", text)
    assert prefixes == sorted(set(prefixes))
    stated, _, derived = text.partition("# Derived from the records above by the rules")
    assert derived
    subjects = re.findall(r"(?m)^<([^>]+)>", stated)
    assert len(subjects) == len(set(subjects))
    records = [subject.partition("#")[0] for subject in subjects]
    firsts = [
        subject for subject, one, before in zip(subjects, records, [None, *records], strict=False) if one != before
    ]
    assert firsts == list(dict.fromkeys(records)), "each record is followed by its parts, and by nothing else of itself"


NASTY = st.sampled_from(
    [":", "..", ".", "/", "//", "?", "#", "%20", "é", "名", "a", "x:y", "@", "'", "(", ";", "=", "-"]
)
IRIS = st.lists(NASTY, max_size=5).map("".join).filter(lambda rest: rest.count("#") < 2).map(
    lambda rest: BASE + rest
) | st.sampled_from(
    ["https://example.org/northern-pact", "https://example.org/", "https://example.net/x", BASE + "x#y/z"]
)
TEXTS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"], include_characters="\t\n"), max_size=20
)
QUOTES = st.sampled_from(
    [f"see <{BASE}x>", f'"<{BASE}x>"', '\\"<', "@prefix a: <b> .\n", "\n<x> a b .", "'''\"\"\"", "\t\n\r"]
)
LITERALS = st.builds(ox.Literal, TEXTS | QUOTES) | st.builds(ox.Literal, TEXTS | QUOTES, language=st.just("zh-Hans"))
STATEMENTS = st.lists(
    st.builds(
        ox.Triple,
        IRIS.map(ox.NamedNode),
        st.sampled_from([ox.NamedNode(BASE + "p"), ox.NamedNode(PREFIXES["rdfs"] + "label")]),
        LITERALS | IRIS.map(ox.NamedNode),
    ),
    max_size=6,
)


@examples(200)
@given(STATEMENTS, st.sampled_from([BASE, None]))
def test_any_triples_survive_turtle(triples: list[ox.Triple], base: str | None) -> None:
    written = turtle(order(triples), {"rdfs": PREFIXES["rdfs"], "BASE": "https://example.net/"}, base)
    assert set(parse(written, ox.RdfFormat.TURTLE)) == set(triples)
    assert set(parse_again(written, "turtle")) == set(triples)


@examples(100)
@given(STATEMENTS)
def test_any_triples_survive_rdf_xml(triples: list[ox.Triple]) -> None:
    written = rdf_xml(order(triples), {"rdfs": PREFIXES["rdfs"], "e": BASE})
    assert set(parse(written, ox.RdfFormat.RDF_XML)) == set(triples)
    assert set(parse_again(written, "xml")) == set(triples)
    assert b"<!DOCTYPE" not in written


def test_json_ld_is_framed_by_record_and_self_contained(files: Files, world: Assembly) -> None:
    document = json.loads(files["northern-pact.jsonld"])
    assert all(isinstance(context, dict) for context in values_of(document, "@context"))
    assert not list(values_of(document, "@import"))
    frames = {frame["id"]: frame for frame in document["@graph"]}
    assert len(frames) == len(document["@graph"])
    subjects = {quad.subject.value for quad in world.store if quad.graph_name.value == f"{BASE}graph/data"}
    for record in world.records:
        parts = {iri.removeprefix(BASE) for iri in subjects if iri.startswith(f"{BASE}{record.slug}#")}
        assert set(values_of(frames[record.slug], "id")) == {record.slug, *parts}


def values_of(node: Any, key: str) -> Iterator[Any]:
    inner = node if isinstance(node, list) else list(node.values()) if isinstance(node, dict) else []
    if isinstance(node, dict) and key in node:
        yield node[key]
    for each in inner:
        yield from values_of(each, key)


def test_context_gives_the_same_triples_in_another_processor(world: Assembly, files: Files) -> None:
    context = json.loads(files["context.jsonld"])
    document = json.dumps(context | {"@graph": world.populated.documents}).encode()
    data = in_rooms(files["northern-pact.nq"], ox.RdfFormat.N_QUADS)["data"]
    assert set(parse_again(document, "json-ld")) == set(data)


def test_context_turns_a_record_into_rdf(world: Assembly, files: Files) -> None:
    context = json.loads(files["context.jsonld"])["@context"]
    stated: dict[str, set[tuple[str, str]]] = {}
    for triple in in_rooms(files["northern-pact.nq"], ox.RdfFormat.N_QUADS)["data"]:
        record = iri_of(triple.subject).removeprefix(BASE).partition("#")[0]
        stated.setdefault(record, set()).add((triple.predicate.value, str(getattr(triple.object, "value", ""))))
    for one in world.records:
        document = {"@context": context, "id": one.slug, "type": one.kind.name, **(one.body or {})}
        for triple in parse(json.dumps(document).encode(), ox.RdfFormat.JSON_LD):
            if not isinstance(triple.object, ox.BlankNode):
                assert (triple.predicate.value, iri_of(triple.object)) in stated[one.slug]


def written_out(triples: Iterable[ox.Triple], declared: str) -> list[ox.Triple]:
    """Give the triples without those that the build adds to the sources of the vocabulary."""
    added = ox.NamedNode(f"http://www.w3.org/2002/07/owl#{declared}")
    return [triple for triple in triples if triple.predicate.value not in COMPLETED and triple.object != added]


@pytest.mark.parametrize(
    ("stem", "endings", "sources"),
    [
        ("statecraft", ("ttl", "jsonld", "rdf"), "ontology/**/*.ttl"),
        ("shapes", ("ttl",), "shapes/*.ttl"),
        ("alignments", ("ttl",), "ontology/alignments/*.ttl"),
    ],
)
def test_vocabulary_reads_back_to_its_sources(files: Files, stem: str, endings: tuple[str, ...], sources: str) -> None:
    graph = Graph(bind_namespaces="none")
    for path in ROOT.glob(sources):
        if path.parent.name != "alignments" or stem == "alignments":
            graph.parse(path, format="turtle")
    expected = canonical_hash(from_rdflib(graph))
    declared = "AnnotationProperty" if stem == "shapes" else "NamedIndividual"
    for ending in endings:
        content, (form, name) = files[f"{stem}.{ending}"], TRIPLES[ending]
        assert canonical_hash(written_out(parse(content, form), declared)) == expected
        assert canonical_hash(written_out(parse_again(content, name), declared)) == expected
        assert b"<!DOCTYPE" not in content


def test_questions_are_executables_with_the_text_of_their_files(files: Files) -> None:
    store = ox.Store()
    store.load(files["queries.ttl"], format=ox.RdfFormat.TURTLE)
    found = store.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?node ?text WHERE { ?node a sh:SPARQLExecutable ; ?form ?text "
        "FILTER (?form IN (sh:select, sh:ask, sh:construct, sh:describe)) }"
    )
    texts = {row["node"].value.rpartition("/")[2]: row["text"].value for row in found}  # type: ignore[union-attr]
    assert texts == {name: one.text for name, one in read_questions(open_publication(WORLD)).items()}
    assert texts.keys() == {path.stem for path in (ROOT / "queries").glob("*.rq")}
    for text in texts.values():
        ox.Store().query(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("PREFIX ask: <http://e/#describe> CONSTRUCT { ?s a ask:x } {}", "CONSTRUCT"),
        ("# select\nprefix a: <http://e/select#>\nask{}", "ASK"),
        ("DESCRIBE<http://e/>", "DESCRIBE"),
    ],
)
def test_kind_of_query_is_recognized(text: str, form: str) -> None:
    assert query_form(text) == form


@pytest.mark.parametrize(("whose", "built"), [("world", "world_files"), ("axis", "axis_files")])
def test_schemas_are_valid_and_fit_every_record(whose: str, built: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(whose)
    made: Files = request.getfixturevalue(built)
    schemas = {path[7:-5]: json.loads(made[path]) for path in made if path.startswith("schema/")}
    assert set(schemas) == {*assembly.contract.folders, "record-names"}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    known: Registry[Any] = Registry().with_resources(
        [(schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas.values()]
    )
    for record in assembly.records[:: 1 if whose == "world" else 40]:
        Draft202012Validator(schemas[record.kind.folder or ""], registry=known).validate(record.body)


def test_manifest_describes_every_file(files: Files) -> None:
    expected = {
        path: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in files.items()
        if path != "manifest.json"
    }
    assert json.loads(files["manifest.json"])["files"] == expected


@pytest.mark.parametrize("whose", ["files", "axis_files"])
def test_no_file_has_a_path_of_this_machine(request: pytest.FixtureRequest, whose: str) -> None:
    places = [b"file://", str(ROOT).encode(), sys.prefix.encode(), f"{Path.home()}/".encode()]
    files: Files = request.getfixturevalue(whose)
    assert not [path for path, content in files.items() for place in places if place in content]
