"""Records of one kind that are alike are reported once, with the other's place; what is known to differ is not."""

import shutil
from pathlib import Path

import pytest

from tests.support import ROOT, copy_of_world, faults_of
from upheaval.build.shards import repeated_signatures, sorted_signatures
from upheaval.build.streaming import stream
from upheaval.check.checking import check as check_whole
from upheaval.check.duplicates import normalized
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.faults import Fault, Refusal, Severity
from upheaval.populate.assembly import assemble

RULE = "record/duplicate"
STATE = "label: {{en: {label}}}\ncitation: [{{source: gazette, locator: whole}}]\n"


def duplicates(faults: list[Fault]) -> list[str]:
    return [str(fault) for fault in faults if fault.rule == RULE]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_of_world(tmp_path)


def write(root: Path, file: str, text: str) -> Path:
    path = root / "data" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def state(root: Path, name: str, more: str, folder: str = "states") -> Path:
    return write(root, f"{folder}/{name}.yaml", STATE.format(label=name) + more)


@pytest.mark.slow
def test_every_way_to_check_finds_a_copied_state_and_treaty(root: Path, tmp_path: Path) -> None:
    state(root, "edenia", "isoAlpha3: EDE\ncowCode: 77\n")
    state(root, "edenia-again", "cowCode: 77\nisoAlpha3: EDE\n")
    treaties = root / "data" / "treaties"
    shutil.copy(treaties / "fishing-treaty-1970.yaml", treaties / "fishing-treaty-again.yaml")
    expected = [
        "data/states/edenia-again.yaml:3:1: warning: the same `cowCode` and `isoAlpha3` as in "
        "data/states/edenia.yaml:4 "
        "(run `upheaval merge edenia-again edenia`, or add `differentFrom: edenia` if the two differ)",
        "data/treaties/fishing-treaty-again.yaml:1:1: warning: the same `label` as in "
        "data/treaties/fishing-treaty-1970.yaml:1 (run `upheaval merge fishing-treaty-again fishing-treaty-1970`, "
        "or add `differentFrom: fishing-treaty-1970` if the two differ)",
    ]
    assert duplicates(check(CheckSnapshot(root))[1]) == expected
    assert duplicates(check_whole(assemble(root))) == expected
    streamed = stream(root, tmp_path / "out", 1, False, lambda work, *_: work, size=5)
    assert duplicates(streamed.faults) == expected
    assert {fault.severity for fault in streamed.faults if fault.rule == RULE} == {Severity.WARNING}


@pytest.mark.slow
def test_an_edit_brings_and_takes_a_duplicate(root: Path) -> None:
    snapshot, faults = check(CheckSnapshot(root))
    assert duplicates(faults) == []
    file = state(root, "edenia", "isoAlpha2: AV\n")
    snapshot, faults = check(snapshot, [file])
    assert len(duplicates(faults)) == 1
    state(root, "edenia", "isoAlpha2: AV\ndifferentFrom: arvenia\n")
    assert duplicates(check(snapshot, [file])[1]) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("isoAlpha2: EE\ndifferentFrom: two\n", "isoAlpha2: EE\n"),
        ("isoAlpha2: EE\n", "isoAlpha2: EE\ndifferentFrom: [one, arvenia]\n"),
        ("isoAlpha2: EE\n", "isoAlpha2: EF\n"),
    ],
)
def test_states_that_are_said_to_differ_are_not_reported(root: Path, first: str, second: str) -> None:
    state(root, "one", first)
    state(root, "two", second)
    assert duplicates(faults_of(root)) == []


@pytest.mark.slow
def test_successive_states_may_share_codes(root: Path) -> None:
    """One continues the other, over several steps; or the one ended before the other began."""
    old = "historical-states"
    state(root, "federation", "cowCode: 45\nendDate: 1992\ncontinuedBy: union\n", old)
    state(root, "union", "cowCode: 45\nstartDate: 1992-04\nendDate: 2006-06\ncontinuedBy: republic\n", old)
    state(root, "republic", "cowCode: 45\n")
    state(root, "first-empire", "isoAlpha2: EM\nstartDate: 1918\nendDate: 1992-12-31\n", old)
    state(root, "second-empire", "isoAlpha2: EM\nstartDate: 2003-02\nendDate: 2006\n", old)
    assert duplicates(faults_of(root)) == []
    state(root, "third-empire", "isoAlpha2: EM\nstartDate: 2005\nendDate: 2010\n", old)
    state(root, "other-republic", "cowCode: 45\n")
    assert [text.partition(":")[0] for text in duplicates(faults_of(root))] == [
        "data/historical-states/third-empire.yaml",
        "data/states/other-republic.yaml",
        "data/states/republic.yaml",
    ]


