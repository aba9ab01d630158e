"""Answers from the dataset that is kept are those of a cold run, whatever became of the sources or of what is kept."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import upheaval
from tests.support import WORLD, sampled
from upheaval.cli.main import main
from upheaval.query.execution import answer, listing
from upheaval.query.origins import current
from upheaval.store.snapshots import FOLDER as SNAPSHOTS
from upheaval.store.state import State

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPHEAVAL_NO_STATE", raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORLD, tmp_path / "root", ignore=shutil.ignore_patterns(".upheaval")))


def query(root: Path, *words: str) -> Result:
    done = CliRunner().invoke(main, ["query", *words, "--root", str(root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def shown(done: Result) -> tuple[int, str, str]:
    return done.exit_code, done.stdout, done.stderr


def sums(root: Path) -> list[Path]:
    return sorted((root / SNAPSHOTS).glob("*/*.sst"))


def test_every_question_has_the_rows_of_a_cold_run(root: Path) -> None:
    cold = current(root, State(root))
    asked = [name for name, question in cold.questions.items() if not question.required]
    assert len(asked) > 20
    answers = [answer(cold, name, {}, "csv", 100) for name in asked]
    cold.keep()
    kept = current(root, State(root))
    assert [answer(kept, name, {}, "csv", 100) for name in asked] == answers
    assert listing(kept.questions, 100) == listing(cold.questions, 100)
    assert len(sums(root)) > 0


def test_after_an_edit_the_answer_is_another_and_what_was_kept_serves_again_when_it_is_undone(root: Path) -> None:
    before = shown(query(root, "members", "--organization", "river-league"))
    (first,) = {file.parent for file in sums(root)}
    file = next((root / "data" / "organizations").glob("*.yaml"))
    text = file.read_text()
    file.write_text(text.replace("start", "# start"))
    query(root, "members")
    for words in (("members", "--organization", "river-league"), ("nobody",), ("members", "--at", "x")):
        assert shown(query(root, *words)) == shown(query(root, *words, "--no-state"))
    file.write_text(text)
    assert shown(query(root, "members", "--organization", "river-league")) == before
    assert first in {file.parent for file in sums(root)}
    file.unlink()
    assert shown(query(root, "members", "--organization", "river-league")) == shown(
        query(root, "members", "--organization", "river-league", "--no-state")
    )


def test_a_record_with_an_error_is_refused_as_before(root: Path) -> None:
    query(root, "in-force")
    file = next((root / "data" / "states").glob("*.yaml"))
    file.write_text("label: [")
    for _ in range(2):
        refused = query(root, "in-force")
        assert refused.exit_code == 1
        assert shown(refused) == shown(query(root, "in-force", "--no-state"))
    assert upheaval.open(root).query("in-force")


def damaged(root: Path, how: str) -> None:
    largest = max(sums(root), key=lambda file: file.stat().st_size)
    largest.chmod(0o644)
    if how == "changed":
        content = bytearray(largest.read_bytes())
        content[len(content) // 2] ^= 0xFF
        largest.write_bytes(content)
    elif how == "cut":
        largest.write_bytes(largest.read_bytes()[:100])
    elif how == "missing":
        largest.unlink()
    else:
        shutil.rmtree(root / SNAPSHOTS)


@pytest.mark.parametrize("how", sampled(["changed", "cut", "missing", "deleted"], 2))
def test_what_is_damaged_is_rebuilt(root: Path, how: str) -> None:
    before = shown(query(root, "in-force"))
    damaged(root, how)
    assert shown(query(root, "in-force")) == before
    assert len({file.parent for file in sums(root)}) == 1
    assert shown(query(root, "in-force")) == before


def test_a_checkout_that_cannot_be_written_is_asked_as_well(root: Path) -> None:
    (root / ".upheaval").write_text("in the way")
    assert query(root, "in-force").exit_code == 0
    assert (root / ".upheaval").read_text() == "in the way"


def test_a_dataset_opened_twice_has_the_same_rows(root: Path) -> None:
    cold, kept = upheaval.open(root), upheaval.open(root)
    for name in ("in-force", "matrix", "coverage"):
        assert cold.query(name) == kept.query(name) == upheaval.open(root, state=False).query(name)
    assert cold.questions() == kept.questions()
    assert cold.iri == kept.iri


def test_what_is_kept_is_answered_without_loading_rdflib(root: Path) -> None:
    query(root, "matrix")
    code = (
        "import sys; from upheaval.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'rdflib', 'yaml', 'pyshacl'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "query", "matrix", "--root", str(root)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
