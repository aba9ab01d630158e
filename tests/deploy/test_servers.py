"""One table of paths and Accept fields, held against nginx, Apache and `upheaval serve`."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.deploy.webservers import Row, apache, ask, free_port, nginx, readable_folder, row
from tests.serve.support import CROSS, running
from tests.support import ROOT
from upheaval.deploy.configurations import deployment_files, write_deployment
from upheaval.deploy.facts import site_of
from upheaval.schema.publication import open_publication

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("webservers")]

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TURTLE: list[str | None] = [
    None,
    "",
    "*/*",
    "text/*",
    "text/turtle",
    "TEXT/Turtle",
    "text/html;q=0.3, text/turtle;level=1;q=0.4",
    "text/turtle, application/json",
    "text/html;q=0.5,text/turtle;q=0.50",
    "image/png, text/turtle ; q=0.1",
]
HTML: list[str | None] = [
    "text/html",
    BROWSER,
    "application/xhtml+xml",
    "text/turtle;q=0.5, text/html;q=0.7",
    "text/turtle;q=0, */*",
    "text/*;q=0.2, text/html;q=1.0, text/turtle;q=0.999",
]
JSON: list[str | None] = [
    "application/ld+json",
    "application/json",
    "application/*",
    "text/turtle;q=0.85,application/ld+json;q=0.9",
    "text/html;q=0.123,application/ld+json;q=0.124",
]
NONE: list[str | None] = ["image/png", "text/turtle;q=0", "*/*;q=0", "text/turtle;q=0.000, text/html;q=0"]

STATECRAFT = open_publication(ROOT).conforms_to[0].rpartition("/")[2]

LEDGER = """iri\tsince\tstate\tsuccessors\tdate\twhy
save\t3.0.0\trenamed\tsava\t2026-01-05\tmisspelt
save-river\t3.0.0\tmerged\tsave\t2026-01-05\tone river
tisa\t3.0.0\tretired\t\t2026-01-05\tnot on our list
two-lands\t3.0.0\tsplit\tlower-land upper-land\t2026-01-05\ttwo states
"""


def rows() -> Iterator[tuple[str, str | None, Row]]:
    """The table: what nginx and Apache answer for a path and an Accept field."""
    see, ok = 303, 200
    for accept in TURTLE:
        yield "sava", accept, (see, "", "doc/sava.ttl", "accept")
        yield "def", accept, (ok, "text/turtle", "", "accept")
        yield "statecraft", accept, (ok, "text/turtle", "", "accept")
        yield "statecraft/action", accept, (ok, "text/turtle", "", "accept")
        yield "urn/river-commission/flow", accept, (ok, "text/turtle", "", "accept")
        yield "def/Gauge", accept, (see, "", "def.ttl", "accept")
        yield "catalog", accept, (see, "", "catalog.ttl", "accept")
        yield "3.1.0", accept, (see, "", "3.1.0/catalog.ttl", "accept")
        yield "3.1.0/sava", accept, (see, "", "3.1.0/doc/sava.ttl", "accept")
    for accept in HTML:
        yield "", accept, (ok, "text/html", "", "accept")
        yield "sava", accept, (see, "", "sava/", "accept")
        yield "def", accept, (see, "", "def/", "accept")
        yield "def/Gauge", accept, (see, "", "def/Gauge/", "accept")
        yield "statecraft", accept, (see, "", "statecraft/", "accept")
        yield "sava/", accept, (ok, "text/html", "", "")
        yield "def/", accept, (ok, "text/html", "", "")
        yield "3.1.0", accept, (see, "", "3.1.0/", "accept")
        yield "3.1.0/sava", accept, (see, "", "3.1.0/sava/", "accept")
        yield "3.1.0/sava/", accept, (ok, "text/html", "", "")
    for accept in JSON:
        yield "", accept, (see, "", "catalog.jsonld", "accept")
        yield "sava", accept, (see, "", "doc/sava.jsonld", "accept")
        yield "3.1.0", accept, (see, "", "3.1.0/catalog.jsonld", "accept")
        yield "3.1.0/sava", accept, (see, "", "3.1.0/sava-commission.jsonld", "accept")
        yield "def", accept, (ok, "application/ld+json", "", "accept")
        yield "def/Gauge", accept, (see, "", "def.jsonld", "accept")
        yield "statecraft", accept, (ok, "application/ld+json", "", "accept")
    for accept in NONE:
        for path in ("", "sava", "def", "def/Gauge", "statecraft", "catalog", "3.1.0", "3.1.0/sava"):
            yield path, accept, (406, "", "", "accept")
    for accept in (None, "text/html", "image/png"):
        yield "", None, (ok, "text/html", "", "accept")
        yield "", "*/*", (ok, "text/html", "", "accept")
        yield "nothing", accept, (404, "", "", "")
        yield "def/Nothing", accept, (404, "", "", "")
        yield "nothing/", accept, (404, "", "", "")
        yield f"statecraft/{STATECRAFT}", accept, (see, "", "statecraft", "")
        yield "def/2.0", accept, (see, "", "def", "")
        yield "sava-commission.ttl", accept, (ok, "text/turtle", "", "")
        yield "doc/sava.jsonld", accept, (ok, "application/ld+json", "", "")
        yield ".well-known/void", accept, (ok, "text/turtle", "", "")
        yield "graph/data", accept, (see, "", "sava-commission.trig", "")
        yield "3.1.0/sava-commission.ttl", accept, (ok, "text/turtle", "", "")
        yield "3.1.0/doc/sava.ttl", accept, (ok, "text/turtle", "", "")
        yield "3.1.0/nothing", accept, (404, "", "", "")
    for accept in (None, "text/html", "text/turtle", "application/ld+json", "image/png"):
        yield "save", accept, (301, "", "sava", "")
        yield "save-river", accept, (301, "", "sava", "")
        yield "tisa", accept, (410, "", "", "")
        yield "two-lands", accept, (300, "", "", "")
    yield "sava", "application/rdf+xml", (406, "", "", "accept")


TABLE = list(rows())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The publication, its build and its pages, where other users can read them."""
    with readable_folder() as root:
        shutil.copytree(ROOT / "tests" / "riverworld", root / "source")
        (root / "source" / "CHANGELOG.md").write_text("## [3.1.0] - 2026-03-01\n\n- Something changes.\n")
        (root / "source" / "ledger.tsv").write_text(LEDGER)
        upheaval("release", "3.1.0", "--date", "2026-03-01", "--root", str(root / "source"))
        build = root / "build"
        upheaval("build", "--root", str(root / "source"), "--to", str(build))
        upheaval("site", "--root", str(root / "source"), "--build", str(build))
        yield root


