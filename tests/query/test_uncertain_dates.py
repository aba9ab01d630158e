"""Dates that are uncertain, in the invented world: each answer has the date as the record has it, and its days."""

from datetime import date
from pathlib import Path

import pytest

import upheaval
from tests.support import copy_of_world, faults_of
from upheaval.query.dataset import OpenedDataset

pytestmark = pytest.mark.slow
WRITTEN = {
    "arms-transfers/shells-to-corvania-2011": [("startDate: 2011-01\n", "startDate: 201X\n")],
    "arms-transfers/drones-to-belmora-2010": [("date: 2010\n", "date: 2010~\n")],
    "trade-flows/timber-to-corvania": [("date: 1975\n", "date: 1972-06/1975-21\n")],
    "treaties/friendship-treaty-1955": [("date: 1955-03\n", "date: 1955?\n"), ("date: 1955-03,", "date: 1955?,")],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_of_world(tmp_path_factory.mktemp("uncertain"))
    for name, changes in WRITTEN.items():
        file = root / f"data/{name}.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def dataset(root: Path) -> OpenedDataset:
    return upheaval.open(root)


def test_check_takes_them(root: Path) -> None:
    assert [str(fault) for fault in faults_of(root)] == []


@pytest.mark.parametrize(
    ("question", "parameters", "record", "dates"),
    [
        ("who-supplies-whom", {}, "shells-to-corvania-2011", ("201X", date(2010, 1, 1), date(2011, 3, 15))),
        ("who-supplies-whom", {}, "drones-to-belmora-2010", ("2010~", date(2010, 1, 1), date(2010, 12, 31))),
        (
            "timeline",
            {"one": "arvenia", "other": "corvania"},
            "timber-to-corvania",
            ("1972-06/1975-21", date(1972, 6, 1), date(1975, 5, 31)),
        ),
    ],
)
def test_answers_have_the_date_as_written(
    dataset: OpenedDataset, question: str, parameters: dict[str, str], record: str, dates: tuple[object, ...]
) -> None:
    (row,) = (row for row in dataset.query(question, **parameters) if row["record"].endswith(record))
    assert (row["first"], row["earliest"], row["latest"]) == dates


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_have_the_date_as_written(dataset: OpenedDataset, library: str) -> None:
    found = dataset.query("timeline", one="arvenia", other="corvania")
    frame = found.frame(library)
    assert list(frame["first"]) == [str(row["first"]) for row in found]
    assert {"1972-06/1975-21", "2003-08-08"} <= set(frame["first"])
    assert list(frame["earliest"]) == [row["earliest"] for row in found]
