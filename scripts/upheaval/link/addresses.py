"""The ways to write a Wikidata item, and what else an address of Wikidata may mean."""

import re
from urllib.parse import unquote, urlsplit

ENTITY = "http://www.wikidata.org/entity/"
"""The namespace of items, as Wikidata's RDF has it ("RDF Dump Format", section Prefixes used): `http`, with `www`."""

_HOSTS = frozenset({"wikidata.org", "www.wikidata.org", "m.wikidata.org", "www.m.wikidata.org"})
_ITEM = re.compile(r"Q[1-9]\d{0,17}")
_OTHERS = (
    (re.compile(r"P[1-9]\d*"), "a property"),
    (re.compile(r"L[1-9]\d*(-[FS]\d+)?"), "a lexeme, or a form or sense of one"),
    (re.compile(r"E[1-9]\d*"), "an entity schema"),
    (re.compile(r"M[1-9]\d*"), "a media file"),
)
_PAGES = ("/entity/", "/wiki/Special:EntityData/", "/wiki/Special:EntityPage/", "/wiki/Item:", "/wiki/")
_PREFIXES = ("Property:", "Lexeme:", "EntitySchema:")


class NotAnItem(ValueError):
    """Raised for text that does not mean an item; its text says what it means instead."""


def item_id(text: str) -> str:
    """Return the number of an item, such as `Q159`.

    Args:
        text: the number, with or without `wd:`, or any address of the item: its IRI, its page (also the mobile one, and
            with a heading) or its data in any format, over http or https.

    Raises:
        NotAnItem: it is a property, a lexeme or nothing of Wikidata's.

    """
    name = text.strip()
    if "://" in name:
        name = _name_in(name)
    name = name.removeprefix("wd:")
    if _ITEM.fullmatch(name):
        return name
    if _ITEM.fullmatch(name.upper()) and len(name) > 1:
        return name.upper()
    for pattern, what in _OTHERS:
        if pattern.fullmatch(name):
            raise NotAnItem(f"{name} is {what}, not an item")
    raise NotAnItem(f"`{text.strip()}` is not a Wikidata item")


def item_iri(number: str) -> str:
    """Return the IRI of an item, by its number."""
    return ENTITY + number


def is_wikidata(iri: str) -> bool:
    """Return whether an address is on one of Wikidata's hosts."""
    try:
        return (urlsplit(iri).hostname or "") in _HOSTS
    except ValueError:
        return False


def _name_in(address: str) -> str:
    if not is_wikidata(address):
        raise NotAnItem(f"{address} is not an address of Wikidata")
    parts = urlsplit(address)
    path = unquote(parts.path)
    page = next((page for page in _PAGES if path.startswith(page)), None)
    if page is None:
        raise NotAnItem(f"{address} is not the address of an item")
    name = path.removeprefix(page)
    if page == "/wiki/Special:EntityData/":
        name = name.partition(".")[0]
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
