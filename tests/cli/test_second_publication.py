"""A publication unlike ours, with classes, codes, rules and shapes of its own, goes through every command."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from rdflib import OWL, RDF, Dataset, Graph, URIRef

from tests.load.stores import start_oxigraph
from tests.serve.support import Running, running
from tests.support import ROOT, sampled
from upheaval.cli.main import main
from upheaval.rdf.graphs import canonical_hash, from_rdflib
from upheaval.schema.schema import prepare

RIVER = ROOT / "tests" / "riverworld"
IRI = "https://data.river.example/id/"
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
DECLARATION = '''"""Phases of floods, by a neighbour."""
import ibis
from upheaval.importers.declaration import Dataset, File, Rows, Sources, text

def records(sources: Sources) -> list[Rows]:
    table = sources.table("phases")
    phases = table.select(id=ibis.literal("phase/").concat(table.number), label="name", file="file", row="row")
    return [Rows("https://river.example/def/Phase", phases)]  # Statecraft has a class of this name

DATASET = Dataset(
    name="neighbour", title="Phases", creator="A Service", publisher="A Service", publisher_kind="agency",
    url="https://phases.example/", citation="Phases.", licence="CC0", edition="1",
    files=(File("phases", {"number": text(required=True), "name": text(required=True)}),),
    actors=(), crosswalk="", records=records, caveats=("Test.",),
)
'''


def upheaval(root: Path, *words: str) -> Result:
    done = CliRunner().invoke(main, [*words, "--root", str(root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the publication, checked, built and with its pages."""
    root = tmp_path_factory.mktemp("river") / "river"
    shutil.copytree(RIVER, root)
    for words in (["check"], ["build", "--to", str(root / "build")], ["site", "--build", str(root / "build")]):
        done = upheaval(root, *words)
        assert done.exit_code == 0, done.output
    return root


@pytest.fixture(scope="module")
def server(river: Path) -> Iterator[Running]:
    with running(river / "build", "--per-client", "0") as started:
        yield started


def test_build_holds_nothing_of_our_publication(river: Path) -> None:
    files = [path for path in (river / "build").rglob("*") if path.is_file() and "assets" not in path.parts]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes()
        assert b"axis-of-upheaval" not in content, path
        assert b"axis:" not in content or path.suffix in (".css", ".js"), path


@pytest.mark.slow
def test_terms_of_its_own_are_in_a_file_apart(river: Path) -> None:
    ours, own = (Graph().parse(river / f"build/{name}.ttl") for name in ("statecraft", "vocabulary"))
    packaged = [path for path in (ROOT / "ontology").rglob("*.ttl") if path.parent.name != "alignments"]
    stated = {triple for path in packaged for triple in Graph().parse(path) if isinstance(triple[0], URIRef)}
    assert stated <= set(ours)
    text = (river / "build/statecraft.ttl").read_text(encoding="utf-8")
    assert not re.search(r"river\.example|river-commission|axis", text, re.IGNORECASE)
    assert (URIRef("https://river.example/def/River"), RDF.type, OWL.Class) in own
    assert (URIRef("urn:river-commission:bulletin"), RDF.type, None) in own
    assert not any(str(node).startswith("https://w3id.org/statecraft") for node in own.subjects())
    for name in ("statecraft", "vocabulary"):
        forms = [set(Graph().parse(river / f"build/{name}.{suffix}")) for suffix in ("jsonld", "ttl")]
        assert len(forms[0]) == len(forms[1])
        assert (river / f"build/{name}.jsonld").is_file()


@pytest.mark.slow
def test_two_libraries_read_each_file_alike(river: Path) -> None:
    stem = river / "build" / "sava-commission"
    expected = None
    for suffix, form in FORMATS.items():
        path = Path(f"{stem}.{suffix}")
        by_oxigraph = canonical_hash(quad.triple for quad in ox.parse(path=str(path), format=form))
        by_rdflib = canonical_hash(from_rdflib(Graph().parse(path)))
        expected = expected or by_oxigraph
        assert by_oxigraph == by_rdflib == expected, suffix
    quads = {len(list(ox.parse(path=f"{stem}.{suffix}", format=form))) for suffix, form in (
        ("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG))}  # fmt: skip
    assert quads == {len(Dataset().parse(f"{stem}.nq"))}


def test_tables_have_the_columns_of_own_classes(river: Path) -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in river.glob("build/csv/*.csv")}
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}
    assert tables["rivers"][0]["use"] == "Treaty|drip"
    assert tables["rivers"][0]["водосбор"] == "97713.5"
    assert {row["says"] for row in tables["readings"]} == {"3", "4"}
    assert {row["sharesRiverWith"] for row in tables["states"]} == {"lower-land", "upper-land"}
    package = json.loads((river / "build/datapackage.json").read_text(encoding="utf-8"))
    described = {field["name"]: field for one in package["resources"] if one["name"] == "readings"
                 for field in one["schema"]["fields"]}  # fmt: skip
    assert described["level"]["type"] == "number"
    assert described["says"]["description"] == "The stage of alarm."


@pytest.mark.slow
def test_streaming_build_has_the_same_identity(river: Path, tmp_path: Path) -> None:
    done = upheaval(river, "build", "--stream", "--to", str(tmp_path / "streamed"))
    assert done.exit_code == 0, done.output
    hashes = [
        json.loads((folder / "manifest.json").read_text())["rdfc10_sha256"]
        for folder in (river / "build", tmp_path / "streamed")
    ]
    assert hashes[0] == hashes[1]


@pytest.mark.slow
def test_question_of_its_own_is_answered(river: Path) -> None:
    done = upheaval(river, "query", "high-water", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["name"], row["level"], row["stage"]) for row in rows] == [
        ("Водомер у моста", "8.7", "3"),
        ("Водомер у моста", "9.1", "4"),
    ]


