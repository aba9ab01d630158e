"""The catalogue says what each file is, and is a DCAT-AP catalogue."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SH
from rdflib.term import Node

from tests.conformance import record
from tests.support import ROOT, copy_of_world, suite
from upheaval.build.catalog import DCAT, describe
from upheaval.build.distributions import add_files
from upheaval.build.export import Files, export
from upheaval.build.mediatypes import FORMATS, MEDIA
from upheaval.build.statistics import Counts
from upheaval.curate.templates import new_publication
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.graphs import iri_of
from upheaval.schema.publication import open_publication

BASE = "https://example.org/northern-pact/"
SELF_DESCRIBING = ("catalog.ttl", "catalog.jsonld", "manifest.json")
NOBODY_SAYS = {DCTERMS.spatial, DCTERMS.type}
PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX prof: <http://www.w3.org/ns/dx/prof/>
PREFIX role: <http://www.w3.org/ns/dx/prof/role/> PREFIX schema: <https://schema.org/>
PREFIX spdx: <http://spdx.org/rdf/terms#> PREFIX void: <http://rdfs.org/ns/void#>
"""


@pytest.fixture(scope="module")
def files(world: Assembly) -> Files:
    return export(world)


@pytest.fixture(scope="module")
def catalog(files: Files) -> ox.Store:
    store = ox.Store()
    store.load(files["catalog.ttl"], format=ox.RdfFormat.TURTLE)
    store.load(files["northern-pact.nt"], format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode("urn:data"))
    return store


