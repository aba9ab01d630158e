"""The static site keeps the addresses of former names, and marks what rests on retracted sources."""

import json
import re
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL

from tests.former import world_with_former_names
from upheaval.build.export import export
from upheaval.build.folder import write_build
from upheaval.populate.assembly import assemble
from upheaval.site.rendering import render

NAMESPACE = "https://example.org/northern-pact/"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = world_with_former_names(tmp_path_factory.mktemp("former"))
    write_build(export(assemble(root)), root / "build")
    render(root, root / "build", root / "build/site")
    return root / "build/site"


def test_a_renamed_record_sends_readers_on(site: Path) -> None:
    page = (site / "dorland/index.html").read_text()
    refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert refresh
    assert (site / "dorland" / refresh[1] / "index.html").resolve() == site / "kingdom-of-dorland/index.html"
    assert page.count('rel="canonical"') == 1
    assert f'rel="canonical" href="{NAMESPACE}kingdom-of-dorland"' in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_retired_record_has_a_tombstone(site: Path) -> None:
    page = (site / "hoax/index.html").read_text()
    assert "Retired on 2026-11-30: It was &lt;made&gt; up." in page
    assert 'http-equiv="refresh"' not in page
    assert "noindex" in page
    split = (site / "twins/index.html").read_text()
    assert all(f'href="../{name}/"' in split for name in ("arvenia", "belmora"))
    assert "refresh" not in split


@pytest.mark.parametrize(("suffix", "form"), [("ttl", "turtle"), ("jsonld", "json-ld")])
def test_documents_say_what_became_of_names(site: Path, suffix: str, form: str) -> None:
    graph = Graph().parse(site / f"doc/dorland.{suffix}", format=form)
    assert graph.value(URIRef(NAMESPACE + "dorland"), DCTERMS.isReplacedBy) == URIRef(NAMESPACE + "kingdom-of-dorland")
    gone = Graph().parse(site / f"doc/hoax.{suffix}", format=form)
    assert (URIRef(NAMESPACE + "hoax"), OWL.deprecated, None) in gone
    text = (site / f"doc/kingdom-of-dorland.{suffix}").read_text()
    if suffix == "jsonld":
        text = json.dumps(
            json.loads(text) | {"@context": json.loads((site / "context.jsonld").read_text())["@context"]}
        )
    former = {str(node) for node in Graph().parse(data=text, format=form).subjects(DCTERMS.isReplacedBy)}
    assert NAMESPACE + "dorland" in former
    assert any(name.startswith(NAMESPACE + "dorland#") for name in former)


def test_citations_of_a_retracted_source_are_marked(site: Path) -> None:
    page = (site / "summit-statement-2003/index.html").read_text()
    assert page.count('<b class="tag">retracted</b>') == 1
    assert "<dt>retracted</dt><dd>2012-05-04</dd>" in page
