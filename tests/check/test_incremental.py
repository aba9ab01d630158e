"""After any edit, a check finds what one from the beginning finds, and redoes only what the edit can affect."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fixtures import Trial, without_likeness
from tests.support import ROOT, copy_of_world, examples, faults_of, sweep
from upheaval.check.batches import Batch, RecordStatements, read_batch
from upheaval.check.evaluation import Evaluation, evaluate
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.check.plan import Plan
from upheaval.check.validation import Validator, compiled
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import Listing, RecordFile

pytestmark = pytest.mark.slow

LINES = (
    "partys: x",
    "party: [arvenia, arvenla]",
    "participant: [arvenia, edenia]",
    "ofState: belmora",
    "ofState: arvenia",
    "partOf: arvenia-oil",
    "replaces: fishing-treaty-1970",
    "startDate: 1999",
    "endDate: 1998-05",
    "date: 2001-02-30",
    "republicationOf: gazette",
    "republicationOf: courier-2001",
    "continuedBy: dorland",
    "label: {fr: Sans nom}",
    "cooperationType: zzz",
    "target: corvania",
    "subject: arvenia",
    "linkTarget: https://example.com/arvenia",
    "linkRelation: exact-match",
    "publisher: Somebody else",
    "- ",
)
Edit = Callable[[random.Random, Path], None]


@pytest.fixture(autouse=True)
def _vocabulary_read_once(world: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheaval.schema.schema.load_vocabulary", lambda _publication: world.vocabulary)
    monkeypatch.setattr("upheaval.schema.schema.derive_contract", lambda _graph, _place: world.contract)


def records(root: Path) -> list[Path]:
    return sorted(path for path in (root / "data").rglob("*") if path.is_file() and path.name != "publication.yaml")


def text_of(file: Path) -> str:
    """Read a record as it is, spoilt bytes included."""
    return file.read_bytes().decode(errors="surrogateescape")


def put(file: Path, text: str) -> None:
    file.write_bytes(text.encode(errors="surrogateescape"))


def add_line(chance: random.Random, root: Path) -> None:
    """Put a line at the end of a record, or in the place of one with the same key."""
    file, line = chance.choice(records(root)), chance.choice(LINES)
    kept = [one for one in text_of(file).splitlines() if not one.startswith(line.partition(":")[0] + ":")]
    put(file, "\n".join([*kept, line]) + "\n")


def link(chance: random.Random, root: Path) -> None:
    """Let one source or place point at another, from which the way may lead back."""
    folder, key = chance.choice((("sources", "republicationOf"), ("places", "within")))
    file, other = chance.sample(sorted((root / "data" / folder).glob("*.yaml"))[:3], 2)
    kept = [line for line in text_of(file).splitlines() if not line.startswith(key)]
    put(file, "\n".join([*kept, f"{key}: {other.stem}"]) + "\n")


def drop_line(chance: random.Random, root: Path) -> None:
    file = chance.choice(records(root))
    lines = text_of(file).splitlines()
    del lines[chance.randrange(len(lines) + 1) : chance.randrange(len(lines) + 1) + 1]
    put(file, "\n".join(lines) + "\n")


def swap_word(chance: random.Random, root: Path) -> None:
    """Put the name of one record in the place of another's."""
    file = chance.choice(records(root))
    names = [path.stem for path in records(root)]
    text = text_of(file)
    used = [name for name in names if name in text]
    if used:
        put(file, text.replace(chance.choice(used), chance.choice(names)))


def delete(chance: random.Random, root: Path) -> None:
    chance.choice(records(root)).unlink()


def copy(chance: random.Random, root: Path) -> None:
    file, other = chance.sample(records(root), 2)
    (other.parent / chance.choice(("edenia.yaml", "another.yaml", file.name, "Bad name.yaml"))).write_bytes(
        file.read_bytes()
    )


def rename(chance: random.Random, root: Path) -> None:
    """Give a record another name, or another class."""
    file, other = chance.sample(records(root), 2)
    target = chance.choice((file.with_name("edenia.yaml"), other.parent / file.name, file.with_suffix(".yml")))
    file.rename(target)


def spoil(chance: random.Random, root: Path) -> None:
    chance.choice(records(root)).write_bytes(
        chance.choice((b"", b"a: [", b"label: {en: \xff}\n", b"- a\n", b"a: &b c\n"))
    )


EDITS: tuple[Edit, ...] = (add_line, add_line, link, link, drop_line, swap_word, delete, copy, rename, spoil)


