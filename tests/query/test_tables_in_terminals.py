"""A table shows every value whole, however narrow the terminal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.query.answers import as_table

WORDS = st.text(st.sampled_from("abc-é 漢1."), max_size=40).map(lambda text: " ".join(text.split()))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = [f"name{place}" for place in range(draw(st.integers(1, 14)))]
    return header, draw(st.lists(st.tuples(*[WORDS] * len(header)).map(list), min_size=1, max_size=5))


def letters(text: str) -> list[str]:
    return sorted(re.sub(r"[\s│┃━╇]", "", text))


@examples(200)
@given(tables(), st.integers(60, 200))
def test_no_value_is_cut(table: tuple[list[str], list[list[str]]], width: int) -> None:
    header, found = table
    lines = as_table(header, found, {}, width).splitlines()[:-1]
    assert max(map(len, lines)) <= width
    if "┃" in lines[0] or "━" in "".join(lines):
        expected = [*header, *(value for row in found for value in row)]
    else:
        expected = [name + value for row in found for name, value in zip(header, row, strict=True) if value]
    assert letters("".join(lines)) == letters("".join(expected))


@pytest.mark.parametrize(("width", "first"), [(80, "agreement  a treaty"), (200, "agreement ┃ label")])
def test_rows_stand_as_lines_where_columns_do_not_fit(width: int, first: str) -> None:
    header = ["agreement", "label", *"abcdefg"]
    found = [["a treaty", "A treaty with a long name", *["2000-01-01"] * 7]]
    assert as_table(header, found, {}, width).startswith(first)
