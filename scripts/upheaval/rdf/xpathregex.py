"""Regular expressions as SPARQL's REGEX and SHACL's sh:pattern mean them (XPath Functions 3.1 section 5.6.1).

Python's differ: `$` there also matches before a last line feed, `.` matches a carriage return, `\\w` the underscore,
and there is no `\\p{Lu}`, `\\i` or subtraction of classes. elementpath translates; it takes a tenth of a second to
import, and is left alone for an expression of which every part means the same to both.
"""

import re
from functools import cache

_CHARACTER = r"[A-Za-z0-9 _:/#@~%&,;=!<>\"'`\u00a1-\U0010ffff-]"
_ESCAPE = r"\\[.\\?*+(){}\[\]|^$-]"
_IN_CLASS = rf"(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9 _:/#@%,;=!.?*+(){{}}$\u00a1-\U0010ffff]|{_ESCAPE}|\\d)"
_CLASS = rf"\[\^?{_IN_CLASS}+-?\]"
_QUANTIFIER = r"(?:(?:[*+?]|\{[0-9]{1,4}(?:,[0-9]{0,4})?\})\??)?"
_PIECE = re.compile(
    rf"(?P<kept>(?:{_CHARACTER}|{_ESCAPE}|\\d|{_CLASS}|\)){_QUANTIFIER}|\((?:\?:)?|[|^])"
    rf"|(?P<any>\.)(?P<often>{_QUANTIFIER})|(?P<end>\$)"
)
_WHITE = re.compile(r"(\[(?:[^\]\\]|\\.)*\])|[\t\n\r ]+")
_KNOWN_ESCAPES = frozenset("nrtsSiIcCdDwWpP123456789")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class BadPattern(ValueError):
    """Raised for what is not a regular expression of XPath; its text says why."""


@cache
def compile_pattern(pattern: str, flags: str = "") -> re.Pattern[str]:
    """Compile a regular expression; it is looked for anywhere in a text (`search`).

    Args:
        pattern: the expression.
        flags: any of `i`, `m`, `s`, `x` and `q`.

    Returns:
        Python's expression with the same meaning.

    Raises:
        BadPattern: there is no such expression, or no such flag.

    """
    unknown = sorted(set(flags) - {*_FLAGS, "x", "q"})
    if unknown:
        raise BadPattern(f"`{unknown[0]}` is not a flag; the flags are i, m, s, x and q")
    options = re.NOFLAG
    for flag in set(flags) & _FLAGS.keys():
        options |= _FLAGS[flag]
    if "q" in flags:
        return re.compile(re.escape(pattern), options)
    if "x" in flags:
        pattern = _WHITE.sub(lambda found: found[1] or "", pattern)
    try:
        text = _alike(pattern) if options in (re.NOFLAG, re.IGNORECASE) else None
        return re.compile(_translated(pattern, options) if text is None else text, options)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(str(error)) from None


def _alike(pattern: str) -> str | None:
    """Return what Python takes for the same, or None where that takes more than a look at each part."""
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        found = _PIECE.match(pattern, place)
        if found is None:
            return None
        if found["any"]:
            parts.append(f"[^\\n\\r]{found['often']}")
        else:
            parts.append(r"\Z" if found["end"] else found["kept"])
        place = found.end()
    return "".join(parts)


def _translated(pattern: str, options: re.RegexFlag) -> str:
    from elementpath.regex import RegexError, translate_pattern

    try:
        return translate_pattern(_explicit(pattern), options, xsd_version="1.1")
    except RegexError as error:
        raise BadPattern(str(error)) from None


def _explicit(pattern: str) -> str:
    """Write classes such as `\\w` in brackets, where elementpath reads them as XPath does; refuse unknown escapes."""
    parts: list[str] = []
    depth = place = 0
    while place < len(pattern):
        character = pattern[place]
        if character == "\\":
            escaped = pattern[place + 1 : place + 2]
            if not escaped or (escaped.isalnum() and escaped not in _KNOWN_ESCAPES):
                raise BadPattern(f"`\\{escaped}` at position {place} is not an escape")
            bracketed = depth == 0 and escaped in "sSdDwW"
            plain = escaped in "/\"'#%&,:;<=>@_`~! "
            parts.append(f"[\\{escaped}]" if bracketed else escaped if plain else f"\\{escaped}")
            place += 2
            continue
        if character == "[":
            depth += 1
        elif character == "]":
            depth = max(0, depth - 1)
        parts.append(character)
        place += 1
    return "".join(parts)
