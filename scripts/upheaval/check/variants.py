"""A query whose properties are variables, as one query for each choice that the vocabulary or the query itself allows.

In `?narrower rdfs:subPropertyOf ?wider . ?thing ?narrower ?value`, the vocabulary says which properties are meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

import pyoxigraph as ox

from upheaval.check.places import Properties
from upheaval.check.walk import is_vocabulary
from upheaval.rdf.patterns import (
    Bind,
    Filtered,
    InlineData,
    Join,
    LeftJoin,
    Minus,
    Pattern,
    PropertyPath,
    Query,
    Select,
    Step,
    TriplePattern,
    names_of,
)
from upheaval.rdf.sparql import select

MOST = 500
"""At most this many choices are distinguished."""


def variants_of(query: Query, known: Properties, vocabulary: bytes) -> list[Query]:
    """Return a query for each choice of its properties.

    Args:
        query: a rule, or a constraint's query.
        known: which properties records have.
        vocabulary: the ontology, as N-Triples.

    Returns:
        The query itself where its properties are no variables, or may be any.

    """
    limits = [
        part
        for part in _core(query.pattern)
        if isinstance(part, InlineData) or (isinstance(part, TriplePattern) and is_vocabulary(part.path, known))
    ]
    used = {name for match in (*query.template, *matches(query.pattern)) for name in _strings(match.path)}
    chosen = {name for part in limits for name in _strings(part) if name[0] == "?"} & used
    if not chosen:
        return [query]
    paths = [part.path for part in limits if isinstance(part, TriplePattern)]
    names = {f" <{name}> ".encode() for path in paths for name in names_of(path)}
    lines = (line for line in vocabulary.splitlines() if any(name in line for name in names))
    store = ox.Store()
    store.load(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES, lenient=True)
    patterns = " ".join(map(_text, limits))
    found = select(store, f"SELECT DISTINCT {' '.join(sorted(chosen))} WHERE {{ {patterns} }} LIMIT {MOST + 1}")
    rows = [{name: str(row[name[1:]]) for name in chosen if row[name[1:]]} for row in found]
    return [query] if len(rows) > MOST else [cast(Query, _with(query, row)) for row in rows]


def _core(pattern: Pattern) -> Iterator[Pattern]:
    """Yield the triple patterns and values that take part in every solution."""
    match pattern:
        case TriplePattern() | InlineData():
            yield pattern
        case Join(parts):
            for part in parts:
                yield from _core(part)
        case LeftJoin(inner, _, _) | Minus(inner, _) | Filtered(inner, _) | Bind(inner, _, _) | Select(inner, _):
            yield from _core(inner)
        case _:
            pass


def matches(part: Any) -> Iterator[TriplePattern]:
    """Yield all triple patterns in a pattern, those of tests included."""
    if isinstance(part, TriplePattern):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from matches(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from matches(getattr(part, field.name))


def _strings(part: Any) -> Iterator[str]:
    """Yield all texts in a pattern."""
    if isinstance(part, str):
        yield from (part,) if part else ()
    elif isinstance(part, tuple):
        for one in part:
            yield from _strings(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _strings(getattr(part, field.name))


def _with(part: Any, values: Mapping[str, str]) -> Any:
    """Return a pattern with some variables replaced."""
    if isinstance(part, str):
        return values.get(part, part)
    if isinstance(part, tuple):
        return tuple(_with(one, values) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        return type(part)(*(_with(getattr(part, field.name), values) for field in fields(part)))
    return part


def _text(part: TriplePattern | InlineData) -> str:
    """Write a pattern as SPARQL."""
    if isinstance(part, TriplePattern):
        return f"{part.subject} {_path(part.path)} {part.object} ."
    rows = " ".join(f"({' '.join(term or 'UNDEF' for term in row)})" for row in part.rows)
    return f"VALUES ({' '.join(part.variables)}) {{ {rows} }}"


def _path(path: Step) -> str:
    if not isinstance(path, PropertyPath):
        return path
    parts = [_path(part) for part in path.parts]
    if path.operator in "/|":
        return f"({path.operator.join(parts)})"
    return f"(^{parts[0]})" if path.operator == "^" else f"({parts[0]}{path.operator})"
