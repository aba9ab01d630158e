"""Downloads differ: preambles, separators, encodings, archives, workbooks, and what R and pandas make of them.

They are read alike, or refused in one line.
"""

import bz2
import csv
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from tests.importers.support import ATOP, COW, FILES, SIPRI, imported, lines, read_by, written
from tests.support import sampled
from upheaval.faults import Refusal
from upheaval.importers.layout import column_key, header_names
from upheaval.importers.staging import Staged
from upheaval.importers.target import ImportTarget

pytestmark = pytest.mark.slow


def rewritten(text: str, change: Callable[[list[str]], list[str]], delimiter: str = ",") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows(change(row) for row in csv.reader(io.StringIO(text)))
    return target.getvalue()


def whole(row: list[str]) -> list[str]:
    return row


def by_r(text: str) -> str:
    """Write a table as R's write.csv does: `Year.of.order`, NA, names of rows, blank header X."""
    header, *rows = csv.reader(io.StringIO(text))
    names = [re.sub(r"[^A-Za-z0-9.]", ".", name) for name in header]
    blanks = iter(["X.", "X..1", "X..2"])
    names = [next(blanks) if name.strip(".") == "" else name for name in names]
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["", *names])
    for number, row in enumerate(rows, 1):
        writer.writerow([number, *(cell or "NA" for cell in row)])
    return target.getvalue()


def by_pandas(text: str) -> str:
    """Write a table as pandas does that took whole numbers for floats, with a column of row numbers."""
    header, *rows = csv.reader(io.StringIO(text))
    names = [f"Unnamed: {place}" if not name.strip() else name for place, name in enumerate(header)]
    floats = {header.index("Year of order"), header.index("Number ordered"), header.index("Number delivered")}
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["Unnamed: 0", *names])
    for number, row in enumerate(rows):
        writer.writerow(
            [number, *(f"{cell}.0" if place in floats and cell else cell for place, cell in enumerate(row))]
        )
    return target.getvalue()


def row_names(text: str) -> str:
    """Write a table as R's write.table does: the header has one name less than the rows have cells."""
    first, *rest = text.splitlines()
    return "\n".join([first, *(f"{number},{line}" for number, line in enumerate(rest, 1))]) + "\n"


VARIANTS: dict[str, tuple[str, str]] = {
    "byte-order mark": ("\ufeff" + SIPRI, "utf-8"),
    "preamble": ("\n".join(f"Preamble, line {number}" for number in range(11)) + "\n" + SIPRI, "utf-8"),
    "line feeds of Windows": (SIPRI.replace("\n", "\r\n"), "utf-8"),
    "semicolons": (rewritten(SIPRI, whole, ";"), "utf-8"),
    "semicolons and decimal commas": (
        rewritten(SIPRI, lambda row: [c.replace("2.5", "2,5") for c in row], ";"),
        "utf-8",
    ),
    "tabs": (rewritten(SIPRI, whole, "\t"), "utf-8"),
    "another order": (rewritten(SIPRI, lambda row: [*row[10:], *row[:10]]), "utf-8"),
    "an index column": (rewritten(SIPRI, lambda row: ["", *row]), "utf-8"),
    "saved by R": (by_r(SIPRI), "utf-8"),
    "row names of R": (row_names(SIPRI), "utf-8"),
    "saved by pandas": (by_pandas(SIPRI), "utf-8"),
    "snake case": (SIPRI.replace("Year of order", "year_of_order", 1).replace("status", "STATUS", 1), "utf-8"),
    "blanks around cells": (rewritten(SIPRI, lambda row: [f" {cell} " for cell in row]), "utf-8"),
    "trailing blank rows": (SIPRI + ",,,,,,,,,,,,,,,\n" * 3 + "\n\n", "utf-8"),
    "separators that a spreadsheet left": (re.sub(r"$", ";;;;", SIPRI.rstrip("\n"), flags=re.M) + "\n", "utf-8"),
    "Windows-1252": (SIPRI, "cp1252"),
    "UTF-16": ("\ufeff" + SIPRI, "utf-16-le"),
}
TABLE = list(csv.reader(io.StringIO(SIPRI)))


