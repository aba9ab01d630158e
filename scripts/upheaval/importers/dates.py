"""Dates as expressions: text in the known precision, and its first and last day."""

import ibis

from upheaval.importers.expressions import Expression

_LENGTHS = ("31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31")


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


def first_day(value: Expression) -> Expression:
    """Return the first day of a date, in full."""
    return ibis.cases(
        (value.length() == 10, value), (value.length() == 7, value.concat("-01")), else_=value.concat("-01-01")
    )


def last_day(value: Expression) -> Expression:
    """Return the last day of a date, in full (Gregorian calendar, as in XML Schema)."""
    return ibis.cases(
        (value.length() == 10, value),
        (value.length() == 7, value.concat("-", days_in_month(value))),
        else_=value.concat("-12-31"),
    )


def days_in_month(value: Expression) -> Expression:
    """Return the number of days, as a text, of the month with which a date of seven or ten characters begins."""
    year, month = value.substr(0, 4).cast("int32"), value.substr(5, 2)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    branches = [(month == f"{number:02}", length) for number, length in enumerate(_LENGTHS, 1) if number != 2]
    return ibis.cases((month == "02", ibis.ifelse(leap, "29", "28")), *branches, else_="00")
