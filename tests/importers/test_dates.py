"""Dates as an engine's expressions have the days and the datatypes that they have elsewhere."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.importers.dates import datatype_of, first_day, last_day
from upheaval.rdf.datatypes import DATES, IllFormed, typed
from upheaval.rdf.edtf import PATTERN, extent

KNOWN = [
    *("2024-06-19", "2024-06", "2023-02", "2024", "0950", "1984~", "199X", "19XX?", "2024-21", "2023-24", "2004-XX"),
    *("1990/1992", "1972-06/1972-09", "../1992", "/1992", "1990/..", "1990/", "1999-02-XX", "1984-06-XX%"),
    *("[1667,1668,1670..1672]", "{..1983,1985-12}", "[1760-12..]"),
]


@pytest.fixture(scope="module")
def engine() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


@examples(30)
@given(st.lists(st.from_regex(PATTERN, fullmatch=True), min_size=1, max_size=40))
@example(KNOWN)
def test_days_and_datatypes_are_those_of_records(engine: ibis.BaseBackend, texts: list[str]) -> None:
    expected = {}
    for text in texts:
        try:
            expected[text] = (*extent(text), typed(text, tuple(DATES)))
        except (ValueError, IllFormed):
            continue
    table = ibis.memtable(pa.table({"text": pa.array([*expected, None], pa.string())})).filter(ibis._.text.notnull())
    value = table.text
    found = engine.to_pyarrow(
        table.select(value, first=first_day(value), last=last_day(value), kind=datatype_of(value))
    )
    rows = {row["text"]: (row["first"] or "", row["last"] or "", row["kind"]) for row in found.to_pylist()}
    assert rows == expected
