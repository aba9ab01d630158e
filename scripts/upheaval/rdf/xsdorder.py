"""The order of literals: what SPARQL's `<` says of two of them (SPARQL 1.1 section 17.3), by XML Schema's own orders.

Numbers are compared by value, whatever their types; texts by code points; dates, times and durations within their
type, and in part only: a day without a time zone and one with are in order when they are more than 14 hours apart
(XML Schema 1.1 part 2, sections 3.3.6.2 and D.2.1).
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal
from struct import error as _StructError
from struct import pack, unpack
from typing import Any

from upheaval.rdf.xsd import INTEGERS, XSD, checker

Key = tuple[str, Any]
"""Whose order a value belongs to, and the value in it."""

_ZONE = re.compile(r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))$")
_FIELDS: dict[str, re.Pattern[str]] = {
    XSD + name: re.compile(pattern)
    for name, pattern in {
        "dateTime": r"(?P<year>-?\d+)-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>[\d.]+)",
        "date": r"(?P<year>-?\d+)-(?P<month>\d\d)-(?P<day>\d\d)",
        "time": r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>[\d.]+)",
        "gYearMonth": r"(?P<year>-?\d+)-(?P<month>\d\d)",
        "gYear": r"(?P<year>-?\d+)",
        "gMonthDay": r"--(?P<month>\d\d)-(?P<day>\d\d)",
        "gDay": r"---(?P<day>\d\d)",
        "gMonth": r"--(?P<month>\d\d)",
    }.items()
}
_FIELDS[XSD + "dateTimeStamp"] = _FIELDS[XSD + "dateTime"]
_DURATION = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?")
_DURATIONS = frozenset(XSD + name for name in ("duration", "yearMonthDuration", "dayTimeDuration"))
_REFERENCES = ((1696, 9), (1697, 2), (1903, 3), (1903, 7))
_WIDEST = Decimal(14 * 3600)
_LONGEST = 1000
"""Python converts at most 4,300 digits to a number; no value that somebody means has so many."""
_EXACT = Context(prec=2 * _LONGEST)


def compare(one: Key | None, other: Key | None) -> int | None:
    """Compare two values.

    Args:
        one, other: as `key` returns them.

    Returns:
        -1, 0 or 1; None where they are not comparable.

    """
    if one is None or other is None or one[0] != other[0]:
        return None
    return _COMPARISONS.get(one[0], _plain)(one[1], other[1])


def key(text: str, datatype: str, language: str | None = None) -> Key | None:
    """Return the value of a literal for comparisons.

    Args:
        text: its lexical form.
        datatype: the IRI of its datatype.
        language: its language tag, if any.

    Returns:
        The value; None where the literal is ill-typed or its datatype has no order.

    """
    if language:
        return None
    if datatype == XSD + "string":
        return "string", text
    check = checker(datatype)
    if check is None or len(text) > _LONGEST or not check(text):
        return None
    if datatype in INTEGERS or datatype == XSD + "decimal":
        return "number", Decimal(text)
    if datatype in (XSD + "double", XSD + "float"):
        return "number", float(text) if datatype.endswith("double") else _single(float(text))
    if datatype == XSD + "boolean":
        return "boolean", text in ("true", "1")
    if datatype in _DURATIONS:
        return "duration", _duration(text)
    if datatype in _FIELDS:
        return datatype.removesuffix("Stamp"), _instant(text, _FIELDS[datatype])
    return None


def _single(number: float) -> float:
    """Round to single precision."""
    try:
        rounded: float = unpack("f", pack("f", number))[0]
    except (OverflowError, _StructError):
        return float("inf") if number > 0 else float("-inf")
    return rounded


def _numbers(one: Any, other: Any) -> int | None:
    """Compare numbers as SPARQL does: exactly, or as doubles when one of them is such (XPath's type promotion)."""
    if isinstance(one, float) or isinstance(other, float):
        one, other = _promoted(one), _promoted(other)
        if one != one or other != other:
            return None
    return _plain(one, other)


def _promoted(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _plain(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _instant(text: str, pattern: re.Pattern[str]) -> tuple[Decimal, bool]:
    """Return seconds on the time line, and whether the time zone is known (XML Schema 1.1 part 2, section E.3.4)."""
    zone = _ZONE.search(text) if "T" in text or ":" in text or text.endswith("Z") else None
    shift = 0
    if zone is not None and zone[1]:
        shift = (int(zone[2]) * 60 + int(zone[3])) * (-60 if zone[1] == "-" else 60)
    found = pattern.match(text)
    fields = found.groupdict() if found else {}
    year, month, day = (int(fields.get(name, other)) for name, other in (("year", 1972), ("month", 12), ("day", 1)))
    hour, minute = int(fields.get("hour", 0)), int(fields.get("minute", 0))
    if "year" not in fields:
        hour %= 24
    whole = _days(year, month, day) * 86400 + hour * 3600 + minute * 60 - shift
    return _EXACT.add(Decimal(whole), Decimal(fields.get("second", "0"))), zone is not None


def _days(year: int, month: int, day: int) -> int:
    """Return the number of days since the beginning of the proleptic Gregorian calendar."""
    carried, month = divmod(month - 3, 12)
    year += carried
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day


def _instants(one: Any, other: Any) -> int | None:
    (first, known), (second, other_known) = one, other
    if known == other_known:
        return _plain(first, second)
    if known:
        earliest, latest = _EXACT.subtract(second, _WIDEST), _EXACT.add(second, _WIDEST)
        return 1 if first > latest else -1 if first < earliest else None
    earliest, latest = _EXACT.subtract(first, _WIDEST), _EXACT.add(first, _WIDEST)
    return 1 if earliest > second else -1 if latest < second else None


def _duration(text: str) -> tuple[int, Decimal]:
    found = _DURATION.fullmatch(text)
    assert found is not None
    sign = -1 if found[1] else 1
    years, months, days, hours, minutes = (int(found[place] or 0) for place in range(2, 7))
    seconds = _EXACT.add(Decimal(days * 86400 + hours * 3600 + minutes * 60), Decimal(found[7] or 0))
    return sign * (years * 12 + months), seconds.copy_negate() if found[1] else seconds


def _durations(one: Any, other: Any) -> int | None:
    """Compare durations by adding each to four dates (XML Schema 1.1 part 2, section 3.3.6.1)."""
    found = set()
    for year, month in _REFERENCES:
        ends = []
        for months, seconds in (one, other):
            carried, place = divmod(month - 1 + months, 12)
            ends.append(_EXACT.add(Decimal(_days(year + carried, place + 1, 1) * 86400), seconds))
        found.add(_plain(*ends))
    return found.pop() if len(found) == 1 else None


_COMPARISONS: dict[str, Callable[[Any, Any], int | None]] = {
    "number": _numbers,
    "duration": _durations,
    **dict.fromkeys(_FIELDS, _instants),
}
