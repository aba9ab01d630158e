"""What the rules, constraints and shapes of a vocabulary read, and which of them can be run a batch at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pyoxigraph as ox

from upheaval.check.bounds import Bounds, Conclusion, bounds_of, needs_of
from upheaval.check.footprints import Queries, Scope, Scopes, ShapeReads, TargetedQuery
from upheaval.check.parsing import parse
from upheaval.check.places import (
    ANYWHERE,
    INNER,
    LOST,
    OWN,
    RECORD,
    TERM,
    TYPE,
    Properties,
    properties_of,
)
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.iris import ANY
from upheaval.rdf.terms import Term, text_of
from upheaval.schema.contract import Contract
from upheaval.shacl.shapesplan import Unit
from upheaval.shacl.sparqlconstraints import QueryConstraint

FEW = 200
"""The records of a class may be read whole, beside every batch, where there are at most so many."""

CLASSES = "a rule derives classes of records from other records"


def scopes_of(
    contract: Contract,
    vocabulary: bytes,
    base: str,
    rules: Mapping[str, str],
    units: Iterable[Unit],
    sizes: Mapping[str, int],
    mistrusted: bool = False,
) -> Scopes:
    """Derive what rules, by file name, and the constraints of shapes read; as `derive_scopes`."""
    queries = Queries({name: parse(text) for name, text in rules.items()}, *_units(units))
    return derive_scopes(contract, vocabulary, base, queries, sizes, mistrusted)


def derive_scopes(
    contract: Contract,
    vocabulary: bytes,
    base: str,
    queries: Queries,
    sizes: Mapping[str, int],
    mistrusted: bool = False,
) -> Scopes:
    """Derive what rules, constraints and shapes read.

    Args:
        contract: which keys records have.
        vocabulary: the ontology, as N-Triples.
        base: the namespace of the records.
        queries: the rules, constraints and shapes.
        sizes: how many records each class has.
        mistrusted: whether an IRI that a rule makes may be that of a record.

    Returns:
        Their scopes. What is bounded finds in batches what it finds in all records together.

    """
    deriving = _Deriving(contract, vocabulary, base, queries, sizes, mistrusted)
    while True:
        scopes = deriving.attempt()
        if scopes is not None:
            return scopes


class _Deriving:
    """Deriving scopes: what an attempt takes for bounded and the next cannot is held to be unbounded from then on."""

    def __init__(
        self,
        contract: Contract,
        vocabulary: bytes,
        base: str,
        queries: Queries,
        sizes: Mapping[str, int],
        mistrusted: bool,
    ) -> None:
        self.contract, self.vocabulary, self.base = contract, vocabulary, base
        self.queries, self.mistrusted = queries, mistrusted
        self.whole = frozenset(cls for cls, size in sizes.items() if size <= FEW)
        self.leading = frozenset(_leading(vocabulary, base))
        self.held: dict[str, str] = {}
        self.scattered: dict[str, str] = {}

    def attempt(self) -> Scopes | None:
        """Return the scopes, or None where something has been found that changes them."""
        known = properties_of(self.contract, self.base, self.whole, self.leading)
        known.scattered.update(self.scattered)
        rules: dict[str, Bounds] = {}
        for name, query in self.queries.rules.items():
            held = self.held.get(name, "")
            rules[name] = bounds_of(query, known, self.vocabulary, unbounded=held)
            starts = known.minted and any(variant.fits(known.minted) for variant in rules[name].variants)
            if starts and not rules[name].scope.unbounded:
                held = "it may start from a node that a rule makes"
                rules[name] = bounds_of(query, known, self.vocabulary, unbounded=held)
            self._learn(name, rules[name], known)
        constraints = {name: self._constraint(one, known) for name, one in self.queries.constraints.items()}
        shapes = {name: self._shape(one, known) for name, one in self.queries.shapes.items()}
        found = [*(bounds.scope for bounds in rules.values()), *constraints.values(), *shapes.values()]
        others = {TYPE, *_union(scope.others for scope in found if not scope.unbounded)}
        inner = _union(scope.inner for scope in found if not scope.unbounded)
        if not self._close(rules, known, others, inner) or not self._trust(rules, others | inner):
            return None
        unbounded = [scope for scope in found if scope.unbounded]
        return Scopes(
            {name: bounds.scope for name, bounds in rules.items()},
            constraints,
            shapes,
            {name: _plain(self._elsewhere(bounds)) for name, bounds in rules.items()},
            {name: _plain(self._minted(bounds)) for name, bounds in rules.items()},
            frozenset(others),
            frozenset(inner),
            frozenset(_union(scope.classes for scope in found)),
            frozenset(_union(scope.others for scope in unbounded)),
            frozenset(_union(scope.inner for scope in unbounded)),
        )

    def _elsewhere(self, bounds: Bounds) -> Iterable[Conclusion]:
        """Return what a rule may conclude of other nodes than the record it looks at and nodes of its own making."""
        for one in bounds.conclusions:
            if (bounds.scope.unbounded or one.subject != OWN) and (self.mistrusted or not one.is_minted):
                yield one

    def _minted(self, bounds: Bounds) -> Iterable[Conclusion]:
        return (one for one in bounds.conclusions if one.is_minted and not self.mistrusted)

    def _learn(self, rule: str, bounds: Bounds, known: Properties) -> None:
        """Note what a rule may conclude, for the rules after it, the constraints and the shapes."""
        elsewhere = set(self._elsewhere(bounds))
        for one in bounds.conclusions:
            name = one.name.partition(" ")[0]
            if one in elsewhere:
                known.scattered.setdefault(one.name, rule)
            elif one.is_minted:
                known.minted.add(one.name)
            elif name == ANY:
                known.scattered.setdefault(ANY, rule)
            leads = one.object if one.subject == OWN else one.object & TERM or ANYWHERE
            known.values[name] = known.values.get(name, 0) | leads
            known.subjects[name] = known.subjects.get(name, 0) | one.at
            if one.name.startswith(f"{TYPE} "):
                known.whole -= self._wider(one.name.partition(" ")[2])
            elif name in (TYPE, ANY):
                known.whole.clear()

    def _wider(self, cls: str) -> frozenset[str]:
        return self.contract.wider.get(cls, frozenset({cls}))

    def _constraint(self, constraint: TargetedQuery, known: Properties) -> Scope:
        """Return the scope of a constraint, which reads the classes of its focus nodes too."""
        typed = self._among(known.scattered, constraint.targets)
        made = self._among(known.minted, constraint.targets)
        scope = bounds_of(constraint.query, known, self.vocabulary, "?this", CLASSES if typed else "").scope
        if not scope.unbounded and made and (scope.others or scope.inner or scope.classes):
            why = "it reads other records, and may be about nodes that a rule makes"
            scope = bounds_of(constraint.query, known, self.vocabulary, "?this", why).scope
        if not scope.unbounded:
            return scope
        unseen = typed or not needs_of(constraint.query.pattern, "?this")
        kinds = self.contract.kinds.values()
        inside = unseen or any(kind.folder is None and constraint.targets & kind.ancestors for kind in kinds)
        return replace(
            scope,
            others=scope.others | ({TYPE} if unseen else set()),
            inner=scope.inner | ({TYPE} if inside else set()),
        )

    def _among(self, names: Iterable[str], classes: frozenset[str]) -> bool:
        """Tell whether a type that is concluded is one of some classes, or narrower."""
        for name in names:
            if name in (TYPE, ANY) or (name.startswith(f"{TYPE} ") and classes & self._wider(name.partition(" ")[2])):
                return True
        return False

    def _shape(self, shape: ShapeReads, known: Properties) -> Scope:
        """Return the scope of a shape, which reads the classes of its focus nodes too."""
        read = shape.own | shape.others
        if reason := self._obstacle(shape, known):
            names = frozenset({ANY}) if shape.everything else read | shape.inverse | {TYPE}
            return Scope(others=names, inner=names, unbounded=reason)
        inside = bool(shape.others) or any(known.values.get(name, TERM) & INNER for name in shape.own)
        types = frozenset({TYPE}) if shape.classes and inside else frozenset()
        return Scope(shape.own, shape.others, shape.others | types)

    def _obstacle(self, shape: ShapeReads, known: Properties) -> str:
        """Return why a shape cannot be evaluated batch by batch, or an empty text."""
        if shape.everything:
            return "it reads every property of other nodes"
        if shape.inverse:
            return f"it follows <{min(shape.inverse)}> backwards"
        for name in sorted(shape.own | shape.others):
            if rule := known.concerns(name):
                return f"{rule} derives <{name}> from other records"
            if known.values.get(name, TERM) & LOST and (shape.others or shape.classes):
                return f"it follows <{name}>, which may lead to any node"
        if self._among(known.scattered, shape.targets) or (shape.classes and known.concerns(TYPE)):
            return CLASSES
        return ""

    def _close(self, rules: Mapping[str, Bounds], known: Properties, others: set[str], inner: set[str]) -> bool:
        """Add what a property of another record follows from; return False where that cannot be told."""
        waiting = [(name, at) for names, at in ((others, RECORD), (inner, INNER)) for name in names]
        while waiting:
            name, at = waiting.pop()
            for rule, bounds in rules.items():
                own = [one for one in bounds.conclusions if one.subject == OWN and one.at & at]
                if bounds.scope.unbounded or all(one.name.partition(" ")[0] != name for one in own):
                    continue
                if ANY in bounds.scope.own:
                    self.scattered[name] = rule
                    return False
                for names, place in ((others, RECORD), (inner, INNER)):
                    waiting.extend((more, place) for more in bounds.scope.own - names)
                    names |= bounds.scope.own
        return True

    def _trust(self, rules: Mapping[str, Bounds], visible: set[str]) -> bool:
        """Hold a rule to be unbounded that may conclude something wrong from a record of which only a part is read."""
        for rule, bounds in rules.items():
            fitting = [variant for variant in bounds.variants if variant.fits(visible)]
            concluded = [one for variant in fitting for one in variant.conclusions]
            if bounds.scope.unbounded:
                continue
            if not bounds.certain and any(one.subject != OWN for one in concluded):
                self.held[rule] = "what it derives about other nodes may follow from a record that is only partly read"
                return False
            visible = visible | {one.name for one in concluded}
        return True


def _leading(vocabulary: bytes, base: str) -> Iterator[str]:
    """Yield the properties by which a vocabulary refers to records, or says something of them."""
    start = f"<{base}".encode()
    lines = (line for line in vocabulary.splitlines() if start in line) if start in vocabulary else ()
    for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES, lenient=True):
        if iri_of(quad.subject).startswith(base) or iri_of(quad.object).startswith(base):
            yield quad.predicate.value


def _union(sets: Iterable[Iterable[str]]) -> set[str]:
    return {one for each in sets for one in each}


def _plain(conclusions: Iterable[Conclusion]) -> frozenset[str]:
    return frozenset(one.name.partition(" ")[0] for one in conclusions)


def _units(units: Iterable[Unit]) -> tuple[dict[str, TargetedQuery], dict[str, ShapeReads]]:
    """Return what the constraints of shapes read, by name: those that are queries, and the others."""
    queries: dict[str, TargetedQuery] = {}
    shapes: dict[str, ShapeReads] = {}
    for unit in units:
        name, constraint = text_of(unit.name), unit.constraint
        targets = frozenset(text_of(target.term) for target in unit.shape.targets if target.kind == "targetClass")
        reads = unit.reads()
        if isinstance(constraint, QueryConstraint) and constraint.node:
            queries[name] = TargetedQuery(parse(constraint.query.text), targets)
        else:
            found = ShapeReads(
                targets,
                _texts(reads.own),
                _texts(reads.others),
                _texts(reads.inverse),
                reads.classes,
                reads.everything or bool(reads.queries),
            )
            shapes[name] = shapes[name] | found if name in shapes else found
    return queries, shapes


def _texts(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset(map(text_of, terms))
