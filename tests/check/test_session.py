"""What a check of portions finds, and of what an edit can affect, is what a check of the whole finds."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fixtures import Trial
from tests.support import ROOT, copy_of_world, examples, faults_of
from upheaval.check.portions import Facts, Portion, Verdict, judge, read_facts
from upheaval.check.reach import reach_of
from upheaval.check.session import Session
from upheaval.check.workbench import Workbench
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import RecordFile

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
    monkeypatch.setattr("upheaval.schema.schema.derive_contract", lambda _graph: world.contract)


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
@example(seed=5048, group=1)
@given(seed=st.integers(0, 2**32), group=st.sampled_from((1, 8, 1000)))
def test_after_any_edits_what_is_found_is_what_a_full_check_finds(
    tmp_path_factory: pytest.TempPathFactory, seed: int, group: int
) -> None:
    chance = random.Random(seed)
    root = copy_of_world(tmp_path_factory.mktemp("edited"))
    session = Session(root, 1, group)
    assert session.check() == ([], 57)
    for _ in range(5):
        before = {file: file.read_bytes() for file in records(root)}
        chance.choice(EDITS)(chance, root)
        after = {file: file.read_bytes() for file in records(root)}
        changed = [file for file in before.keys() | after.keys() if before.get(file) != after.get(file)]
        assert shown(session.check(changed)[0]) == shown(faults_of(root))


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
def test_what_an_edit_of_one_record_does_to_another(steps: list[tuple[str, str]], found: int, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    session = Session(root, 1, 1)
    session.check()
    faults: list[Fault] = []
    for name, line in steps:
        file = root / f"data/{name}.yaml"
        before = file.read_text().splitlines() if file.exists() else []
        kept = [one for one in before if not one.startswith((line.partition(":")[0], "  "))]
        file.write_text("\n".join([*kept, line]) + "\n")
        faults, _ = session.check()
        assert shown(faults) == shown(faults_of(root))
    assert len(faults) == found or found < 0


def shown(faults: list[Fault]) -> list[str]:
    return [f"{fault} {fault.rule}" for fault in faults]


@pytest.mark.parametrize(("jobs", "group"), [(1, 1), (1, 20), (2, 50), (1, 10_000)])
def test_every_fixture(trial: Trial, jobs: int, group: int) -> None:
    session = Session(trial.assembly.publication.root, jobs, group)
    for _ in range(2):
        faults, count = session.check()
        assert shown(faults) == shown(trial.faults)
        assert count == len(trial.assembly.records)
    assert len(faults) > 200


def test_an_edit_leaves_the_other_groups_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copy_of_world(tmp_path)
    session = Session(root, 1, 1)
    session.check()
    judged: list[frozenset[str]] = []
    read: list[str] = []

    def judging(bench: Workbench, portion: Portion) -> Verdict:
        judged.append(portion.slugs)
        return judge(bench, portion)

    def reading(bench: Workbench, entries: Sequence[RecordFile]) -> dict[str, Facts]:
        read.extend(entry.slug for entry in entries)
        return read_facts(bench, entries)

    monkeypatch.setattr("upheaval.check.session.judge", judging)
    monkeypatch.setattr("upheaval.check.session.read_facts", reading)
    session.check()
    assert (read, judged) == ([], [])
    file = root / "data/treaties/fishing-treaty-1970.yaml"
    file.write_text(file.read_text().replace("en: ", "en: A ", 1))
    session.check()
    assert read == ["fishing-treaty-1970"]
    assert {"fishing-treaty-1970"} <= set().union(*judged)
    assert len(judged) < 10


def test_every_rule_and_constraint_says_what_it_sees(axis: Assembly) -> None:
    reach = reach_of(axis.vocabulary)
    assert reach.undeclared == ()
    assert list(reach.rules_at_once) == ["60-dyadic-cooperation.rq"]
    assert {iri.rpartition("#")[2] for iri in reach.constraints_at_once} == {"Link-target-twice", "Link-two-targets"}


RULE = """\
{sees}
CONSTRUCT {{ ?other <http://www.w3.org/2000/01/rdf-schema#label> "Another"@en }}
WHERE {{ ?one <https://w3id.org/statecraft#ofState> ?other }}
"""


@pytest.mark.parametrize("sees", ["# says nothing of what it sees", "# sees: its record"])
def test_rule_that_portions_cannot_follow(sees: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives states a second English name: a fault that no portion sees by itself."""
    monkeypatch.undo()
    root = copy_of_world(tmp_path)
    (root / "ontology/rules").mkdir(parents=True)
    (root / "ontology/rules/95-x.rq").write_text(RULE.format(sees=sees))
    expected = shown(faults_of(root))
    assert expected
    assert shown(Session(root, 1, 8).check()[0]) == expected


def test_vocabulary_that_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    root = copy_of_world(tmp_path)
    session = Session(root)
    assert session.check()[0] == []
    (root / "shapes").mkdir()
    (root / "shapes/x.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; "
        "sh:targetClass <https://w3id.org/statecraft#State> ; sh:property <urn:p> . "
        '<urn:p> sh:path <https://w3id.org/statecraft#cowCode> ; sh:minCount 9 ; sh:message "too few" .'
    )
    faults, _ = session.check()
    assert faults
    assert shown(faults) == shown(faults_of(root))


def test_own_data_in_several_processes(axis: Assembly) -> None:
    assert Session(ROOT, 2, 1500).check() == ([], len(axis.records))
