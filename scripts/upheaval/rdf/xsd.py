"""XML Schema 1.1 datatypes: whether a text is in the lexical space of one, as RDF asks (RDF 1.1 Concepts section 5).

The grammars are those of XML Schema 1.1 part 2, section 3; whitespace is not collapsed, since RDF's lexical forms are
taken as they stand. elementpath knows the same datatypes; importing it takes a tenth of the time of a whole check, so
it is the tests that hold this against it.
"""

import re
from collections.abc import Callable

XSD = "http://www.w3.org/2001/XMLSchema#"

_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"{_DECIMAL}(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
_DAYS_AND_TIME = (
    r"(?=[0-9]|T[0-9])(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"  # not empty
)
_START = (
    ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_CHARACTERS = f"{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-"
_NAME = f"[{_START}][{_NAME_CHARACTERS}]*"
NCNAME = f"[{_START[1:]}][{_NAME_CHARACTERS[1:]}]*"
_NMTOKEN = f"[{_NAME_CHARACTERS}]+"
_BASE64 = "[A-Za-z0-9+/] ?"
_CHARACTERS = "\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"

_GRAMMARS = {
    "string": f"[{_CHARACTERS}]*",
    "normalizedString": f"[{_CHARACTERS[3:]}]*",
    "token": f"(?! )(?!.*  )[{_CHARACTERS[3:]}]*(?<! )",
    "anyURI": f"[{_CHARACTERS}]*",
    "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "Name": _NAME,
    **dict.fromkeys(("NCName", "ID", "IDREF", "ENTITY"), NCNAME),
    **dict.fromkeys(("IDREFS", "ENTITIES"), f"{NCNAME}(?: {NCNAME})*"),
    **dict.fromkeys(("QName", "NOTATION"), f"(?:{NCNAME}:)?{NCNAME}"),
    "NMTOKEN": _NMTOKEN,
    "NMTOKENS": f"{_NMTOKEN}(?: {_NMTOKEN})*",
    "boolean": "true|false|1|0",
    "decimal": _DECIMAL,
    "float": _DOUBLE,
    "double": _DOUBLE,
    "hexBinary": "(?:[0-9a-fA-F]{2})*",
    "base64Binary": rf"(?:(?:{_BASE64}){{4}})*(?:(?:{_BASE64}){{3}}[A-Za-z0-9+/]"
    r"|(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?=|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?",
    "dateTime": f"({_YEAR})-({_MONTH})-({_DAY})T{_CLOCK}{_ZONE}?",
    "dateTimeStamp": f"({_YEAR})-({_MONTH})-({_DAY})T{_CLOCK}{_ZONE}",
    "date": f"({_YEAR})-({_MONTH})-({_DAY}){_ZONE}?",
    "time": f"{_CLOCK}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gMonthDay": f"(-)-({_MONTH})-({_DAY}){_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "duration": rf"-?P(?:(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)(?:{_DAYS_AND_TIME})?|{_DAYS_AND_TIME})",
    "yearMonthDuration": "-?P(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)",
    "dayTimeDuration": f"-?P{_DAYS_AND_TIME}",
}

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
INTEGERS = frozenset(XSD + name for name in _INTEGERS)
NAMES = frozenset(XSD + name for name in (*_GRAMMARS, *_INTEGERS))
"""The IRIs of the datatypes that are known here: all that XML Schema 1.1 defines."""

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def checker(datatype: str) -> Callable[[str], bool] | None:
    """Return what tells whether a text is a lexical form of a datatype.

    Args:
        datatype: its IRI.

    Returns:
        The check; None where the datatype is not one of XML Schema's, so that nothing is known of its forms.

    """
    name = datatype.removeprefix(XSD)
    if not datatype.startswith(XSD) or (name not in _GRAMMARS and name not in _INTEGERS):
        return None
    if name in _INTEGERS:
        return _integers(*_INTEGERS[name])
    matches = re.compile(_GRAMMARS[name], re.DOTALL).fullmatch
    if name in ("date", "dateTime", "dateTimeStamp", "gMonthDay"):
        return lambda text: (found := matches(text)) is not None and _is_in_month(*found.groups())
    return lambda text: matches(text) is not None


def _integers(least: int | None, most: int | None) -> Callable[[str], bool]:
    matches = re.compile("[+-]?[0-9]+").fullmatch

    def check(text: str) -> bool:
        if matches(text) is None:
            return False
        return (least is None or _not_below(text, least)) and (most is None or not _not_below(text, most + 1))

    return check


def _not_below(text: str, bound: int) -> bool:
    """Compare digits with a bound; numbers of thousands of digits are not converted (Python refuses them)."""
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > 20:
        return not text.startswith("-")
    return (-int(digits) if text.startswith("-") else int(digits)) >= bound


def _is_in_month(year: str, month: str, day: str) -> bool:
    """Tell whether a month has so many days (XML Schema 1.1 part 2, section E.3.2); without a year February has 29."""
    number = int(day)
    if month != "02" or number <= 28:
        return number <= _DAYS[int(month) - 1]
    return number == 29 and (year == "-" or is_leap(year))


def is_leap(year: str) -> bool:
    """Tell whether a year, as digits with or without a sign, is a leap year; 0000 is one."""
    last = int(year[-4:])
    return last % 4 == 0 and (last % 100 != 0 or last % 400 == 0)
