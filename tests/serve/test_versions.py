"""Each released version stands below its own number, withdrawn or not, and says which one is the latest."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Graph, URIRef

from tests.serve.support import LABEL, NAMESPACE, Running, label, make_build, release, running
from tests.support import WORLD
from upheaval.cli.main import main
from upheaval.populate.assembly import Assembly
from upheaval.site.writing import write_site
from upheaval.store.snapshots import put

pytestmark = pytest.mark.slow
FORMS = {"text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml"}


@pytest.fixture(scope="module")
def root(world: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a publication with four releases: the first is not at hand, the second and the last are withdrawn."""
    root = Path(shutil.copytree(WORLD, tmp_path_factory.mktemp("versions") / "root"))
    release(root, world, "0.8.0", b"")
    put(
        root,
        release(root, world, "0.9.0", label("arvenia", "Then"), state="withdrawn", withdrawn="2026-02-01", why="<b>"),
    )
    earlier = ("https://w3id.org/statecraft/0.0.9",)
    more = label("arvenia", "Later") + label("gone-since", "Gone")
    put(root, release(root, world, "1.0.0", more, vocabularies=earlier))
    put(root, release(root, world, "1.1.0", b"", state="withdrawn", withdrawn="2026-03-01", why="a forged source"))
    return root


@pytest.fixture(scope="module")
def server(root: Path, world: Assembly) -> Iterator[Running]:
    build = make_build(world, root / "build", label("arvenia", "Now"))
    with running(build, "--root", str(root), "--per-client", "0") as started:
        yield started


@pytest.mark.parametrize("accept", FORMS)
@pytest.mark.parametrize("version", ["0.9.0", "1.0.0", "1.1.0"])
def test_a_version_iri_leads_to_the_dataset_of_that_version(server: Running, version: str, accept: str) -> None:
    answer = server.get(f"/{version}", accept)
    assert (answer.status, "Accept" in answer.headers["vary"]) == (303, True)
    document = server.get(answer.headers["location"], accept)
    assert (document.status, document.media) == (200, accept)
    graph = Graph().parse(data=document.body, format=FORMS[accept])
    assert (URIRef(f"{NAMESPACE}{version}"), None, None) in graph
    page = server.get(f"/{version}", "text/html")
    assert (page.status, page.headers["location"]) == (303, f"/{version}/")
    assert server.get(f"/{version}/").status == 200
    assert server.get(f"/{version}", "image/png").status == 406


def test_an_earlier_version_of_a_vocabulary_leads_to_the_release_that_has_it(server: Running) -> None:
    answer = server.get("/statecraft/0.0.9")
    assert (answer.status, answer.headers["location"]) == (303, "/1.0.0/statecraft")
    assert server.get("/1.0.0/statecraft", "text/turtle").status == 200
    assert server.get("/statecraft/0.0.8").status == 404


def test_the_version_of_a_vocabulary_leads_to_the_vocabulary(server: Running) -> None:
    ontology = re.search(r"owl:versionIRI <https://w3id.org/(statecraft/[0-9.]+)>", server.get("/statecraft.ttl").text)
    assert ontology
    assert server.get(f"/{ontology[1]}").headers["location"] == "/statecraft"
    assert server.get(f"/{ontology[1].rpartition('/')[2]}.5").status == 404


@pytest.mark.parametrize(("version", "label"), [("0.9.0/", "Then"), ("1.0.0/", "Later"), ("", "Now")])
def test_a_record_is_as_it_was_in_each_version(server: Running, version: str, label: str) -> None:
    answer = server.get(f"/{version}arvenia", "text/turtle")
    assert (answer.status, answer.headers["location"]) == (303, f"/{version}doc/arvenia.ttl")
    graph = Graph().parse(data=server.get(f"/{version}doc/arvenia.ttl").body, format="turtle")
    labels = {str(one) for one in graph.objects(URIRef(f"{NAMESPACE}arvenia"), URIRef(LABEL))}
    assert labels & {"Then", "Later", "Now"} == {label}
    assert server.get("/1.0.0/gone-since", "text/turtle").status == 303
    assert server.get("/gone-since", "text/turtle").status == 404