@pytest.mark.slow
def test_packaged_question_asks_for_records_instead_of_naming_ours(river: Path) -> None:
    refused = upheaval(river, "query", "members")
    assert refused.exit_code == 1
    assert "--organization is required" in refused.output
    done = upheaval(river, "query", "members", "--organization", "river-commission", "--format", "csv")
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_every_kind_has_a_skeleton(river: Path, tmp_path: Path) -> None:
    root = tmp_path / "river"
    shutil.copytree(RIVER, root)
    for folder in sampled(sorted(prepare(RIVER).contract.folders), 6):
        done = upheaval(root, "new", "record", folder, f"new-{folder}")
        assert done.exit_code == 0, done.output
        assert (root / f"data/{folder}/new-{folder}.yaml").is_file()


def test_site_documents_the_terms_at_their_iris(river: Path) -> None:
    site = river / "build/site"
    for term, words in {
        "def/Gauge": "A place where the level of a river is read.",
        "def/drip": "Water for fields, drop by drop.",
        "def/водосбор": "The area that drains into a river",
        "urn/river-commission/flow/level": "The height of the water",
        "def": "Terms of the River Commission",
    }.items():
        assert words in (site / term / "index.html").read_text(encoding="utf-8"), term
    graph = Graph().parse(site / "def.ttl")
    assert (None, None, None) in graph
    subjects = {str(subject) for subject in graph.subjects()}
    assert {"https://river.example/def/Gauge", "https://river.example/def/flood-warning"} <= subjects
    assert not any(subject.startswith("https://w3id.org/statecraft#") for subject in subjects)


def test_links_of_term_pages_lead_to_pages(river: Path) -> None:
    site = river / "build/site"
    for page in [
        *site.glob("def/**/index.html"),
        *site.glob("urn/**/index.html"),
        *site.glob("statecraft/*/index.html"),
    ]:
        for href in re.findall(r'href="([^"#:?]+)["?]', page.read_text(encoding="utf-8")):
            target = (page.parent / href).resolve()
            assert (target / "index.html" if target.is_dir() else target).is_file(), (page, href)


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/def/Gauge", "https://river.example/def/Gauge"),
        ("/def/says", "https://river.example/def/says"),
        ("/def/drip", "https://river.example/def/drip"),
        ("/def/%D0%B2%D0%BE%D0%B4%D0%BE%D1%81%D0%B1%D0%BE%D1%80", "https://river.example/def/водосбор"),
        ("/urn/river-commission/flow/level", "urn:river-commission:flow:level"),
        ("/def", "https://river.example/def"),
        ("/at-the-bridge", f"{IRI}at-the-bridge"),
        ("/statecraft", "https://w3id.org/statecraft"),
    ],
)
def test_terms_and_records_are_negotiated(server: Running, path: str, subject: str) -> None:
    for media, form in (("text/turtle", ox.RdfFormat.TURTLE), ("application/ld+json", ox.RdfFormat.JSON_LD)):
        answer = server.get(path, media)
        if answer.status == 303:
            assert "Accept" in answer.headers["vary"]
            answer = server.get(answer.headers["location"], media)
        assert (answer.status, answer.media) == (200, media)
        assert ox.NamedNode(subject) in {quad.subject for quad in ox.parse(answer.body, format=form)}
    page = server.get(path, "text/html")
    assert page.status == 303
    page = server.get(page.headers["location"], "text/html")
    assert (page.status, page.media) == (200, "text/html")


def test_vocabulary_of_its_own_holds_its_terms_alone(server: Running) -> None:
    triples = [quad.triple for quad in ox.parse(server.get("/def.ttl").body, format=ox.RdfFormat.TURTLE)]
    subjects = {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    assert "https://river.example/def/River" in subjects
    assert not any(subject.startswith(("https://w3id.org/statecraft#", IRI)) for subject in subjects)


@pytest.mark.slow
def test_links_are_checked(river: Path) -> None:
    done = upheaval(river, "link", "--check")
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_rows_become_records_of_an_own_class(river: Path, tmp_path: Path) -> None:
    pytest.importorskip("ibis")
    (tmp_path / "neighbour.py").write_text(DECLARATION)
    (tmp_path / "phases.csv").write_text("number,name\n1,Rise\n2,Fall\n")
    out = tmp_path / "out"
    done = upheaval(river, "import", str(tmp_path / "neighbour.py"), str(tmp_path / "phases.csv"), "--out", str(out))
    assert done.exit_code == 0, done.output
    lines = "".join(path.read_text() for path in out.rglob("*.nq"))
    assert f'<{IRI}import/neighbour/phase/1> <http://www.w3.org/2000/01/rdf-schema#label> "Rise"@en' in lines
    assert lines.count("<https://river.example/def/Phase>") == 2
    matched = upheaval(river, "match", str(out))
    assert matched.exit_code == 0, matched.output


@pytest.mark.slow
def test_build_is_loaded_and_verified(river: Path, tmp_path: Path) -> None:
    store, address = start_oxigraph(tmp_path)
    try:
        done = CliRunner().invoke(main, ["load", f"oxigraph:{address}", "--build", str(river / "build")])
    finally:
        store.stop()
    assert done.exit_code == 0, done.output
    assert json.loads((river / "build/manifest.json").read_text())["rdfc10_sha256"] in done.output


def test_data_conform_to_the_shapes_that_are_published(river: Path) -> None:
    build = river / "build"
    words = ["validate", str(build / "sava-commission.all.nt"), "--shapes", str(build / "shapes.ttl")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
