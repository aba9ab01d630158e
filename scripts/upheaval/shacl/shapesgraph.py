"""A shapes graph as the compiler reads it: whatever it takes is noted, so that what nothing has read can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from upheaval.rdf.terms import Term, is_blank, split
from upheaval.shacl.shaclterms import FIRST, NIL, REST, SUBCLASS, TYPE, short

Statement = tuple[Term, Term, Term]


@dataclass(frozen=True, slots=True)
class ShapesProblem:
    """One thing wrong with a shapes graph.

    Attributes:
        message: what is wrong, without a full stop.
        cure: what to do about it.
        subject: the node at fault.
        predicate, value: the statement of it that is at fault; None where there is not one.
        within: line and column in the value's text, both from 1, or None.
        at: the subject, or the nearest node with an IRI that leads to it.

    """

    message: str
    cure: str
    subject: Term
    predicate: Term | None = None
    value: Term | None = None
    within: tuple[int, int] | None = None
    at: Term = ""

    def __str__(self) -> str:
        return f"{self.message} ({self.cure})"


class ShapesError(Exception):
    """Raised for a shapes graph that is ill-formed, or that asks for what is not evaluated here."""

    def __init__(self, problems: Iterable[ShapesProblem]) -> None:
        self.problems: tuple[ShapesProblem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ShapesGraph:
    """The statements of a shapes graph, which of them have been read, and what is wrong with them."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take canonical N-Triples, one statement each (`rdf.terms.statements`)."""
        self.lines = tuple(dict.fromkeys(lines))
        self.problems: list[ShapesProblem] = []
        self.notes: list[ShapesProblem] = []
        self.advanced: list[ShapesProblem] = []
        self._about: dict[Term, dict[Term, list[Term]]] = {}
        self._leads: dict[Term, Term] = {}
        self._with: dict[Term, list[Term]] = {}
        self._of_class: dict[Term, list[Term]] = {}
        self._below: dict[Term, list[Term]] = {}
        self._classes: dict[Term, dict[Term, Term]] = {}
        self._read: set[Statement] = set()
        for line in sorted(self.lines):
            subject, predicate, value = split(line)
            self._about.setdefault(subject, {}).setdefault(predicate, []).append(value)
            self._with.setdefault(predicate, []).append(subject)
            if is_blank(value):
                self._leads.setdefault(value, subject)
            if predicate == TYPE:
                self._of_class.setdefault(value, []).append(subject)
            elif predicate == SUBCLASS:
                self._below.setdefault(value, []).append(subject)

    def refuse(
        self,
        message: str,
        cure: str,
        subject: Term,
        predicate: Term | None = None,
        value: Term | None = None,
        within: tuple[int, int] | None = None,
    ) -> None:
        """Note that something is wrong, so that the graph is refused."""
        self._add(self.problems, ShapesProblem(message, cure, subject, predicate, value, within, self.anchor(subject)))

    def note(
        self, message: str, cure: str, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> None:
        """Note what has no effect, though somebody may think so."""
        self._add(self.notes, ShapesProblem(message, cure, subject, predicate, value, None, self.anchor(subject)))

    def defer(self, message: str, cure: str, subject: Term, predicate: Term, value: Term) -> None:
        """Note what this engine does not evaluate and pySHACL does."""
        problem = ShapesProblem(message, cure, subject, predicate, value, None, self.anchor(subject))
        self._add(self.advanced, problem)

    @staticmethod
    def _add(problems: list[ShapesProblem], problem: ShapesProblem) -> None:
        if problem not in problems:
            problems.append(problem)

    def anchor(self, node: Term) -> Term:
        """Return the nearest node with an IRI that leads to a node, or the node itself where there is none."""
        seen = {node}
        found = node
        while is_blank(found) and (above := self._leads.get(found)) is not None and above not in seen:
            seen.add(above)
            found = above
        return found

    def has(self, subject: Term, predicate: Term) -> bool:
        """Tell whether a node has a property, without reading it."""
        return predicate in self._about.get(subject, ())

    def predicates(self, subject: Term) -> list[Term]:
        """Return the properties of a node, in order, without reading them."""
        return list(self._about.get(subject, ()))

    def subjects_of(self, predicate: Term) -> list[Term]:
        """Return the nodes that have a property, in order, without reading it."""
        return list(dict.fromkeys(self._with.get(predicate, ())))

    def objects(self, subject: Term, predicate: Term) -> list[Term]:
        """Read the values of a property, in order."""
        found = self._about.get(subject, {}).get(predicate, [])
        self._read.update((subject, predicate, value) for value in found)
        return found

    def value(self, subject: Term, predicate: Term) -> Term | None:
        """Read the value of a property that may have one alone."""
        found = self.objects(subject, predicate)
        if len(found) > 1:
            message = f"{short(subject)} has {len(found)} values for {short(predicate)}, and one is allowed"
            self.refuse(message, "leave one of them", subject, predicate, found[1])
        return found[0] if found else None

    def items(self, head: Term, subject: Term, predicate: Term) -> list[Term]:
        """Read the members of a list that is the value of a property."""
        found: list[Term] = []
        seen: set[Term] = set()
        node = head
        while node != NIL:
            firsts, rests = self.objects(node, FIRST), self.objects(node, REST)
            if node in seen or len(firsts) != 1 or len(rests) != 1:
                why = "it comes back to itself" if node in seen else "it is not a list"
                message = f"the value of {short(predicate)} is not a well-formed list: {why}"
                self.refuse(message, "write the members in parentheses: ( … )", subject, predicate, head)
                return []
            seen.add(node)
            found.append(firsts[0])
            node = rests[0]
        return found

    def instances(self, cls: Term) -> list[Term]:
        """Return the instances of a class and of its subclasses in the shapes graph, in order, without reading it."""
        found: dict[Term, None] = {}
        for one in self._narrower(cls):
            found.update(dict.fromkeys(self._of_class.get(one, ())))
        return list(found)

    def take_type(self, node: Term, cls: Term) -> None:
        """Read that a node is an instance of a class, if it is one, and what makes it one."""
        classes = self._narrower(cls)
        for one in self._about.get(node, {}).get(TYPE, ()):
            if one in classes:
                self._read.add((node, TYPE, one))
                while one != cls:
                    above = classes[one]
                    self._read.add((one, SUBCLASS, above))
                    one = above

    def _narrower(self, cls: Term) -> dict[Term, Term]:
        """Return a class and its subclasses, each with the class through which it is one."""
        found = self._classes.get(cls)
        if found is None:
            found = self._classes[cls] = {cls: cls}
            waiting = [cls]
            while waiting:
                above = waiting.pop()
                for below in self._below.get(above, ()):
                    if below not in found:
                        found[below] = above
                        waiting.append(below)
        return found

    def unread(self) -> Iterator[Statement]:
        """Return the statements that nothing has read."""
        for subject, properties in self._about.items():
            for predicate, values in properties.items():
                for value in values:
                    if (subject, predicate, value) not in self._read:
                        yield subject, predicate, value

    def describes(self, node: Term) -> bool:
        """Tell whether anything is said of a node."""
        return node in self._about
