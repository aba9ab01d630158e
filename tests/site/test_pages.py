"""The pages as files: every record has one, at the path of its IRI, and what stands in it is escaped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import WORLD


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("site") / "build"
    for words in (["build", "--to", str(build)], ["site", "--build", str(build)]):
        subprocess.run(
            [sys.executable, "-m", "upheaval", *words, "--root", str(WORLD)],
            check=True,
            timeout=120,
            capture_output=True,
        )
    return build / "site"


def test_every_record_has_a_page_at_the_path_of_its_iri(site: Path) -> None:
    records = [file.stem for file in (WORLD / "data").glob("*/*.yaml")]
    assert len(records) > 50
    assert [name for name in records if not (site / name / "index.html").is_file()] == []


def test_the_manifest_names_the_dataset_that_the_pages_show(site: Path) -> None:
    manifest = json.loads((site / "site.json").read_text(encoding="utf-8"))
    assert manifest["rdfc10_sha256"] == json.loads((site.parent / "manifest.json").read_text())["rdfc10_sha256"]
