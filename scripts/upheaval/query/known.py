"""Look up the records and codes of a dataset by name, with suggestions for unknown names."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import NamedTuple

import pyoxigraph as ox

from upheaval.rdf.datatypes import IllFormed
from upheaval.rdf.iris import DCTERMS, OWL, RDF, RDFS, SKOS
from upheaval.schema.contract import local
from upheaval.schema.questions import Parameter

_COMMENT = ox.NamedNode(RDFS.comment)
_DEPRECATED = ox.NamedNode(OWL.deprecated)
_REPLACED = ox.NamedNode(DCTERMS.isReplacedBy)
_TYPE = ox.NamedNode(RDF.type)
_WIDER = ox.NamedNode(RDFS.subClassOf)
_LABELS = (ox.NamedNode(RDFS.label), ox.NamedNode(SKOS.altLabel))
_CONCEPT = SKOS.Concept
ANY = Parameter("record", "record", (), False, "", 0)


class FollowedName(NamedTuple):
    """A former name that was looked up: its IRI, that of its successor, and a sentence that says so."""

    former: str
    successor: str
    sentence: str


class KnownTerms:
    """The records and codes in a store, listed only when a suggestion is needed.

    Args:
        store: the data, derived facts and vocabulary, each in its graph.
        base: the namespace of records.

    Attributes:
        followed: the former names that have been looked up.

    """

    def __init__(self, store: ox.Store, base: str) -> None:
        self.store, self.base = store, base
        self.followed: list[FollowedName] = []
        self._not_data = {f"{base}graph/{name}" for name in ("vocabulary", "catalogue")}

    def record(self, text: str, parameter: Parameter = ANY) -> ox.NamedNode:
        """Return a record.

        Args:
            text: its name or its IRI.
            parameter: the parameter, with the classes that the record may have.

        Raises:
            IllFormed: there is no such record, or it is of another class.

        """
        iri = text if text.startswith(self.base) or "://" in text else self.base + text
        classes = set() if "#" in iri.removeprefix(self.base) else self._classes(iri)
        if not classes and (successor := self._successor(iri, text)):
            iri, classes = successor, self._classes(successor)
        if not classes:
            near = self._near(text, parameter)
            cure = f"did you mean `{near}`?" if near else "write the name of its file, without .yaml"
            raise IllFormed(f"no record is named `{text}`", cure)
        if not parameter.accepts(self._with_wider(classes)):
            kinds = " or ".join(map(local, parameter.classes))
            near = self._near(text, parameter)
            cure = f"did you mean `{near}`?" if near else f"name a record of the class {kinds}"
            raise IllFormed(f"`{text}` is of the class {' and '.join(sorted(map(local, classes)))}, not {kinds}", cure)
        return ox.NamedNode(iri)

    def records(self, parameter: Parameter) -> list[str]:
        """Return the sorted names of the records that a parameter accepts."""
        found: dict[str, set[str]] = {}
        for quad in self.store.quads_for_pattern(None, _TYPE, None, None):
            name = str(getattr(quad.subject, "value", ""))
            if name.startswith(self.base) and "#" not in name and self._is_data(quad):
                found.setdefault(str(getattr(quad.object, "value", "")), set()).add(name.removeprefix(self.base))
        accepted = (names for cls, names in found.items() if parameter.accepts(self._with_wider({cls})))
        return sorted(set().union(*accepted))

    def some(self, parameter: Parameter) -> list[str]:
        """Return the names of two records or codes that a parameter accepts, the first that are not former ones."""
        names = self.records(parameter) if parameter.type == "record" else list(map(local, self.codes(parameter)))
        return [name for name in names if not any(self._about(self.base + name, _DEPRECATED))][:2]

    def code(self, text: str, parameter: Parameter) -> ox.NamedNode:
        """Return a code.

        Args:
            text: the last part of its IRI, or the IRI.
            parameter: the parameter, with the classes that the code may have.

        Raises:
            IllFormed: there is no such code, or the text is ambiguous.

        """
        known = self.codes(parameter)
        fitting = [iri for iri in known if text in (iri, local(iri))]
        if len(fitting) == 1:
            return ox.NamedNode(fitting[0])
        if fitting:
            raise IllFormed(f"there are several codes `{text}`", f"write one of {', '.join(fitting)}")
        deprecated = self.store.quads_for_pattern(None, _DEPRECATED, None, None)
        former = {str(getattr(quad.subject, "value", "")) for quad in deprecated}
        for iri in sorted(iri for iri in former if text in (iri, local(iri))):
            if not set(known).isdisjoint(self._successors(iri)):
                return ox.NamedNode(self._successor(iri, text))
        near = get_close_matches(_plain(text), map(local, known), 1)
        cure = f"did you mean `{near[0]}`?" if near else "write the last part of its IRI, or the whole"
        raise IllFormed(f"there is no code `{text}`", cure)

    def codes(self, parameter: Parameter) -> list[str]:
        """Return the sorted IRIs of the codes that a parameter accepts."""
        classes = [cls for cls in self._narrower(_CONCEPT) if parameter.accepts(self._with_wider({cls}))]
        found = {
            quad.subject.value
            for cls in classes
            for quad in self.store.quads_for_pattern(None, _TYPE, ox.NamedNode(cls), None)
            if isinstance(quad.subject, ox.NamedNode)
        }
        return sorted(found)

    def _successor(self, iri: str, text: str) -> str:
        """Return the IRI that took the place of a former name, or an empty string if it is not one.

        Raises:
            IllFormed: it was retired, or several took its place.

        """
        if not any(self._about(iri, _DEPRECATED)):
            return ""
        successors = self._successors(iri)
        names = [successor.removeprefix(self.base) for successor in successors]
        comments = sorted(str(getattr(term, "value", "")) for term in self._about(iri, _COMMENT))
        said = f": {comments[0].rstrip('.')}" if comments else ""
        if len(successors) == 1:
            self.followed.append(FollowedName(iri, successors[0], f"`{text}` is now `{names[0]}`{said}"))
            return successors[0]
        message = f"`{text}` is no longer in use{said}"
        raise IllFormed(message, f"name {' or '.join(f'`{name}`' for name in names)}" if names else "name another")

    def _successors(self, iri: str) -> list[str]:
        return sorted({str(getattr(term, "value", "")) for term in self._about(iri, _REPLACED)})

    def _about(self, iri: str, predicate: ox.NamedNode) -> Iterable[object]:
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return []
        return [quad.object for quad in self.store.quads_for_pattern(node, predicate, None, None)]

    def _classes(self, iri: str) -> set[str]:
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return set()
        quads = self.store.quads_for_pattern(node, _TYPE, None, None)
        return {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode) and self._is_data(quad)}

    def _is_data(self, quad: ox.Quad) -> bool:
        return str(getattr(quad.graph_name, "value", "")) not in self._not_data

    def _near(self, text: str, parameter: Parameter) -> str:
        name = text.removeprefix(self.base).partition("#")[0]
        accepted = self.records(parameter)
        labelled = [record for record in self._labelled(text) if record in accepted]
        near = labelled or get_close_matches(_plain(name), accepted, 1)
        return near[0] if near else ""

    def _labelled(self, text: str) -> list[str]:
        """Return the sorted names of what has a text as its label, in any language."""
        return sorted(
            {
                quad.subject.value.removeprefix(self.base)
                for label in _LABELS
                for quad in self.store.quads_for_pattern(None, label, None, None)
                if isinstance(quad.subject, ox.NamedNode)
                and isinstance(quad.object, ox.Literal)
                and quad.object.value.casefold() == text.casefold()
            }
        )

    def _with_wider(self, classes: set[str]) -> frozenset[str]:
        """Return classes with all their superclasses (RDF Schema 1.1 section 3.4)."""
        return self._reached(classes, lambda cls: self.store.quads_for_pattern(cls, _WIDER, None, None), "object")

    def _narrower(self, cls: str) -> frozenset[str]:
        return self._reached({cls}, lambda one: self.store.quads_for_pattern(None, _WIDER, one, None), "subject")

    @staticmethod
    def _reached(start: set[str], step: Callable[[ox.NamedNode], Iterable[ox.Quad]], end: str) -> frozenset[str]:
        found, waiting = set(start), list(start)
        while waiting:
            ends = (getattr(quad, end) for quad in step(ox.NamedNode(waiting.pop())))
            new = {node.value for node in ends if isinstance(node, ox.NamedNode)} - found
            found |= new
            waiting.extend(new)
        return frozenset(found)


def _plain(text: str) -> str:
    """Write a name like a file name: `North Korea` as `north-korea`."""
    return "-".join(text.casefold().split())