def upheaval(*words: str) -> None:
    """Run a command where there is no Node, which the pages do not need here."""
    command = [sys.executable, "-m", "upheaval", *words]
    done = subprocess.run(command, timeout=600, capture_output=True, text=True, env={**os.environ, "PATH": ""})
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=["https://data.river.example/id/", "https://rivers.example.org/"])
def servers(folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, int]]]:
    """The prefix of the pages, and the ports of both servers."""
    site = site_of(folder / "source", request.param)
    run = folder / f"run{len(site.prefix)}"
    ports = {"nginx": free_port(), "apache": free_port()}
    files = deployment_files(site, str(run / "www"), f"127.0.0.1:{ports['nginx']}", port=str(ports["apache"]))
    write_deployment(run / "deploy", files)
    pages = run / "www" / site.prefix.strip("/")
    shutil.copytree(folder / "build" / "site", pages)
    shutil.copy(run / "deploy" / "apache" / "htaccess", pages / ".htaccess")
    with (
        nginx(run / "deploy" / "nginx" / "site.conf", ports["nginx"], run / "nginx"),
        apache(run / "deploy" / "apache" / "site.conf", ports["apache"], run / "apache"),
    ):
        yield site.prefix, ports


@pytest.mark.parametrize("name", ["nginx", "apache"])
def test_web_servers_answer_as_the_table_says(servers: tuple[str, dict[str, int]], name: str) -> None:
    prefix, ports = servers
    found = [(path, accept, row(ports[name], prefix, path, accept)) for path, accept, _ in TABLE]
    assert [one for one, wanted in zip(found, TABLE, strict=True) if one != wanted] == []
    assert len(TABLE) > 200


@pytest.mark.parametrize("name", ["nginx", "apache"])
@pytest.mark.parametrize("path", ["statecraft.ttl", "statecraft", "sava-commission.nq", "schema/rivers.json", "sava/"])
def test_text_is_compressed_and_varies(servers: tuple[str, dict[str, int]], name: str, path: str) -> None:
    prefix, ports = servers
    plain, packed = (
        ask(ports[name], prefix + path, "text/turtle", Accept_Encoding=coding) for coding in ("identity", "gzip")
    )
    assert packed.getheader("Content-Encoding") == "gzip"
    assert plain.getheader("Content-Encoding") is None
    for answer in (plain, packed):
        assert "accept-encoding" in ", ".join(answer.headers.get_all("Vary", [])).lower()
    assert plain.getheader("ETag") != packed.getheader("ETag") or packed.getheader("ETag", "").startswith("W/")


