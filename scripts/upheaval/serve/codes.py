"""Find records by what identifies them: codes, IRIs and the identifiers of other datasets, which are equal or not."""

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from upheaval.rdf.iris import OWL, SKOS
from upheaval.rdf.xsd import XSD
from upheaval.serve.describing import about

_CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,19}")
_LIKE_A_CODE = re.compile(r"[A-Z]{2,3}|[A-Z]*[0-9]+|(?:wd:)?Q[0-9]+")
_SAME = (ox.NamedNode(SKOS.exactMatch), ox.NamedNode(OWL.sameAs))


class CodeIndex:
    """An index of codes.

    Attributes:
        properties: the IRIs of the properties that have codes: their every value is a text without a language, in
            capitals and digits.

    """

    def __init__(self, store: ox.Store, namespace: str, triples: Iterable[ox.Triple]) -> None:
        self._namespace = namespace
        self._records: dict[str, set[str]] = {}
        values: dict[str, list[tuple[str, str]]] = {}
        names: set[str] = set()
        for subject, predicate, value in triples:
            assert isinstance(subject, ox.NamedNode), subject
            name = subject.value.removeprefix(namespace)
            names.add(name)
            if isinstance(value, ox.Literal):
                plain = value.datatype.value == XSD + "string"
                values.setdefault(predicate.value, []).append((value.value if plain else "", name))
        self.properties: set[str] = set()
        for iri, found in values.items():
            if all(_CODE.fullmatch(value) for value, _ in found):
                self.properties.add(iri)
                for value, name in found:
                    self._records.setdefault(value, set()).add(name)
        for name in names:
            for same in _SAME:
                for triple in about(store, ox.NamedNode(namespace + name), same):
                    if isinstance(triple.object, ox.NamedNode):
                        self._add_other(triple.object.value, name)

    def _add_other(self, iri: str, name: str) -> None:
        self._records.setdefault(iri, set()).add(name)
        if "wikidata.org/entity/" in iri:
            self._records.setdefault(iri.rpartition("/")[2], set()).add(name)

    def find(self, text: str, successors: Mapping[str, list[str]]) -> list[str] | None:
        """Return the names of the records with a code or an IRI; None if the text is neither, but a name.

        Args:
            text: a code, an IRI, or something else.
            successors: names of records by former name.

        """
        text = text.strip()
        if re.match(r"https?://", text):
            name = text.removeprefix(self._namespace)
            own = text.startswith(self._namespace) and "#" not in name
            other = re.sub(r"^https?://(www\.)?wikidata\.org/(entity|wiki)/", "http://www.wikidata.org/entity/", text)
            return successors.get(name, [name]) if own else sorted(self._records.get(other, ()))
        found = self._records.get(text.removeprefix("wd:"))
        if found or _LIKE_A_CODE.fullmatch(text):
            return sorted(found or ())
        return None
