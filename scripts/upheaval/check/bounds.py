"""How far one query sees, whichever of its variables it is looked at from, and what it concludes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from upheaval.check.footprints import Scope
from upheaval.check.places import INNER, MINTED, RECORDS, TERM, TYPE, Found, Place, Properties, class_key
from upheaval.check.variants import matches, variants_of
from upheaval.check.walk import Unbounded, Walk
from upheaval.rdf.iris import ANY
from upheaval.rdf.patterns import (
    Alternatives,
    Bind,
    Filtered,
    Grouped,
    InlineData,
    Join,
    LeftJoin,
    Minus,
    Pattern,
    Query,
    Select,
    Step,
    TriplePattern,
    variables,
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a rule may conclude.

    Attributes:
        name: a property, or a class as `class_key` writes it.
        subject, object: where the two nodes are, seen from the record at hand.
        at: whether the subject is a record or a node inside one.

    """

    name: str
    subject: Place
    object: Place
    at: Place

    @property
    def is_minted(self) -> bool:
        """Whether it is about a node that the rule makes, outside the record at hand."""
        return self.subject == MINTED


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice of the properties of a query.

    Attributes:
        conclusions: what it concludes, if it is a rule.
        needs: sets of properties; the root has at least one of each in every solution.

    """

    conclusions: tuple[Conclusion, ...]
    needs: tuple[frozenset[str], ...]

    def fits(self, names: set[str]) -> bool:
        """Tell whether a node that has only some properties may be the root."""
        return all(any(_is_among(name, names) for name in need) for need in self.needs)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a query.

    Attributes:
        scope: what it reads.
        variants: what it concludes, and from what.
        certain: whether solutions stay when more is known: there is no negation, grouping or OPTIONAL.

    """

    scope: Scope
    variants: tuple[Variant, ...]
    certain: bool

    @property
    def conclusions(self) -> list[Conclusion]:
        """What it concludes."""
        return [one for variant in self.variants for one in variant.conclusions]


def _is_among(name: str, names: set[str]) -> bool:
    """Tell whether a property is among some; a class of `rdf:type` is when that is, and the other way round."""
    if name in names or ANY in names:
        return True
    if name == TYPE:
        return any(one.startswith(f"{TYPE} ") for one in names)
    return name.startswith(f"{TYPE} ") and TYPE in names


def bounds_of(query: Query, known: Properties, vocabulary: bytes, root: str = "", unbounded: str = "") -> Bounds:
    """Derive how far a query sees.

    Args:
        query: a rule, or a constraint's query.
        known: what is known of properties where it is run.
        vocabulary: the ontology, as N-Triples, for properties that the query takes from there.
        root: the variable that has its value before; where left out, any from which all can be reached.
        unbounded: why it is not bounded, where that is known.

    Returns:
        Its bounds; unbounded where nothing else could be proven.

    """
    queries = variants_of(query, known, vocabulary)
    candidates = [] if unbounded else [root] if root else _candidates(query)
    for candidate in candidates:
        try:
            return _bounds(queries, known, candidate, bool(root), "")
        except Unbounded as error:
            unbounded = unbounded or str(error)
    return _bounds(queries, known, "", False, unbounded or "it combines several records")


def _candidates(query: Query) -> list[str]:
    """Return the variables that may be a root, those that something is concluded of first."""
    patterns = list(matches(query.pattern))
    names = [match.subject for match in (*query.template, *patterns)] + [match.object for match in patterns]
    everywhere = variables(query.pattern)
    return [name for name in dict.fromkeys(names) if name in everywhere]


