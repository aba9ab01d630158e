"""Find records by name: an index of all labels in all languages, scored by rapidfuzz."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import pyoxigraph as ox
from rapidfuzz import fuzz, process, utils

from upheaval.rdf.namespaces import DCTERMS, RDF, RDFS, SKOS
from upheaval.schema.context import iri_in, is_class
from upheaval.schema.succession import REPLACED
from upheaval.serve.codes import CodeIndex
from upheaval.serve.describing import about, labels
from upheaval.serve.snapshot import Snapshot

LONGEST = 300
CERTAIN = 95.0
_TYPE, _SUB = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(RDFS.subClassOf))
_LABEL = ox.NamedNode(str(RDFS.label))
_NAMES = (_LABEL, ox.NamedNode(str(SKOS.altLabel)))


@dataclass(frozen=True, slots=True)
class Entity:
    """A record: its slug, English name, description, classes, and those classes with their superclasses."""

    id: str
    name: str
    description: str
    types: tuple[str, ...]
    all_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A class or a property: its short name in the JSON-LD context, IRI, label and definition."""

    id: str
    iri: str
    name: str
    description: str


class NameIndex:
    """An index of the names in a build.

    Attributes:
        entities: the records, by slug.
        types, properties: the classes that records have and the properties that they use, by short name.

    """

    def __init__(self, served: Snapshot) -> None:
        self.store = served.store
        self.namespace = served.iri
        short = _short_names(served)
        triples = list(_records(served))
        self.types = self._terms({o.value for _, p, o in triples if p == _TYPE and isinstance(o, ox.NamedNode)}, short)
        self.properties = self._terms({p.value for _, p, _ in triples if p != _TYPE}, short)
        self.by_iri = {term.iri: term.id for term in (*self.types.values(), *self.properties.values())}
        self.by_iri |= {term.name: term.id for term in self.types.values()}
        self.entities = {entity.id: entity for entity in self._entities(triples, short)}
        self._successors = dict(self._former(served.retired))
        self._codes = CodeIndex(self.store, served.iri, triples)
        self._choices: list[str] = []
        self._owners: list[Entity] = []
        former: dict[str, list[str]] = {}
        for old, successors in self._successors.items():
            for successor in successors:
                former.setdefault(successor, []).append(old)
        for entity in self.entities.values():
            subject = ox.NamedNode(served.iri + entity.id)
            names = {name.replace("-", " ") for name in (entity.id, *former.get(entity.id, ()))}
            for predicate in _NAMES:
                names |= {
                    t.object.value for t in about(self.store, subject, predicate) if isinstance(t.object, ox.Literal)
                }
            for name in sorted(names):
                self._choices.append(_comparable(name))
                self._owners.append(entity)

    def find(self, text: str, types: Iterable[str] = (), limit: int = 25) -> list[tuple[Entity, float]]:
        """Return the records with similar names, best first, each with a score from 0 to 100.

        Args:
            text: a name in any language and script, of which only the first LONGEST characters count; or a code or an
                IRI, to which records are equal or not.
            types: short names or IRIs of classes; if any are given, a record must belong to one of them.
            limit: the maximum number of records.

        """
        wanted = {self.by_iri.get(name, name) for name in types}
        asked = _comparable(text[:LONGEST])
        best: dict[str, tuple[Entity, float]] = {}
        if (coded := self._codes.find(text, self._successors)) is not None:
            named = (owner for owner, choice in zip(self._owners, self._choices, strict=True) if choice == asked)
            entities = {one.id: one for one in (*(self.entities.get(name) for name in coded), *named) if one}
            same = sorted(entities.values(), key=lambda one: (one.id not in coded, one.id))
            return [(one, 100.0) for one in same if not wanted or wanted & one.all_types][:limit]
        found = process.extract(asked, self._choices, scorer=fuzz.WRatio, score_cutoff=55, limit=None, processor=None)
        for _, score, place in found:
            entity = self._owners[place]
            if wanted and not wanted & entity.all_types:
                continue
            if entity.id not in best or score > best[entity.id][1]:
                best[entity.id] = (entity, score)
        return sorted(best.values(), key=lambda found: (-found[1], found[0].id))[:limit]

    def entity(self, name: str) -> Entity | None:
        """Return the record of a name, or of the one name that took its place; None if there is none."""
        successors = self._successors.get(name, [])
        return self.entities.get(successors[0] if len(successors) == 1 and name not in self.entities else name)

    def _former(self, retired: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
        """Yield the records that are no longer in use, each with those that took its place."""
        for iri in sorted(retired):
            if iri.startswith(self.namespace) and "#" not in iri:
                found = [triple.object for triple in about(self.store, ox.NamedNode(iri), REPLACED)]
                names = [one.value.removeprefix(self.namespace) for one in found if isinstance(one, ox.NamedNode)]
                yield iri.removeprefix(self.namespace), sorted(name for name in names if name in self.entities)

    def of_type(self, types: Iterable[str]) -> list[Entity]:
        """Return the records in any of the given classes, or all records if none is given."""
        wanted = {self.by_iri.get(name, name) for name in types}
        return [entity for entity in self.entities.values() if not wanted or wanted & entity.all_types]

    def values(self, entity: Entity, pid: str) -> list[ox.NamedNode | ox.Literal]:
        """Return the sorted values of a record's property, given by its short name or IRI."""
        term = self.properties.get(self.by_iri.get(pid, pid))
        if term is None:
            return []
        found = about(self.store, ox.NamedNode(self.namespace + entity.id), ox.NamedNode(term.iri))
        return sorted((t.object for t in found if isinstance(t.object, (ox.NamedNode, ox.Literal))), key=str)

    def texts(self, value: ox.NamedNode | ox.Literal) -> list[str]:
        """Return the names of a value: its text, or its IRI, slug and labels."""
        if isinstance(value, ox.Literal):
            return [value.value]
        named = [t.object.value for t in labels(self.store, [value]) if isinstance(t.object, ox.Literal)]
        return [value.value, value.value.removeprefix(self.namespace), value.value.rpartition("#")[2], *named]

    def agreement(self, entity: Entity, pid: str, wanted: Sequence[str]) -> float:
        """Return how well a record's property matches any of some texts, from 0 to 1."""
        term = self.properties.get(self.by_iri.get(pid, pid))
        if term and term.iri in self._codes.properties:
            return float(not {value.value for value in self.values(entity, pid)}.isdisjoint(map(str.strip, wanted)))
        have = [_comparable(text) for value in self.values(entity, pid) for text in self.texts(value)]
        asked = [_comparable(text[:LONGEST]) for text in wanted]
        return max((fuzz.ratio(one, other) for one in asked for other in have), default=0.0) / 100

    def _entities(self, triples: Sequence[ox.Triple], short: Mapping[str, str]) -> Iterable[Entity]:
        types: dict[str, list[str]] = {}
        for subject, predicate, target in triples:
            if predicate == _TYPE and isinstance(subject, ox.NamedNode) and isinstance(target, ox.NamedNode):
                types.setdefault(subject.value, []).append(target.value)
        above: dict[str, frozenset[str]] = {}
        for iri in sorted(types):
            subject = ox.NamedNode(iri)
            name, description = (
                self._label(subject),
                _text(about(self.store, subject, ox.NamedNode(str(DCTERMS.description)))),
            )
            if not name:
                continue
            own = sorted(types[iri])
            for cls in own:
                if cls not in above:
                    above[cls] = frozenset(short.get(c, c) for c in _superclasses(self.store, cls))
            slugs = tuple(short.get(cls, cls) for cls in own)
            yield Entity(
                iri[len(self.namespace) :], name, description, slugs, frozenset().union(*(above[c] for c in own))
            )

    def _label(self, subject: ox.NamedNode) -> str:
        return _text(labels(self.store, [subject]))

    def _terms(self, iris: Iterable[str], short: Mapping[str, str]) -> dict[str, NameEntry]:
        terms = {}
        for iri in sorted(iris):
            node = ox.NamedNode(iri)
            name = short.get(iri, iri)
            definition = _text(about(self.store, node, ox.NamedNode(str(SKOS.definition))))
            terms[name] = NameEntry(name, iri, self._label(node) or name, definition)
        return terms


def _short_names(served: Snapshot) -> dict[str, str]:
    """Return the short names of classes and properties in the build's JSON-LD context, by IRI."""
    file = served.files.get("context.jsonld")
    context = json.loads(file.path.read_bytes())["@context"] if file else {}
    scoped = [entry["@context"] for entry in context.values() if isinstance(entry, dict) and is_class(entry)]
    found: dict[str, str] = {}
    for name, definition in chain.from_iterable(terms.items() for terms in (context, *scoped)):
        iri = iri_in(definition)
        if ":" in iri and not name.startswith("@"):
            found.setdefault(iri, name)
    return found


def _comparable(name: str) -> str:
    """Return a name in small letters and without accents on Latin ones, so that Türkiye and Turkiye are the same."""
    letters = unicodedata.normalize("NFKD", name)
    bare = "".join(
        char
        for place, char in enumerate(letters)
        if not (unicodedata.combining(char) and letters[place - 1] < "\u0250")
    )
    return utils.default_process(unicodedata.normalize("NFC", bare))


def _records(served: Snapshot) -> Iterable[ox.Triple]:
    graph = ox.NamedNode(f"{served.iri}graph/data")
    for quad in served.store.quads_for_pattern(None, None, None, graph):
        if (
            isinstance(quad.subject, ox.NamedNode)
            and "#" not in quad.subject.value
            and quad.subject.value.startswith(served.iri)
        ):
            yield quad.triple


def _superclasses(store: ox.Store, iri: str) -> list[str]:
    found = [iri]
    for cls in found:
        above = [t.object.value for t in about(store, ox.NamedNode(cls), _SUB) if isinstance(t.object, ox.NamedNode)]
        found.extend(name for name in above if name not in found)
    return found


def _text(triples: Iterable[ox.Triple]) -> str:
    """Return the English text among some triples, or else the first."""
    found = [t.object for t in triples if isinstance(t.object, ox.Literal)]
    english = [text for text in found if (text.language or "").startswith("en")]
    return (english or found)[0].value if found else ""
