"""A check after any sequence of edits finds what a check from the beginning finds, whatever the rules and shapes."""

import random
import shutil
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests import rivers
from tests.support import WHOLE, faults_of
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.check.keptcheck import KeptCheck
from upheaval.faults import Fault
from upheaval.store.state import State

FOLDERS = st.sampled_from(("rivers", "rivers", "gauges", "gauges", "basins"))
NAMES = st.sampled_from(("r0", "r1", "r2", "r3", "g0", "g1", "g2", "b0", "nobody"))
SEEDS = st.integers(0, 2**32)


def hashed(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


class Editing(RuleBasedStateMachine):
    """A publication that is edited and checked in turn."""

    @initialize(
        rules=st.lists(st.sampled_from(sorted(rivers.RULES)), max_size=6, unique=True),
        constraints=st.lists(st.sampled_from(sorted(rivers.CONSTRAINTS)), max_size=5, unique=True),
        shapes=st.lists(st.sampled_from(sorted(rivers.MORE_SHAPES)), max_size=4, unique=True),
        seed=SEEDS,
        size=st.integers(1, 4),
    )
    def begin(
        self, rules: Sequence[str], constraints: Sequence[str], shapes: Sequence[str], seed: int, size: int
    ) -> None:
        self.root = Path(tempfile.mkdtemp())
        rivers.write_vocabulary(self.root, rules, constraints, shapes)
        rivers.write_records(self.root, random.Random(seed))
        self.snapshot = CheckSnapshot(self.root, 1, size)
        self.changed: list[Path] = []

    @rule(folder=FOLDERS, name=NAMES, seed=SEEDS)
    def write(self, folder: str, name: str, seed: int) -> None:
        """Write a record anew, perhaps under a name that another kind has."""
        rivers.write_record(self.root, random.Random(seed), folder, name)
        self.changed.append(self.root / "data" / folder / f"{name}.yaml")

    @rule(chance=SEEDS)
    def delete(self, chance: int) -> None:
        if files := self.records():
            file = files[chance % len(files)]
            file.unlink()
            self.changed.append(file)

    @rule(chance=SEEDS, folder=FOLDERS, name=NAMES)
    def rename(self, chance: int, folder: str, name: str) -> None:
        """Give a record another name or class, over one that may be there."""
        if files := self.records():
            file, target = files[chance % len(files)], self.root / "data" / folder / f"{name}.yaml"
            target.parent.mkdir(exist_ok=True)
            file.rename(target)
            self.changed.extend((file, target))

    @rule(chance=SEEDS)
    def spoil(self, chance: int) -> None:
        if files := self.records():
            files[chance % len(files)].write_text("label: [")
            self.changed.append(files[chance % len(files)])

    @invariant()
    def finds_the_same(self) -> None:
        if not hasattr(self, "snapshot"):
            return
        self.snapshot, faults = check(self.snapshot, self.changed)
        self.changed = []
        expected = [f"{fault} {fault.rule}" for fault in faults_of(self.root)]
        assert [f"{fault} {fault.rule}" for fault in faults] == expected
        assert [f"{fault} {fault.rule}" for fault in self.kept()] == expected

    def kept(self) -> list[Fault]:
        """Check again from what is kept on disk, and keep what is known then."""
        with pytest.MonkeyPatch.context() as environment:
            environment.delenv("UPHEAVAL_NO_STATE", raising=False)
            state = State(self.root)
        kept = KeptCheck(state, "key", self.root, 1, self.snapshot.size)
        after, faults = check(
            kept.snapshot, contents={file.relative_to(self.root).as_posix(): hashed(file) for file in self.records()}
        )
        kept.keep(after)
        return faults

    def records(self) -> list[Path]:
        return sorted((self.root / "data").glob("*/*.yaml"))

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60 if WHOLE else 5, stateful_step_count=8, deadline=None)
