"""Declare the columns of a dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

Split = Callable[[str, Callable[[str], bool]], list[str]]
"""Splits a cell with several codes; the second argument tests whether a text is a known code."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: which values its cells may hold.

    Attributes:
        pattern: a regular expression that a whole cell matches.
        says: the expected value, for messages: "a year such as 2016".
        required: whether a blank cell is a fault.
        codes: schemes of the crosswalk, or those of `ActorIndex`: a cell is a code of one of them.
        may_lack: whether a file may lack the column.
        values: the values of a column that holds one of a few; another letter case counts as the same.
        split: splits cells that hold several codes.
        others: its names in older editions and in packages; case and punctuation are ignored.
        order: `dmy` or `mdy`, if days may be written as 4/5/2016; empty if no order is known.

    """

    pattern: str = ""
    says: str = "a text"
    required: bool = False
    codes: tuple[str, ...] = ()
    may_lack: bool = False
    values: tuple[str, ...] = ()
    split: Split | None = None
    others: tuple[str, ...] = ()
    order: str = ""


def text(required: bool = False) -> Column:
    """Return a column of any text."""
    return Column(required=required)


def whole(required: bool = False) -> Column:
    """Return a column of whole numbers; `3.0` counts as 3, as floats in exports are written."""
    return Column(r"[0-9]+", "a whole number such as 12", required)


def number(required: bool = False) -> Column:
    """Return a column of decimal numbers."""
    return Column(r"-?[0-9]+(\.[0-9]+)?", "a number such as 2.5, without separators", required)


def year(required: bool = False) -> Column:
    """Return a column of years."""
    return Column(r"[12][0-9]{3}", "a year such as 2016", required)


def day(required: bool = False, order: str = "") -> Column:
    """Return a column of days, as ISO 8601 writes them; with an order, `dmy` or `mdy`, also as 4/5/2016."""
    pattern = r"[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    return Column(pattern, "a day such as 2016-12-31", required, order=order)


def one_of(*values: str, required: bool = False) -> Column:
    """Return a column that holds one of a few values."""
    pattern = "|".join(value.replace("?", r"\?") for value in values)
    return Column(pattern, " or ".join(values), required, values=values)


def code(*schemes: str, required: bool = True) -> Column:
    """Return a column of codes: of the crosswalk, or of actors (`iso2`, `iso3`, `m49`, `cow`, `gw`, `name` …)."""
    return Column(says="a code that the crosswalk knows", required=required, codes=schemes)


def codes(split: Split, *schemes: str, required: bool = False) -> Column:
    """Return a column of cells that hold several codes each."""
    return replace(code(*schemes, required=required), split=split)


def if_there(column: Column) -> Column:
    """Return a column that some editions lack."""
    return replace(column, may_lack=True)


def written(column: Column, *others: str) -> Column:
    """Return a column with further names."""
    return replace(column, others=others)
