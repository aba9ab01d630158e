"""Linked data: every IRI of the world resolves, in every form, with its links and validators."""

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from tests.serve.support import NAMESPACE, Running, make_build, running
from tests.support import WORLD
from upheaval.explore.corpus import read_corpus
from upheaval.explore.selectionfiles import FILES
from upheaval.explore.states import read_state
from upheaval.faults import Refusal
from upheaval.populate.assembly import Assembly
from upheaval.serve.limits import Limits
from upheaval.serve.policy import PAGES, PICTURES
from upheaval.serve.running import run
from upheaval.site.rendering import render

pytestmark = pytest.mark.slow

FORMS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
PARSERS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}


def follow(server: Running, path: str, accept: str) -> tuple[list[int], str]:
    codes = []
    for _ in range(4):
        answer = server.get(path, accept)
        codes.append(answer.status)
        if answer.status not in (301, 302, 303, 307, 308):
            return codes, answer.text
        path = answer.headers["location"]
    return codes, ""


def minted(build: Path) -> set[str]:
    """Every IRI of ours in the build: as subject, predicate, object or graph."""
    found: set[str] = set()
    for path, form in (("northern-pact.nq", ox.RdfFormat.N_QUADS), ("shapes.ttl", None), ("queries.ttl", None)):
        for quad in ox.parse(path=str(build / path), format=form):
            if (
                quad.predicate.value == "http://www.w3.org/2002/07/owl#priorVersion"
            ):  # not in this build, and no release is beside it
                continue
            terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
            found |= {term.value for term in terms if isinstance(term, ox.NamedNode)}
    # the endpoint is named in queries.ttl and answers itself
    return {iri for iri in found if iri.startswith((NAMESPACE, "https://w3id.org/statecraft"))}


def test_every_iri_resolves(server: Running, build: Path) -> None:
    iris = minted(build)
    paths: dict[str, str] = {}
    for iri in iris:
        name = iri.partition("#")[0]
        space = NAMESPACE if name.startswith(NAMESPACE) else "https://w3id.org/"
        paths["/" + quote(name.removeprefix(space))] = name
    failed = {}
    for path in sorted(paths):
        codes, _ = follow(server, path, "text/turtle;q=0.9, */*;q=0.1")
        if codes[-1] not in (200, 410):
            failed[path] = codes
    assert not failed
    assert len(iris) > 700
    assert len(paths) > 250


def test_terms_are_in_their_document(server: Running) -> None:
    for path, term in (
        ("/statecraft", "https://w3id.org/statecraft#Treaty"),
        ("/statecraft/cooperation", "https://w3id.org/statecraft/cooperation#arms-transfer"),
        ("/statecraft/shapes", "https://w3id.org/statecraft/shapes#"),
    ):
        codes, text = follow(server, path, "text/turtle")
        assert codes == [200]
        graph = Graph().parse(data=text, format="turtle")
        assert any(str(subject).startswith(term) for subject in graph.subjects()), path
        _, page = follow(server, path, "text/html")
        assert f'id="{term.partition("#")[2]}' in page


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, "ttl"), ("*/*", "ttl"), ("text/turtle", "ttl"), ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"), ("application/rdf+xml", "rdf"), ("text/html", "html"),
        ("application/rdf+xml;q=0.5, text/turtle;q=0.4", "rdf"), ("text/html;q=0, */*", "ttl"),
        ("application/json", "jsonld"), ("text/*;q=0.1, application/ld+json;q=0.2", "jsonld"),
    ],
)  # fmt: skip
def test_a_record_redirects_to_its_document(server: Running, accept: str | None, suffix: str) -> None:
    answer = server.get("/arvenia", accept)
    assert (answer.status, answer.headers["location"]) == (303, f"/doc/arvenia.{suffix}")
    assert "Accept" in answer.headers["vary"]
    document = server.get("/doc/arvenia", accept)
    assert (document.status, document.headers["content-location"]) == (200, f"/doc/arvenia.{suffix}")
    assert server.get(f"/arvenia.{suffix}").headers["location"] == f"/doc/arvenia.{suffix}"


