"""Whatever is renamed, merged, split and retired, in whatever order: every name that was published can be answered."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.former import DAY, publish
from tests.support import WHOLE, copy_of_world, faults_of
from upheaval.curate.lifecycle import Lifecycle, PlannedChange
from upheaval.faults import Refusal, Severity
from upheaval.populate.assembly import assemble
from upheaval.schema.ledger import Fate, read_ledger, relative
from upheaval.schema.schema import prepare

SPACE = "https://data.example.net/river-pact/"
NAMES = st.sampled_from(["a", "b", "c", "d-1", "e-2", "dorland", "gazette"])
CHOICE = st.integers(0, 10_000)


class NamesOverTime(RuleBasedStateMachine):
    """A publication of somebody else, in a namespace of its own, whose names change and are published now and then."""

    @initialize()
    def start(self) -> None:
        self.root = copy_of_world(Path(tempfile.mkdtemp()))
        file = self.root / "data/publication.yaml"
        file.write_text(file.read_text().replace("https://example.org/northern-pact/", SPACE))
        publish(self.root)
        # the records that each published name should lead to
        self.living: dict[str, tuple[str, ...]] = {slug: (slug,) for slug in self.records()}

    def records(self) -> dict[str, str]:
        """Return the folder of each record."""
        return {path.stem: path.parent.name for path in sorted(self.root.glob("data/*/*.yaml"))}

    def sources(self) -> dict[str, bytes]:
        found = [*self.root.glob("data/**/*.yaml"), self.root / "ledger.tsv"]
        return {path.as_posix(): path.read_bytes() for path in found}

    def change(self, plan: Callable[[Lifecycle], PlannedChange]) -> bool:
        before = self.sources()
        try:
            plan(Lifecycle(prepare(self.root), DAY)).draft.commit()
        except Refusal:
            assert self.sources() == before
            return False
        return True

    def lead(self, old: str, *new: str) -> None:
        def after(ends: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(one for end in ends for one in (new if end == old else (end,))))

        self.living = {name: after(ends) for name, ends in self.living.items()}

    @rule(place=CHOICE, new=NAMES)
    def rename(self, place: int, new: str) -> None:
        old = sorted(self.records())[place % len(self.records())]
        if self.change(lambda life: life.rename(old, new, "a better name")):
            self.lead(old, new)

    @rule(place=CHOICE, other=CHOICE)
    def merge(self, place: int, other: int) -> None:
        records = self.records()
        gone = sorted(records)[place % len(records)]
        alike = sorted(name for name, folder in records.items() if folder == records[gone])
        kept = alike[other % len(alike)]
        if self.change(lambda life: life.merge(gone, kept, "the same")):
            self.lead(gone, kept)

    @rule(place=CHOICE)
    def retire(self, place: int) -> None:
        gone = sorted(self.records())[place % len(self.records())]
        if self.change(lambda life: life.retire(gone, "it never was")):
            self.lead(gone)

    @rule(place=CHOICE, other=CHOICE)
    def split(self, place: int, other: int) -> None:
        records = self.records()
        gone = sorted(records)[place % len(records)]
        alike = sorted(name for name, folder in records.items() if folder == records[gone])
        parts = [alike[(other + step) % len(alike)] for step in (0, 1)]
        if self.change(lambda life: life.split(gone, parts, parts[0], "two things")):
            self.lead(gone, *parts)

    @rule()
    def release(self) -> None:
        publish(self.root)
        self.living |= {slug: (slug,) for slug in self.records() if slug not in self.living}

    @invariant()
    def every_published_name_leads_to_what_there_is(self) -> None:
        if not hasattr(self, "root"):
            return
        assert [fault for fault in faults_of(self.root) if fault.severity is Severity.ERROR] == []
        assembly, ledger = assemble(self.root), read_ledger(self.root)
        names = {relative(iri, assembly.publication.iri) for iri in assembly.populated.locations}
        for iri in ledger.entries:
            entry = ledger.resolve(iri)
            assert entry is not None
            ends = entry.successors if entry.annotated else (iri,)
            assert ends or entry.state is Fate.RETIRED, iri
            assert names.issuperset(ends), (iri, ends)
        for name, now in self.living.items():
            entry = ledger.resolve(name)
            assert entry is not None
            assert set(entry.successors if entry.annotated else (name,)) == set(now), name

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)


TestNamesOverTime = pytest.mark.slow(NamesOverTime.TestCase)
TestNamesOverTime.settings = settings(
    max_examples=30 if WHOLE else 3, stateful_step_count=12 if WHOLE else 8, deadline=None
)
