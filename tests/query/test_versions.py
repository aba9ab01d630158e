"""A released version answers as it did: what was cited is found again, whatever became of the sources."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import upheaval
from tests.support import ROOT, WORLD
from upheaval.cli.main import main
from upheaval.store.integrity import file_hash
from upheaval.store.releases import Release, release_file, release_folder
from upheaval.store.snapshots import put

CITATIONS = json.loads((ROOT / "tests" / "queries" / "citations.json").read_bytes())
"""A version, a question by name with its parameters or a query, and the SHA-256 of the answer as CSV."""


def query(root: Path, *words: str, text: str | None = None) -> Result:
    done = CliRunner().invoke(main, ["query", *words, "--root", str(root)], input=text)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.mark.parametrize(
    "cited", CITATIONS, ids=lambda cited: f"{cited['version']} {' '.join(cited['query'].split())[:24]}"
)
def test_a_cited_query_has_the_same_rows(cited: dict[str, Any], released: Callable[[str], Path]) -> None:
    text = cited["query"] if "\n" in cited["query"] else None
    values = [word for name, value in cited["parameters"].items() for word in (f"--{name}", value)]
    name = "-" if text else cited["query"]
    done = query(released(cited["version"]), name, *values, "--version", cited["version"], "--format", "csv", text=text)
    assert (done.exit_code, done.stderr) == (0, "")
    assert hashlib.sha256(done.stdout_bytes).hexdigest() == cited["sha256"]


@pytest.fixture
def root(world_build: Path, tmp_path: Path) -> Path:
    """Return a publication with a release, whose sources have gone on since."""
    root = Path(shutil.copytree(WORLD, tmp_path / "root"))
    manifest = json.loads((world_build / "manifest.json").read_bytes())
    release = Release("1.0.0", "2026-01-01", file_hash(world_build / "manifest.json"), manifest["rdfc10_sha256"])
    release_file(root, "1.0.0").parent.mkdir()
    release_file(root, "1.0.0").write_bytes(release.render())
    put(root, world_build)
    return root


def test_a_version_answers_with_its_own_data_and_questions(root: Path) -> None:
    before = query(root, "members", "--organization", "river-league", "--version", "1.0.0")
    listed = query(root, "--version", "1.0.0")
    assert (before.exit_code, before.stderr) == (0, "note: --at not given: 2024-12-31, the example's\n")
    shutil.rmtree(root / "data" / "states")
    assert query(root, "members", "--organization", "river-league").exit_code == 1
    assert query(root, "members", "--organization", "river-league", "--version", "1.0.0").stdout == before.stdout
    assert query(root, "--version", "1.0.0").stdout == listed.stdout
    assert "members" in listed.stdout
    rows = upheaval.open(root, "1.0.0").query("members", organization="river-league")
    assert rows
    assert str(rows[0]["member"]).rpartition("/")[2] in before.stdout


def test_a_withdrawn_version_answers_and_says_why(root: Path) -> None:
    words = ("members", "--organization", "river-league", "--version", "1.0.0")
    before = query(root, *words)
    file = release_file(root, "1.0.0")
    said = json.loads(file.read_bytes()) | {"state": "withdrawn", "withdrawn": "2026-02-01", "why": "a forged source"}
    file.write_text(json.dumps(said))
    done = query(root, *words)
    assert (done.exit_code, done.stdout) == (0, before.stdout)
    assert done.stderr.endswith("\nnote: version 1.0.0 was withdrawn on 2026-02-01: a forged source\n")


def test_a_version_that_cannot_be_asked_is_refused_in_a_line(root: Path) -> None:
    assert "there is no release 9.9.9 (the releases are: 1.0.0)" in query(root, "members", "--version", "9.9.9").stderr
    folder = release_folder(root, "1.0.0")
    quads = next(folder.glob("*.nq"))
    quads.chmod(0o644)
    quads.write_bytes(quads.read_bytes().replace(b"a", b"b", 1))
    done = query(root, "members", "--version", "1.0.0")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "is not the file that manifest.json describes" in done.stderr
    shutil.rmtree(folder)
    done = query(root, "members", "--version", "1.0.0")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "`upheaval verify FOLDER|URL --keep`" in done.stderr