def test_an_unacceptable_media_type_gets_406(server: Running) -> None:
    for path in ("/arvenia", "/doc/arvenia", "/statecraft", "/"):
        assert server.get(path, "image/png").status == 406, path


def test_all_formats_of_a_document_have_the_same_content(server: Running) -> None:
    for name in ("doc/friendship-treaty-1955", "doc/graph/derived", "statecraft", "statecraft/unit"):
        graphs = [Graph().parse(data=server.get(f"/{name}.{s}").body, format=PARSERS[s]) for s in ("ttl", "nt", "rdf")]
        assert len(graphs[0]) > 20
        assert all(isomorphic(graphs[0], other) for other in graphs[1:]), name
        assert all(server.get(f"/{name}.{s}").media == media for s, media in FORMS.items())


def test_document_includes_labels_and_sources(server: Running) -> None:
    graph = Graph().parse(data=server.get("/doc/arvenia.ttl").body, format="turtle")
    arvenia, label = URIRef(NAMESPACE + "arvenia"), URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    incoming = {s for s in graph.subjects(None, arvenia) if str(s).startswith(NAMESPACE)}
    assert len(incoming) > 5
    nameless = {s for s in incoming if not graph.value(URIRef(str(s).partition("#")[0]), label)}
    assert nameless <= {URIRef(NAMESPACE + name) for name in ("old-name", "arvenia-atlas")}  # they have no label
    assert (URIRef(NAMESPACE + "gazette"), URIRef("https://schema.org/url"), None) in graph
    assert (URIRef(server.base + "doc/arvenia"), None, arvenia) in graph
    page = server.get("/doc/friendship-treaty-1955.html").text
    assert "Gazette of the Vale" in page
    assert "https://example.org/gazette" in page


def test_signposting(server: Running) -> None:
    for path in ("/arvenia", "/doc/arvenia.html", "/doc/arvenia.ttl"):
        links = server.get(path).headers["link"]
        for relation in ("cite-as", "alternate", "license", "type"):
            assert f'rel="{relation}' in links or f" {relation}" in links, (path, relation)
    assert f'<{NAMESPACE}arvenia>; rel="cite-as"' in links
    html = server.get("/doc/arvenia.html").headers["link"]
    for part in html.split(", "):
        target = part[1 : part.index(">")]
        if "describedby" in part:
            assert server.get(target).status == 200


def test_unchanged_documents_get_304(server: Running) -> None:
    for path in ("/doc/arvenia.ttl", "/doc/arvenia.html", "/northern-pact.nt", "/statecraft", "/"):
        answer = server.get(path, "text/html, text/turtle;q=0.5")
        tag = answer.headers["etag"]
        assert answer.headers["last-modified"] == "Thu, 31 Dec 2020 00:00:00 GMT"
        for conditions, status in (
            ({"If-None-Match": tag}, 304), ({"If-None-Match": f'"x", W/{tag}'}, 304), ({"If-None-Match": '"x"'}, 200),
            ({"If-Modified-Since": answer.headers["last-modified"]}, 304),
            ({"If-Modified-Since": "Wed, 30 Dec 2020 00:00:00 GMT"}, 200), ({"If-Modified-Since": "never"}, 200),
            ({"If-None-Match": '"x"', "If-Modified-Since": answer.headers["last-modified"]}, 200),
        ):  # fmt: skip
            again = server.get(path, "text/html, text/turtle;q=0.5", headers=conditions)
            assert again.status == status, (path, conditions)
    assert server.get("/doc/arvenia.ttl").headers["etag"] != server.get("/doc/arvenia.nt").headers["etag"]


def test_a_replaced_resource_redirects_to_its_replacement(server: Running) -> None:
    for path in ("/old-name", "/doc/old-name.ttl", "/old-name.html"):
        answer = server.get(path)
        assert answer.status == 301
        assert answer.headers["location"] == path.replace("old-name", "arvenia")


