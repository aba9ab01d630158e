"""Statements that an ontology may leave out: `rdfs:isDefinedBy`, `skos:inScheme` and `skos:topConceptOf`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import OWL, RDF, RDFS, SKOS, VANN

_TYPE, _SUBCLASS, _DEFINED_BY, _NAMESPACE, _IN_SCHEME, _TOP_OF, _BROADER = (
    ox.NamedNode(str(predicate))
    for predicate in (
        RDF.type,
        RDFS.subClassOf,
        RDFS.isDefinedBy,
        VANN.preferredNamespaceUri,
        SKOS.inScheme,
        SKOS.topConceptOf,
        SKOS.broader,
    )
)
_ONTOLOGY, _SCHEME, _CONCEPT = str(OWL.Ontology), str(SKOS.ConceptScheme), str(SKOS.Concept)
_KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_TERMS = (*(str(OWL[kind]) for kind in _KINDS), str(RDFS.Datatype), _SCHEME)


Starts = list[tuple[str, str]]
"""Beginnings of IRIs, each with its owner."""


def completion(files: Sequence[Iterable[ox.Triple]]) -> list[ox.Triple]:
    """Derive statements from the IRIs of terms and from the files that declare them.

    Statements that are already there are not repeated. The rules are:

    - A class, property, datatype, scheme or concept is defined by (`rdfs:isDefinedBy`) the ontology whose namespace
      holds it: its IRI starts with the ontology's followed by a hash, slash or colon, or with the ontology's
      `vann:preferredNamespaceUri`.
    - A concept is in (`skos:inScheme`) the scheme whose IRI, followed by a hash, slash or colon, its own IRI starts
      with, or else the only scheme declared in the same file.
    - A concept without a broader one is a top concept of (`skos:topConceptOf`) each of its schemes.

    Of nested namespaces, the longest counts. A term outside all namespaces, such as one of another vocabulary, is
    left alone.

    Args:
        files: the triples of each file of an ontology.

    Returns:
        The triples to add.

    """
    facts = _Facts(files)
    added: list[ox.Triple] = []

    def add(term: str, predicate: ox.NamedNode, value: str) -> None:
        added.append(ox.Triple(ox.NamedNode(term), predicate, ox.NamedNode(value)))

    schemes = facts.instances[_SCHEME]
    starts = _longest_first((start, scheme) for scheme in schemes for start in _starts(scheme))
    concepts = dict.fromkeys(concept for cls in facts.concept_classes() for concept in facts.instances[cls])
    for concept in concepts:
        inside = facts.values[_IN_SCHEME][concept]
        if not inside:
            beside = [scheme for scheme in schemes if facts.files[scheme] & facts.files[concept]]
            scheme = _owner(concept, starts) or (beside[0] if len(beside) == 1 else None)
            inside = [scheme] if scheme else []
            for scheme in inside:
                add(concept, _IN_SCHEME, scheme)
        if not facts.values[_BROADER][concept]:
            stated = facts.values[_TOP_OF][concept]
            for scheme in inside:
                if scheme not in stated:
                    add(concept, _TOP_OF, scheme)
    ontologies = _longest_first(
        (start, ontology)
        for ontology in facts.instances[_ONTOLOGY]
        for start in (*_starts(ontology), *facts.values[_NAMESPACE][ontology])
    )
    for term in {term: None for kind in _TERMS for term in facts.instances[kind]} | concepts:
        if not facts.values[_DEFINED_BY][term] and (ontology := _owner(term, ontologies)):
            add(term, _DEFINED_BY, ontology)
    return list(dict.fromkeys(added))


def _starts(iri: str) -> list[str]:
    return [iri] if iri.endswith(("#", "/", ":")) else [iri + sign for sign in "#/:"]


def _longest_first(starts: Iterable[tuple[str, str]]) -> Starts:
    return sorted(starts, key=lambda pair: (-len(pair[0]), pair))


def _owner(iri: str, starts: Starts) -> str | None:
    return next((owner for start, owner in starts if iri.startswith(start)), None)


class _Facts:
    """An index of the statements that the rules need.

    Attributes:
        values: by predicate and subject.
        instances: by class, without those of its subclasses.
        files: for each typed subject, the numbers of the files that give its type.

    """

    def __init__(self, files: Sequence[Iterable[ox.Triple]]) -> None:
        self.values: dict[ox.NamedNode, dict[str, list[str]]] = {
            predicate: defaultdict(list)
            for predicate in (_SUBCLASS, _DEFINED_BY, _NAMESPACE, _IN_SCHEME, _TOP_OF, _BROADER)
        }
        self.instances: dict[str, list[str]] = defaultdict(list)
        self.files: dict[str, set[int]] = defaultdict(set)
        for number, triples in enumerate(files):
            for subject, predicate, value in triples:
                if not isinstance(subject, ox.NamedNode):
                    continue
                if predicate == _TYPE:
                    self.instances[iri_of(value)].append(subject.value)
                    self.files[subject.value].add(number)
                elif predicate in self.values:
                    self.values[predicate][subject.value].append(iri_of(value))

    def concept_classes(self) -> list[str]:
        """Return skos:Concept and the classes below it."""
        below: dict[str, list[str]] = defaultdict(list)
        for narrow, wider in self.values[_SUBCLASS].items():
            for wide in wider:
                below[wide].append(narrow)
        found = [_CONCEPT]
        for cls in found:
            found.extend(narrow for narrow in below[cls] if narrow not in found)
        return found