@pytest.mark.parametrize("name", ["nginx", "apache"])
@pytest.mark.parametrize(("path", "said"), [("tisa", "not on our list"), ("two-lands", "two states")])
def test_what_became_of_a_name_is_said_in_the_form_that_is_asked_for(
    servers: tuple[str, dict[str, int]], name: str, path: str, said: str
) -> None:
    prefix, ports = servers
    media = {"text/turtle": "text/turtle", "application/json": "application/ld+json", "text/html": "text/html"}
    for accept, wanted in (media | {"image/png": "text/html"}).items():
        answer = ask(ports[name], prefix + path, accept)
        assert (answer.getheader("Content-Type") or "").partition(";")[0] == wanted
        assert "accept" in ", ".join(answer.headers.get_all("Vary", [])).lower()
        assert said in answer.body.decode()  # type: ignore[attr-defined]
        assert answer.getheader("Location") is None
    page = ask(ports[name], f"{prefix}{path}/", "text/turtle")
    assert page.status in (300, 410)
    assert said in page.body.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["nginx", "apache"])
def test_negotiated_documents_say_where_they_are(servers: tuple[str, dict[str, int]], name: str) -> None:
    prefix, ports = servers
    answer = ask(ports[name], f"{prefix}statecraft", "application/ld+json")
    assert answer.getheader("Content-Location") == f"{prefix}statecraft.jsonld"
    assert ask(ports[name], f"{prefix}statecraft", "text/html").getheader("Content-Location") is None


@pytest.mark.parametrize("name", ["nginx", "apache"])
@pytest.mark.parametrize("address", ["https://data.river.example/id/", "https://rivers.example.org/"])
def test_server_behind_a_proxy_knows_its_clients(folder: Path, name: str, address: str) -> None:
    site = site_of(folder / "source", address)
    port = free_port()
    options = ["--base", address, "--trust-proxy", "127.0.0.1", "--per-client", "1", "--seconds", "3"]
    with running(folder / "build", *options) as server, readable_folder() as run:
        behind = f"127.0.0.1:{server.port}"
        files = deployment_files(site, listen=f"127.0.0.1:{port}", port=str(port), server=behind)
        write_deployment(run / "deploy", files)
        start = {"nginx": nginx, "apache": apache}[name]
        with start(run / "deploy" / name / "proxy.conf", port, run / name), ThreadPoolExecutor(1) as thread:
            assert row(port, site.prefix, "sava", "text/turtle") == (303, "", "doc/sava.ttl", "accept")
            page = ask(port, f"{site.prefix}sava", "text/html", Host="anything.example")
            assert page.getheader("Location") == f"{site.prefix}sava/"
            query = f"{site.prefix}sparql?query="
            slow = thread.submit(ask, port, query + quote(CROSS), None, "127.0.0.2")
            time.sleep(1)
            small = query + quote("ASK {}")
            assert ask(port, small, None, "127.0.0.2").status == 429
            assert ask(port, small, None, "127.0.0.2", X_Forwarded_For="198.51.100.7").status == 429
            assert ask(port, small, None, "127.0.0.3").status == 200
            assert slow.result().status == 503


def served_otherwise(path: str, accept: str | None, wanted: Row) -> bool:
    """Tell where `serve` is known to answer otherwise: it can write what a static site has no file for."""
    if accept == "application/rdf+xml" or path.startswith("graph/"):
        return True  # RDF/XML of a record; a named graph by itself
    if path == ".well-known/void" and accept == "image/png":
        return True  # `serve` negotiates the catalogue under this address as well
    if path.startswith("3.1.0/sava") and not wanted[2].endswith(".ttl"):
        return path != "3.1.0/sava-commission.ttl"  # of records in released versions, a site has pages and Turtle alone
    if path == "def/Gauge" and wanted[2].startswith("def."):
        return True  # a document of the term alone
    return path == "catalog" and wanted[2] == ""  # an HTML view of the catalogue


def test_the_server_answers_alike(folder: Path) -> None:
    with running(folder / "build", "--root", str(folder / "source"), "--per-client", "0") as server:
        differing = []
        for path, accept, wanted in TABLE:
            found = row(server.port, "/", path, accept)
            if wanted[0] == 200 and not wanted[3]:  # `serve` may say of any file that it was negotiated
                found = (*found[:3], "")
            if found != wanted and not served_otherwise(path, accept, wanted):
                differing.append((path, accept, found, wanted))
    assert differing == []
