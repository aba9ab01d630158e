"""Prefixes that a query may use without declaring them, as in the Wikidata Query Service."""

import re
from collections.abc import Callable, Iterable, Mapping

import pyoxigraph as ox

from upheaval.rdf.iris import SKOS
from upheaval.rdf.writers import PREFIXES

PROLOGUE = re.compile(r"\b(?:PREFIX\s+(?P<prefix>[\w.-]*):|BASE)\s*<(?P<iri>[^<>\s]*)>", re.IGNORECASE)
# Comments and literals, whose colons say nothing; IRIs; and names.
_TOKEN = re.compile(
    r"""\#[^\r\n]* | \"""(?:[^\\]|\\.)*?\""" | '''(?:[^\\]|\\.)*?''' | "(?:[^"\\\r\n]|\\.)*"
    | '(?:[^'\\\r\n]|\\.)*'
    | (?P<name> <[^<>"{}|^`\\\s]*> | (?<![\w.:%-])(?:[^\W\d_][\w.-]*|_)?:(?:[\w:%-]|\.(?=[\w:%-])|\\.)* )""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> list[str]:
    """Return the IRIs and prefixed names in a query, as they are written."""
    return [found["name"] for found in _TOKEN.finditer(text) if found["name"]]


def lacking_prefixes(text: str) -> set[str]:
    """Return the prefixes that a query uses without declaring them."""
    declared = {found["prefix"] for found in PROLOGUE.finditer(text)}
    used = {name.partition(":")[0] for name in tokens(text) if not name.startswith(("<", "_:"))}
    return used - declared - {""}


def declarations(text: str, known: Callable[[], Mapping[str, str]]) -> str:
    """Return declarations, on no line of their own, of the prefixes that a query uses without declaring them.

    Args:
        text: SPARQL.
        known: returns namespaces by prefix; only called if a prefix is lacking.

    """
    if ":" not in text:
        return ""
    lacking = lacking_prefixes(text)
    if not lacking:
        return ""
    spaces = known()
    return "".join(f"PREFIX {prefix}: <{spaces[prefix]}> " for prefix in sorted(lacking & spaces.keys()))


def as_written(error: SyntaxError, head: str) -> SyntaxError:
    """Return an error of a query with declarations before it, at its place in the query without."""
    if error.lineno == 1 and error.offset:
        error.offset = max(1, error.offset - len(head))
    return error


def prefixes_in(store: ox.Store) -> dict[str, str]:
    """Return the usual prefixes, and one for each scheme of codes in a dataset."""
    codes = store.quads_for_pattern(None, ox.NamedNode(SKOS.inScheme), None, None)
    return PREFIXES | scheme_prefixes(quad.subject.value for quad in codes if isinstance(quad.subject, ox.NamedNode))


def scheme_prefixes(codes: Iterable[str]) -> dict[str, str]:
    """Return a prefix for each namespace of some codes that ends in a hash."""
    namespaces = {iri[: iri.rfind("#") + 1] for iri in codes if "#" in iri}
    return {namespace[:-1].rsplit("/", 1)[-1]: namespace for namespace in namespaces}
