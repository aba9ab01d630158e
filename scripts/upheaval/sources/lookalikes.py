"""Letters of one script among those of another that look the same, as the Cyrillic `С` in `Сhina`."""

import re
import unicodedata
from collections.abc import Iterator

_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυγ", "ABEZHIKMNOPTYXaivopuy", strict=True))
_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХЬԚԜаеѕіјорсухһԁԛԝ", "ABESIJKMHOPCTYXbQWaesijopcyxhdqw", strict=True))
LATIN = _GREEK | _CYRILLIC
"""Greek and Cyrillic letters by the Latin letter that they look like (Unicode UTS #39, confusables.txt)."""

_GREEK_OF, _CYRILLIC_OF = ({latin: other for other, latin in twins.items()} for twins in (_GREEK, _CYRILLIC))
_TWIN = re.compile(f"[{''.join(LATIN)}]")
_LEADS = re.compile(rb"[\xcd-\xd4]")
_WORD = re.compile(r"[^\W\d_]+")
_IS_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_IS_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_IS_CYRILLIC = re.compile("[\u0400-\u052f]")


def may_be_mixed(data: bytes) -> bool:
    """Return whether UTF-8 has Greek or Cyrillic letters; no other letter's bytes begin with 0xCD to 0xD4."""
    return _LEADS.search(data) is not None


def mixed_words(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Find the words in which letters of another script pass for those of the word's own (UTS #39, section 5.1).

    A word such as `kΩ`, whose foreign letters look like no other, is left alone.

    Yields:
        The word's offset, the word, a message and a cure.

    """
    for found in _WORD.finditer(text) if _TWIN.search(text) else ():
        word = found[0]
        latin, greek, cyrillic = (len(kind.findall(word)) for kind in (_IS_LATIN, _IS_GREEK, _IS_CYRILLIC))
        if not latin or not (greek or cyrillic):
            continue
        back = _CYRILLIC_OF if cyrillic else _GREEK_OF
        as_latin, as_other = (_written(word, twins) for twins in (LATIN, back))
        meant = as_latin if as_latin and (latin >= greek + cyrillic or not as_other) else as_other
        if meant:
            odd, right = next((was, now) for was, now in zip(word, meant, strict=True) if was != now)
            message = f"`{word}` has a {_name(odd)} that looks like a {_name(right)}, so a search for it finds nothing"
            yield found.start(), word, message, f"write `{meant}`, in one script"


def as_latin(text: str) -> str:
    """Return a text of Greek or Cyrillic letters in the Latin ones that they all look like, or an empty string."""
    letters = [char for char in text if char.isalpha()]
    return "".join(LATIN.get(char, char) for char in text) if letters and LATIN.keys() >= set(letters) else ""


def _name(letter: str) -> str:
    """Return the name of a letter, such as `Cyrillic С`."""
    return f"{unicodedata.name(letter).split()[0].capitalize()} {letter}"


def _written(word: str, twins: dict[str, str]) -> str:
    """Return a word with each twin replaced, or an empty string if letters of two scripts remain."""
    written = "".join(twins.get(char, char) for char in word)
    return written if sum(bool(kind.search(written)) for kind in (_IS_LATIN, _IS_GREEK, _IS_CYRILLIC)) == 1 else ""
