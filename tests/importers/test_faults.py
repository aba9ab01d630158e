"""Rows with faults are named with column, value and cure, and put into quarantine; nothing is lost."""

import csv
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.importers.support import COW, FILES, SIPRI, VOTES, Imports, hashed, imported, lines, quiet, written
from tests.support import sampled
from upheaval.cli.main import main
from upheaval.faults import Refusal
from upheaval.importers.declaration import find_dataset
from upheaval.importers.run import Advance, ImportOptions, run
from upheaval.importers.target import ImportTarget

pytestmark = pytest.mark.slow

FAULTY = {
    "unknown name": (
        SIPRI.replace("NATO**", "Freedonia"),
        "register.csv:6:1: warning: column `Recipient` is not a known code or name in 1 row: `Freedonia` in row 6",
    ),
    "no number": (
        SIPRI.replace(",3,,Ghost", ",three,,Ghost"),
        "4:5: warning: column `Number ordered` does not fit in 1 row: `three` in row 4 (write a whole number",
    ),
    "no mark": (
        SIPRI.replace("2009,?,40", "2009,maybe,40"),
        "column `Year of order ?` does not fit in 2 rows: `maybe`",
    ),
    "blank": (SIPRI.replace("Russia,2009", ",2009", 1), "2:2: warning: column `Supplier` is blank in 1 row: row 2"),
    "too few cells": (SIPRI + "Iran,Russia\n", "7:1: warning: 1 row cannot be read: row 7 has 2 cells, not 16"),
    "too many cells": (
        SIPRI.replace("Hawk drone", "Hawk, drone", 1),
        "2:1: warning: 1 row cannot be read: row 2 has 17",
    ),
    "replacement character": (SIPRI.replace("Älv", "\ufffdlv"), "6:7: warning: column `Weapon designation` is not in"),
}


@pytest.mark.parametrize("case", sampled(list(FAULTY), 3))
def test_a_faulty_row_is_left_out_and_named(case: str, target: ImportTarget, tmp_path: Path) -> None:
    text, wrong = FAULTY[case]
    files = written(tmp_path / "in", {"register.csv": text})
    report = imported(target, "sipri", files, tmp_path / "out")
    assert len(report.rows.faults) == 1
    assert wrong in str(report.rows.faults[0])
    with (tmp_path / "out" / "quarantine-register.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == report.rows.quarantined >= 1
    assert all(row["fault"] for row in rows)
    read = len(list(csv.reader(text.splitlines()))) - 1
    assert report.rows.read == read == report.imported + report.rows.quarantined + sum(report.rows.excluded.values())


@pytest.mark.parametrize("case", sampled(list(FAULTY), 3))
def test_a_faulty_row_stops_a_strict_import(case: str, target: ImportTarget, tmp_path: Path) -> None:
    text, wrong = FAULTY[case]
    files = written(tmp_path / "in", {"register.csv": text})
    with pytest.raises(Refusal, match=re.escape(wrong.replace("warning", "error"))) as refused:
        imported(target, "sipri", files, tmp_path / "out", tolerance=0)
    assert "rows have faults; nothing was imported" in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_the_first_run_shows_every_kind_of_fault_with_examples(target: ImportTarget, tmp_path: Path) -> None:
    header, *rows = SIPRI.splitlines()
    good = [rows[0].replace("Hawk", f"Hawk {number}") for number in range(9)]
    unknown = [row.replace("Iran", f"Land {number % 5}") for number, row in enumerate(good)]
    no_year = [row.replace("2009", "soon") for row in good[:4]]
    short = ["Iran,Russia"] * 2
    text = "\n".join([header, *good, *unknown, *no_year, *short, *good]) + "\n"
    report = imported(target, "sipri", written(tmp_path / "in", {"r.csv": text}), tmp_path / "out")
    assert [str(fault) for fault in report.rows.faults] == [
        "r.csv:11:1: warning: column `Recipient` is not a known code or name in 9 rows: `Land 0` in row 11, "
        "`Land 1` in row 12, `Land 2` in row 13 and 2 other values (correct it, or add it to the crosswalk)",
        "r.csv:20:3: warning: column `Year of order` does not fit in 4 rows: `soon` in row 20 "
        "(write a year such as 2016)",
        "r.csv:24:1: warning: 2 rows cannot be read: row 24 has 2 cells, not 16; row 25 has 2 cells, not 16 "
        "(fix the quotation marks and separators)",
    ]
    assert report.rows.quarantined == 15


def test_too_many_faults_speak_for_the_wrong_file(target: ImportTarget, tmp_path: Path) -> None:
    text = SIPRI.replace("Iran", "Freedonia")
    files = written(tmp_path / "in", {"register.csv": text})
    with pytest.raises(Refusal, match=r"3 of 5 rows have faults; nothing was imported \(check .*--skip-bad"):
        imported(target, "sipri", files, tmp_path / "out")
    assert imported(target, "sipri", files, tmp_path / "out", tolerance=1).rows.quarantined == 3


def test_a_file_without_a_good_row_is_refused(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"members.csv": "\n".join(COW.splitlines()[:2]).replace("365", "7777")})
    with pytest.raises(Refusal, match="1 of 1 rows have faults"):
        imported(target, "cow", files, tmp_path / "out", tolerance=1)


