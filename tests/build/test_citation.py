"""How to cite a publication is said alike to all, and as their published schemas want it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from datacite import schema45

from tests.support import ROOT, WORLD
from upheaval.build.citation import citation_cff, datacite_metadata, spdx, zenodo_metadata
from upheaval.schema.publication import Publication, open_publication

FOLDERS = (ROOT, WORLD, ROOT / "tests" / "riverworld")


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def publication(request: pytest.FixtureRequest) -> Publication:
    return open_publication(request.param)


def odd(publication: Publication) -> Publication:
    return replace(
        publication,
        title='Pacts: "yes", no & <maybe>',
        license="https://licences.example/own",
        keyword=("b", "a", "b"),
        source=("https://one.example/", "https://two.example/"),
        spatial=("-180", "-90", "180", "90"),
        prior_version=f"{publication.iri}0.0.9",
    )


def test_citation_file_is_valid(publication: Publication, tmp_path: Path) -> None:
    for number, one in enumerate((publication, odd(publication))):
        file = tmp_path / f"{number}.cff"
        file.write_text(citation_cff(one), encoding="utf-8")
        checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.citation-file-format", str(file)])
        assert checked.exit_code == 0, checked.output
        assert yaml.safe_load(file.read_text(encoding="utf-8"))["title"] == one.title


def test_metadata_for_datacite_are_valid(publication: Publication) -> None:
    for one in (publication, odd(publication)):
        found = datacite_metadata(one)
        assert [error.message for error in schema45.validator.iter_errors(found)] == []
        assert schema45.validator.is_valid({**found, "publicationYear": "soon"}) is False


def test_metadata_for_zenodo_have_what_it_demands(publication: Publication) -> None:
    for one in (publication, odd(publication)):
        found = json.loads(json.dumps(zenodo_metadata(one)))
        assert found["upload_type"] == "dataset"
        assert {"title", "description", "creators", "access_right", "publication_date"} <= found.keys()
        assert all(person["name"] for person in found["creators"])
        assert "<maybe>" not in found["description"]


def test_all_say_the_same(publication: Publication) -> None:
    citation = yaml.safe_load(citation_cff(publication))
    zenodo, datacite = zenodo_metadata(publication), datacite_metadata(publication)
    assert citation["version"] == zenodo["version"] == datacite["version"] == publication.version
    assert str(citation["date-released"]) == zenodo["publication_date"] == datacite["dates"][0]["date"]
    names = [person["name"] for person in citation["authors"]]
    assert names == [person["name"] for person in zenodo["creators"]] == list(publication.creator)
    assert names == [person["name"] for person in datacite["creators"]]


@pytest.mark.parametrize(
    ("address", "identifier"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://spdx.org/licenses/ODbL-1.0.html", "ODbL-1.0"),
        ("https://spdx.org/licenses/PDDL-1.0", "PDDL-1.0"),
        ("https://licences.example/own", ""),
    ],
)
def test_licences_are_known_by_their_address(address: str, identifier: str) -> None:
    assert spdx(address) == identifier
