"""Days written with slashes are read in the order that a declaration gives, and never guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheaval.importers.cells import CellValue, reader
from upheaval.importers.columns import Column, day, text

DATES = st.dates(date(1000, 1, 1), date(2999, 12, 31))


def cell(column: Column, written: str) -> CellValue:
    return reader(column, lambda _code, _exactly: False, False)(written.encode())


@given(DATES, st.sampled_from(["dmy", "mdy"]), st.sampled_from("/-"), st.booleans())
def test_days_in_a_declared_order(one: date, order: str, sign: str, padded: bool) -> None:
    parts = [one.day, one.month] if order == "dmy" else [one.month, one.day]
    written = sign.join([*(f"{part:02}" if padded else str(part) for part in parts), f"{one.year:04}"])
    assert cell(day(order=order), written) == CellValue(one.isoformat())
    assert cell(day(order=order), one.isoformat()) == CellValue(one.isoformat())


@given(DATES)
def test_days_without_a_declared_order_are_refused_where_they_are_ambiguous(one: date) -> None:
    found = cell(day(), f"{one.day}/{one.month}/{one.year:04}")
    if one.day > 12 or one.day == one.month:
        assert found == CellValue(one.isoformat())
    else:
        assert found.problem == "does not say which is the month"
        assert one.isoformat() in found.cure


@pytest.mark.parametrize("written", ["31/13/2016", "0/5/2016", "12/31/16", "1/2-2016"])
def test_what_is_no_day(written: str) -> None:
    for order in ("", "dmy", "mdy"):
        assert cell(day(order=order), written).problem == "does not fit"


def test_a_day_in_the_other_order_does_not_fit() -> None:
    assert cell(day(order="dmy"), "12/31/2016").problem == "does not fit"
    assert cell(day(order="mdy"), "31/12/2016").problem == "does not fit"


def test_texts_stay_as_they_are() -> None:
    assert cell(text(), "4/5/2016") == CellValue("4/5/2016")
