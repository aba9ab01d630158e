"""Dates of the Extended Date/Time Format, held against the package `edtf`."""

import re
from datetime import date
from math import inf
from typing import Any

import pytest
from edtf import EDTFParseException, parse_edtf
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support import ROOT, examples
from upheaval.rdf.datatypes import DATES, IllFormed, typed
from upheaval.rdf.edtf import EDTF, PATTERN, extent
from upheaval.rdf.xsd import XSD

YEARS = st.integers(1, 9998).map("{:04}".format)
MARKS = st.sampled_from(["", "", "?", "~", "%"])
DAYS = st.dates(date(1, 1, 1), date(9998, 12, 31)).map(date.isoformat)
PLAIN = st.one_of(DAYS, DAYS.map(lambda day: day[:7]), YEARS)
DECADES = st.builds(
    lambda year, kept: year[:kept] + "X" * (4 - kept),
    st.integers(100, 9899).map("{:04}".format),
    st.sampled_from([2, 3]),
)
MEMBERS = st.builds("{}{}".format, st.one_of(PLAIN, DECADES), MARKS)
SEASONS = st.builds("{}-{}".format, YEARS, st.sampled_from([21, 22, 23, 24]))
UNKNOWN_DAYS = st.builds(
    lambda day, kept, mark: day[:kept] + "-XX" * ((10 - kept) // 3) + mark, DAYS, st.sampled_from([4, 7]), MARKS
)
POINTS = st.one_of(MEMBERS, SEASONS, UNKNOWN_DAYS, YEARS.map("{}-XX".format))
INTERVALS = st.one_of(
    st.builds("{}/{}".format, POINTS, POINTS),
    st.builds("{}/{}".format, POINTS, st.sampled_from(["", ".."])),
    st.builds("{}/{}".format, st.sampled_from(["", ".."]), POINTS),
)
ITEMS = st.one_of(MEMBERS, st.builds("{}..{}".format, MEMBERS, MEMBERS))
SETS = st.builds(
    lambda before, items, after, ends: ends[0] + before + ",".join(items) + after + ends[1],
    st.sampled_from(["", ".."]),
    st.lists(ITEMS, min_size=1, max_size=3),
    st.sampled_from(["", ".."]),
    st.sampled_from(["[]", "{}"]),
)
FORMS = st.one_of(POINTS, INTERVALS, SETS)


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """A date with up to two characters put in or replaced."""
    text = draw(FORMS)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        rest = text[place + draw(st.integers(0, 1)) :]
        text = text[:place] + draw(st.sampled_from("0123456789-X/.,[]{}?~%")) + rest
    return text


def fault(text: str) -> str:
    """Return what is wrong with a date, in a word."""
    try:
        extent(text)
    except ValueError as error:
        return str(error)
    return ""


def is_read(text: str) -> bool:
    return not fault(text)


def day(found: Any) -> str:
    return "" if found in (inf, -inf) else "{:04}-{:02}-{:02}".format(*found[:3])


@examples(500)
@given(nearly())
def test_what_is_read_is_edtf_and_has_its_days(text: str) -> None:
    assume(is_read(text))
    # The package cannot order a set with an open end and gives an unknown end ten years, so the dates are held against
    # it one by one.
    points = re.split(r"/|,|[.]{2}", text.strip("[]{}"))
    first, last = (parse_edtf(point) if point else None for point in (points[0], points[-1]))
    assert (day(first.lower_strict()) if first else "") == extent(text)[0]
    if not text.endswith("-24"):  # it leaves out the second half of a winter
        assert (day(last.upper_strict()) if last else "") == extent(text)[1]


@examples(500)
@given(FORMS)
def test_what_the_package_reads_in_order_is_read(text: str) -> None:
    try:
        parse_edtf(text)
    except (AttributeError, EDTFParseException, TypeError):  # those of Python are its own mistakes
        assume(False)
    assert fault(text) in ("", "order", "form" if text.count("..") > 1 else "")


@given(nearly())
def test_the_first_day_is_not_after_the_last(text: str) -> None:
    assume(is_read(text))
    first, last = extent(text)
    assert first or last or text[0] in "[{"
    assert not first or not last or first <= last
    for known in filter(None, (first, last)):
        date.fromisoformat(known)


@given(nearly())
def test_one_datatype_or_one_message(text: str) -> None:
    try:
        datatype = typed(text, tuple(sorted(DATES)))
    except IllFormed:
        assert not is_read(text) or re.fullmatch("[0-9]{4}-[0-9]{2}", text)
        return
    assert is_read(text)
    plain = {4: "gYear", 7: "gYearMonth", 10: "date"}
    is_plain = re.fullmatch("[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?", text)
    assert datatype == (XSD + plain[len(text)] if is_plain else EDTF)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-06-19", "2024-06-19", "2024-06-19"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("1984~", "1984-01-01", "1984-12-31"),
        ("2004-06?", "2004-06-01", "2004-06-30"),
        ("199X", "1990-01-01", "1999-12-31"),
        ("19XX%", "1900-01-01", "1999-12-31"),
        ("1999-01-XX", "1999-01-01", "1999-01-31"),
        ("2024-21", "2024-03-01", "2024-05-31"),
        ("2023-24", "2023-12-01", "2024-02-29"),
        ("1990/1992", "1990-01-01", "1992-12-31"),
        ("1972-06/1972-09", "1972-06-01", "1972-09-30"),
        ("../1992", "", "1992-12-31"),
        ("/1992", "", "1992-12-31"),
        ("1990/..", "1990-01-01", ""),
        ("1990/", "1990-01-01", ""),
        ("199X/2001", "1990-01-01", "2001-12-31"),
        ("[1667,1668,1670..1672]", "1667-01-01", "1672-12-31"),
        ("{..1983,1985-12}", "", "1985-12-31"),
        ("[1760-12..]", "1760-12-01", ""),
        ("0950", "0950-01-01", "0950-12-31"),
        ("0988~", "0988-01-01", "0988-12-31"),
    ],
)
def test_days_of_what_users_meet(text: str, first: str, last: str) -> None:
    assert extent(text) == (first, last)
    assert typed(text, tuple(DATES))


