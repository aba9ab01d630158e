"""Language tags (BCP 47), judged by the registry of IANA."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from upheaval.rdf.datatypes import IllFormed

_FORM = re.compile(r"(?:[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*|x(?:-[A-Za-z0-9]{1,8})+)")
_PRIVATE_USE = re.compile(r"aa|q[m-z]|x[a-z]|zz")
"""Matches codes that no country has (RFC 5646 section 2.2.4)."""
_CURE = "write a BCP 47 tag such as en, ru or zh-Hans"
_WRITTEN = {
    "Arab": "ARABIC",
    "Armn": "ARMENIAN",
    "Beng": "BENGALI",
    "Cyrl": "CYRILLIC",
    "Deva": "DEVANAGARI",
    "Ethi": "ETHIOPIC",
    "Geor": "GEORGIAN",
    "Grek": "GREEK",
    "Hans": "CJK",
    "Hant": "CJK",
    "Hebr": "HEBREW",
    "Jpan": "CJK HIRAGANA KATAKANA",
    "Khmr": "KHMER",
    "Kore": "HANGUL",
    "Laoo": "LAO",
    "Mymr": "MYANMAR",
    "Thai": "THAI",
}
"""How the Unicode names of letters begin, for scripts other than Latin, by their codes (ISO 15924)."""


@lru_cache(1 << 10)
def check_language(tag: str) -> tuple[str, str] | None:
    """Check a language tag.

    Args:
        tag: the tag, which starts with a language of two or three small letters, or with `x-`.

    Returns:
        A message and a cure if the tag is deprecated, else None.

    Raises:
        IllFormed: it is not well-formed (RFC 5646 section 2.1) or not valid (section 2.2.9): the registry lacks a
            subtag, such as the code of a country in place of a language's.

    """
    if _is_plain(tag):
        return None
    from langcodes import standardize_tag, tag_is_valid

    if not _FORM.fullmatch(tag):
        near = tag.replace("_", "-")
        cure = f"did you mean `{standardize_tag(near)}`?" if tag_is_valid(near) else _CURE
        raise IllFormed(f"`{tag}` is not a language tag", cure)
    if tag_is_valid(tag):
        better = standardize_tag(tag)
        if better.lower() == tag.lower():
            return None
        missing, deprecated = _registered(tag)
        if missing:
            raise IllFormed(f"`{missing}` is not in the registry of language subtags", f"did you mean `{better}`?")
        return (f"the language tag `{tag}` is deprecated", f"write `{better}`") if deprecated else None
    language, _, rest = tag.partition("-")
    if tag_is_valid(language):
        message = f"`{tag}` has a subtag that is not in the registry of language subtags, or in the wrong place"
        raise IllFormed(message, "delete it, or correct it, as in zh-Hans or en-GB")
    spoken = _spoken_in(language)
    cure = _CURE
    if spoken:
        near = "-".join(filter(None, (spoken, rest)))
        cure = f"did you mean `{near}`? `{language}` is the code of a country"
    raise IllFormed(f"`{language}` is not a language of the registry", cure)


@lru_cache(1 << 10)
def language_meant(tag: str, text: str) -> str:
    """Return the language that a text is in if the tag is the code of its country, or an empty string.

    `kr` is Kanuri, written in Latin letters; a text in Hangul with that tag is Korean, South Korea's code being KR.

    Args:
        tag: a valid tag.
        text: a text that has it.

    """
    if len(tag) != 2 or text.isascii() or _is_in(usual_script(tag), text):
        return ""
    meant, script, other = _mistakable(tag)
    return meant if meant and not _is_in(script, text) and _is_in(other, text) else ""


@cache
def _mistakable(tag: str) -> tuple[str, str, str]:
    """Return the language that a tag may be mistaken for, or an empty string, and the scripts of the two."""
    if not _record("region", tag.upper()):  # as for `zh`; the library takes long to import
        return "", "", ""
    from langcodes import Language

    meant = _spoken_in(tag)
    script, other = (Language.get(one).maximize().script or "" for one in (tag, meant or tag))
    return (meant, script, other) if meant != tag and other in _WRITTEN else ("", "", "")


def _is_plain(tag: str) -> bool:
    """Return whether a tag is a language, or one with a script or a region, none of them deprecated.

    Nearly all tags are, and the library, which knows the others, takes long to import.
    """
    language, dash, rest = tag.partition("-")
    kind = "script" if len(rest) == 4 else "region"
    return _is_current("language", language) and (not dash or _is_current(kind, rest))


@cache
def _is_current(kind: str, subtag: str) -> bool:
    return "\nDeprecated: " not in _record(kind, subtag, "\nDeprecated: ")


def usual_script(language: str) -> str:
    """Return the script that a language is nearly always written in (RFC 5646 section 3.1.9), or an empty string."""
    return _record("language", language).partition("\nSuppress-Script: ")[2][:4]


def _record(kind: str, subtag: str, missing: str = "") -> str:
    """Return the record of a subtag in the registry, or a text of your own where it has none."""
    text = _registry_text()
    start = text.find(f"\nType: {kind}\nSubtag: {subtag}\n")
    return missing if start < 0 else text[start : text.find("\n%%", start)]


@cache
def _registry_text() -> str:
    """Return the registry, which is a file of langcodes, without importing that."""
    found = find_spec("langcodes")
    folder = Path(found.origin or "").parent if found else Path()
    return (folder / "data" / "language-subtag-registry.txt").read_text(encoding="utf-8")


def _is_in(script: str, text: str) -> bool:
    if not script:
        return False
    starts = tuple(_WRITTEN.get(script, "LATIN").split())
    return any(unicodedata.name(char, "").startswith(starts) for char in text if char.isalpha())


def _spoken_in(country: str) -> str:
    """Return the language that is most likely in a country (CLDR, likely subtags), or an empty string."""
    from langcodes import Language, tag_is_valid

    if _PRIVATE_USE.fullmatch(country) or not tag_is_valid(f"und-{country}"):
        return ""
    return Language.make(territory=country.upper()).maximize().language or ""


def _registered(tag: str) -> tuple[str, bool]:
    """Return the first subtag that the registry lacks, or an empty string, and whether it deprecates any."""
    subtags, whole = _registry()
    if tag.lower() in whole:
        return "", whole[tag.lower()]
    deprecated = False
    for place, subtag in enumerate(tag.lower().split("-")):
        if len(subtag) == 1:
            break
        known = [
            gone for (kind, name), gone in subtags.items() if name == subtag and (kind == "language") == (not place)
        ]
        if not known:
            return subtag, False
        deprecated |= all(known)
    return "", deprecated


@cache
def _registry() -> tuple[dict[tuple[str, str], bool], dict[str, bool]]:
    """Return whether each subtag, by its type, and each tag of the registry is deprecated."""
    from langcodes.registry_parser import parse_registry

    records = list(parse_registry())  # type: ignore[no-untyped-call]
    subtags = {(one["Type"], one["Subtag"].lower()): "Deprecated" in one for one in records if "Subtag" in one}
    return subtags, {one["Tag"].lower(): "Deprecated" in one for one in records if "Tag" in one}
