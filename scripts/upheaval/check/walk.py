"""How far a query sees: which properties it reads, of the record at hand, of those it refers to, or of all.

A query is bounded when every triple that takes part in a solution is reached from one node, its root, by going from
subjects to objects. Its solutions can then be found a record at a time, beside what is read of the records that are
reached. What is proven here holds for negation and grouping too, because a record that is reached is there with all
its values for the properties that are read.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from upheaval.check.places import (
    ANYWHERE,
    INNER,
    LOST,
    MINTED,
    OWN,
    RECORD,
    RECORDS,
    TERM,
    TYPE,
    WHOLE,
    Found,
    Place,
    Places,
    Properties,
    class_key,
    either_of,
    kept,
    narrower,
)
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
    Opaque,
    Pattern,
    PropertyPath,
    Select,
    Step,
    TriplePattern,
    first_of,
    inverse_of,
    names_of,
    variables,
)


class Unbounded(Exception):
    """A query has no root, or not the one that was tried; its text says why."""


@dataclass(slots=True)
class Walk:
    """One walk over a query's patterns.

    Attributes:
        known: what is known of properties.
        root: the variable from which all is reached; without one, what is read is read of any record.
        given: whether the root has its value before, in every part of the query (SHACL appendix A.1).
        own, others, inner: the properties that are read of the record at hand, of other records, and of nodes inside
            those.
        classes: the classes whose records are read whole.

    """

    known: Properties
    root: str = ""
    given: bool = False
    own: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)

    def read(self, pattern: Pattern) -> Found:
        """Walk over a whole query.

        Args:
            pattern: what has to match.

        Returns:
            Where the values of its variables are.

        Raises:
            Unbounded: not all of it is reached from the root.

        """
        return self._visit(pattern, {self.root: OWN} if self.root else {}, reading=True)

    def _visit(self, pattern: Pattern, anchors: Mapping[str, Place], reading: bool) -> Found:
        """Return where a pattern's variables are, given where some are; when reading, note what is read for it."""
        match pattern:
            case TriplePattern():
                return self._match(pattern, anchors, reading)
            case Join(parts):
                return self._join(parts, anchors, reading)
            case Alternatives(parts):
                return either_of([self._visit(part, anchors, reading) for part in parts])
            case LeftJoin(left, right, tests):
                found = self._visit(left, anchors, reading)
                more = self._visit(right, self._handed(found.always, variables(left)), reading)
                self._test(tests, {**more.always, **found.always}, variables(left) | variables(right), reading)
                return Found(found.always, {**more.sometimes, **more.always, **found.sometimes})
            case Minus(left, right):
                found = self._visit(left, anchors, reading)
                self._visit(right, self._handed(found.always, variables(left)), reading)
                return found
            case Filtered(inner, tests):
                found = self._visit(inner, anchors, reading)
                self._test(tests, found.always, variables(inner), reading)
                return found
            case Bind(inner, variable, sources):
                return self._bind(self._visit(inner, anchors, reading), variable, sources)
            case InlineData(names, rows):
                places = {
                    name: reduce(or_, (self.constant(row[at]) for row in rows), TERM) for at, name in enumerate(names)
                }
                return Found(kept(places, variables(pattern)), places)
            case Select(inner, names):
                found = self._visit(inner, self._handed(anchors, names), reading)
                return Found(kept(found.always, names), kept(found.sometimes, names))
            case Grouped(inner, keys):
                found = self._visit(inner, self._handed(anchors, keys), reading)
                return Found(kept(found.always, keys), {**found.sometimes, **found.always})
            case Opaque(why, inner):
                if self.root:
                    raise Unbounded(why)
                if inner is not None:
                    return self._visit(inner, anchors, reading)
                self._note(RECORDS, ANY)
                return Found()

    def _handed(self, places: Mapping[str, Place], names: Collection[str]) -> Places:
        """Return the places that a part of the query may rely on."""
        return {**kept(places, names), **({self.root: OWN} if self.given else {})}

    def _join(self, parts: tuple[Pattern, ...], anchors: Mapping[str, Place], reading: bool) -> Found:
        """Find places until no more are found: what is reached from a part may lead to another."""
        found = Found()
        while True:
            before = dict(found.always)
            for part in parts:
                more = self._visit(part, {**anchors, **found.always}, reading=False)
                found.sometimes.update(more.sometimes)
                for name, place in more.always.items():
                    found.always[name] = narrower(found.always.get(name), place) or place
            if found.always == before and not self._enter(parts, anchors, found.always):
                break
        if reading:
            for part in parts:
                self._visit(part, {**anchors, **found.always}, reading=True)
        return found

    def _enter(self, parts: tuple[Pattern, ...], anchors: Mapping[str, Place], found: Places) -> bool:
        """Place a variable that nothing leads to by its class, if all records of that class are read."""
        for part in parts:
            if not isinstance(part, TriplePattern) or part.subject in anchors or part.subject in found:
                continue
            cls = part.object[1:-1]
            if first_of(part.path) == TYPE and cls in self.known.whole:
                self.classes.add(cls)
                found[part.subject] = WHOLE
                return True
        return False

    def _subjects(self, path: Step) -> Place:
        """Return where nodes may be that have a property, seen from nowhere."""
        if isinstance(path, PropertyPath) and path.operator == "|":
            return reduce(or_, map(self._subjects, path.parts))
        if isinstance(path, PropertyPath):
            return self._subjects(path.parts[0]) if path.operator in ("/", "+") else RECORDS
        return self.known.subjects.get(path[1:-1], RECORDS)

    def _test(self, tests: tuple[Pattern, ...], found: Places, names: frozenset[str], reading: bool) -> None:
        for test in tests:
            self._visit(test, self._handed(found, names), reading)

    def _bind(self, found: Found, variable: str, sources: tuple[str, ...]) -> Found:
        if variable not in found.always:
            place = reduce(or_, (self._source(found, source) for source in sources), 0) or TERM
            alias = len(sources) == 1 and sources[0] in found.always
            (found.always if alias else found.sometimes)[variable] = place
        return found

    def _source(self, found: Found, source: str) -> Place:
        if source == "#":
            return MINTED
        place = found.get(source.removeprefix("#")) or ANYWHERE
        if source[0] == "?" or place in (OWN, WHOLE):
            return place
        return RECORDS if place & RECORDS and not place & ~RECORDS else MINTED

    def constant(self, term: str) -> Place:
        """Return where a term is that the query names."""
        return ANYWHERE if term.startswith(f"<{self.known.base}") else TERM

    def _match(self, match: TriplePattern, anchors: Mapping[str, Place], reading: bool) -> Found:
        subject, value = self._at(match.subject, anchors), self._at(match.object, anchors)
        if is_vocabulary(match.path, self.known):
            end = TERM if self.known.leading.isdisjoint(names_of(match.path)) else ANYWHERE
            subject, value = narrower(subject, end), narrower(value, end)
        else:
            subject, value = self._lead(match, subject, value, reading)
        return Found(
            {
                term: place
                for term, place in ((match.subject, subject), (match.object, value), (match.path, TERM))
                if isinstance(term, str) and term[0] == "?" and place is not None
            }
        )

    def _lead(
        self, match: TriplePattern, subject: Place | None, value: Place | None, reading: bool
    ) -> tuple[Place | None, Place | None]:
        """Go from the subject to the object, or back where that can be told, and note what is read."""
        if not self.root and subject is None and value is None:
            subject = self._subjects(match.path)
        wanted = class_key(match.object[1:-1]) if match.object[0] == "<" and match.path == f"<{TYPE}>" else ""
        if subject is not None and (reached := self._follow(subject, match.path, False)) is not None:
            if reading:
                self._follow(subject, match.path, True, wanted)
            return subject, narrower(value, reached)
        back = inverse_of(match.path)
        if value is not None and (reached := self._follow(value, back, False)) is not None:
            if reading:
                self._follow(value, back, True)
            return narrower(subject, reached), value
        if reading and subject is not None:
            raise Unbounded(f"a path leads from {match.subject} back to any node that refers to it")
        if reading:
            raise Unbounded(f"{match.subject} is not reached from {self.root}")
        return subject, value

    def _at(self, term: str, anchors: Mapping[str, Place]) -> Place | None:
        return anchors.get(term) if term[0] == "?" else self.constant(term)

    def _follow(self, place: Place, path: Step, reading: bool, wanted: str = "") -> Place | None:
        """Return where a path leads from a place, or None where it goes back to nodes that may be many."""
        if isinstance(path, str):
            name = ANY if path[0] in "?*" else path[1:-1]
            if reading:
                self._note(place, wanted or name)
            return self.known.step(place, name)
        if path.operator == "^":
            (back,) = path.parts
            if not isinstance(back, str):
                return self._follow(place, inverse_of(back), reading)
            name = ANY if back[0] in "?*" else back[1:-1]
            found = self.known.back(place, name) if name != ANY else None
            if found is None and not self.root:
                found = self.known.subjects.get(name, RECORDS)
            if found is not None and reading:
                self._note(found, name)
            return found
        if path.operator == "/":
            return self._along(place, path.parts, reading)
        if path.operator == "|":
            ends = [self._follow(place, part, reading) for part in path.parts]
            return None if None in ends else reduce(or_, (end for end in ends if end is not None))
        return self._again(place, path, reading)

    def _along(self, place: Place, steps: tuple[Step, ...], reading: bool) -> Place | None:
        at: Place | None = place
        for step in steps:
            if at is None:
                return None
            at = self._follow(at, step, reading)
        return at

    def _again(self, place: Place, path: PropertyPath, reading: bool) -> Place | None:
        """Follow a path that may be repeated until it leads nowhere new."""
        at = place
        reached = 0 if path.operator == "+" else place
        while True:
            end = self._follow(at, path.parts[0], reading)
            if end is None:
                return None
            if path.operator == "?" or end | reached | at == reached | at:
                return reached | end
            reached |= end
            at |= end

    def _note(self, place: Place, name: str) -> None:
        """Note that a property is read of the nodes at a place."""
        if self.root:
            rule = self.known.concerns(name)
            if rule:
                shown = "any property" if name == ANY else f"<{name.removeprefix(f'{TYPE} ')}>"
                raise Unbounded(f"it reads {shown}, which {rule} derives from other records")
            if place & LOST:
                raise Unbounded(f"it reads <{name}> of a node that may be anywhere")
            if name == ANY and place & RECORDS:
                raise Unbounded("it reads any property of other records")
        plain = name.partition(" ")[0]
        if place & OWN:
            self.own.add(plain)
        if place & (RECORD | LOST):
            self.others.add(plain)
        if place & (INNER | LOST):
            self.inner.add(plain)


def is_vocabulary(path: Step, known: Properties) -> bool:
    """Tell whether only the vocabulary has the properties of a path."""
    return all(name[0] not in "?*" and name not in known.values for name in names_of(path))
