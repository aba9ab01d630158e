"""Where vocabularies and their terms stand below a publication's address, on its server and its site."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, count
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import OWL, RDF, RDFS, SKOS, STATECRAFT
from upheaval.sources.reserved import RESERVED

_DOCUMENTS = {str(cls) for cls in (OWL.Ontology, SKOS.ConceptScheme)}
_TERMS = {str(cls) for cls in (OWL.Class, RDFS.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)}
_STATECRAFT = str(STATECRAFT).rstrip("#")
_UNSAFE = re.compile(r'[\x00-\x20%:*?"<>|\\]|(?<![^/])\.{1,2}(?![^/])')
"""What cannot stand in the name of a folder everywhere, and the segments `.` and `..`."""


@dataclass(frozen=True, slots=True)
class DescribedTerms:
    """What a vocabulary describes.

    Attributes:
        documents: the IRIs of its ontologies and schemes, and the namespaces of terms that are in none.
        terms: the IRIs of its classes, properties and codes.
        former: the IRIs of terms that are deprecated and no longer described.

    """

    documents: frozenset[str]
    terms: frozenset[str]
    former: frozenset[str] = frozenset()


def described_terms(triples: Iterable[ox.Triple], former: Iterable[str] = ()) -> DescribedTerms:
    """Find what a vocabulary describes, and not only declares as somebody else's.

    Args:
        triples: the ontology, completed.
        former: IRIs that are no longer in use besides those that the ontology deprecates, of terms or other things.

    Returns:
        The documents, and the terms: codes, and the classes and properties that have a label or are defined by an
        ontology among the documents.

    """
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode):
            found[triple.predicate.value][iri_of(triple.object)].add(triple.subject.value)
    types, narrower = found[str(RDF.type)], found[str(RDFS.subClassOf)]
    documents = set().union(*(types[cls] for cls in _DOCUMENTS))
    concepts = [str(SKOS.Concept)]
    for cls in concepts:
        concepts.extend(sorted(narrower[cls] - set(concepts)))
    codes = set().union(*found[str(SKOS.inScheme)].values(), *(types[cls] for cls in concepts))
    labelled = set().union(*found[str(RDFS.label)].values(), *(found[str(RDFS.isDefinedBy)][one] for one in documents))
    terms = (codes | (labelled & set().union(*(types[cls] for cls in _TERMS)))) - documents
    documents = {document_of(iri) for iri in documents}
    documents |= {namespace_of(term) for term in terms if owner_of(term, documents) is None}
    deprecated = {*former, *found[str(OWL.deprecated)]["true"]} - terms - documents
    return DescribedTerms(
        frozenset(documents), frozenset(terms), frozenset(iri for iri in deprecated if owner_of(iri, documents))
    )


def document_of(iri: str) -> str:
    """Return the IRI under which an ontology is retrieved: its own, without an empty fragment."""
    return iri.removesuffix("#")


def namespace_of(term: str) -> str:
    """Return the document that a term would be in: its IRI up to the hash, or else with the last slash or colon."""
    whole, hash_, _ = term.partition("#")
    return whole if hash_ else term[: max(term.rfind("/"), term.rfind(":")) + 1]


def owner_of(term: str, documents: Iterable[str]) -> str | None:
    """Return the document that a term is in: its IRI goes on after that one's with a hash, slash or colon."""
    found = [one for one in documents if term.startswith(one) and (one[-1:] in "/:" or term[len(one) :][:1] in "#/:")]
    return max(found, key=len, default=None)