def test_a_page_switches_between_versions(server: Running) -> None:
    for path, shown in (("/doc/arvenia.html", "now"), ("/1.0.0/doc/arvenia.html", "1.0.0")):
        page = server.get(path).text
        links = dict(
            re.findall(
                r'<a href="(/[^"]*arvenia)">([^<]+)</a>', page.partition("As of version")[2].partition("</p>")[0]
            )
        )
        found = {"/arvenia": "now", "/1.1.0/arvenia": "1.1.0", "/1.0.0/arvenia": "1.0.0", "/0.9.0/arvenia": "0.9.0"}
        assert links == {href: version for href, version in found.items() if version != shown}
        assert f"<strong>{shown}</strong>" in page
        for href in links:
            assert server.get(href, "text/html").status == 303, href
    inside = set(re.findall(r'href="(/[^"]+)"', server.get("/1.0.0/doc/arvenia.html").text.partition("<dl>")[2]))
    assert inside
    assert all(href.startswith("/1.0.0/") for href in inside), inside


@pytest.mark.parametrize("path", ["", "doc/arvenia.html", "doc/arvenia.ttl", "manifest.json", "csv/states.csv"])
def test_a_withdrawn_version_answers_says_why_and_is_never_the_latest(server: Running, path: str) -> None:
    answer = server.get(f"/1.1.0/{path}")
    assert answer.status == 200
    assert answer.headers["deprecation"] == "@1772323200"
    assert f'<{NAMESPACE}1.0.0>; rel="latest-version"' in answer.headers["link"]
    assert '</1.1.0/>; rel="deprecation"' in answer.headers["link"]
    if answer.media == "text/html":
        assert "Withdrawn on 2026-03-01: a forged source" in answer.text
    standing = server.get(f"/1.0.0/{path}")
    assert "deprecation" not in standing.headers
    assert "latest-version" not in standing.headers["link"]
    assert "the latest version" in server.get("/1.0.0/").text
    assert "the latest version" not in server.get("/1.1.0/").text
    assert "Withdrawn on 2026-02-01: &lt;b&gt;" in server.get("/0.9.0/").text


def test_a_version_without_its_files_says_so(server: Running) -> None:
    assert "Its files are not on this server." in server.get("/0.8.0/").text
    assert server.get("/0.8.0", "text/turtle").headers["location"] == "/0.8.0/"
    answer = server.get("/0.8.0/manifest.json")
    assert (answer.status, answer.media) == (404, "application/problem+json")
    assert "the files of version 0.8.0 are not on this server" in answer.text
    assert server.get("/7.7.7/").status == 404


def test_a_served_version_can_be_verified_and_kept(server: Running, root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "releases", tmp_path / "releases")
    words = ["verify", f"{server.base}1.0.0/", "--keep", "--root", str(tmp_path)]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "release of 2026-01-01" in done.output) == (1, False), done.output
    assert "RDFC-1.0" in done.output, "the world's canonical hash does not count what the test added"
    plain = server.get("/1.1.0/manifest.json")
    digest = json.loads((root / "releases/1.1.0.json").read_bytes())["manifest_sha256"]
    assert hashlib.sha256(plain.body).hexdigest() == digest
    words[1] = f"{server.base}1.1.0/"
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "withdrawn on 2026-03-01" in done.output) == (0, True), done.output


def test_damaged_files_are_not_served(root: Path, world: Assembly, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "root"))
    digest = json.loads((copy / "releases/1.0.0.json").read_bytes())["manifest_sha256"]
    file = copy / ".upheaval/snapshots" / digest / "csv/states.csv"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[::-1])
    with running(copy / "build", "--root", str(copy)) as server:
        answer = server.get("/1.0.0/csv/states.csv")
        assert (answer.status, "have been changed" in answer.text) == (503, True)
        assert server.get("/1.1.0/csv/states.csv").status == 200


def test_releases_of_another_publication_are_not_served(root: Path, build: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "data").mkdir(parents=True)
    shutil.copytree(root / "releases", other / "releases")
    text = (root / "data/publication.yaml").read_text()
    (other / "data/publication.yaml").write_text(text.replace(NAMESPACE, "https://example.org/another/"))
    with running(build, "--root", str(other)) as server:
        assert server.get("/0.9.0/").status == 404


def test_feeds_that_the_site_has_are_served_and_linked(world: Assembly, tmp_path: Path) -> None:
    build = make_build(world, tmp_path / "build")
    files = {"releases.atom": b"<feed/>", "events.trig": b"", "events/1.0.0.trig": b""}
    write_site(build / "site", files.items(), {}, json.loads((build / "manifest.json").read_bytes())["rdfc10_sha256"])
    with running(build) as server:
        for page in ("/", "/doc/arvenia.html"):
            assert '<link rel="alternate" type="application/atom+xml"' in server.get(page, "text/html").text
        found = {path: server.get(f"/{path}", "*/*").media for path in files}
        trig = "application/trig"
        assert found == {"releases.atom": "application/atom+xml", "events.trig": trig, "events/1.0.0.trig": trig}