@pytest.mark.parametrize(
    ("text", "problem", "cure"),
    [
        ("-0044", "not a year from 0001 to 9999", "before the common era cannot be recorded"),
        ("-0044-03-15", "not a year from 0001 to 9999", "before the common era cannot be recorded"),
        ("0000", "not a year from 0001 to 9999", "before the common era cannot be recorded"),
        ("00XX", "not a year from 0001 to 9999", "before the common era cannot be recorded"),
        ("44 BC", "not a year from 0001 to 9999", "before the common era cannot be recorded"),
        ("950", "is not a date", "write the year in four digits: 0950"),
        ("2005/2004", "are not in order", "the earlier date first"),
        ("[1668,1667]", "are not in order", "the earlier date first"),
        ("2001-02-30~", "is not in the calendar", "write XX"),
        ("2001-02-30/2002", "is not in the calendar", "write XX"),
        ("2024-25", "has no month 25", "a season as 21 to 24"),
        ("[1990]", "is not a date", "1984~, 2004? or 199X"),
        ("[1990,1991}", "is not a date", "1990/1992"),
        ("[1990..1992..1994]", "is not a date", "1990/1992"),
        ("../..", "is not a date", "1990/1992"),
        ("/", "is not a date", "1990/1992"),
        ("2024-21-05", "is not a date", "1990/1992"),
        ("199X-05", "is not a date", "1990/1992"),
        ("circa 1984", "is not a date", "1984~"),
        ("1984\n", "is not a date", "1984~"),
        ("2004-01-01T10:10:10Z", "is not a date", "2024-06-19"),
    ],
)
def test_what_is_not_taken_says_why(text: str, problem: str, cure: str) -> None:
    with pytest.raises(IllFormed) as raised:
        typed(text, tuple(DATES))
    assert problem in raised.value.args[0]
    assert cure in raised.value.args[1]


def test_the_shape_has_the_pattern() -> None:
    assert PATTERN.replace("\\", "\\\\") in (ROOT / "shapes" / "core.ttl").read_text(encoding="utf-8")
