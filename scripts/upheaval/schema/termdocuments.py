"""What the document of a vocabulary says: the statements about it and about its terms."""

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from upheaval.rdf.namespaces import RDFS, SKOS
from upheaval.schema.termpaths import TermPaths, document_of

_BELONGS = (ox.NamedNode(str(RDFS.isDefinedBy)), ox.NamedNode(str(SKOS.inScheme)))


class TermDocuments:
    """The statements of an ontology by the document that they belong to."""

    def __init__(self, triples: Iterable[ox.Triple], paths: TermPaths) -> None:
        """Index an ontology.

        Args:
            triples: its statements.
            paths: the paths of its vocabularies, which tell their terms.

        """
        self._paths = paths
        self._about: defaultdict[ox.NamedNode | ox.BlankNode, list[ox.Triple]] = defaultdict(list)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        for triple in dict.fromkeys(triples):
            subject = triple.subject
            assert isinstance(subject, ox.NamedNode | ox.BlankNode), subject
            self._about[subject].append(triple)
            if isinstance(subject, ox.NamedNode):
                self._members[subject.value.partition("#")[0]].add(subject.value)
                if triple.predicate in _BELONGS and isinstance(triple.object, ox.NamedNode):
                    self._members[document_of(triple.object.value)].add(subject.value)

    def subjects(self, document: str) -> list[str]:
        """Return a vocabulary, if anything is said of it, and what belongs to it.

        Args:
            document: its IRI.

        Returns:
            The IRIs in order: those that it defines or is the scheme of, and those that its own IRI begins.

        """
        found = {*self._members[document], *self._paths.owned(document)} - {document, f"{document}#"}
        head = [iri for iri in (document, f"{document}#") if ox.NamedNode(iri) in self._about]
        return [*head, *sorted(found)]

    def triples(self, document: str) -> list[ox.Triple]:
        """Return what the document of a vocabulary says, blank nodes included."""
        waiting: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in self.subjects(document)]
        found: dict[ox.Triple, None] = {}
        for node in waiting:
            for triple in self._about.get(node, ()):
                if isinstance(triple.object, ox.BlankNode) and triple not in found:
                    waiting.append(triple.object)
                found[triple] = None
        return list(found)