def test_hostile_values_are_escaped(server: Running) -> None:
    page = server.get("/doc/evil.html").text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert 'href="javascript:' not in page


def test_names_in_other_scripts_are_served(server: Running) -> None:
    codes, text = follow(server, "/" + quote("имя"), "text/turtle")
    assert codes == [303, 200]
    assert "имя" in text


def test_files_are_sent_with_their_hashes(server: Running, build: Path) -> None:
    manifest = json.loads((build / "manifest.json").read_text())
    for path in manifest["files"]:
        if path.endswith(".nq"):
            continue  # the fixture added to it
        answer = server.get(f"/{path}")
        digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
        assert answer.headers["repr-digest"] == f"sha-256=:{digest}:", path
    assert server.get("/northern-pact.nt", headers={"Range": "bytes=0-9"}).status == 206
    for path in ("/catalog.ttl", "/catalog.jsonld", "/context.jsonld", "/shapes.ttl", "/manifest.json"):
        assert server.get(path).status == 200
    assert server.get("/catalog", "application/ld+json").headers["location"] == "/catalog.jsonld"
    void = Graph().parse(data=server.get("/.well-known/void").body, format="turtle")
    assert void.value(URIRef(NAMESPACE), URIRef("http://rdfs.org/ns/void#sparqlEndpoint")) == URIRef(server.endpoint)


def test_the_rendered_pages_are_served_with_negotiation(world: Assembly, tmp_path: Path) -> None:
    build = make_build(world, tmp_path / "build")
    render(WORLD, build, build / "site")
    (tmp_path / "secret.html").write_text("secret")
    (build / "site" / "leak.html").symlink_to(tmp_path / "secret.html")
    with running(build, "--workers", "1") as server:
        codes, text = follow(server, "/", "text/html")
        assert (codes, "Who cooperates on what" in text) == ([200], True)
        assert server.get("/arvenia", "text/html").headers["location"] == "/arvenia/"
        codes, text = follow(server, "/arvenia", "text/html")
        assert (codes, "Who says so" in text) == ([303, 200], True)
        page = server.get("/arvenia/")
        assert page.headers["content-security-policy"] == PAGES
        assert server.get("/charts/types.svg").headers["content-security-policy"] == PICTURES
        assert f'<{NAMESPACE}arvenia>; rel="cite-as"' in page.headers["link"]
        assert page.headers["vary"].startswith("Accept,")
        assert follow(server, "/arvenia", "text/turtle")[0] == [303, 200]
        turtle = server.get("/arvenia/", "text/turtle")
        assert (turtle.status, turtle.headers["location"]) == (
            303,
            server.get("/arvenia", "text/turtle").headers["location"],
        )
        assert server.get("/arvenia/", "*/*").media == "text/html"
        lost = server.get("/no-such-pact", "text/html,*/*;q=0.8")
        assert (lost.status, lost.media) == (404, "text/html")
        assert 'action="/search/"' in lost.text
        assert 'value="no such pact"' in lost.text
        assert "<script>" not in server.get("/%3Cscript%3E", "text/html").text
        assert server.get("/no-such-pact", "*/*").media == "application/problem+json"
        codes, text = follow(server, "/statecraft", "text/html")
        assert (codes, "Lists of codes" in text) == ([303, 200], True)
        assert follow(server, "/statecraft", "text/turtle")[0] == [200]
        assert follow(server, "/dyad/arvenia--belmora", "text/html")[0] == [303, 200]
        script = re.findall(r'src="\./(assets/site-\w+\.js)"', follow(server, "/", "text/html")[1])[0]
        assert server.get(f"/{script}").media == "text/javascript"
        corpus = read_corpus(server.get("/explore/records.json").body)
        for words in ("", "pair=arvenia--belmora", "support=two&until=2010", "summaries=with"):
            state, _ = read_state(corpus, words)
            for ending, (media, write) in FILES.items():
                answer = server.get(f"/explore/select.{ending}?{words}")
                assert (answer.status, answer.media, answer.body) == (200, media, write(corpus, state)), (ending, words)
        wrong = server.get("/explore/select.csv?pair=arvenia--belmoora")
        assert (wrong.status, wrong.json()["detail"]) == (400, "no pair of states is named `arvenia--belmoora`")
        assert server.get("/explore/select.xls").status == 404
        assert server.get("/leak.html").status == 404
        (build / "northern-pact.nt").write_text("changed")
        assert server.get("/northern-pact.nt").text != "changed"  # what is served is out of the store


