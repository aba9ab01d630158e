"""Dates as uncertain as they are: the Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2).

Levels 0 and 1 without times of day, and of level 2 the sets and intervals of decades. The package `edtf` reads the same
forms, but takes milliseconds for each and a tenth of the time of a whole check to be imported, so it is the tests that
hold this against it.
"""

import re
from calendar import monthrange
from itertools import pairwise

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
"""The datatype of the Library of Congress; a day, month or year known for certain has its XML Schema datatype."""

_MONTH, _DAY = "0[1-9]|1[0-2]", "0[1-9]|[12][0-9]|3[01]"
_DECADE = "[0-9]{2}([0-9]X|XX)"
_DATE = f"[0-9]{{2}}([0-9]{{2}}|[0-9]X|XX)(-({_MONTH}|2[1-4]|XX)(-({_DAY}|XX))?)?[?~%]?"
_OPEN = "[.]{2}"
PATTERN = (
    f"^({_DATE}(/({_DATE}|{_OPEN})?)?|({_OPEN})?/{_DATE}"
    f"|[\\[{{]({_OPEN})?{_DATE}((,|{_OPEN}){_DATE})*({_OPEN})?[\\]}}])$"
)
"""The forms, as a regular expression of XPath, Python and JavaScript alike; `extent` looks more closely."""

_FORMS = re.compile(PATTERN)
_POINT = re.compile(
    f"([0-9]{{4}}(-({_MONTH})(-({_DAY}|XX))?|-XX(-XX)?)?|{_DECADE})[?~%]?|[0-9]{{4}}-2[1-4]"  # a season has no mark
)
_MEMBER = re.compile(f"([0-9]{{4}}(-({_MONTH})(-({_DAY}))?)?|{_DECADE})[?~%]?")
_BREAKS = re.compile(r"(/|,|\.\.)")
_SEASONS = {"21": (3, 5), "22": (6, 8), "23": (9, 11), "24": (12, 2)}
"""First and last month by code: spring, summer, autumn and winter of the north, by whole months."""


def extent(text: str) -> tuple[str, str]:
    """Return the first and last day of a date.

    Args:
        text: a day, a month, a year, or another date of the format.

    Returns:
        The days as in ISO 8601, each an empty string where it is open or unknown. A date that is approximate or
        uncertain has the days of what it is near.

    Raises:
        ValueError: the text has none of the forms (`form`), a day is not in the calendar (`calendar`), there is no such
            year (`year`), or the days are not in order (`order`); the word in brackets is its argument.

    """
    is_set = text[:1] in "[{"
    points = _BREAKS.split(text[1:-1] if is_set else text)
    if not _FORMS.match(text) or (is_set and not _is_set(text, points)):
        raise ValueError("form")
    form = _MEMBER if is_set else _POINT
    days = [_days(point, form) for point in points[::2] if point not in ("", "..")]
    for (first, last), (next_first, next_last) in pairwise(days):
        if next_last < first or (is_set and (next_first < first or next_last < last)):
            raise ValueError("order")
    closed = [point not in ("", "..") for point in (points[0], points[-1])]
    return days[0][0] if closed[0] else "", days[-1][1] if closed[1] else ""


def _is_set(text: str, points: list[str]) -> bool:
    """Tell whether brackets match, there is more than one date, and no date both ends a range and begins the next."""
    breaks = points[1::2]
    return text[0] + text[-1] in ("[]", "{}") and bool(breaks) and (("..", "..") not in pairwise(breaks))


def _days(point: str, form: re.Pattern[str]) -> tuple[str, str]:
    if not form.fullmatch(point):
        raise ValueError("form")
    year, month, day = (*point.rstrip("?~%").replace("-XX", "").split("-"), "", "")[:3]
    first, last = (int(year.replace("X", digit)) for digit in "09")
    if not first:
        raise ValueError("year")
    begin, end = _SEASONS.get(month, (int(month or 1), int(month or 12)))
    final = monthrange(last + (end < begin), end)[1] if last + (end < begin) < 10_000 else 0
    if int(day or 1) > final:
        raise ValueError("calendar" if final else "year")
    return f"{first:04}-{begin:02}-{day or '01'}", f"{last + (end < begin):04}-{end:02}-{day or final}"