class TermPaths:
    """The paths of vocabularies and terms, without a slash at the end.

    A vocabulary in the namespace of the records has the rest of its IRI as its path, any other the path of its own
    address: https://w3id.org/statecraft/cooperation stands at `statecraft/cooperation`. If that is the path of
    something else, its host comes first. A term with a slash has a path of its own, below that of its vocabulary.
    """

    def __init__(
        self, namespace: str, vocabulary: DescribedTerms, taken: Callable[[str], bool] = lambda _path: False
    ) -> None:
        """Give each vocabulary a path.

        Args:
            namespace: that of the records.
            vocabulary: what is described.
            taken: tells whether a path is that of a record or a file.

        """
        self._taken = taken
        self._described = vocabulary.terms | vocabulary.documents | vocabulary.former
        self.former = vocabulary.former
        """The terms that are deprecated and no longer described; they have paths like others."""
        self._addresses = {urlsplit(term).path.strip("/") for term in vocabulary.terms if "#" not in term}
        self._pages: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        for document in sorted(vocabulary.documents, key=lambda iri: (not iri.startswith(_STATECRAFT), iri)):
            self._paths[document] = self._path(document, namespace)
        self.documents = {unquote(path): document for document, path in self._paths.items() if path}
        """The vocabularies by their path, decoded."""
        self._owned: dict[str, list[str]] = {}
        self.terms: dict[str, str] = {}
        """The terms that have a path of their own, by that path, decoded."""
        for term in sorted(vocabulary.terms):
            owner = owner_of(term, self._paths)
            if owner is not None:
                self._owned.setdefault(owner, []).append(term)
                if "#" not in term:
                    self.terms[unquote(self._within(term, owner))] = term
        inside = [*self._paths.values(), *self.terms]
        self._apart = {iri for iri, path in self._paths.items() if any(one.startswith(f"{path}/") for one in inside)}

    def _path(self, document: str, namespace: str) -> str:
        if document == namespace:
            return ""
        parts = urlsplit(document)
        if document.startswith(namespace):
            path = document.removeprefix(namespace)
        else:
            path = parts.path if parts.netloc else document.replace(":", "/")
        path = re.sub("/+", "/", path).strip("/")
        if path and self._free(path, document):
            return path
        path = "/".join(filter(None, (parts.netloc or "urn", path)))
        others = (f"{path}/{number}" for number in count(2))
        return next(one for one in chain((path,), others) if one not in self._paths.values())

    def _free(self, path: str, document: str) -> bool:
        if document.startswith(_STATECRAFT):
            return True
        first = path.partition("/")[0]
        reserved = first in RESERVED and first != "vocabulary"
        taken = path in self._paths.values() or path in self._addresses or self._taken(path)
        return not reserved and not taken

    def _within(self, iri: str, owner: str) -> str:
        rest = iri.removeprefix(owner)
        return self._paths[owner] + rest if rest[:1] == "#" else self._joined(owner, rest.replace(":", "/"))

    def _joined(self, owner: str, rest: str) -> str:
        return "/".join(filter(None, (self._paths[owner], rest.strip("/"))))

    def owner(self, term: str) -> str:
        """Return the vocabulary that a term is in, or an empty string."""
        return owner_of(term, self._paths) or ""

    def owned(self, document: str) -> list[str]:
        """Return the terms of a vocabulary, in order."""
        return self._owned.get(document, [])

    def of(self, iri: str) -> str | None:
        """Return the path of a vocabulary or term, with a term's fragment; None if nothing is served there."""
        iri = document_of(iri)
        if iri in self._paths:
            return self._paths[iri] or None
        owner = owner_of(iri, self._paths)
        if owner is None or ("#" not in iri and iri not in self._described):
            return None
        return self._within(iri, owner)

    def page(self, iri: str) -> str:
        """Return the path of the page about a vocabulary or term, with a slash at the end, or an empty string.

        A term with a hash has a folder in that of its vocabulary, or in `terms` there if the vocabulary's holds others:
        `statecraft/terms/bearing/` is the property, `statecraft/bearing/` the scheme of codes.
        """
        if iri not in self._pages:
            self._pages[iri] = self._page(document_of(iri))
        return self._pages[iri]

    def _page(self, iri: str) -> str:
        path = self.of(iri)
        if path is None or iri not in self._described:
            return ""
        whole, hash_, fragment = path.partition("#")
        if hash_:
            apart = "terms" if iri.partition("#")[0] in self._apart else ""
            whole = "/".join(filter(None, (whole, apart, fragment)))
        return _UNSAFE.sub(lambda found: "".join(f"~{ord(sign):x}" for sign in found[0]), whole) + "/"