def cells(staged: list[Staged]) -> list[dict[str, object]]:
    """Return what is staged, but for the numbers of rows."""
    assert [fault for one in staged for fault in one.faults] == []
    return [row for one in staged for row in pq.read_table(one.parquet).drop_columns("row").to_pylist()]


@pytest.fixture(scope="module")
def usual(target: ImportTarget, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    folder = tmp_path_factory.mktemp("usual")
    return cells(read_by(target, "sipri", written(folder, FILES["sipri"]), folder / "staged"))


@pytest.mark.parametrize("variant", sampled(list(VARIANTS), 3))
def test_other_downloads_hold_the_same(
    variant: str, target: ImportTarget, usual: list[dict[str, object]], tmp_path: Path
) -> None:
    text, encoding = VARIANTS[variant]
    staged = read_by(target, "sipri", written(tmp_path, {"r.csv": text}, encoding), tmp_path / "staged")
    assert cells(staged) == usual
    assert usual[-1]["Weapon designation"] == "Älv"
    assert any("Windows-1252" in note for note in staged[0].notes) == (encoding == "cp1252")


def zipped(text: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("data/register.csv", text)
        archive.writestr("data/readme.txt", "Nothing to see here")
        archive.writestr("__MACOSX/data/._register.csv", "x")
    return target.getvalue()


def workbook() -> bytes:
    book = Workbook()
    book.active.title = "About"
    book.active["A1"] = "A note"
    sheet = book.create_sheet("Register")
    sheet.append([])
    for row in TABLE:
        sheet.append([float(cell) if re.fullmatch(r"[0-9.]+", cell) else cell or None for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


PACKED: dict[str, bytes] = {
    "register.csv.gz": gzip.compress(SIPRI.encode("cp1252")),
    "register.csv.bz2": bz2.compress(SIPRI.encode()),
    "register.csv.xz": lzma.compress(SIPRI.encode()),
    "register.csv.zst": pa.compress(SIPRI.encode(), codec="zstd", asbytes=True),
    "register.zip": zipped(SIPRI),
    "register.xlsx": workbook(),
    "register without a suffix": gzip.compress(SIPRI.encode()),
}


@pytest.mark.parametrize("name", PACKED)
def test_packed_files_and_workbooks_hold_the_same(
    name: str, target: ImportTarget, usual: list[dict[str, object]], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(PACKED[name])
    assert cells(read_by(target, "sipri", (tmp_path / name,), tmp_path / "staged")) == usual


def test_several_members_of_an_archive_are_told_apart(target: ImportTarget, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "un.zip", "w") as archive:
        for name, text in FILES["un-votes"].items():
            archive.writestr(name, text)
    report = imported(target, "un-votes", (tmp_path / "un.zip",), tmp_path / "out", options=frozenset({"every-vote"}))
    assert report.records["Vote"] == 8
    assert any('"un.zip/votes.csv, row 3"' in line for line in lines(tmp_path / "out"))


def test_row_is_the_one_that_a_spreadsheet_shows(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path, {"r.csv": "A preamble\n\n" + SIPRI.replace("\nTurkiye", "\n\nTurkiye")})
    (staged,) = read_by(target, "sipri", files, tmp_path / "staged")
    assert pq.read_table(staged.parquet).column("row").to_pylist() == [4, 5, 7, 8, 9]
    assert "r.csv: 1 blank row skipped" in staged.notes


def test_older_edition_without_some_columns_is_read(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"register.csv": rewritten(SIPRI, lambda row: row[:11])})
    report = imported(target, "sipri", files, tmp_path / "out")
    assert report.imported == 4


NEWER = """\
SIPRI Arms Transfers Database,,,,,,,,,,,,,,,,
Data generated on: 1 January 2025,,,,,,,,,,,,,,,,
,,,,,,,,,,,,,,,,
SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Armament category,Order date,Order date is estimate,\
Numbers delivered,Numbers delivered is estimate,Delivery year,Delivery year is estimate,Status,SIPRI estimate,\
TIV deal unit,TIV delivery values,Local production
9001,Russia,Iran,Specimen-1,trainer/combat aircraft,Aircraft,2020,No,4,No,2022,No,New,8,8,32.5,No
9001,Russia,Iran,Specimen-1,trainer/combat aircraft,Aircraft,2020,No,2,Yes,2023,Yes,New,8,8,16,No
9002,China,Pakistan,Älv,frobnicating radar,Sensors,2019,Yes,1,No,2021,No,Second hand,8,8,3,Yes
9003,unknown supplier(s),Mali,Älv,frobnicating radar,Sensors,2019,Yes,1,No,2021,No,Second hand,8,8,3,Yes
"""


def test_deliveries_of_the_newer_register_are_put_together_by_deal(target: ImportTarget, tmp_path: Path) -> None:
    report = imported(target, "sipri", written(tmp_path / "in", {"new.csv": NEWER}), tmp_path / "out")
    assert (report.imported, report.records["ArmsTransfer"], sum(report.rows.excluded.values())) == (3, 2, 1)
    assert [(one.code, one.rows) for one in report.broadened] == [("frobnicating radar", 2)]
    said = "\n".join(lines(tmp_path / "out"))
    assert '"ordered 2020: unknown; delivered: 6 (estimated), 2022;2023; new"' in said
    assert '"48.5"' in said


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "no table": ("sipri", b"Some notes\nand more of them\n", r"is not a file of `sipri`.*use the file with Recipient"),
    "another dataset": ("sipri", COW.encode(), "is not a file of `sipri`"),
    "another edition": ("atop", ATOP.replace("yrent", "x").encode(), "another version of `atop`.*lacks `yrent`"),
    "empty": ("cow", b"", "is not a file of `cow`"),
    "header alone": ("cow", COW.splitlines()[0].encode(), "has a header and no rows below it"),
    "header and blank rows": ("cow", COW.splitlines()[0].encode() + b"\n,,,\n\n", "has a header and no rows below it"),
    "cut-off gzip": ("cow", gzip.compress(COW.encode() * 99)[:400], "cannot be read"),
    "broken archive": ("cow", zipped(COW)[:80], "cannot be read"),
    "no workbook": ("cow", b"\xd0\xcf\x11\xe0" + b"x" * 600, "cannot be read as a workbook"),
    "archive without a table": ("cow", b"PK\x05\x06" + b"\0" * 18, "is an archive without a table"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(case: str, target: ImportTarget, tmp_path: Path) -> None:
    name, content, wrong = REFUSED[case]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Refusal, match=wrong) as refused:
        read_by(target, name, (tmp_path / "file",), tmp_path / "staged")
    assert len(str(refused.value).splitlines()) == 1


def test_unknown_encoding_is_refused(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", FILES["cow"])
    with pytest.raises(Refusal, match="no encoding is named `klingon`"):
        imported(target, "cow", files, tmp_path / "out", encoding="klingon")


def test_missing_second_file_is_asked_for(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"votes.csv": FILES["un-votes"]["votes.csv"]})
    with pytest.raises(Refusal, match=r"also needs the file of calls .*rcid, date"):
        imported(target, "un-votes", files, tmp_path / "out")


def test_blank_headers_are_named_after_the_one_before() -> None:
    assert header_names(["A", " ", "B", "", "B"]) == (("A", "A ?", "B", "B ?", "B #5"), "")
    assert header_names(["\ufeffA", "Unnamed: 1"])[0] == ("A", "A ?")
    assert header_names(["A", "X..1", "...3", "A value;;;"]) == (("A", "A ?", "A ? ?", "A value"), ";")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Year(s) of delivery", "Year.s..of.delivery"),
        ("Year of order", "year_of_order"),
        ("(of which veto)", "X.of.which.veto."),
        ("2nd side", "X2nd.side"),
    ],
)
def test_columns_are_known_however_they_are_spelled(one: str, other: str) -> None:
    assert column_key(one) == column_key(other)
    assert column_key("Year of order") != column_key("Year of order ?")
