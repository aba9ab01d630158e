"""The static site has each released version below its number, and pages lead to the same record in other versions."""

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner
from rdflib import Graph, URIRef

from tests.serve.support import LABEL, NAMESPACE, label, release
from tests.site.conftest import render
from tests.support import WORLD
from upheaval.cli.main import main
from upheaval.curate.feeds import feeds
from upheaval.populate.assembly import Assembly
from upheaval.store.integrity import verify
from upheaval.store.releases import read_releases
from upheaval.store.snapshots import put

pytestmark = pytest.mark.slow
LEDGER = """\
iri\tsince\tstate\tsuccessors\tdate\twhy
arvenia-once\t0.9.0\trenamed\tarvenia\t2026-01-15\tspelling
"""


@pytest.fixture(scope="module")
def root(world: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a publication with three releases, of which the second is withdrawn."""
    root = Path(shutil.copytree(WORLD, tmp_path_factory.mktemp("versions") / "root"))
    (root / "ledger.tsv").write_text(LEDGER)
    gone = {"state": "withdrawn", "withdrawn": "2026-02-01", "why": "a <b>forged</b> source"}
    put(root, release(root, world, "0.8.0", b""))
    put(root, release(root, world, "0.9.0", label("arvenia-once", "Then"), **gone))
    put(root, release(root, world, "1.0.0", label("arvenia", "Later")))
    return root


@pytest.fixture(scope="module")
def site(client: None, root: Path) -> Path:
    return render(root, root)


def switch(page: Path) -> dict[str, str]:
    """Return the versions that a page leads to, by number, and the paths of the pages; its own has none."""
    text = re.search(r'<nav aria-label="Versions">(.*?)</nav>', page.read_text(), re.DOTALL)
    assert text, page
    found = {version: href for href, version in re.findall(r'<a href="([^"]*)">([^<]+)</a>', text[1])}
    return found | dict.fromkeys(re.findall(r"<strong>([^<]+)</strong>", text[1]), "")


def test_a_version_has_its_files_byte_for_byte(site: Path, root: Path) -> None:
    for version in ("0.8.0", "0.9.0", "1.0.0"):
        assert verify(site / version) == []
        done = CliRunner().invoke(main, ["verify", str(site / version), "--root", str(root)])
        assert "has another" not in done.output
        assert f"Cite it as <code>{NAMESPACE}{version}</code>" in (site / version / "index.html").read_text()
    assert verify(site) == []


def test_a_record_is_as_it_was(site: Path) -> None:
    graph = Graph().parse(site / "1.0.0/doc/arvenia.ttl")
    assert "Later" in map(str, graph.objects(URIRef(f"{NAMESPACE}arvenia"), URIRef(LABEL)))
    assert "Later" in (site / "1.0.0/arvenia/index.html").read_text()
    assert "Later" not in (site / "arvenia/index.html").read_text()


def test_pages_switch_between_versions_also_after_a_renaming(site: Path) -> None:
    for page in ("arvenia", "1.0.0/arvenia", "0.9.0/arvenia", "0.9.0/arvenia-once", "", "1.0.0", "charts", "corvania"):
        place = site / page / "index.html"
        found = switch(place)
        assert set(found) == {"now", "0.8.0", "0.9.0", "1.0.0"}
        own = page.partition("/")[0] if page[:1].isdigit() else "now"
        assert found.pop(own) == ""
        for version, href in found.items():
            target = (place.parent / href / "index.html").resolve()
            assert target.is_file(), (page, href)
            assert target.is_relative_to(site / version if version != "now" else site)
    assert "arvenia-once" not in switch(site / "arvenia/index.html")["0.9.0"], "there was an `arvenia` then as well"
    assert switch(site / "0.9.0/arvenia-once/index.html")["1.0.0"].endswith("1.0.0/arvenia/")


def test_the_site_has_the_feeds_and_leads_to_them(site: Path, root: Path) -> None:
    for path, content in feeds(root).items():
        assert (site / path).read_bytes() == content
    for page, href in (("index.html", "./"), ("1.0.0/arvenia/index.html", "../../")):
        text = (site / page).read_text()
        assert f'<link rel="alternate" type="application/atom+xml" title="Northern Pact: releases" href="{href}' in text
    catalog = Graph().parse(site / "catalog.ttl")
    linked = {str(one).removeprefix(NAMESPACE) for one in catalog.objects(URIRef(NAMESPACE))}
    assert linked >= {"releases.atom", "events.trig#stream"}


def test_every_link_of_a_version_leads_somewhere(site: Path) -> None:
    base = "https://site.example/"
    for page in [*(site / "1.0.0").rglob("index.html")]:
        here = f"{base}{page.parent.relative_to(site).as_posix()}/"
        for href in re.findall(r'(?:href|src)="([^"#]+)', page.read_text()):
            address = urljoin(here, unescape(href))
            if address.startswith(base):
                path = urlsplit(address).path.lstrip("/")
                assert (site / path / "index.html").is_file() or (site / path).is_file(), (page, href)


def test_a_withdrawn_version_says_why_and_is_not_the_latest(site: Path, root: Path) -> None:
    for page in ("0.9.0/index.html", "0.9.0/arvenia/index.html"):
        text = (site / page).read_text()
        assert "Withdrawn on 2026-02-01: a &lt;b&gt;forged&lt;/b&gt; source" in text
        assert "the latest version" not in text
    assert "the latest version" in (site / "1.0.0/index.html").read_text()
    assert "0.9.0</a> (withdrawn)" in (site / "arvenia/index.html").read_text()
    assert read_releases(root)["0.9.0"].is_withdrawn


def test_what_is_missing_is_said_and_what_is_damaged_is_refused(site: Path, root: Path) -> None:
    words = ["site", "--root", str(root), "--build", str(root / "build")]
    shutil.rmtree(root / ".upheaval/snapshots" / read_releases(root)["0.8.0"].manifest_sha256)
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "without version 0.8.0: its files are not here" in done.stderr) == (0, True)
    assert not (site / "0.8.0").exists()
    assert not (site / "releases.atom").exists()
    assert "releases.atom" not in (site / "arvenia/index.html").read_text()
    assert ", 0 of them written" in CliRunner().invoke(main, words).stdout
    file = root / ".upheaval/snapshots" / read_releases(root)["1.0.0"].manifest_sha256 / "quality.md"
    text = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(text[::-1])
    done = CliRunner().invoke(main, words)
    file.write_bytes(text)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "quality.md: error: has another SHA-256" in done.stderr
