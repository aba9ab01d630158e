"""What people script against is listed, and changes only with a line in the changelog."""

import subprocess
from difflib import unified_diff
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.interface import LIST, STATUSES, addresses, interface, text
from tests.support import ROOT, copy_of_world
from upheaval.build.export import Files
from upheaval.cli.main import main
from upheaval.populate.assembly import Assembly


def test_the_list_is_up_to_date(
    axis: Assembly, axis_files: Files, world: Assembly, world_build: Path, tmp_path: Path
) -> None:
    found = text(interface(axis, axis_files, addresses(world, world_build, tmp_path / "site")))
    listed = LIST.read_text(encoding="utf-8")
    changes = "\n".join(unified_diff(listed.splitlines(), found.splitlines(), "listed", "found", lineterm="", n=0))
    assert found == listed, f"{changes}\nif this is meant, say so in CHANGELOG.md, and run `python -m tests.interface`"


def test_a_column_a_key_and_a_file_that_go_are_noticed(axis: Assembly, axis_files: Files) -> None:
    before = set(interface(axis, axis_files, []))
    states, schema = axis_files["csv/states.csv"], axis_files["schema/treaties.json"]
    less = {
        **axis_files,
        "csv/states.csv": states.replace(b"cowCode", b"cow", 1),
        "schema/treaties.json": schema.replace(b'"party"', b'"member"', 1),
    }
    del less["quality.md"]
    gone = before - set(interface(axis, less, []))
    assert gone == {"column csv/states.csv cowCode", "key treaties party", "file quality.md"}


def test_the_list_changes_only_with_the_changelog() -> None:
    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, timeout=60)
        return done.stdout

    names = ["docs/interface.txt", "CHANGELOG.md"]
    if pending := git("status", "--porcelain", "--", *names):
        assert "interface.txt" not in pending or "CHANGELOG.md" in pending
    elif last := git("log", "-1", "--format=%H", "--", names[0]).strip():
        assert "CHANGELOG.md" in git("show", "--format=", "--name-only", last).splitlines()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["check"], 0),
        (["diff", "DATA", "DATA", "--exit-code"], 0),
        (["check", "--root", "nowhere"], 1),
        (["query", "no-such-question"], 1),
        (["retire", "nobody", "--why", "x", "--yes"], 1),
        (["verify", "DATA"], 1),
        (["build", "--no-such-option"], 2),
        (["no-such-command"], 2),
        (["retire", "dorland"], 2),
        (["diff", "DATA", "OTHER", "--exit-code"], 3),
    ],
)
def test_exit_statuses_mean_what_is_listed(
    words: list[str], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = copy_of_world(tmp_path / "pub"), copy_of_world(tmp_path / "other")
    file = other / "data" / "states" / "dorland.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Dorland", "Greater Dorland"), encoding="utf-8")
    monkeypatch.chdir(root)
    places = {"DATA": str(root), "OTHER": str(other)}
    done = CliRunner().invoke(main, [places.get(word, word) for word in words])
    assert done.exit_code == status, done.output
    assert status in STATUSES
