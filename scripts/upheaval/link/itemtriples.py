"""Read items from RDF as Wikidata writes it ("RDF Dump Format"): dump, entity data, query service or truthy."""

import re
from collections.abc import Callable, Iterable
from functools import partial

import pyoxigraph as ox

from upheaval.link.addresses import ENTITY
from upheaval.link.wikidataitems import (
    DAY,
    MONTH,
    YEAR,
    ItemCoordinates,
    ItemStatement,
    ItemText,
    ItemTime,
    ItemValue,
    Snaks,
    WikidataItem,
)

PROPERTIES = "http://www.wikidata.org/prop/"
ONTOLOGY = ("http://wikiba.se/ontology#", "http://wikiba.se/ontology-beta#")
"""The namespaces of ranks and precisions; files before 2018 have the second."""

_LABELS = ("http://www.w3.org/2000/01/rdf-schema#label",)
_ALIASES = "http://www.w3.org/2004/02/skos/core#altLabel"
_DESCRIPTION = "http://schema.org/description"
_SAME = "http://www.w3.org/2002/07/owl#sameAs"
_DERIVED = "http://www.w3.org/ns/prov#wasDerivedFrom"
_TIME = re.compile(r"[+]?(-?\d{4,})-(\d\d)-(\d\d)T")
_POINT = re.compile(r"Point\(\s*(\S+)\s+(\S+?)\s*\)", re.IGNORECASE)
_NUMBER = re.compile(r"Q[1-9]\d*")

_Node = tuple[str, "ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"]


class TripleItems:
    """Triples about items, and the items that they describe."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        """Keep the triples by subject."""
        self._nodes: dict[str, list[_Node]] = {}
        for triple in triples:
            subject = getattr(triple.subject, "value", "")
            self._nodes.setdefault(subject, []).append((triple.predicate.value, triple.object))

    def items(self) -> dict[str, WikidataItem]:
        """Return the items that are subjects, by number."""
        numbers = (subject.removeprefix(ENTITY) for subject in self._nodes if subject.startswith(ENTITY))
        return {number: self._item(number) for number in numbers if _NUMBER.fullmatch(number)}

    def _item(self, number: str) -> WikidataItem:
        item = WikidataItem(number)
        truthy: dict[str, list[ItemStatement]] = {}
        for predicate, term in self._nodes[ENTITY + number]:
            if isinstance(term, ox.Literal) and term.language:
                if predicate in _LABELS:
                    item.labels[term.language] = term.value
                elif predicate == _ALIASES:
                    item.aliases.setdefault(term.language, []).append(term.value)
                elif predicate == _DESCRIPTION:
                    item.descriptions[term.language] = term.value
            if predicate == _SAME:
                item.redirect = getattr(term, "value", "").removeprefix(ENTITY)
            elif predicate.startswith(f"{PROPERTIES}direct/"):
                if (value := _plain(term)) is not None:
                    name = predicate.removeprefix(f"{PROPERTIES}direct/")
                    truthy.setdefault(name, []).append(ItemStatement(value))
            elif predicate.startswith(PROPERTIES) and "/" not in (name := predicate.removeprefix(PROPERTIES)):
                statement = self._statement(name, getattr(term, "value", ""))
                if statement is not None:
                    item.statements.setdefault(name, []).append(statement)
        for name, statements in truthy.items():
            item.statements.setdefault(name, statements)
        return item

    def _statement(self, name: str, node: str) -> ItemStatement | None:
        facts = self._nodes.get(node, [])
        values = self._snaks(facts, "statement").get(name)
        if not values:
            return None
        ranks = [getattr(term, "value", "") for predicate, term in facts if predicate in _within(ONTOLOGY, "rank")]
        rank = next((one.rpartition("#")[2].removesuffix("Rank").lower() for one in ranks), "normal")
        references = tuple(
            snaks
            for predicate, term in facts
            if predicate == _DERIVED
            if (snaks := self._snaks(self._nodes.get(getattr(term, "value", ""), []), "reference"))
        )
        return ItemStatement(values[0], rank, self._snaks(facts, "qualifier"), references)

    def _snaks(self, facts: list[_Node], part: str) -> Snaks:
        """Return what a node says by the properties of a part of a statement; value nodes know the precision."""
        start, full = f"{PROPERTIES}{part}/", f"{PROPERTIES}{part}/value/"
        found: dict[str, list[ItemValue]] = {}
        detailed: dict[str, list[ItemValue]] = {}
        for predicate, term in facts:
            if predicate.startswith(full):
                value = self._value(getattr(term, "value", ""))
                if value is not None:
                    detailed.setdefault(predicate.removeprefix(full), []).append(value)
            elif predicate.startswith(start) and "/" not in (name := predicate.removeprefix(start)):
                plain = _plain(term)
                if plain is not None:
                    found.setdefault(name, []).append(plain)
        return {name: tuple(detailed.get(name, values)) for name, values in found.items()}

    def _value(self, node: str) -> ItemValue | None:
        facts = {
            predicate.rpartition("#")[2]: getattr(term, "value", "") for predicate, term in self._nodes.get(node, [])
        }
        if "timeValue" in facts:
            return _time(facts["timeValue"], int(facts.get("timePrecision") or DAY))
        if "geoLatitude" in facts and "geoLongitude" in facts:
            return ItemCoordinates(float(facts["geoLatitude"]), float(facts["geoLongitude"]))
        return None


def _within(namespaces: Iterable[str], name: str) -> list[str]:
    return [namespace + name for namespace in namespaces]


def _plain(term: object) -> ItemValue | None:
    """Return a value without a value node; None for an unknown or missing one."""
    if isinstance(term, ox.NamedNode):
        return term.value.removeprefix(ENTITY)
    if not isinstance(term, ox.Literal):
        return None
    if term.language:
        return ItemText(term.value, term.language)
    read = _READERS.get(term.datatype.value)
    return read(term.value) if read else term.value


def _time(text: str, precision: int | None = None) -> ItemTime | None:
    """Read a time; without a value node, 1 January stands for a year and the first day of a month for the month."""
    found = _TIME.match(text)
    if not found:
        return None
    year, month, day = found.groups()
    if precision is None:
        first = day in ("00", "01")
        precision = YEAR if first and month in ("00", "01") else MONTH if first else DAY
    return ItemTime(f"{year}-{month}-{day}", precision)


def _point(text: str) -> ItemCoordinates | None:
    """Read a WKT point (GeoSPARQL 1.0 section 8.5.1): longitude first; of another globe, it has the globe's IRI."""
    found = _POINT.match(text.strip())
    return ItemCoordinates(float(found[2]), float(found[1])) if found else None


_READERS: dict[str, Callable[[str], ItemValue | None]] = {
    "http://www.w3.org/2001/XMLSchema#dateTime": partial(_time, precision=None),
    "http://www.opengis.net/ont/geosparql#wktLiteral": _point,
}
