"""A SPARQL query as the patterns that have to match (SPARQL 1.1 section 18.2), without what is done with the values.

Terms are texts as SPARQL writes them: `?x`, `<iri>`, a literal in quotes. A blank node of a pattern is a variable
(section 4.1.4).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A property path of several steps.

    Attributes:
        operator: `/`, `|`, `^`, `*`, `+` or `?` (section 9.1).
        parts: what it applies to; a part that is one property is its IRI, a variable or `ANY`.

    """

    operator: str
    parts: tuple["Step", ...]


Step: TypeAlias = str | PropertyPath


@dataclass(frozen=True, slots=True)
class TriplePattern:
    """A triple pattern or a property path pattern."""

    subject: str
    path: Step
    object: str


@dataclass(frozen=True, slots=True)
class Join:
    """Patterns that all have to match; of none, a solution without variables."""

    parts: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Patterns of which one has to match: UNION."""

    parts: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class LeftJoin:
    """A pattern, and another that may match: OPTIONAL, with the tests of its FILTER, which see both."""

    left: "Pattern"
    right: "Pattern"
    tests: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """A pattern without the solutions that another has too: MINUS."""

    left: "Pattern"
    right: "Pattern"


@dataclass(frozen=True, slots=True)
class Filtered:
    """A pattern whose solutions are tested by whether others match: EXISTS and NOT EXISTS."""

    pattern: "Pattern"
    tests: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Bind:
    """A pattern, and a variable that an expression gives a value.

    Attributes:
        pattern, variable: these.
        sources: the variables whose value it may be; `#?x` for an IRI made of that of `?x` and a fragment, `#` for any
            other IRI that the query makes. None at all where it can only be a literal.

    """

    pattern: "Pattern"
    variable: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InlineData:
    """Solutions that the query states itself; an empty text is no value."""

    variables: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A pattern of whose variables only some are known outside it."""

    pattern: "Pattern"
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """A pattern whose solutions are taken together by the values of some variables: GROUP BY."""

    pattern: "Pattern"
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A pattern whose solutions depend on more than what matches.

    Attributes:
        why: as in "it has LIMIT".
        pattern: what has to match, or None where even that is unknown.

    """

    why: str
    pattern: "Pattern | None"


Pattern: TypeAlias = (
    TriplePattern | Join | Alternatives | LeftJoin | Minus | Filtered | Bind | InlineData | Select | Grouped | Opaque
)


@dataclass(frozen=True, slots=True)
class Query:
    """A query.

    Attributes:
        template: what CONSTRUCT makes of a solution; empty for other forms.
        pattern: what has to match.

    """

    template: tuple[TriplePattern, ...]
    pattern: Pattern


def variables(pattern: Pattern) -> frozenset[str]:
    """Return the variables that have a value in every solution of a pattern."""
    match pattern:
        case TriplePattern(subject, path, value):
            return frozenset(term for term in (subject, path, value) if isinstance(term, str) and term[0] == "?")
        case Join(parts):
            return frozenset().union(*map(variables, parts))
        case Alternatives(parts):
            return frozenset.intersection(*map(variables, parts))
        case LeftJoin(left, _, _) | Minus(left, _) | Filtered(left, _):
            return variables(left)
        case Bind(inner, variable, sources):
            bound = variables(inner)
            return bound | {variable} if len(sources) == 1 and sources[0] in bound else bound
        case InlineData(names, rows):
            return frozenset(name for place, name in enumerate(names) if all(row[place] for row in rows))
        case Select(inner, names) | Grouped(inner, names):
            return variables(inner) & frozenset(names)
        case Opaque(_, inner):
            return variables(inner) if inner is not None else frozenset()


def names_of(path: Step) -> Iterator[str]:
    """Yield the properties of a path, without brackets."""
    if isinstance(path, str):
        yield path if path[0] in "?*" else path[1:-1]
    else:
        for part in path.parts:
            yield from names_of(part)


def first_of(path: Step) -> str:
    """Return the property with which a path begins, or an empty text."""
    if isinstance(path, str):
        return path[1:-1]
    return first_of(path.parts[0]) if path.operator == "/" else ""


def inverse_of(path: Step) -> Step:
    """Return a path read backwards (SPARQL 1.1 section 18.4)."""
    if isinstance(path, str):
        return PropertyPath("^", (path,))
    if path.operator == "^":
        return path.parts[0]
    if path.operator == "/":
        return PropertyPath("/", tuple(inverse_of(part) for part in reversed(path.parts)))
    return PropertyPath(path.operator, tuple(inverse_of(part) for part in path.parts))
