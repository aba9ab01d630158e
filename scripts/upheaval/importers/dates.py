"""Dates as expressions: text in the known precision, and its datatype, its first and its last day."""

from calendar import isleap

import ibis

from upheaval.importers.expressions import Expression
from upheaval.rdf.edtf import EDTF
from upheaval.rdf.xsd import XSD

_MONTHS = "0000 3131 2829 3131 3030 3131 3030 3131 3131 3030 3131 3030 3131".replace(" ", "").ljust(400, "0")
"""The days of each month from 0 to 99, in a common year and in a leap year."""
_LEAPS = "".join(str(int(isleap(year))) for year in range(400))
_PLAIN = "^[0-9]{4}(-(0[0-9]|1[0-2])(-[0-9]{2})?)?$"
_MARKS = r"[?~%{}\[\]]"
_SEASONS = {"21": ("03", "05"), "22": ("06", "08"), "23": ("09", "11"), "24": ("12", "02")}


def partial_date(year: Expression, month: Expression, day: Expression) -> Expression:
    """Return year, month and day, each a text, as a date in the precision that is known; 0 or nothing is unknown."""
    y, m, d = (_plain(part).nullif("") for part in (year, month, day))
    return ibis.cases(
        (y.isnull(), ibis.null("string")),
        (m.isnull(), y),
        (d.isnull(), y.concat("-", m.lpad(2, "0"))),
        else_=y.concat("-", m.lpad(2, "0"), "-", d.lpad(2, "0")),
    )


def _plain(part: Expression) -> Expression:
    return part.re_replace(r"\.0+$", "").re_replace("^0+", "")


def datatype_of(value: Expression) -> Expression:
    """Return the IRI of a date's datatype: XML Schema's for a day, a month or a year, and otherwise EDTF's."""
    return ibis.cases(
        (~value.re_search(_PLAIN), EDTF),
        (value.length() == 10, XSD + "date"),
        (value.length() == 7, XSD + "gYearMonth"),
        else_=XSD + "gYear",
    )


def first_day(value: Expression) -> Expression:
    """Return the first day of a date, in full; null where open or unknown."""
    point = value.re_replace(_MARKS, "").re_replace("(/|,|[.]{2}).*$", "").nullif("")
    return ibis.cases(
        (~value.re_search(_PLAIN), _first_of_uncertain(point)),
        (value.length() == 10, value),
        (value.length() == 7, value.concat("-01")),
        else_=value.concat("-01-01"),
    )


def last_day(value: Expression) -> Expression:
    """Return the last day of a date, in full (Gregorian calendar, as in XML Schema); null where open or unknown."""
    point = value.re_replace(_MARKS, "").re_replace("^.*(/|,|[.]{2})", "").nullif("")
    return ibis.cases(
        (~value.re_search(_PLAIN), _last_of_uncertain(point)),
        (value.length() == 10, value),
        (value.length() == 7, value.concat("-", days_in_month(value))),
        else_=value.concat("-12-31"),
    )


def days_in_month(value: Expression) -> Expression:
    """Return the number of days, as a text, of the month with which a date of seven or ten characters begins.

    SQL has no names for expressions, and Ibis repeats them for comparisons, `substr` and `lpad`: nested ones make
    queries of a million characters. So the days are looked up from the right, and parts are taken by pattern.
    """
    leap = _number(ibis.literal(_LEAPS).right(400 - _number(_part(value, 0, 4)) % 400).left(1))
    return ibis.literal(_MONTHS).right(400 - _number(_part(value, 5, 2)) * 4 - leap * 2).left(2)


def _part(value: Expression, start: int, length: int) -> Expression:
    return value.re_extract(f"^.{{{start}}}(.{{0,{length}}})", 1)


def _number(text: Expression) -> Expression:
    return text.try_cast("int32")


def _first_of_uncertain(point: Expression) -> Expression:
    """Return the first day of a date of the Extended Date/Time Format, as `upheaval.rdf.edtf.extent` does."""
    month, day = _month(point, 0, "01"), _known(_part(point, 8, 2), "01")
    return _part(point, 0, 4).replace("X", "0").concat("-", month, "-", day)


def _last_of_uncertain(point: Expression) -> Expression:
    winter = (_part(point, 5, 2) == "24").cast("int32")
    year = _number(_part(point, 0, 4).replace("X", "9")) + winter
    year = ibis.literal("000").concat(year.cast("string")).right(4)
    month = year.concat("-", _month(point, 1, "12"))
    return month.concat("-", _known(_part(point, 8, 2), days_in_month(month)))


def _month(point: Expression, place: int, default: str) -> Expression:
    month = _part(point, 5, 2)
    return ibis.cases(
        *((month == code, known[place]) for code, known in _SEASONS.items()), else_=_known(month, default)
    )


def _known(part: Expression, default: Expression | str) -> Expression:
    return ibis.ifelse(part.isin(("", "XX")), default, part)
