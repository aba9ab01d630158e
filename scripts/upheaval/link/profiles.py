"""What the records of a publication say that a Wikidata item can be compared with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.link.addresses import ENTITY
from upheaval.link.mappings import MappedProperty, mapped_properties
from upheaval.populate.assembly import Assembly
from upheaval.rdf.sparql import select
from upheaval.schema.contract import Kind

_NAMES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?record ?name ?alias WHERE {
  { ?record rdfs:label ?name } UNION { ?record skos:altLabel ?name . BIND (true AS ?alias) }
}
"""
_LINKS = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?link ?record ?target ?relation WHERE {
  ?link a statecraft:Link ; statecraft:subject ?record ; statecraft:linkTarget ?target .
  ?link statecraft:linkRelation ?relation
}
"""
_MATCHES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?term ?class WHERE {
  VALUES ?match { skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch skos:relatedMatch }
  ?term ?match ?class . FILTER (STRSTARTS(STR(?class), "http://www.wikidata.org/entity/Q"))
}
"""
_CODES = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?record ?code WHERE {
  VALUES ?key { statecraft:itemKind statecraft:organizationKind statecraft:placeKind }
  ?record ?key ?code
}
"""


@dataclass(frozen=True, slots=True)
class OurValue:
    """A value that a record has for a property of Wikidata.

    Attributes:
        value: a code, a date as it was written, or the IRI of a record.
        node: the IRI of the node that states it.
        qualifiers: further values by property.

    """

    value: str
    node: str
    qualifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedTarget:
    """A link of a record: the link record's slug, the other resource, and the relation's code such as `exact-match`."""

    slug: str
    target: str
    relation: str


@dataclass(slots=True)
class RecordProfile:
    """What is compared of a record.

    Attributes:
        slug: its file name without `.yaml`.
        iri: its IRI.
        kind: its class.
        labels, aliases: its names by language.
        values: its values by entry of the mapping.
        classes: the Wikidata classes that its kind and its codes are aligned with.
        links: the links that it has.

    """

    slug: str
    iri: str
    kind: Kind
    labels: dict[str, str] = field(default_factory=dict)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    values: dict[MappedProperty, list[OurValue]] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    links: list[LinkedTarget] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The label in English, or else in any language."""
        return self.labels.get("en") or min(self.labels.values(), default=self.slug)

    @property
    def names(self) -> list[str]:
        """All labels and alternative labels."""
        return [*self.labels.values(), *(name for _, name in self.aliases)]


@dataclass(frozen=True, slots=True)
class Profiles:
    """All records.

    Attributes:
        records: the profiles by slug.
        items: the item of each record that has an exact link, by the record's IRI.
        classes: every Wikidata class that a kind of record is aligned with.

    """

    records: Mapping[str, RecordProfile]
    items: Mapping[str, str]
    classes: frozenset[str]


def read_profiles(assembly: Assembly) -> Profiles:
    """Return what can be compared of the records of a publication, links and sources left out."""
    base, store = assembly.publication.iri, assembly.store
    skipped = {"Link", "Source"}
    records = {
        record.slug: RecordProfile(record.slug, base + record.slug, record.kind)
        for record in assembly.records
        if record.kind.name not in skipped
    }
    by_iri = {profile.iri: profile for profile in records.values()}
    for solution in select(store, _NAMES):
        profile, name = by_iri.get(solution["record"].value), solution["name"]
        if profile is not None and solution["alias"] is None:
            profile.labels[name.language or ""] = name.value
        elif profile is not None:
            profile.aliases.append((name.language or "", name.value))
    for entry in mapped_properties():
        for row in select(store, entry.query):
            if (profile := by_iri.get(row["record"].value)) is not None:
                qualifiers = tuple((name, row[name].value) for name in entry.qualifiers if row[name] is not None)
                value = OurValue(row["value"].value, row["node"].value, qualifiers)
                profile.values.setdefault(entry, []).append(value)
    items = _read_links(assembly, by_iri)
    _read_classes(assembly, records.values())
    classes = frozenset(one for group in aligned_classes(assembly).values() for one in group)
    return Profiles(records, items, classes)


def aligned_classes(assembly: Assembly) -> dict[str, frozenset[str]]:
    """Return the Wikidata classes that each kind of record is aligned with, wider kinds included, by folder."""
    matched = _matches(assembly.store)
    return {
        folder: frozenset(
            one for iri in assembly.contract.wider.get(kind.iri, {kind.iri}) for one in matched.get(iri, ())
        )
        for folder, kind in assembly.contract.folders.items()
    }


def linked_items(assembly: Assembly) -> set[str]:
    """Return the numbers of all items that records are linked to, however closely they match."""
    targets = [row["target"].value for row in select(assembly.store, _LINKS)]
    return {target.removeprefix(ENTITY) for target in targets if target.startswith(f"{ENTITY}Q")}


def _read_links(assembly: Assembly, by_iri: Mapping[str, RecordProfile]) -> dict[str, str]:
    items: dict[str, str] = {}
    base = assembly.publication.iri
    for row in select(assembly.store, _LINKS):
        record, target = row["record"].value, row["target"].value
        relation = row["relation"].value.rpartition("#")[2]
        if record in by_iri:
            by_iri[record].links.append(LinkedTarget(row["link"].value.removeprefix(base), target, relation))
        if relation == "exact-match" and target.startswith(f"{ENTITY}Q"):
            items[record] = target.removeprefix(ENTITY)
    return items


def _matches(store: ox.Store) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in select(store, _MATCHES):
        found.setdefault(row["term"].value, set()).add(row["class"].value.removeprefix(ENTITY))
    return found


def _read_classes(assembly: Assembly, records: Iterable[RecordProfile]) -> None:
    """Give each record the classes that its own class, wider classes and codes are aligned with."""
    matched = _matches(assembly.store)
    codes: dict[str, set[str]] = {}
    for row in select(assembly.store, _CODES):
        codes.setdefault(row["record"].value, set()).add(row["code"].value)
    for profile in records:
        terms = set(assembly.contract.wider.get(profile.kind.iri, {profile.kind.iri})) | codes.get(profile.iri, set())
        profile.classes = frozenset(one for term in terms for one in matched.get(term, ()))
