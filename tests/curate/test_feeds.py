"""A feed and an event stream, read by other people's parsers, say what every release changed."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import feedparser
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from click.testing import CliRunner, Result
from hypothesis import given
from rdflib.namespace import DCTERMS, RDF

from tests.curate.test_patches import _GRAPHS, edition, quads
from tests.support import ROOT, examples
from upheaval.cli.main import main
from upheaval.curate.eventstream import release_page
from upheaval.curate.feeds import feeds
from upheaval.rdf.graphs import canonical_hash, from_rdflib
from upheaval.store.releases import Release, read_releases

IRI = "https://data.river.example/id/"
PLACE = "https://elsewhere.example/feeds/"
LDES = rdflib.Namespace("https://w3id.org/ldes#")
TREE = rdflib.Namespace("https://w3id.org/tree#")
AS = rdflib.Namespace("https://www.w3.org/ns/activitystreams#")
VERSIONS = ("3.1.0", "3.2.0", "3.3.0")
RULES = """
PREFIX ldes: <https://w3id.org/ldes#>
PREFIX tree: <https://w3id.org/tree#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
[] a sh:NodeShape ; sh:targetClass ldes:EventStream ; sh:property
    [ sh:path tree:view ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path tree:member ; sh:nodeKind sh:IRI ] ,
    [ sh:path ldes:timestampPath ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path ldes:sequencePath ; sh:maxCount 1 ] ,
    [ sh:path ldes:versionOfPath ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path ldes:versionCreateObject ; sh:maxCount 1 ] ,
    [ sh:path ldes:versionUpdateObject ; sh:maxCount 1 ] ,
    [ sh:path ldes:versionDeleteObject ; sh:maxCount 1 ] ,
    [ sh:path tree:shape ; sh:maxCount 1 ; sh:class sh:NodeShape ] .
[] a sh:NodeShape ; sh:targetSubjectsOf ldes:immutable ; sh:property
    [ sh:path ldes:immutable ; sh:maxCount 1 ; sh:hasValue true ] .
[] a sh:NodeShape ; sh:targetObjectsOf tree:relation ; sh:property
    [ sh:path tree:node ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path tree:path ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path tree:value ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:dateTime ] .
"""
"""What a page must hold: "Validating the pages" in the primer for servers of the LDES specification."""


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--root", str(root)])


def release(root: Path, version: str, day: str) -> None:
    with (root / "CHANGELOG.md").open("a") as file:
        file.write(f"\n## [{version}] - {day}\n\n- Something changes.\n")
    done = run(root, "release", version, "--date", day)
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Return a publication with three releases, of which the second is withdrawn, and the pages of the first alone."""
    root = tmp_path_factory.mktemp("feeds") / "river"
    shutil.copytree(ROOT / "tests" / "riverworld", root)
    (root / "CHANGELOG.md").write_text("# Changes\n")
    release(root, VERSIONS[0], "2026-03-01")
    first = feeds(root)
    gauges = sorted((root / "data/gauges").glob("*.yaml"))
    text = gauges[0].read_text(encoding="utf-8").replace("label:", "label: {en: Another gauge}  #", 1)
    (root / "data/gauges/another-gauge.yaml").write_text(text, encoding="utf-8")
    release(root, VERSIONS[1], "2026-04-01")
    done = run(root, "release", "--withdraw", VERSIONS[1], "--why", "a <b>copy</b> & nothing else")
    assert done.exit_code == 0, done.output
    done = run(root, "rename", gauges[0].stem, "renamed-gauge", "--why", "a better name", "--yes")
    assert done.exit_code == 0, done.output
    release(root, VERSIONS[2], "2026-05-01")
    return SimpleNamespace(root=root, first=first, files=feeds(root), renamed=f"{IRI}{gauges[0].stem}")


def page(text: bytes, path: str) -> rdflib.Dataset:
    data = rdflib.Dataset(default_union=False)
    data.parse(data=text, format="trig", publicID=PLACE + path)
    return data


def replay(held: dict[rdflib.term.Node, rdflib.Graph], data: rdflib.Dataset) -> None:
    """Apply the members of a page as the specification says: by `as:Create`, `as:Update` and `as:Delete`."""
    facts = data.default_graph
    for member in facts.objects(None, TREE.member):
        record, activity = facts.value(member, DCTERMS.isVersionOf), facts.value(member, RDF.type)
        assert record is not None
        assert (record in held) is (activity != AS.Create)
        held.pop(record, None)
        if activity != AS.Delete:
            held[record] = data.graph(member)


def united(held: dict[rdflib.term.Node, rdflib.Graph]) -> str:
    graph = rdflib.Graph()
    for one in held.values():
        graph += one
    return canonical_hash(from_rdflib(graph))


def test_a_consumer_of_the_stream_has_the_data_of_every_release(river: SimpleNamespace) -> None:
    held: dict[rdflib.term.Node, rdflib.Graph] = {}
    root = page(river.files["events.trig"], "events.trig").default_graph
    pages = sorted({str(node) for node in root.objects(None, TREE.node)})
    assert pages == [f"{PLACE}events/{version}.trig" for version in VERSIONS]
    for address, found in zip(pages, read_releases(river.root).values(), strict=True):
        path = address.removeprefix(PLACE)
        replay(held, page(river.files[path], path))
        assert united(held) == found.rdfc10_sha256


