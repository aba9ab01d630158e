"""Questions follow former names: with a note where there is one successor, with the cure where there is not."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import upheaval
from tests.former import world_with_former_names
from upheaval.cli.main import main


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world_with_former_names(tmp_path_factory.mktemp("former"))


def ask(root: Path, state: str) -> Result:
    return CliRunner().invoke(main, ["query", "agreements-of-state", "--state", state, "--root", str(root)])


def test_a_former_name_is_followed_with_a_note(root: Path) -> None:
    found, now = ask(root, "eastland"), ask(root, "arvenia")
    assert (found.exit_code, found.stdout) == (0, now.stdout)
    assert found.stderr == "note: `eastland` is now `arvenia`: Merged on 2026-11-30: The same state\n"
    assert now.stderr == ""


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("hoax", "`hoax` is no longer in use: Retired on 2026-11-30: It was <made> up (name another)"),
        ("twins", "no longer in use: Split on 2026-11-30: Two states (name `arvenia` or `belmora`)"),
    ],
)
def test_a_name_without_one_successor_is_refused(root: Path, state: str, message: str) -> None:
    found = ask(root, state)
    assert found.exit_code == 1
    assert message in found.stderr
    assert found.stderr.count("\n") == 1


def test_notebooks_are_warned(root: Path) -> None:
    dataset = upheaval.open(root)
    with pytest.warns(UserWarning, match="`eastland` is now `arvenia`"):
        found = dataset.query("agreements-of-state", state="eastland")
    assert found == dataset.query("agreements-of-state", state="arvenia") != []
