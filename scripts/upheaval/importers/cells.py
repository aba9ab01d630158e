"""Read cells as R, pandas, Stata and spreadsheets write them: missing values, whole numbers, dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from upheaval.importers.columns import Column

MISSING = frozenset({"NA", "N/A", "#N/A", "NaN", "nan", "<NA>", "NULL", "null", "None", ".", "-", "—"})
_NEGATIVE = re.compile(r"-(9|99|999|8|88|888)(\.0+)?")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")
_POWER = re.compile(r"-?[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_DAY = re.compile(r"([12][0-9]{3})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.]+(?:Z|\+00:?00)?)?")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([12][0-9]{3})")
_SLASHED = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([12][0-9]{3})(?: 0?0:00(?::00)?)?")
_LOGICAL = {"true": "1", "t": "1", "yes": "1", "false": "0", "f": "0", "no": "0"}
BAD_BYTES = "�"


@dataclass(frozen=True, slots=True)
class CellValue:
    """The value of a cell, normalized.

    Attributes:
        text: the value; None if the cell is blank.
        problem, cure: what is wrong and how to fix it; empty if nothing is.
        mended: whether control characters in it became spaces.

    """

    text: str | None
    problem: str = ""
    cure: str = ""
    mended: bool = False


def reader(column: Column, known: Callable[[str, bool], bool], decimal_comma: bool) -> Callable[[bytes], CellValue]:
    """Return a function that reads the cells of a column.

    A cell that does not fit its column is tried as other programs write the same value: `365.0` and `1e+05` for whole
    numbers, `2,5` for decimals where commas do not separate cells, `31.12.2016` and `2016-12-31 00:00:00` for days,
    TRUE for 1, another letter case. `4/5/2016` is read in the order that the declaration gives; without one only a day
    that cannot be a month is. `NA` and its like are blank unless they fit (NA is Namibia among ISO codes); so
    are -9 and -8, the Correlates of War's codes for what is missing, where a column holds no negative numbers.

    Args:
        column: the declaration.
        known: whether a code is known, for columns of codes: exactly, or also by a rule of the crosswalk.
        decimal_comma: whether a comma may be a decimal point.

    """
    whole = re.compile(column.pattern) if column.pattern else None

    def fits(text: str) -> bool:
        return known(text, True) if column.codes else whole is None or whole.fullmatch(text) is not None

    def read(raw: bytes) -> CellValue:
        text = raw.decode("utf-8", "replace")
        mended = _CONTROLS.search(text) is not None
        text = (_CONTROLS.sub(" ", text) if mended else text).strip()
        if not text or (text in MISSING and (_free(column) or not fits(text))):
            return CellValue(None, *_blank(column), mended)
        if BAD_BYTES in text:
            return CellValue(text, "is not in the encoding of the file", "name it: --encoding cp1252", mended)
        if column.codes and (found := _WHOLE.fullmatch(text)) and fits(found[1]):
            return CellValue(found[1], mended=mended)
        if fits(text):
            return CellValue(text, mended=mended)
        for other in _otherwise(text, column, decimal_comma):
            if fits(other):
                return CellValue(other, mended=mended)
        days = [other for other in _slashed(text, column.order) if fits(other)]
        if len(days) == 1:
            return CellValue(days[0], mended=mended)
        if days:
            cure = f"write {days[0]} or {days[1]}, or give the column of the declaration an order: dmy or mdy"
            return CellValue(text, "does not say which is the month", cure, mended)
        if _NEGATIVE.fullmatch(text):
            return CellValue(None, *_blank(column), mended)
        if column.codes and known(text, False):
            return CellValue(text, mended=mended)
        if column.codes:
            return CellValue(text, "is not a known code or name", "correct it, or add it to the crosswalk", mended)
        return CellValue(text, "does not fit", f"write {column.says}", mended)

    return read


def _free(column: Column) -> bool:
    return not column.codes and not column.pattern


def _blank(column: Column) -> tuple[str, str]:
    return ("is blank", f"write {column.says}") if column.required else ("", "")


def _slashed(text: str, order: str) -> list[str]:
    """Return the different days that a text such as 4/5/2016 may mean."""
    found = _SLASHED.fullmatch(text)
    if found is None:
        return []
    first, second, year = int(found[1]), int(found[3]), found[4]
    given = {"dmy": (second, first), "mdy": (first, second)}
    pairs = [given[order]] if order else [*given.values()]
    return list(dict.fromkeys(f"{year}-{m:02}-{d:02}" for m, d in pairs if 1 <= m <= 12 and 1 <= d <= 31))


def _otherwise(text: str, column: Column, decimal_comma: bool) -> Iterator[str]:
    """Yield other spellings of the value, most likely first."""
    if found := _WHOLE.fullmatch(text):
        yield found[1]
    if _POWER.fullmatch(text):
        yield f"{Decimal(text):f}"
    if decimal_comma and (found := _COMMA.fullmatch(text)):
        yield f"{found[1]}.{found[2]}"
    if found := _DAY.fullmatch(text):
        yield f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
    if found := _GERMAN_DAY.fullmatch(text):
        yield f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if text.casefold() in _LOGICAL:
        yield _LOGICAL[text.casefold()]
    for value in column.values:
        if value.casefold() == text.casefold():
            yield value