def test_a_renamed_record_is_deleted_with_its_successor(river: SimpleNamespace) -> None:
    facts = page(river.files["events/3.3.0.trig"], "events/3.3.0.trig").default_graph
    (member,) = facts.subjects(DCTERMS.isVersionOf, rdflib.URIRef(river.renamed))
    assert str(member) == river.renamed.replace(IRI, f"{IRI}3.3.0/")
    assert facts.value(member, RDF.type) == AS.Delete
    assert facts.value(member, DCTERMS.isReplacedBy) == rdflib.URIRef(f"{IRI}renamed-gauge")


def test_pages_are_as_the_specification_demands(river: SimpleNamespace) -> None:
    rules = rdflib.Graph().parse(data=RULES, format="turtle")
    root = page(river.files["events.trig"], "events.trig").default_graph
    stream = rdflib.URIRef(f"{PLACE}events.trig#stream")
    assert list(root[: TREE.view]) == [(stream, rdflib.URIRef(f"{PLACE}events.trig"))]
    assert conforms(root, rules)
    shape = root.value(stream, TREE.shape)
    for version in VERSIONS:
        path = f"events/{version}.trig"
        facts = page(river.files[path], path).default_graph
        assert facts.value(rdflib.URIRef(PLACE + path), LDES.immutable) == rdflib.Literal(True)
        assert conforms(facts, rules)
        members = list(facts.objects(stream, TREE.member))
        assert members
        shapes = rdflib.Graph() + root
        for member in members:
            shapes.add((shape, rdflib.SH.targetNode, member))
        assert conforms(facts, shapes)
        facts.remove((members[0], DCTERMS.isVersionOf, None))
        assert not conforms(facts, shapes)
    root.remove((None, TREE.value, None))
    assert not conforms(root, rules)


def conforms(data: rdflib.Graph, shapes: rdflib.Graph) -> bool:
    conforms_, _, _ = pyshacl.validate(data, shacl_graph=shapes)
    return bool(conforms_)


def test_the_page_of_a_release_never_changes(river: SimpleNamespace) -> None:
    assert river.files["events/3.1.0.trig"] == river.first["events/3.1.0.trig"]
    assert feeds(river.root) == river.files


def test_a_feed_reader_shows_every_release(river: SimpleNamespace) -> None:
    feed = feedparser.parse(river.files["releases.atom"])
    assert not feed.bozo
    assert feed.version == "atom10"
    assert [entry.id for entry in feed.entries] == [f"{IRI}{version}" for version in reversed(VERSIONS)]
    newest, withdrawn, first = feed.entries
    assert feed.feed.updated == max(entry.updated for entry in feed.entries)
    assert feed.feed.author
    assert first.published == first.updated == "2026-03-01T00:00:00Z"
    assert withdrawn.title.endswith(" 3.2.0 (withdrawn)")
    assert withdrawn.updated > withdrawn.published == "2026-04-01T00:00:00Z"
    assert "<p>Withdrawn: a &lt;b&gt;copy&lt;/b&gt; &amp; nothing else</p>" in withdrawn.content[0].value
    assert "added: " in withdrawn.content[0].value
    assert "renamed: " in newest.content[0].value
    assert newest.content[0].type == "text/html"


def test_the_command_writes_beside_other_files(river: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("here")
    done = run(river.root, "feed", "--to", str(tmp_path))
    assert done.stdout == f"5 files written to {tmp_path}\n"
    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {**river.files, "index.html": b"here"}


def test_what_is_missing_is_said_in_one_line(river: SimpleNamespace, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(river.root, copy, ignore=shutil.ignore_patterns(".upheaval"))
    (tmp_path / "file").write_text("")
    shutil.copytree(ROOT / "tests" / "riverworld", tmp_path / "none")
    for root, to, says in (
        (copy, "feeds", "the files of version 3.1.0 are not here"),
        (tmp_path / "none", "feeds", "there is no release yet"),
        (river.root, "file/feeds", "the feeds cannot be written"),
    ):
        done = run(root, "feed", "--to", str(tmp_path / to))
        assert done.exit_code == 1
        (line,) = done.stderr.splitlines()
        assert says in line
        assert not (tmp_path / "feeds").exists()


@examples(100)
@given(_GRAPHS, _GRAPHS)
def test_any_data_are_replayed(before: dict[str, list[ox.Triple]], after: dict[str, list[ox.Triple]]) -> None:
    held: dict[rdflib.term.Node, rdflib.Graph] = {}
    release = Release("1.0.0", "2026-01-01", "0" * 64, "0" * 64)
    old, new = edition(before), edition(after)
    replay(held, page(release_page(1, release, None, old), "events/1.0.0.trig"))
    replay(held, page(release_page(2, release, old, new), "events/1.0.0.trig"))
    expected = {quad.triple for quad in ox.parse(quads(new), format=ox.RdfFormat.N_QUADS)}
    assert united(held) == canonical_hash(expected)
