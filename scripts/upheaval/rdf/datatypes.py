"""Datatypes of values as curators write them: dates, numbers, booleans, geometries and web addresses."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from upheaval.rdf.edtf import EDTF, extent
from upheaval.rdf.wkt import WKT_LITERAL, wkt_problem
from upheaval.rdf.xsd import XSD, checker

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_DOTS = re.compile(r"\A[^?#]*/\.\.?(?:[/?#]|\Z)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_ERA = re.compile(r"-[0-9]+(?:-[0-9-]+)?|0000(?:-[0-9-]+)?|00(?:0X|XX)[?~%]?|.*[0-9] ?(?:BCE?|AD|CE)", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"[0-9]{1,3}(?:-[0-9]{2}){0,2}[?~%]?")
DATES = frozenset((*(XSD + name for name in ("date", "gYearMonth", "gYear")), EDTF))
"""The datatypes of dates: what is known to the day, month or year has XML Schema's, and any other EDTF's."""


class IllFormed(Exception):
    """Raised for a text that is not a valid value of its datatype; `args` holds the problem and its cure."""


def typed(text: str, datatypes: tuple[str, ...]) -> str:
    """Return which of the allowed datatypes a text has.

    Args:
        text: the value as written.
        datatypes: IRIs; of several, a date's precision decides (XML Schema 1.1 part 2, sections 3.3.9 to 3.3.12; EDTF
            for what they cannot say), and otherwise the first whose lexical space has the text, xsd:string last.

    Returns:
        The IRI of the datatype.

    Raises:
        IllFormed: the text is not a valid value of any of them.

    """
    if len(datatypes) > 1 and not DATES.issuperset(datatypes):
        return _chosen(text, datatypes)
    for check, names in _CHECKS:
        if datatypes[0] in names:
            datatype = check(text)
            if datatype not in datatypes:
                raise IllFormed(*_not_so_precise(text, datatypes))
            return datatype
    return datatypes[0]


def _chosen(text: str, datatypes: tuple[str, ...]) -> str:
    for datatype in sorted(datatypes, key=lambda one: one == XSD + "string"):
        check = checker(datatype)
        if check is None or check(text):
            return datatype
    names = " or ".join(f"xsd:{name.removeprefix(XSD)}" for name in datatypes)
    raise IllFormed(f"`{text}` is not of the datatype {names}", "correct the value")


def _not_so_precise(text: str, datatypes: tuple[str, ...]) -> tuple[str, str]:
    if XSD + "date" in datatypes and len(datatypes) == 1:
        return f"`{text}` has no day", "write a full date such as 2026-11-23"
    return f"`{text}` is too vague or too precise here", f"write {' or '.join(sorted(map(_short, datatypes)))}"


def _short(datatype: str) -> str:
    return f"xsd:{datatype.removeprefix(XSD)}" if datatype.startswith(XSD) else "an EDTF date"


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None or (match[2] or "") in ("21", "22", "23", "24"):
        return _uncertain(text)
    year, month, day = match.groups()
    if int(year) == 0:
        raise IllFormed(*_before_our_era(text))
    if month and not 1 <= int(month) <= 12:
        raise IllFormed(f"`{text}` has no month {month}", "write the month as 01 to 12, or a season as 21 to 24")
    if day:
        try:
            date(int(year), int(month), int(day))
        except ValueError:
            raise IllFormed(
                f"`{text}` is not in the calendar", "correct the day, or omit it if it is not known"
            ) from None
        return XSD + "date"
    return XSD + ("gYearMonth" if month else "gYear")


def _uncertain(text: str) -> str:
    """Return EDTF's datatype, if a text is a date of that format."""
    if _ERA.fullmatch(text):
        raise IllFormed(*_before_our_era(text))
    if _SHORT_YEAR.fullmatch(text):
        raise IllFormed(f"`{text}` is not a date", f"write the year in four digits: {text.partition('-')[0]:0>4}")
    try:
        extent(text)
    except ValueError as error:
        forms = "2024-06-19, 2024-06 or 2024; 1984~, 2004? or 199X; 1990/1992"
        cause = {
            "form": (f"`{text}` is not a date", f"write it as precisely as it is known: {forms}"),
            "order": (f"the dates in `{text}` are not in order", "write the earlier date first"),
            "calendar": (f"`{text}` is not in the calendar", "correct the day, or write XX if it is not known"),
            "year": _before_our_era(text),
        }
        raise IllFormed(*cause[str(error)]) from None
    return EDTF


def _before_our_era(text: str) -> tuple[str, str]:
    return (
        f"`{text}` is not a year from 0001 to 9999",
        "years before the common era cannot be recorded; write others in four digits, such as 0988",
    )


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise IllFormed(f"`{text}` is not a number", "write digits without separators, such as 12000 or 2.5")
    return XSD + "decimal"


def _integer(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise IllFormed(f"`{text}` is not a whole number", "write digits alone, such as 12000")
    return XSD + "integer"


def _boolean(text: str) -> str:
    if text not in ("true", "false"):
        raise IllFormed(f"`{text}` is neither true nor false", "write true or false")
    return XSD + "boolean"


def _wkt(text: str) -> str:
    if problem := wkt_problem(text):
        raise IllFormed(*problem)
    return WKT_LITERAL


_CHECKS: tuple[tuple[Callable[[str], str], frozenset[str]], ...] = (
    (_date, DATES),
    (_decimal, frozenset({XSD + "decimal"})),
    (_integer, frozenset({XSD + "integer"})),
    (_boolean, frozenset({XSD + "boolean"})),
    (_wkt, frozenset({WKT_LITERAL})),
)


def web_address(text: str) -> str:
    """Check that a text is an http or https IRI, and return it unchanged.

    Raises:
        IllFormed: it is not an IRI (RFC 3987), has another scheme, no host, or segments that readers remove.

    """
    try:
        parts = urlsplit(ox.NamedNode(text).value)
    except ValueError:
        raise IllFormed(f"`{text}` is not a web address", "copy it from the address bar; write spaces as %20") from None
    if parts.scheme not in ("http", "https"):
        raise IllFormed(f"`{text}` has the scheme `{parts.scheme}`", "only http and https are accepted")
    if not parts.netloc:
        raise IllFormed(f"`{text}` has no host", "write it as https://host/path")
    if has_dot_segments(text):
        plain = urljoin(text, parts._replace(scheme="", netloc="").geturl())
        raise IllFormed(f"`{text}` has a segment `.` or `..`", f"write it as {plain}")
    return text


def has_dot_segments(iri: str) -> bool:
    """Return whether a path has the segments `.` or `..`, which some readers remove (RFC 3986 section 5.2.4)."""
    return _DOTS.search(iri) is not None