def _bounds(queries: Sequence[Query], known: Properties, root: str, given: bool, unbounded: str) -> Bounds:
    walks: list[Walk] = []
    found: list[Variant] = []
    for query in queries:
        walk = Walk(known, root, given)
        places = walk.read(query.pattern)
        needs = tuple(needs_of(query.pattern, root))
        found.append(Variant(tuple(_conclude(query, walk, places, _subjects(needs, known))), needs))
        walks.append(walk)
    own, others, inner, classes = (
        frozenset(name for walk in walks for name in getattr(walk, field))
        for field in ("own", "others", "inner", "classes")
    )
    certain = all(_is_certain(query.pattern) for query in queries)
    return Bounds(Scope(own, others, inner, classes, unbounded), tuple(found), certain)


def _conclude(query: Query, walk: Walk, places: Found, roots: Place) -> Iterator[Conclusion]:
    """Yield what a rule may conclude, but for what it concludes of the vocabulary from the vocabulary alone."""
    reads = bool(walk.own or walk.others or walk.inner or walk.classes)
    fragments = set(_fragments(query.pattern))
    for triple in query.template:
        subject, value = (
            places.get(term) if term[0] == "?" else walk.constant(term) for term in (triple.subject, triple.object)
        )
        if subject is None or value is None or (subject == TERM and not reads):
            continue
        at = INNER if triple.subject in fragments else roots if triple.subject == walk.root else RECORDS
        yield Conclusion(_name(triple), subject, value, at)


def _name(triple: TriplePattern) -> str:
    if not isinstance(triple.path, str) or triple.path[0] == "?":
        return ANY
    name = triple.path[1:-1]
    return class_key(triple.object[1:-1]) if name == TYPE and triple.object[0] == "<" else name


def _subjects(needs: Iterable[frozenset[str]], known: Properties) -> Place:
    """Return whether nodes that have some properties are records or nodes inside them."""
    found = RECORDS
    for need in needs:
        found &= reduce(or_, (known.subjects.get(name.partition(" ")[0], RECORDS) for name in need))
    return found or RECORDS


def _fragments(pattern: Pattern) -> Iterator[str]:
    """Yield the variables whose values are IRIs with a fragment that the query makes."""
    if isinstance(pattern, Bind) and pattern.sources and all(source.startswith("#?") for source in pattern.sources):
        yield pattern.variable
    if isinstance(pattern, (Bind, LeftJoin, Filtered, Select)):
        yield from _fragments(pattern.left if isinstance(pattern, LeftJoin) else pattern.pattern)


def needs_of(pattern: Pattern, root: str) -> list[frozenset[str]]:
    """Return sets of properties of each of which the root has one in every solution."""
    match pattern:
        case TriplePattern(subject, path, value) if subject == root:
            first = _first_steps(path)
            if first == {TYPE} and path == f"<{TYPE}>" and value[0] == "<":
                return [frozenset({class_key(value[1:-1])})]
            return [first] if first else []
        case Join(parts):
            return [need for part in parts for need in needs_of(part, root)]
        case Alternatives(parts):
            each = [needs_of(part, root) for part in parts]
            return [frozenset().union(*(needs[0] for needs in each))] if all(each) else []
        case LeftJoin(inner, _, _) | Minus(inner, _) | Filtered(inner, _) | Bind(inner, _, _):
            return needs_of(inner, root)
        case Select(inner, names) | Grouped(inner, names) if root in names:
            return needs_of(inner, root)
        case _:
            return []


def _first_steps(path: Step) -> frozenset[str]:
    """Return the properties with which a path begins; none where it may begin with any, or be empty."""
    if isinstance(path, str):
        return frozenset() if path[0] in "?*" else frozenset({path[1:-1]})
    if path.operator in "/+":
        return _first_steps(path.parts[0])
    if path.operator == "|":
        each = [_first_steps(part) for part in path.parts]
        return frozenset().union(*each) if all(each) else frozenset()
    return frozenset()


def _is_certain(pattern: Pattern) -> bool:
    match pattern:
        case TriplePattern() | InlineData():
            return True
        case Join(parts) | Alternatives(parts):
            return all(map(_is_certain, parts))
        case Bind(inner, _, _) | Select(inner, _):
            return _is_certain(inner)
        case _:
            return False
