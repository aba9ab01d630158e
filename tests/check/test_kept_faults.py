"""A check that remembers prints what a check prints that does not, whatever was edited in between."""

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests import rivers
from tests.support import WHOLE
from upheaval.cli.main import main
from upheaval.sources.inputkey import input_key
from upheaval.store.state import State

SEEDS = st.integers(0, 2**32)
NAMES = st.sampled_from(("r0", "r1", "g0", "b0"))
FOLDERS = st.sampled_from(("rivers", "gauges", "basins"))


def checked(root: Path, *options: str) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("UPHEAVAL_NO_STATE", raising=False)
        done: Result = CliRunner().invoke(main, ["check", "--jobs", "1", "--root", str(root), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


class Editing(RuleBasedStateMachine):
    """A publication whose records, rules and shapes are edited, restored and damaged, and checked after each step."""

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.vocabulary(sorted(rivers.RULES)[:2], sorted(rivers.CONSTRAINTS)[:2], [])
        rivers.write_records(self.root, random.Random(seed))
        self.saved = Path(tempfile.mkdtemp()) / "data"
        shutil.copytree(self.root / "data", self.saved)

    @rule(
        rules=st.lists(st.sampled_from(sorted(rivers.RULES)), max_size=3, unique=True),
        constraints=st.lists(st.sampled_from(sorted(rivers.CONSTRAINTS)), max_size=3, unique=True),
        shapes=st.lists(st.sampled_from(sorted(rivers.MORE_SHAPES)), max_size=3, unique=True),
    )
    def vocabulary(self, rules: Sequence[str], constraints: Sequence[str], shapes: Sequence[str]) -> None:
        for folder in ("ontology", "shapes"):
            shutil.rmtree(self.root / folder, ignore_errors=True)
        rivers.write_vocabulary(self.root, rules, constraints, shapes)

    @rule(folder=FOLDERS, name=NAMES, seed=SEEDS)
    def write(self, folder: str, name: str, seed: int) -> None:
        rivers.write_record(self.root, random.Random(seed), folder, name)

    @rule(chance=SEEDS, folder=FOLDERS, name=NAMES)
    def rename(self, chance: int, folder: str, name: str) -> None:
        if files := self.records():
            (self.root / "data" / folder).mkdir(exist_ok=True)
            files[chance % len(files)].rename(self.root / "data" / folder / f"{name}.yaml")

    @rule(chance=SEEDS)
    def delete(self, chance: int) -> None:
        if files := self.records():
            files[chance % len(files)].unlink()

    @rule(chance=SEEDS)
    def spoil(self, chance: int) -> None:
        if files := self.records():
            files[chance % len(files)].write_text("label: [")

    @rule()
    def restore(self) -> None:
        """Go back to the first records, of which something is still kept."""
        shutil.rmtree(self.root / "data")
        shutil.copytree(self.saved, self.root / "data")

    @rule(place=st.floats(0, 1), byte=st.integers(0, 255))
    def damage(self, place: float, byte: int) -> None:
        file = self.root / ".upheaval" / "state.sqlite"
        if file.is_file() and file.stat().st_size:
            content = bytearray(file.read_bytes())
            content[int(place * (len(content) - 1))] = byte
            file.write_bytes(content)

    @invariant()
    def prints_the_same(self) -> None:
        if hasattr(self, "saved"):
            assert checked(self.root) == checked(self.root, "--no-state")

    def records(self) -> list[Path]:
        return sorted((self.root / "data").glob("*/*.yaml"))

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)
            shutil.rmtree(self.saved.parent)


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=100 if WHOLE else 3, stateful_step_count=8, deadline=None)
TestEditing = pytest.mark.slow(TestEditing)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("UPHEAVAL_NO_STATE", raising=False)
    rivers.write_vocabulary(tmp_path, sorted(rivers.RULES), sorted(rivers.CONSTRAINTS), [])
    rivers.write_records(tmp_path, random.Random(1))
    return tmp_path


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_faults_are_kept_whole(root: Path, form: str) -> None:
    cold = checked(root, "--format", form)
    assert cold == checked(root, "--format", form) == checked(root, "--format", form, "--no-state")
    assert State(root).get("check", input_key(State(root), root)) is not None


def test_a_check_of_what_has_not_changed_loads_no_library(root: Path) -> None:
    cold = checked(root)
    code = (
        "import sys; from upheaval.cli.main import main\n"
        "try: main()\n"
        "finally: sys.exit(str({'pyoxigraph', 'rdflib', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, "check", "--root", str(root)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (cold[1], f"{cold[2]}set()\n")
