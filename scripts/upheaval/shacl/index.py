"""The data as shapes are run over them: by property and by node, every term as it was written."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

from upheaval.rdf.terms import Term
from upheaval.shacl.shaclterms import SUBCLASS, TYPE


@dataclass(frozen=True, slots=True)
class Classes:
    """What is known of classes beside what the data graph states.

    Attributes:
        narrower: for a class, those that are narrower, directly or not.
        members: instances of classes; a node of which the data state nothing is looked up among them, and is no focus
            node.

    """

    narrower: Mapping[Term, Collection[Term]] = field(default_factory=dict)
    members: Mapping[Term, Collection[Term]] = field(default_factory=dict)


class DataGraph:
    """A data graph, looked up by property; and which nodes are instances of which classes."""

    def __init__(self, lines: Iterable[str], classes: Classes | None = None) -> None:
        """Read statements.

        Args:
            lines: canonical N-Triples, one statement each (`rdf.terms.statements`); repeated ones count once.
            classes: what is known of classes, where the data do not state all of it.

        """
        self._forward: dict[Term, dict[Term, list[Term]]] = {}
        self._backward: dict[Term, dict[Term, list[Term]]] = {}
        self._instances: dict[Term, dict[Term, None]] = {}
        self._members: dict[Term, Set[Term]] = {}
        self._given = classes or Classes()
        properties = self._forward
        for line in dict.fromkeys(lines):
            subject, predicate, rest = line.split(" ", 2)  # as `rdf.terms.split`, without a call for every statement
            nodes = properties.get(predicate)
            if nodes is None:
                nodes = properties[predicate] = {}
            values = nodes.get(subject)
            if values is None:
                nodes[subject] = [rest[:-2]]
            else:
                values.append(rest[:-2])

    def values(self, predicate: Term) -> Mapping[Term, list[Term]]:
        """Return the values of a property by subject, each once."""
        return self._forward.get(predicate, {})

    def subjects(self, predicate: Term) -> Mapping[Term, list[Term]]:
        """Return the subjects of a property by value, each once."""
        found = self._backward.get(predicate)
        if found is None:
            found = self._backward[predicate] = {}
            for subject, values in self.values(predicate).items():
                for value in values:
                    found.setdefault(value, []).append(subject)
        return found

    @cached_property
    def nodes(self) -> dict[Term, dict[Term, list[Term]]]:
        """What is said of each node, by property."""
        found: dict[Term, dict[Term, list[Term]]] = {}
        for predicate, by_subject in self._forward.items():
            for subject, values in by_subject.items():
                found.setdefault(subject, {})[predicate] = values
        return found

    def instances(self, cls: Term) -> Mapping[Term, None]:
        """Return the instances of a class and of narrower ones in the data graph (SHACL section 2.1.3.2), in order."""
        found = self._instances.get(cls)
        if found is None:
            by_class = self.subjects(TYPE)
            narrower = self.narrower(cls)
            found = {node: None for one in narrower for node in by_class.get(one, ())}
            for one in narrower:
                found.update((node, None) for node in self._given.members.get(one, ()) if node in self._subjects)
            self._instances[cls] = found
        return found

    def members(self, cls: Term) -> Set[Term]:
        """Return the instances of a class, those that were given apart among them."""
        found = self._members.get(cls)
        if found is None:
            given = [node for one in self.narrower(cls) for node in self._given.members.get(one, ())]
            found = self._members[cls] = self.instances(cls).keys() | given
        return found

    def narrower(self, cls: Term) -> list[Term]:
        """Return a class and all that are narrower, by the data and by what was given."""
        below = self.subjects(SUBCLASS)
        found = {cls: None}
        waiting = [cls]
        while waiting:
            one = waiting.pop()
            for more in (*below.get(one, ()), *self._given.narrower.get(one, ())):
                if more not in found:
                    found[more] = None
                    waiting.append(more)
        return list(found)

    @cached_property
    def _subjects(self) -> Set[Term]:
        return {node for by_subject in self._forward.values() for node in by_subject}
