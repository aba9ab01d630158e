"""Any of the habits of R, pandas and spreadsheets, applied to any excerpt in any combination, gives the same rows."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.support import FILES, read_by
from tests.support import examples
from upheaval.faults import Refusal
from upheaval.importers.staging import Staged
from upheaval.importers.target import ImportTarget

pytestmark = pytest.mark.slow

Rows = list[list[str]]
DECIMALS = {"SIPRI TIV for total order"}  # 20.0 is a decimal as much as 20 is, and kept as it is written
EXCERPTS = [(name, file) for name, files in FILES.items() for file in files]


def columns(rows: Rows) -> list[list[str]]:
    return [[row[place] for row in rows[1:]] for place in range(len(rows[0]))]


def index_column(rows: Rows) -> Rows:
    return [["Unnamed: 0", *rows[0]], *([str(number), *row] for number, row in enumerate(rows[1:]))]


def missing_as_na(rows: Rows) -> Rows:
    """Write NA for what is missing, except in columns of letters, where NA may be Namibia."""
    lettered = [any(re.fullmatch("[A-Z]{2}", cell) for cell in cells) for cells in columns(rows)]
    return [
        rows[0],
        *([cell or ("" if lettered[place] else "NA") for place, cell in enumerate(row)] for row in rows[1:]),
    ]


def floats(rows: Rows) -> Rows:
    """Write whole numbers as floats where something is missing, which is why pandas makes floats of them."""
    made = [
        name not in DECIMALS and "" in cells and any(cells) and all(re.fullmatch("-?[0-9]+|", cell) for cell in cells)
        for name, cells in zip(rows[0], columns(rows), strict=True)
    ]
    return [
        rows[0],
        *([f"{cell}.0" if made[place] and cell else cell for place, cell in enumerate(row)] for row in rows[1:]),
    ]


def names_of_r(rows: Rows) -> Rows:
    return [[re.sub(r"[^A-Za-z0-9._]", ".", name) if name.strip() else name for name in rows[0]], *rows[1:]]


def trailing_blanks(rows: Rows) -> Rows:
    return [*rows, [""] * len(rows[0]), [""] * len(rows[0])]


def padded(rows: Rows) -> Rows:
    return [rows[0], *([f" {cell} " if cell else cell for cell in row] for row in rows[1:])]


def reordered(rows: Rows) -> Rows:
    return rows if "" in (name.strip() for name in rows[0]) else [row[::-1] for row in rows]


HABITS: list[Callable[[Rows], Rows]] = [
    missing_as_na,
    floats,
    names_of_r,
    padded,
    reordered,
    index_column,
    trailing_blanks,
]


def saved(rows: Rows, habits: set[int], delimiter: str, ending: str, quoted: bool, mark: bool) -> bytes:
    for place, habit in enumerate(HABITS):
        rows = habit(rows) if place in habits else rows
    target = io.StringIO()
    dialect = "unix" if quoted else "excel"
    csv.writer(target, dialect, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return target.getvalue().encode("utf-8-sig" if mark else "utf-8")


def cells(staged: list[Staged]) -> list[dict[str, object]]:
    assert [fault for one in staged for fault in one.faults] == []
    return [row for one in staged for row in pq.read_table(one.parquet).drop_columns("row").to_pylist()]


@pytest.fixture
def differs(name: str, file: str, target: ImportTarget, tmp_path: Path) -> Callable[[bytes], bool]:
    """Return a function that tells whether a file is read otherwise than the excerpt."""

    def read(content: bytes) -> list[dict[str, object]]:
        (tmp_path / file).write_bytes(content)
        return cells(read_by(target, name, (tmp_path / file,), tmp_path / "staged"))

    usual = read(FILES[name][file].encode())
    return lambda content: read(content) != usual


@pytest.mark.parametrize(("name", "file"), EXCERPTS)
def test_each_habit_gives_the_same_rows(name: str, file: str, differs: Callable[[bytes], bool]) -> None:
    rows = list(csv.reader(io.StringIO(FILES[name][file])))
    found = {place for place in range(len(HABITS)) if differs(saved(rows, {place}, ",", "\n", False, False))}
    assert {HABITS[place].__name__ for place in found} == set()


@pytest.mark.parametrize(("name", "file"), EXCERPTS)
@settings(examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    habits=st.sets(st.integers(0, len(HABITS) - 1), min_size=1),
    delimiter=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    mark=st.booleans(),
)
def test_any_habits_give_the_same_rows(
    name: str,
    file: str,
    differs: Callable[[bytes], bool],
    habits: set[int],
    delimiter: str,
    ending: str,
    quoted: bool,
    mark: bool,
) -> None:
    rows = list(csv.reader(io.StringIO(FILES[name][file])))
    assert not differs(saved(rows, habits, delimiter, ending, quoted, mark))


@pytest.mark.parametrize(("name", "file"), EXCERPTS)
def test_header_alone_is_an_error_in_every_dataset(name: str, file: str, target: ImportTarget, tmp_path: Path) -> None:
    path = tmp_path / file
    path.write_text(FILES[name][file].splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(Refusal, match="has a header and no rows below it"):
        read_by(target, name, (path,), tmp_path / "staged")
