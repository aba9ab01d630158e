"""The folders of w3id.org redirect, in Apache, each identifier to where it is published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.webservers import apache, ask, free_port, readable_folder
from tests.support import ROOT
from upheaval.deploy.configurations import deployment_files, write_deployment
from upheaval.deploy.facts import site_of
from upheaval.deploy.permanent import permanent_folders
from upheaval.schema.publication import open_publication

ADDRESS = "https://data.example.org/axis/"
HOST = """
<VirtualHost *:{port}>
    DocumentRoot {pages}
    <Directory {pages}>
        AllowOverride All
        Require all granted
    </Directory>
</VirtualHost>
"""


@pytest.fixture(scope="module")
def w3id() -> Iterator[int]:
    with readable_folder() as root:
        write_deployment(root / "deploy", deployment_files(site_of(ROOT, ADDRESS)))
        port = free_port()
        (root / "host.conf").write_text(HOST.format(port=port, pages=root / "deploy" / "w3id"))
        with apache(root / "host.conf", port, root / "run"):
            yield port


@pytest.mark.engine
@pytest.mark.xdist_group("webservers")
@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("axis-of-upheaval/", ""),
        ("axis-of-upheaval/north-korea", "north-korea"),
        ("axis-of-upheaval/doc/north-korea.ttl", "doc/north-korea.ttl"),
        ("axis-of-upheaval/sparql?query=ASK%20%7B%7D", "sparql?query=ASK%20%7B%7D"),
        ("axis-of-upheaval/0.1.0/north-korea", "0.1.0/north-korea"),
        ("statecraft/", "statecraft"),
        ("statecraft/cooperation", "statecraft/cooperation"),
        ("statecraft/0.1.0", "statecraft/0.1.0"),
    ],
)
def test_identifiers_lead_to_the_publication(w3id: int, path: str, location: str) -> None:
    answer = ask(w3id, f"/{path}", "text/turtle")
    assert (answer.status, answer.getheader("Location")) == (302, ADDRESS + location)


@pytest.mark.engine
@pytest.mark.xdist_group("webservers")
def test_identifier_without_a_slash_gets_there_as_well(w3id: int) -> None:
    answer = ask(w3id, "/statecraft", "text/turtle")
    assert answer.status == 301
    assert (answer.getheader("Location") or "").endswith("/statecraft/")


def test_only_what_a_publication_defines_is_redirected(tmp_path: Path) -> None:
    own = permanent_folders(open_publication(ROOT), ADDRESS, {"statecraft": "https://w3id.org/statecraft"})
    assert [one.path for one in own] == ["axis-of-upheaval", "statecraft"]
    other = open_publication(ROOT / "tests" / "riverworld")
    assert permanent_folders(other, ADDRESS, {"statecraft": "https://w3id.org/statecraft"}) == ()