def test_pages_of_another_build_are_not_served(world: Assembly, tmp_path: Path) -> None:
    build = make_build(world, tmp_path / "build")
    render(WORLD, build, build / "site")
    manifest = build / "site" / "site.json"
    manifest.write_text(manifest.read_text().replace('"rdfc10_sha256": "', '"rdfc10_sha256": "0'))
    with running(build, "--workers", "1") as server:
        assert "Who cooperates on what" not in follow(server, "/", "text/html")[1]
        assert server.get("/arvenia/").status == 404


def test_named_graphs_resolve(server: Running) -> None:
    """A graph's IRI leads to what is said of the graph."""
    for graph_name in ("data", "derived", "vocabulary", "catalogue"):
        codes, text = follow(server, f"/graph/{graph_name}", "text/turtle")
        assert codes == [303, 200]
        graph = URIRef(f"{NAMESPACE}graph/{graph_name}")
        assert graph in set(Graph().parse(data=text, format="turtle").all_nodes()), graph_name


def test_unknown_names_get_404(server: Running) -> None:
    for path in ("/belmoora", "/belmoora.ttl", "/doc/belmoora", "/statecraft/nothing", "/graph/nothing", "/-/app.py"):
        answer = server.get(path, "text/turtle")
        assert (answer.status, answer.media) == (404, "application/problem+json"), path


@pytest.mark.parametrize(
    "base",
    ["javascript:alert(1)", "ftp://x.org/", "x.org", "https://", "https://x.org/?a", "https://x.org/#a", "a b", ""],
)
def test_a_base_that_is_no_web_address_is_refused(base: str, build: Path) -> None:
    with pytest.raises(Refusal, match="--base"):
        run(build, build, "127.0.0.1", 0, base, "", Limits())


def test_links_have_the_base_of_the_proxy(build: Path) -> None:
    """What people are told lies under the base that they use; the dataset's own IRIs stay."""
    base = "https://data.example.org/pact/"
    with running(build, "--workers", "1", "--base", base) as server:
        void = Graph().parse(data=server.get("/.well-known/void").body, format="turtle")
        (endpoint,) = void.objects(URIRef(NAMESPACE), URIRef("http://rdfs.org/ns/void#sparqlEndpoint"))
        assert str(endpoint) == f"{base}sparql"
        thing = server.get("/arvenia", "text/turtle")
        assert (thing.status, thing.headers["location"]) == (303, "/pact/doc/arvenia.ttl")
        document = server.get("/doc/arvenia.ttl")
        assert f'<{NAMESPACE}arvenia>; rel="cite-as"' in document.headers["link"]
        assert '</pact/doc/arvenia.html>; rel="alternate"' in document.headers["link"]
        graph = Graph().parse(data=document.body, format="turtle")
        assert (URIRef(f"{base}doc/arvenia"), None, URIRef(NAMESPACE + "arvenia")) in graph
        page = server.get("/doc/arvenia.html").text
        assert 'href="/pact/doc/' in page or 'href="/pact/' in page
        assert 'href="/doc/' not in page
        term = server.get("/statecraft", "text/html")
        assert (term.status, term.headers["content-location"]) == (200, "/pact/statecraft.html")
        assert server.get("/reconcile").json()["suggest"]["entity"]["service_url"] == f"{base}reconcile"