def ask(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(tuple(iri_of(term) for term in row if term is not None) for row in found)


def graph_of(files: Mapping[str, bytes]) -> Graph:
    return Graph().parse(data=files["catalog.ttl"], format="turtle")


def report_of(graph: Graph, shapes: Graph) -> Graph:
    _, report, _ = validate(graph, shacl_graph=shapes)
    assert isinstance(report, Graph)
    return report


def results(graph: Graph, file: str) -> list[tuple[Node | None, Node | None, Node | None]]:
    """Return severity, path and focus node of everything that DCAT-AP's shapes find in a catalogue."""
    report = report_of(graph, Graph().parse(suite("dcat-ap-3.0.1", file)))
    return [
        (report.value(one, SH.resultSeverity), report.value(one, SH.resultPath), report.value(one, SH.focusNode))
        for one in report.subjects(RDF.type, SH.ValidationResult)
    ]


@pytest.mark.parametrize("file", ["shapes.ttl", "range.ttl"])
def test_catalogue_conforms_to_dcat_ap(files: Files, file: str) -> None:
    assert results(graph_of(files), file) == []


def test_catalogue_lacks_only_recommended_properties_that_the_publication_omits(files: Files) -> None:
    found = results(graph_of(files), "shapes_recommended.ttl")
    assert {path for _, path, _ in found} == NOBODY_SAYS
    assert {severity for severity, _, _ in found} == {SH.Warning}


def test_shipped_catalogue_has_every_recommended_property(tmp_path: Path) -> None:
    text = (ROOT / "data" / "publication.yaml").read_text(encoding="utf-8")
    root = copy_of_world(tmp_path)
    (root / "data" / "publication.yaml").write_text(text, encoding="utf-8")
    graph = graph_of(export(assemble(root)))
    for file in ("shapes.ttl", "shapes_recommended.ttl", "range.ttl"):
        shapes = Graph().parse(suite("dcat-ap-3.0.1", file))
        violated = set(report_of(graph, shapes).objects(None, SH.sourceShape))
        for shape in shapes.subjects(RDF.type, SH.NodeShape):
            passed = violated.isdisjoint({shape, *shapes.objects(shape, SH.property)})
            record("dcat-ap", f"{Path(file).stem}/{re.split('[#/]', str(shape))[-1]}", passed)
        assert violated == set()


def test_catalogue_of_a_new_publication_conforms_to_dcat_ap(tmp_path: Path) -> None:
    new_publication(tmp_path / "a-pact")
    graph = graph_of(export(assemble(tmp_path / "a-pact")))
    for file in ("shapes.ttl", "range.ttl"):
        assert results(graph, file) == []


def test_missing_property_is_found_by_the_shapes_of_dcat_ap(files: Files) -> None:
    """Each of these is taken away, and then found missing."""
    graph = graph_of(files)
    dataset, catalog = URIRef(BASE), URIRef(BASE + "catalog")
    demanded: set[tuple[Node, Node]] = {
        (dataset, DCTERMS.title),
        (URIRef(BASE + "csv/states"), DCTERMS.description),
        (URIRef(BASE + "csv"), DCTERMS.title),
        (catalog, DCTERMS.publisher),
        (URIRef(BASE + "northern-pact.ttl"), DCAT.accessURL),
        (URIRef(BASE + "catalog#agent-the-axis-of-upheaval-contributors"), FOAF.name),
    }
    for subject, predicate in demanded:
        graph.remove((subject, predicate, None))
    assert {(focus, path) for _, path, focus in results(graph, "shapes.ttl")} == demanded
    for name in ("catalog#period", "catalog#contact", "1.0.0"):
        graph.remove((URIRef(BASE + name), RDF.type, None))
    found = {(focus, path) for _, path, focus in results(graph, "range.ttl")}
    untyped = {(dataset, path) for path in (DCTERMS.temporal, DCAT.contactPoint, DCTERMS.hasVersion)}
    assert {*untyped, (catalog, DCAT.dataset)} <= found


def test_catalogue_describes_every_other_file(files: Files, catalog: ox.Store) -> None:
    found = ask(
        catalog,
        "SELECT ?file ?size ?hash ?media WHERE { ?file dcat:byteSize ?size ; spdx:checksum/spdx:checksumValue ?hash ;"
        "schema:encodingFormat ?media ; schema:contentUrl ?file }",
    )
    described = {name.removeprefix(BASE): (size, digest) for name, size, digest, _ in found}
    assert described == {
        path: (str(len(content)), hashlib.sha256(content).hexdigest())
        for path, content in files.items()
        if path not in SELF_DESCRIBING
    }
    assert {media for *_, media in found} <= set(MEDIA.values())


def test_each_file_has_its_role(files: Files, catalog: ox.Store) -> None:
    def named(query: str) -> set[str]:
        return {name.removeprefix(BASE) for (name,) in ask(catalog, query)}

    forms = named(f"SELECT ?file {{ <{BASE}> dcat:distribution ?file }}")
    assert forms == {
        "datapackage.json",
        *(f"northern-pact.{end}" for end in ("12.nt", "all.nt", "jsonld", "nq", "nt", "owl", "rdf", "trig", "ttl")),
    }
    tables = named(f"SELECT ?file {{ ?table dcat:inSeries <{BASE}csv> ; dcat:distribution ?file }}")
    assert tables == {path for path in files if path.startswith(("csv/", "data/"))}
    artifacts = "{ ?d dcterms:conformsTo/prof:hasResource ?r . ?r prof:hasArtifact ?file ; prof:hasRole role:%s }"
    assert named("SELECT ?file " + artifacts % "validation") == {"shapes.ttl"}
    assert named("SELECT ?file " + artifacts % "schema") == {path for path in files if path.startswith("schema/")}
    assert named("SELECT ?file " + artifacts % "mapping") == {
        "context.jsonld",
        "alignments.ttl",
        "alignments.sssom.tsv",
    }
    examples = named("SELECT ?file " + artifacts % "example")
    assert examples == {"competency.ttl", "competency-data.ttl"}
    vocabulary = named("SELECT ?file " + artifacts % "vocabulary")
    assert vocabulary == {"statecraft.ttl", "statecraft.jsonld", "statecraft.rdf"}
    documents = named(f"SELECT ?file {{ ?file a foaf:Document . <{BASE}> ?about ?file FILTER (?file != <{BASE}>) }}")
    assert documents == {"queries.ttl", "codebook.md", "quality.md", "croissant.json", "conformance.ttl"}
    descriptors = {
        "context.jsonld",
        "alignments.ttl",
        "alignments.sssom.tsv",
        "shapes.ttl",
        *vocabulary,
        *examples,
        *documents,
    }
    schemas = {path for path in files if path.startswith("schema/")}
    assert {*forms, *tables, *descriptors, *schemas} == set(files) - set(SELF_DESCRIBING)


def test_compressed_file_has_the_role_of_its_content(world: Assembly) -> None:
    graph = Graph()
    add_files(graph, world.publication, {"northern-pact.nq.gz": b""})
    file, iana = URIRef(BASE + "northern-pact.nq.gz"), "https://www.iana.org/assignments/media-types/application/"
    assert graph.value(file, DCAT.mediaType) == URIRef(iana + "n-quads")
    assert graph.value(file, DCAT.compressFormat) == URIRef(iana + "gzip")


def test_every_kind_of_file_has_a_media_type() -> None:
    assert set(FORMATS) < set(MEDIA)


@pytest.mark.parametrize(
    ("spatial", "box", "centre"),
    [
        ("[-180, -90, 180, 90]", "POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", "POINT(0 0)"),
        (
            "[170.5, 10, -170, 20]",
            "MULTIPOLYGON(((170.5 10, 180 10, 180 20, 170.5 20, 170.5 10)), "
            "((-180 10, -170 10, -170 20, -180 20, -180 10)))",
            "POINT(-179.75 15)",
        ),
    ],
)
def test_area_has_a_bounding_box_and_a_centre(tmp_path: Path, spatial: str, box: str, centre: str) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data" / "publication.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"spatial: {spatial}\n", encoding="utf-8")
    graph = describe(open_publication(root), Counts(), ())
    area = graph.value(URIRef(BASE), DCTERMS.spatial)
    assert str(graph.value(area, DCAT.bbox)) == box
    assert str(graph.value(area, DCAT.centroid)) == centre


