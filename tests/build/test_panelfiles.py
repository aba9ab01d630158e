"""The tables by year for statistical programs, as strangers read them: pandas, pyreadstat, pyarrow, polars."""

import csv
import io
from pathlib import Path

import pandas
import polars
import pyarrow
import pyreadstat
import pytest

from upheaval.build.export import Files
from upheaval.build.panelfiles import STATA_NAME

NAMES = ("dyad_year", "dyad_year_directed", "state_year")
LETTERS = {"": "n", "NA": "u"}
STATUS = {"": "not searched", "NA": "unknown", "0": "none found"}


def cells(files: Files, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"csv/{name}.csv"].decode(), newline="")))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stata(world_files: Files, name: str, tmp_path: Path) -> Path:
    file = tmp_path / f"{name}.dta"
    file.write_bytes(world_files[f"data/{name}.dta"])
    return file


def is_count(column: str) -> bool:
    return column[0].islower() and not column.startswith(("state", "year", "iso", "cow", "gw"))


def test_stata_file_has_the_cells_of_the_table_and_why_one_is_missing(
    world_files: Files, name: str, stata: Path
) -> None:
    frame, meta = pyreadstat.read_dta(stata, user_missing=True)
    rows = cells(world_files, name)
    assert meta.column_names == [column[:STATA_NAME] for column in rows[0]]
    assert len(frame) == len(rows)
    for column in rows[0]:
        found = frame[column[:STATA_NAME]].tolist()
        for cell, value in zip((row[column] for row in rows), found, strict=True):
            if is_count(column):
                assert value == LETTERS.get(cell, None if cell in LETTERS else int(cell))
            elif column.startswith(("cow", "gw", "year")):
                assert (cell == "" and pandas.isna(value)) or int(cell) == value
            else:
                assert value == cell


def test_stata_file_labels_variables_and_values(name: str, stata: Path, world_files: Files) -> None:
    with pandas.io.stata.StataReader(stata) as reader:
        labels, values = reader.variable_labels(), reader.value_labels()
        assert reader.time_stamp == "31 Dec 2020 00:00"  # type: ignore[attr-defined]
        assert reader.data_label.startswith("Northern Pact: ")
    assert all(labels.values())
    assert labels["records"] == "records"
    _, meta = pyreadstat.read_dta(stata, metadataonly=True)
    assert meta.variable_value_labels["energy"] == {0: "none found", "n": "not searched", "u": "unknown"}
    cow = meta.variable_value_labels["cowCode" if name == "state_year" else "cowCode1"]
    assert cow[901] == "Arvenia"
    assert values


def test_missing_values_are_those_of_stata(stata: Path, name: str, world_files: Files) -> None:
    frame = pandas.read_stata(stata, convert_missing=True, convert_categoricals=False)
    shown = {"": ".n", "NA": ".u"}
    expected = [shown.get(row["energy"], row["energy"]) for row in cells(world_files, name)]
    assert [str(value) if not isinstance(value, float) else str(int(value)) for value in frame["energy"]] == expected


def test_arrow_file_has_the_cells_of_the_table_and_their_status(world_files: Files, name: str) -> None:
    rows = cells(world_files, name)
    table = pyarrow.ipc.open_file(pyarrow.BufferReader(world_files[f"data/{name}.arrow"])).read_all()
    assert table.num_rows == len(rows)
    for field in table.schema:
        assert field.metadata[b"label"]
        assert field.metadata[b"description"].endswith(b".")
    assert table.schema.metadata[b"title"].startswith(b"Northern Pact: ")
    found = table.to_pydict()
    for column in rows[0]:
        texts = [row[column] for row in rows]
        expected = [None if text in LETTERS else text for text in texts]
        assert [None if value is None else str(value) for value in found[column]] == expected
        if f"{column}_status" in found:
            assert found[f"{column}_status"] == [STATUS.get(text, "recorded") for text in texts]
    assert sum(column.endswith("_status") for column in found) >= 16


def test_polars_reads_the_arrow_file(world_files: Files, name: str) -> None:
    frame = polars.read_ipc(io.BytesIO(world_files[f"data/{name}.arrow"]))
    assert frame.filter(polars.col("energy_status") == "none found")["energy"].to_list() == [
        0 for row in cells(world_files, name) if row["energy"] == "0"
    ]


def test_codebook_describes_every_column(world_files: Files) -> None:
    text = world_files["codebook.md"].decode()
    for name in NAMES:
        section = text.partition(f"(`csv/{name}.csv`)")[2].partition("\n### ")[0]
        for column in cells(world_files, name)[0]:
            assert f"| `{column}` | `{column[:STATA_NAME]}` | " in section


def test_files_are_distributions_of_their_table(world_files: Files) -> None:
    text = world_files["catalog.ttl"].decode()
    for name in NAMES:
        table = f"<https://example.org/northern-pact/csv/{name}> "
        (block,) = (one for one in text.split("\n\n") if one.startswith(table))
        for path in (f"csv/{name}.csv", f"data/{name}.dta", f"data/{name}.arrow"):
            assert f"<https://example.org/northern-pact/{path}>" in block
