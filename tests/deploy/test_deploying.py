"""The `deploy` command writes all of its files, or says in one line why not."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support import ROOT
from upheaval.cli.main import main
from upheaval.deploy.facts import site_of
from upheaval.faults import Refusal
from upheaval.store.releases import Release, release_file

RIVERS = ROOT / "tests" / "riverworld"


def deploy(target: Path, *words: str, root: Path = RIVERS) -> Result:
    command = ["deploy", "--root", str(root), "--to", str(target), *words]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_files_are_the_same_each_time_and_listed_in_the_readme(tmp_path: Path) -> None:
    for _ in range(2):
        result = deploy(tmp_path / "deploy")
        assert result.exit_code == 0, result.output
        files = contents(tmp_path / "deploy")
        assert f"{len(files)} files in " in result.output
    assert deploy(tmp_path / "again").exit_code == 0
    assert contents(tmp_path / "again") == files
    readme = files["README.md"].decode()
    for path in files:
        assert path == "README.md" or any(path.startswith(one) for one in re.findall(r"`([^` ]+)`", readme)), path
    assert all(b"\r" not in content and content.endswith(b"\n") for content in files.values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--address", "https://w3id.org/rivers/"], "only redirects"),
        (["--address", "rivers.example"], "is not a whole web address"),
        (["--address", "https://rivers.example/$x;y/"], "signs that configurations"),
        (["--address", "https://rivers.example/?page="], "signs that configurations"),
        (["--folder", "srv/pages"], "is not the absolute path"),
        (["--folder", "/srv/pages; return 200"], "is not the absolute path"),
        (["--folder", '/srv/"pages"'], "is not the absolute path"),
        (["--contact", "me\nRewriteRule . /"], "cannot be printed"),
    ],
)
def test_unfit_options_are_refused(tmp_path: Path, words: list[str], said: str) -> None:
    result = deploy(tmp_path / "deploy", *words)
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "deploy").exists()


def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "nginx").write_text("in the way")
    result = deploy(tmp_path / "deploy")
    assert result.exit_code == 1
    assert "cannot be written" in result.output
    assert contents(tmp_path / "deploy") == {"nginx": b"in the way"}


def test_paths_that_configurations_would_misread_are_refused(tmp_path: Path) -> None:
    from upheaval.deploy.facts import site_of

    for name in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(RIVERS / name, tmp_path / name)
    (tmp_path / "ledger.tsv").write_text(
        "iri\tsince\tstate\tsuccessors\tdate\twhy\nsava;$uri\t3.0.0\tretired\t\t2026-01-05\todd\n"
    )
    with pytest.raises(Refusal, match="sava;"):
        site_of(tmp_path)


def test_an_earlier_version_of_a_vocabulary_is_where_a_release_has_it(tmp_path: Path) -> None:
    root = Path(shutil.copytree(RIVERS, tmp_path / "river"))
    (root / "releases").mkdir()
    for number, vocabulary in (("1.0.0", "0.0.9"), ("1.1.0", "0.0.9"), ("2.0.0", "0.0.10")):
        known = Release(
            number, "2026-01-01", "0" * 64, "0" * 64, vocabularies=(f"https://w3id.org/statecraft/{vocabulary}",)
        )
        release_file(root, number).write_bytes(known.render())
    site = site_of(root, "https://data.river.example/id/")
    assert site.releases == ("2.0.0", "1.1.0", "1.0.0")
    assert site.versions["statecraft/0.0.9"] == "1.1.0/statecraft"
    assert site.versions["statecraft/0.0.10"] == "2.0.0/statecraft"
    assert "statecraft" in site.versions.values()