def test_rows_in_quarantine_can_be_corrected_and_imported(target: ImportTarget, tmp_path: Path) -> None:
    text = FAULTY["unknown name"][0]
    imported(target, "sipri", written(tmp_path / "in", {"r.csv": text}), tmp_path / "out")
    rows = (tmp_path / "out" / "quarantine-register.csv").read_text(encoding="utf-8").replace("Freedonia", "NATO**")
    report = imported(target, "sipri", written(tmp_path / "again", {"q.csv": rows}), tmp_path / "rest")
    assert report.imported == 1


def test_a_word_that_is_not_listed_is_taken_as_a_broader_kind_and_counted(target: ImportTarget, tmp_path: Path) -> None:
    text = SIPRI.replace("patrol boat", "stealth patrol hovercraft").replace("one-way attack drone", "zeppelin")
    text = text.replace("NATO**", "Hill Men*")
    report = imported(target, "sipri", written(tmp_path / "in", {"r.csv": text}), tmp_path / "out")
    assert not report.rows.faults
    assert [(one.column, one.code, one.rows) for one in report.broadened] == [
        ("Recipient", "Hill Men*", 1),
        ("Weapon description", "zeppelin", 2),
        ("Weapon description", "stealth patrol hovercraft", 1),
    ]
    assert "armed group" in report.broadened[0].meaning
    assert "military equipment" in report.broadened[1].meaning
    found = "\n".join(lines(tmp_path / "out"))
    assert "item-kind#military-equipment" in found
    assert "organization-kind#armed-group" in found
    assert "actor/hill-men>" in found


def test_impossible_day_is_a_fault(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"members.csv": COW.replace('Pact",20,3,1955', 'Pact",30,2,1955', 1)})
    with pytest.raises(Refusal, match=r"members.csv:2:11: error: .*not in the calendar in 1 row: `30` in row 2"):
        imported(target, "cow", files, tmp_path / "out", tolerance=0)


def test_vote_without_a_roll_call_is_a_fault(target: ImportTarget, tmp_path: Path) -> None:
    texts = FILES["un-votes"] | {"votes.csv": VOTES + "77.0,Iran,IR,yes\n"}
    with pytest.raises(Refusal, match=r"votes.csv:10:1: .*is in no row of the roll calls in 1 row: `77` in row 10"):
        imported(target, "un-votes", written(tmp_path / "in", texts), tmp_path / "out", tolerance=0)


def test_row_that_no_record_takes_up_is_never_lost_silently(target: ImportTarget, tmp_path: Path) -> None:
    dataset = replace(find_dataset("sipri"), exclusions=())
    shortened = replace(dataset, records=lambda sources: [], counted=lambda sources: sources.table("register").limit(2))
    files = written(tmp_path / "in", FILES["sipri"])
    with pytest.raises(Refusal, match="of 5 rows, 3 are in no record"):
        run(target, shortened, ImportOptions(files, tmp_path / "out"), quiet)
    assert not (tmp_path / "out").exists()


def test_exclusions_have_names_and_numbers(imports: Imports) -> None:
    rows = json.loads((imports["sipri"] / "manifest.json").read_text())["rows"]
    assert rows == {
        "rows read": 5,
        "imported": 4,
        "quarantined": 0,
        "excluded, supplier or recipient unknown to SIPRI": 1,
    }


def test_lone_voter_is_excluded_by_name(target: ImportTarget, tmp_path: Path) -> None:
    texts = FILES["un-votes"] | {"votes.csv": "\n".join(VOTES.splitlines()[:-2]) + "\n"}
    report = imported(target, "un-votes", written(tmp_path / "in", texts), tmp_path / "out")
    assert report.rows.excluded == {"alone in a ballot": 1}
    assert report.imported == 5


@pytest.mark.parametrize("at", ["reading", "making records", "writing", "hashing"])
def test_interruption_leaves_what_was_there(at: str, imports: Imports, target: ImportTarget, tmp_path: Path) -> None:
    shutil.copytree(imports["unsc-votes"].parent, tmp_path, dirs_exist_ok=True)
    files = tuple(tmp_path / "in" / name for name in FILES["unsc-votes"])
    before = hashed(tmp_path / "out")

    @contextmanager
    def step(name: str, _total: int, _unit: str) -> Iterator[Advance]:
        yield lambda count: None
        if name == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(target, find_dataset("unsc-votes"), ImportOptions(files, tmp_path / "out"), step)
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
    assert "5 rows read, 5 imported, 0 quarantined" in done.output
    assert "note: COW counts" in done.output
    unknown = CliRunner().invoke(main, ["import", "cows", str(good), "--root", root])
    assert unknown.exit_code == 1
    assert "the datasets are atop, cow, " in unknown.output
    missing = CliRunner().invoke(main, ["import", "cow", str(tmp_path / "none.csv"), "--root", root])
    assert missing.exit_code == 1
    assert "cannot be read" in missing.output


def test_missing_library_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ibis", None)
    (good,) = written(tmp_path, FILES["cow"])
    refused = CliRunner().invoke(main, ["import", "cow", str(good)])
    assert refused.exit_code == 1
    assert "importing needs ibis (pip install 'upheaval[import]')" in refused.output