def test_terms_with_the_same_name_have_separate_partitions(world: Assembly) -> None:
    counts = Counts()
    counts.classes.update({"http://one.example/x#Basin": 1, "http://two.example/x#Basin": 2, "urn:y:Basin": 3})
    graph = describe(world.publication, counts, ())
    void = "http://rdfs.org/ns/void#"
    parts = list(graph.objects(URIRef(BASE), URIRef(void + "classPartition")))
    assert sorted(int(str(graph.value(part, URIRef(void + "entities")))) for part in parts) == [1, 2, 3]


def test_people_and_publisher_are_nodes_with_names(files: Files) -> None:
    graph = graph_of(files)
    for predicate in (DCTERMS.creator, DCTERMS.publisher, URIRef("https://schema.org/creator")):
        (somebody,) = graph.objects(URIRef(BASE), predicate)
        assert (somebody, FOAF.name, Literal("The Axis of Upheaval contributors")) in graph


@pytest.mark.parametrize(
    ("stated", "counted"),
    [
        ("?d void:triples ?n", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("?d void:distinctSubjects ?n", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("?d void:distinctObjects ?n", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        ("?d void:classes ?n", "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }"),
        ("?d void:properties ?n", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
    ],
)
def test_counts_equal_those_of_sparql(catalog: ox.Store, stated: str, counted: str) -> None:
    assert ask(catalog, f"SELECT ?n {{ ?d a void:Dataset . {stated} }}") == ask(
        catalog, counted.replace("{ ", "{ GRAPH <urn:data> { ") + " }"
    )


def test_partitions_equal_the_counts_of_sparql(catalog: ox.Store) -> None:
    classes = ask(catalog, "SELECT ?c ?n { ?d void:classPartition [ void:class ?c ; void:entities ?n ] }")
    properties = ask(catalog, "SELECT ?p ?n { ?d void:propertyPartition [ void:property ?p ; void:triples ?n ] }")
    data = "{ GRAPH <urn:data> { ?s ?p ?o } }"
    assert properties == ask(catalog, f"SELECT ?p (COUNT(*) AS ?n) {data} GROUP BY ?p")
    assert classes == ask(catalog, f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {data.replace('?p ?o', 'a ?c')} GROUP BY ?c")


def test_dataset_has_the_properties_that_search_engines_require(catalog: ox.Store, axis: Assembly) -> None:
    ((name, description, licence, version),) = ask(
        catalog,
        "SELECT ?name ?description ?licence ?version { ?d a schema:Dataset ; schema:name ?name ;"
        "schema:description ?description ; schema:license ?licence ; dcterms:license ?licence ;"
        "schema:version ?version }",
    )
    assert (name, version) == ("Northern Pact", "1.0.0")
    assert 50 <= len(description) <= 5000
    assert 50 <= len(axis.publication.description) <= 5000
    assert licence == "https://creativecommons.org/licenses/by/4.0/" == axis.publication.license
    assert ask(catalog, "SELECT ?t { ?d schema:temporalCoverage ?t }") == [("1920-01-01/2020-12-31",)]
