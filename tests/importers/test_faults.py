"""Faults in files: named with row, column, value and cure, or put aside and counted; nothing is lost."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.importers.support import COW, FILES, SIPRI, VOTES, hashed, imported, quiet, written
from tests.support import sampled
from upheaval.cli import import_
from upheaval.cli.main import main
from upheaval.faults import Refusal
from upheaval.importers.declaration import Exclusion, find_dataset
from upheaval.importers.run import Advance, ImportOptions, run
from upheaval.importers.target import ImportTarget

BAD = {
    "unknown code": (
        SIPRI.replace("NATO**", "Freedonia"),
        "register.csv:6:1: error: column `Recipient`: `Freedonia` is a code that the crosswalk does not know",
    ),
    "unknown weapon": (SIPRI.replace("patrol boat", "zeppelin"), "register.csv:6:8: error: .*`zeppelin` is a code"),
    "no number": (SIPRI.replace(",3,,Ghost", ",three,,Ghost"), "4:5: error: column `Number ordered`: `three` does not"),
    "no mark": (SIPRI.replace("2009,?,40", "2009,maybe,40"), r"column `Year of order \?`: `maybe` does not fit"),
    "blank": (SIPRI.replace("Russia,2009", ",2009"), "2:2: error: column `Supplier`: is blank"),
    "years in disorder": (SIPRI.replace("2010; 2012", "2012; 2010"), "2:11: .*`2012; 2010` are not in order"),
    "too few cells": (SIPRI + "Iran,Russia\n", "7:1: error: it has 2 cells, not 16"),
    "not UTF-8": (SIPRI.replace("Älv", "�lv"), "--encoding cp1252"),
}


@pytest.mark.parametrize("case", sampled(list(BAD), 3))
def test_fault_names_row_column_value_and_cure(case: str, target: ImportTarget, tmp_path: Path) -> None:
    text, wrong = BAD[case]
    files = written(tmp_path / "in", {"register.csv": text})
    with pytest.raises(Refusal, match=wrong.replace("**", r"\*\*")) as refused:
        imported(target, "sipri", files, tmp_path / "out")
    assert "nothing was imported" in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("case", sampled(list(BAD), 3))
def test_rows_with_faults_are_put_aside_and_counted(case: str, target: ImportTarget, tmp_path: Path) -> None:
    text, _ = BAD[case]
    files = written(tmp_path / "in", {"register.csv": text})
    report = imported(target, "sipri", files, tmp_path / "out", skip_bad=True)
    with (tmp_path / "out" / "aside-register.csv").open(encoding="utf-8", newline="") as source:
        aside = list(csv.DictReader(source))
    assert len(aside) == report.rows.aside >= 1
    assert all(row["fault"] for row in aside)
    read = len(list(csv.reader(text.splitlines()))) - 1
    assert report.rows.read == read == report.imported + report.rows.aside + sum(report.rows.excluded.values())


def test_rows_put_aside_can_be_mended_and_imported(target: ImportTarget, tmp_path: Path) -> None:
    text = BAD["unknown code"][0]
    imported(target, "sipri", written(tmp_path / "in", {"r.csv": text}), tmp_path / "out", skip_bad=True)
    aside = (tmp_path / "out" / "aside-register.csv").read_text(encoding="utf-8").replace("Freedonia", "NATO**")
    report = imported(target, "sipri", written(tmp_path / "again", {"aside.csv": aside}), tmp_path / "rest")
    assert report.imported == 1


def test_impossible_day_is_a_fault(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"members.csv": COW.replace("20,3,1955,31", "30,2,1955,31", 1)})
    with pytest.raises(Refusal, match=r"members.csv:2:.*not in the calendar"):
        imported(target, "cow", files, tmp_path / "out")


def test_vote_without_a_roll_call_is_a_fault(target: ImportTarget, tmp_path: Path) -> None:
    texts = FILES["un-votes"] | {"votes.csv": VOTES + "77.0,Iran,IR,yes\n"}
    with pytest.raises(Refusal, match=r"votes.csv:10:1: .*`77.0` is in no row of the roll calls"):
        imported(target, "un-votes", written(tmp_path / "in", texts), tmp_path / "out")


def test_row_that_no_record_takes_up_is_never_lost_silently(target: ImportTarget, tmp_path: Path) -> None:
    dataset = replace(find_dataset("sipri"), exclusions=())
    shortened = replace(dataset, records=lambda sources: [], counted=lambda sources: sources.table("register").limit(2))
    files = written(tmp_path / "in", FILES["sipri"])
    with pytest.raises(Refusal, match="of 5 rows, 3 are in no record"):
        run(target, shortened, ImportOptions(files, tmp_path / "out"), quiet)
    assert not (tmp_path / "out").exists()


def test_exclusions_have_names_and_numbers(target: ImportTarget, tmp_path: Path) -> None:
    dataset = find_dataset("sipri")
    report = imported(target, "sipri", written(tmp_path / "in", FILES["sipri"]), tmp_path / "out")
    assert report.rows.excluded == {"supplier or recipient unknown to SIPRI": 1}
    assert isinstance(dataset.exclusions[0], Exclusion)


def test_lone_voter_is_excluded_by_name(target: ImportTarget, tmp_path: Path) -> None:
    texts = FILES["un-votes"] | {"votes.csv": "\n".join(VOTES.splitlines()[:-2]) + "\n"}
    report = imported(target, "un-votes", written(tmp_path / "in", texts), tmp_path / "out")
    assert report.rows.excluded == {"alone in a ballot": 1}
    assert report.imported == 5


@pytest.fixture(scope="module")
def imported_before(target: ImportTarget, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    imported(target, "cow", written(folder / "in", FILES["cow"]), folder / "out")
    return folder


@pytest.mark.parametrize("at", ["reading", "making records", "writing", "hashing"])
def test_interruption_leaves_what_was_there(
    at: str, imported_before: Path, target: ImportTarget, tmp_path: Path
) -> None:
    shutil.copytree(imported_before, tmp_path, dirs_exist_ok=True)
    files = tuple(tmp_path / "in" / name for name in FILES["cow"])
    before = hashed(tmp_path / "out")

    @contextmanager
    def step(name: str, _total: int, _unit: str) -> Iterator[Advance]:
        yield lambda count: None
        if name == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(target, find_dataset("cow"), ImportOptions(files, tmp_path / "out"), step)
    assert hashed(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_folder_with_something_else_is_not_replaced(target: ImportTarget, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(Refusal, match="holds something else"):
        imported(target, "cow", written(tmp_path / "in", FILES["cow"]), tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


def test_command_says_what_it_did_and_what_is_wrong(target: ImportTarget, tmp_path: Path) -> None:
    root = str(target.publication.root)
    (good,) = written(tmp_path / "in", FILES["cow"])
    arguments = ["import", "cow", str(good), "--root", root, "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0
    assert "5 rows read, 5 imported, 0 aside" in done.output
    assert "note: COW counts" in done.output
    unknown = CliRunner().invoke(main, ["import", "cows", str(good), "--root", root])
    assert unknown.exit_code == 1
    assert "the datasets are atop, cow, sipri, un-votes" in unknown.output
    missing = CliRunner().invoke(main, ["import", "cow", str(tmp_path / "none.csv"), "--root", root])
    assert missing.exit_code == 1
    assert "cannot be read" in missing.output


def test_missing_library_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(import_, "find_spec", lambda name: None if name == "ibis" else object())
    (good,) = written(tmp_path, FILES["cow"])
    refused = CliRunner().invoke(main, ["import", "cow", str(good)])
    assert refused.exit_code == 1
    assert "importing needs ibis (pip install 'upheaval[import]')" in refused.output
