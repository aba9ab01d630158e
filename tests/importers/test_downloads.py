"""Downloads differ: preambles, byte-order marks, separators, order, editions. They are read, or refused clearly."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.support import ATOP, COW, FILES, SIPRI, imported, lines, written
from tests.support import sampled
from upheaval.faults import Refusal
from upheaval.importers.csvfiles import header_names
from upheaval.importers.target import ImportTarget


def rewritten(text: str, change: Callable[[list[str]], list[str]], delimiter: str = ",") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows(change(row) for row in csv.reader(io.StringIO(text)))
    return target.getvalue()


def whole(row: list[str]) -> list[str]:
    return row


VARIANTS: dict[str, tuple[str, str]] = {
    "byte-order mark": ("\ufeff" + SIPRI, "utf-8"),
    "preamble": ("\n".join(f"Preamble, line {number}" for number in range(11)) + "\n" + SIPRI, "utf-8"),
    "line feeds of Windows": (SIPRI.replace("\n", "\r\n"), "utf-8"),
    "semicolons": (rewritten(SIPRI, whole, ";"), "utf-8"),
    "tabs": (rewritten(SIPRI, whole, "\t"), "utf-8"),
    "another order": (rewritten(SIPRI, lambda row: [*row[10:], *row[:10]]), "utf-8"),
    "an index column": (rewritten(SIPRI, lambda row: ["", *row]), "utf-8"),
    "named by pandas": (SIPRI.replace(", ,", ",Unnamed: 3,"), "utf-8"),
    "blanks around cells": (rewritten(SIPRI, lambda row: [f" {cell} " for cell in row]), "utf-8"),
    "another encoding": (SIPRI, "cp1252"),
}


def said(folder: Path) -> list[str]:
    """Return what an import says, but for row numbers and what it says of the file."""
    records = [line for line in lines(folder) if "/import/sipri/file/" not in line and "/sipri/run>" not in line]
    return sorted(re.sub(r"row \d+", "row", line) for line in records)


@pytest.fixture(scope="module")
def usual(target: ImportTarget, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("usual")
    imported(target, "sipri", written(folder / "in", FILES["sipri"]), folder / "out")
    return said(folder / "out")


@pytest.mark.parametrize("variant", sampled(list(VARIANTS), 3))
def test_other_downloads_give_the_same_records(
    variant: str, target: ImportTarget, usual: list[str], tmp_path: Path
) -> None:
    text, encoding = VARIANTS[variant]
    other = written(tmp_path / "other", {"register.csv": text}, encoding)
    imported(target, "sipri", other, tmp_path / "two", encoding=encoding)
    assert said(tmp_path / "two") == usual
    assert any("Älv" in line for line in said(tmp_path / "two"))


def test_row_is_the_one_that_a_spreadsheet_shows(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"register.csv": "A preamble\n\n" + SIPRI})
    imported(target, "sipri", files, tmp_path / "out")
    assert any('"register.csv, row 4"' in line for line in lines(tmp_path / "out"))
    assert not any('"register.csv, row 3"' in line for line in lines(tmp_path / "out"))


def test_older_edition_without_some_columns_is_read(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"register.csv": rewritten(SIPRI, lambda row: row[:11])})
    report = imported(target, "sipri", files, tmp_path / "out")
    assert report.imported == 4


REFUSED = {
    "no table": ("sipri", "Some notes\nand more of them\n", "this is not a file of `sipri`.*saved as CSV"),
    "another dataset": ("sipri", COW, "this is not a file of `sipri`"),
    "another edition": ("atop", ATOP.replace("yrent", "entered"), "another version of `atop`.*lacks `yrent`"),
    "empty": ("cow", "", "this is not a file of `cow`"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_clearly(case: str, target: ImportTarget, tmp_path: Path) -> None:
    name, text, wrong = REFUSED[case]
    with pytest.raises(Refusal, match=wrong):
        imported(target, name, written(tmp_path / "in", {"file.csv": text}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_missing_second_file_is_asked_for(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"votes.csv": FILES["un-votes"]["votes.csv"]})
    with pytest.raises(Refusal, match=r"the one of calls is missing .*rcid, date"):
        imported(target, "un-votes", files, tmp_path / "out")


def test_header_without_rows_gives_no_records(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"members.csv": COW.splitlines()[0] + "\n"})
    assert imported(target, "cow", files, tmp_path / "out").imported == 0


def test_blank_headers_are_named_after_the_one_before() -> None:
    assert header_names(["A", " ", "B", "", "B"]) == ("A", "A ?", "B", "B ?", "B #5")
    assert header_names(["\ufeffA", "Unnamed: 1"]) == ("A", "A ?")