@pytest.mark.slow
def test_a_treaty_under_another_name_is_found_by_parties_and_steps(root: Path) -> None:
    treaties = root / "data" / "treaties"
    text = (treaties / "fishing-treaty-1970.yaml").read_text()
    text = text.replace("Fishing Treaty", "Agreement on fish").replace("[belmora, corvania]", "[corvania, belmora]")
    write(root, "treaties/agreement-on-fish.yaml", text)
    (found,) = duplicates(faults_of(root))
    assert found.startswith(
        "data/treaties/fishing-treaty-1970.yaml:3:1: warning: the same `cooperationType`, `party` and `step` as in "
        "data/treaties/agreement-on-fish.yaml:3 ("
    )
    write(root, "treaties/agreement-on-fish.yaml", text.replace("date: 1970", "date: 1971"))
    assert duplicates(faults_of(root)) == []


@pytest.mark.slow
def test_labels_are_compared_in_normal_form_within_a_kind(root: Path) -> None:
    state(root, "one", "").write_text(STATE.format(label="The Far  East"), encoding="utf-8")
    state(root, "two", "").write_text(STATE.format(label='"The far-east"'), encoding="utf-8")
    write(root, "places/far-east.yaml", STATE.format(label="The Far East") + "placeKind: region\n")
    assert [text.partition(":")[0] for text in duplicates(faults_of(root))] == ["data/states/two.yaml"]


@pytest.mark.parametrize(
    ("one", "other"), [("Су-35", "су 35"), ("ＡＢＣ", "abc"), ("“Peace Mission” (2005)", "Peace mission 2005")]
)
def test_normal_form_lacks_case_width_and_punctuation(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(("one", "other"), [("C++", "C"), ("कि", "कु"), ("...", "!"), ("12", "1 2")])
def test_normal_form_keeps_what_tells_names_apart(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


def with_matches(folder: Path, prop: str) -> tuple[Path, str]:
    """Return a copy of the publication of rivers in which rivers match on a property, and the file that says so."""
    root = folder / "rivers"
    shutil.copytree(ROOT / "tests" / "riverworld", root)
    for shapes in (root / "shapes").glob("*.ttl"):
        text = shapes.read_text(encoding="utf-8")
        if "form:River a sh:NodeShape ;" in text:
            text = text.replace(
                "form:River a sh:NodeShape ;", f"form:River a sh:NodeShape ; statecraft:matchOn ( {prop} ) ;"
            )
            shapes.write_text(text, encoding="utf-8")
            return root, shapes.relative_to(root).as_posix()
    raise AssertionError


@pytest.mark.slow
def test_a_code_in_a_namespace_of_ones_own(tmp_path: Path) -> None:
    root, _ = with_matches(tmp_path, "river:водосбор")
    river = root / "data" / "rivers" / "sava.yaml"
    text = river.read_text(encoding="utf-8")
    (river.parent / "drava.yaml").write_text(text.replace("Sava", "Drava").replace("Сава", "Драва"), encoding="utf-8")
    assert any("the same `водосбор`" in found for found in duplicates(faults_of(root)))


@pytest.mark.slow
def test_a_list_that_names_no_key_is_refused_at_its_shape(tmp_path: Path) -> None:
    root, file = with_matches(tmp_path, "river:levle")
    with pytest.raises(Refusal) as refusal:
        faults_of(root)
    (fault,) = refusal.value.faults
    assert "matches on <https://river.example/def/levle>, which is not a key" in fault.message
    assert (fault.file, fault.rule) == (file, "shapes/match-on")
    assert fault.at


def test_what_is_compared_in_several_passes_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = [(str(number % 40), f"r{number}") for number in range(60)]
    shards = [sorted_signatures(signed[start : start + 6]) for start in range(0, 60, 6)]
    at_once = list(repeated_signatures(shards.__getitem__, len(shards)))
    assert len(at_once) == 40
    monkeypatch.setattr("upheaval.build.shards._AT_ONCE", 3)
    assert list(repeated_signatures(shards.__getitem__, len(shards))) == at_once