@examples(12)
@example(seed=5048, size=1)
@given(seed=st.integers(0, 2**32), size=st.sampled_from((1, 8, 1000)))
def test_faults_after_edits_equal_those_of_a_full_check(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int
) -> None:
    chance = random.Random(seed)
    root = copy_of_world(tmp_path_factory.mktemp("edited"))
    snapshot, faults = check(CheckSnapshot(root, 1, size))
    assert (faults, len(snapshot.listing.entries)) == ([], 60)
    for _ in range(5):
        before = {file: file.read_bytes() for file in records(root)}
        chance.choice(EDITS)(chance, root)
        after = {file: file.read_bytes() for file in records(root)}
        changed = [file for file in before.keys() | after.keys() if before.get(file) != after.get(file)]
        snapshot, faults = check(snapshot, changed)
        assert shown(faults) == shown(faults_of(root))


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([("sources/gazette", "republicationOf: institute-2010")], 0),
        ([("sources/gazette", "republicationOf: x"), ("sources/institute-2010", "republicationOf: gazette")], 1),
        (
            [
                ("sources/gazette", "republicationOf: institute-2010"),
                ("sources/institute-2010", "republicationOf: ministry-denial"),
                ("sources/ministry-denial", "republicationOf: gazette"),
            ],
            3,
        ),
        (
            [
                ("charters/river-charter-1999", "step: [{action: signed, by: weekly-courier}]"),
                ("organizations/weekly-courier", "ofState: arvenia"),
            ],
            -1,
        ),
        ([("treaties/fishing-treaty-1970", "replaces: edenia"), ("treaties/edenia", "label: {en: E}")], -1),
        ([("links/arvenia-atlas", "linkTarget: https://example.com/b"), ("links/b", "subject: belmora")], -1),
    ],
)
def test_an_edit_of_one_record_is_seen_from_another(steps: list[tuple[str, str]], found: int, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    snapshot, faults = check(CheckSnapshot(root, 1, 1))
    for name, line in steps:
        file = root / f"data/{name}.yaml"
        before = file.read_text().splitlines() if file.exists() else []
        kept = [one for one in before if not one.startswith((line.partition(":")[0], "  "))]
        file.write_text("\n".join([*kept, line]) + "\n")
        snapshot, faults = check(snapshot)
        assert shown(faults) == shown(faults_of(root))
    assert len(faults) == found or found < 0


def shown(faults: list[Fault]) -> list[str]:
    return [f"{fault} {fault.rule}" for fault in faults]


SIZES = [pytest.param(1, 1, marks=sweep), (1, 20), (2, 50), (1, 10_000)]


@pytest.mark.parametrize(("jobs", "size"), SIZES)
def test_every_fixture_has_its_faults_in_batches_of_any_size(trial: Trial, jobs: int, size: int) -> None:
    snapshot = CheckSnapshot(trial.assembly.publication.root, jobs, size)
    for _ in range(2):
        snapshot, faults = check(snapshot)
        assert shown(without_likeness(faults)) == shown(trial.faults)
        assert len(snapshot.listing.entries) == len(trial.assembly.records)
    assert len(faults) > 200


def test_an_edit_leaves_other_batches_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copy_of_world(tmp_path)
    snapshot, _ = check(CheckSnapshot(root, 1, 1))
    evaluated: list[frozenset[str]] = []
    read: list[str] = []

    def evaluating(plan: Plan, listing: Listing, batch: Batch, validate: Validator | None = compiled) -> Evaluation:
        evaluated.append(batch.slugs)
        return evaluate(plan, listing, batch, validate)

    def reading(plan: Plan, listing: Listing, entries: Sequence[RecordFile]) -> dict[str, RecordStatements]:
        read.extend(entry.slug for entry in entries)
        return read_batch(plan, listing, entries)

    monkeypatch.setattr("upheaval.check.conclusions.evaluate", evaluating)
    monkeypatch.setattr("upheaval.check.incremental.read_batch", reading)
    snapshot, _ = check(snapshot)
    assert (read, evaluated) == ([], [])
    file = root / "data/treaties/fishing-treaty-1970.yaml"
    file.write_text(file.read_text().replace("en: ", "en: A ", 1))
    check(snapshot)
    assert read == ["fishing-treaty-1970"]
    assert {"fishing-treaty-1970"} <= set().union(*evaluated)
    assert len(evaluated) < 10


def test_check_leaves_the_previous_snapshot_unchanged(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    before, faults = check(CheckSnapshot(root, 1, 8))
    file = root / "data/treaties/fishing-treaty-1970.yaml"
    text = file.read_text()
    file.write_text(text + "partys: x\n")
    after, found = check(before)
    assert (len(faults), len(found)) == (0, 1)
    file.write_text(text)
    assert check(after)[1] == check(before, [file])[1] == []


def test_a_changed_vocabulary_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    root = copy_of_world(tmp_path)
    snapshot, faults = check(CheckSnapshot(root))
    assert faults == []
    (root / "shapes").mkdir()
    (root / "shapes/x.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; "
        "sh:targetClass <https://w3id.org/statecraft#State> ; sh:property <urn:p> . "
        '<urn:p> sh:path <https://w3id.org/statecraft#cowCode> ; sh:minCount 9 ; sh:message "too few" .'
    )
    _, faults = check(snapshot)
    assert faults
    assert shown(faults) == shown(faults_of(root))


@sweep
def test_shipped_data_has_no_fault_in_several_processes(axis: Assembly) -> None:
    snapshot, faults = check(CheckSnapshot(ROOT, 2, 1500))
    assert (faults, len(snapshot.listing.entries)) == ([], len(axis.records))
