"""Find the names in a query that nothing in the dataset has, and those that are meant."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import pyoxigraph as ox

from upheaval.rdf.declarations import PROLOGUE, prefixes_in, tokens
from upheaval.rdf.sparql import select

_BUILT_IN = ("http://www.w3.org/2001/XMLSchema#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")


def unknown_names(store: ox.Store, text: str, prefixes: Mapping[str, str]) -> list[str]:
    """Say which names in a query nothing in the dataset has.

    Args:
        store: the dataset.
        text: SPARQL that the engine has accepted.
        prefixes: the namespace by the publication's prefix.

    Returns:
        A sentence for each name in a namespace that the dataset uses, with the nearest that it has. The template of a
        CONSTRUCT, which may name anything, is passed over.

    """
    spaces = {**prefixes_in(store), **prefixes}
    found = []
    for written, iri in dict.fromkeys(_names(text, spaces)):
        if iri.startswith(_BUILT_IN) or _is_known(store, iri):
            continue
        space = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
        known = _known_in(store, space)
        if known:
            near = get_close_matches(iri.removeprefix(space), known, 1)
            shown = written.removesuffix(iri.removeprefix(space)) if not written.startswith("<") else ""
            meant = (f"{shown}{near[0]}" if shown else f"<{space}{near[0]}>") if near else ""
            found.append(f"nothing is named `{written}`" + (f" (did you mean `{meant}`?)" if near else ""))
    return found


def _names(text: str, spaces: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names in the patterns of a query, as written and as IRIs."""
    declared = {found["prefix"] or "": found["iri"] for found in PROLOGUE.finditer(text) if found["iri"]}
    spaces = {**spaces, **declared}
    body = text[max((found.end() for found in PROLOGUE.finditer(text)), default=0) :]
    if re.match(r"\s*CONSTRUCT\s*\{", body, re.IGNORECASE):
        body = body[body.find("}") :]
    for token in tokens(body):
        if token.startswith("<") and ":" in token:
            yield token, token[1:-1]
        elif not token.startswith(("<", "_:")):
            prefix, _, name = token.partition(":")
            if name and prefix in spaces:
                yield token, spaces[prefix] + name


def _is_known(store: ox.Store, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return True
    patterns = ((node, None, None, None), (None, node, None, None), (None, None, node, None), (None, None, None, node))
    return any(next(iter(store.quads_for_pattern(*pattern)), None) is not None for pattern in patterns)


def _known_in(store: ox.Store, space: str) -> list[str]:
    """Return the names in a namespace, of what has a type and of properties."""
    literal = ox.Literal(space)
    named = select(
        store,
        f"SELECT DISTINCT ?name {{ {{ SELECT DISTINCT ?name {{ ?name a [] }} }} UNION "
        f"{{ SELECT DISTINCT ?name {{ [] ?name [] }} }} FILTER (STRSTARTS(STR(?name), {literal})) }}",
    )
    names = (str(getattr(solution["name"], "value", "")).removeprefix(space) for solution in named)
    return sorted(name for name in names if name and not {"#", "/"} & set(name))
