"""Keys by which names are compared: without case, accents, punctuation, articles, plurals and what is in brackets."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz

_BRACKETED = re.compile(r"\s*\([^()]*\)\s*$")
_NOT_WORDS = re.compile(r"[^\w]+")
_ARTICLES = frozenset({"the", "a", "an", "of"})


def key_of(name: str) -> str:
    """Return the key of a name; names with the same key are alike. It is empty if the name has no letter or digit."""
    if name.isascii():
        text = name.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", name.casefold())
        text = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    words = [_singular(word) for word in _NOT_WORDS.split(text) if word]
    return " ".join([word for word in words if word not in _ARTICLES] or words)


def keys_of(names: Iterable[str]) -> set[str]:
    """Return the keys of names, each with and without what is in brackets at its end."""
    return {key_of(form) for name in names for form in variants_of(name)} - {""}


def variants_of(name: str) -> set[str]:
    """Return a name with and without what is in brackets at its end."""
    return {name, _BRACKETED.sub("", name)}


def likeness(ours: Iterable[str], theirs: Iterable[str]) -> float:
    """Return how alike the most alike two of some names are, from 0 to 100, by their keys."""
    right = keys_of(theirs)
    return max((fuzz.token_sort_ratio(one, other) for one in keys_of(ours) for other in right), default=0.0)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
