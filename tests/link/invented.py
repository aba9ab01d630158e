"""Invented items, written as Wikidata writes its own: N-Triples of the dump, truthy N-Triples, and Wikibase JSON."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from upheaval.link.wikidataitems import (
    ItemCoordinates,
    ItemStatement,
    ItemText,
    ItemTime,
    ItemValue,
    Snaks,
    WikidataItem,
)

WD = "http://www.wikidata.org/"
WIKIBASE = "http://wikiba.se/ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
MARK = "invented for tests"
ITEM_PROPERTIES = frozenset(
    {
        "P6",
        "P17",
        "P27",
        "P31",
        "P35",
        "P47",
        "P137",
        "P248",
        "P276",
        "P279",
        "P463",
        "P495",
        "P710",
        "P749",
        "P1416",
        "P1891",
    }
)


def item(number: str, label: str, *classes: str, **statements: Any) -> WikidataItem:
    """Return an invented item: its classes, and further values by property; a value may be a statement of its own."""
    made = WikidataItem(number, {"en": label}, {}, {"en": MARK})
    if classes:
        made.statements["P31"] = [ItemStatement(one) for one in classes]
    for name, values in statements.items():
        group = values if isinstance(values, list) else [values]
        made.statements[name] = [one if isinstance(one, ItemStatement) else ItemStatement(one) for one in group]
    return made


def full(items: Iterable[WikidataItem]) -> str:
    """Return the items as the dump has them: statements, qualifiers, references and value nodes."""
    return "".join(_lines(items, whole=True))


def truthy(items: Iterable[WikidataItem]) -> str:
    """Return the items as the truthy dump has them."""
    return "".join(_lines(items, whole=False))


def dump(items: Iterable[WikidataItem]) -> str:
    """Return the items as a JSON dump, an entity a line."""
    return "[\n" + ",\n".join(json.dumps(entity(one), ensure_ascii=False) for one in items) + "\n]\n"


def entity(one: WikidataItem) -> dict[str, Any]:
    """Return an item as Wikibase JSON."""
    return {
        "type": "item",
        "id": one.number,
        "labels": {tag: {"language": tag, "value": text} for tag, text in one.labels.items()},
        "descriptions": {tag: {"language": tag, "value": text} for tag, text in one.descriptions.items()},
        "aliases": {tag: [{"language": tag, "value": text} for text in all_] for tag, all_ in one.aliases.items()},
        "claims": {
            name: [
                {
                    "mainsnak": _snak(name, statement.value),
                    "type": "statement",
                    "rank": statement.rank,
                    "qualifiers": _json_snaks(statement.qualifiers),
                    "references": [{"snaks": _json_snaks(snaks)} for snaks in statement.references],
                }
                for statement in statements
            ]
            for name, statements in one.statements.items()
        },
    }


def _json_snaks(snaks: Snaks) -> dict[str, Any]:
    return {name: [_snak(name, value) for value in values] for name, values in snaks.items()}


def _snak(name: str, value: ItemValue) -> dict[str, Any]:
    match value:
        case ItemTime(text, precision):
            data: dict[str, Any] = {"type": "time", "value": {"time": f"+{text}T00:00:00Z", "precision": precision}}
        case ItemText(text, language):
            data = {"type": "monolingualtext", "value": {"text": text, "language": language}}
        case ItemCoordinates(latitude, longitude):
            globe = f"{WD}entity/Q2"
            data = {"type": "globecoordinate", "value": {"latitude": latitude, "longitude": longitude, "globe": globe}}
        case _ if name in ITEM_PROPERTIES:
            data = {"type": "wikibase-entityid", "value": {"entity-type": "item", "id": value}}
        case _:
            data = {"type": "string", "value": value}
    return {"snaktype": "value", "property": name, "datavalue": data}


def _lines(items: Iterable[WikidataItem], whole: bool) -> Iterator[str]:
    for one in items:
        subject = f"<{WD}entity/{one.number}>"
        for tag, text in one.labels.items():
            yield f"{subject} <http://www.w3.org/2000/01/rdf-schema#label> {ox.Literal(text, language=tag)} .\n"
        for tag, texts in one.aliases.items():
            for text in texts:
                yield f"{subject} <http://www.w3.org/2004/02/skos/core#altLabel> {ox.Literal(text, language=tag)} .\n"
        for tag, text in one.descriptions.items():
            yield f"{subject} <http://schema.org/description> {ox.Literal(text, language=tag)} .\n"
        if one.redirect:
            yield f"{subject} <http://www.w3.org/2002/07/owl#sameAs> <{WD}entity/{one.redirect}> .\n"
        for name, statements in one.statements.items():
            for statement in one.best(name):
                yield f"{subject} <{WD}prop/direct/{name}> {_term(name, statement.value)} .\n"
            for at, statement in enumerate(statements if whole else ()):
                node = f"<{WD}entity/statement/{one.number}-{name}-{at}>"
                yield f"{subject} <{WD}prop/{name}> {node} .\n"
                yield f"{node} <{WIKIBASE}rank> <{WIKIBASE}{statement.rank.capitalize()}Rank> .\n"
                yield from _snak_lines(node, "statement", {name: (statement.value,)})
                yield from _snak_lines(node, "qualifier", statement.qualifiers)
                for snaks in statement.references:
                    reference = f"<{WD}reference/{_hash(repr(snaks))}>"
                    yield f"{node} <http://www.w3.org/ns/prov#wasDerivedFrom> {reference} .\n"
                    yield from _snak_lines(reference, "reference", snaks)


def _snak_lines(node: str, part: str, snaks: Snaks) -> Iterator[str]:
    for name, values in snaks.items():
        for value in values:
            yield f"{node} <{WD}prop/{part}/{name}> {_term(name, value)} .\n"
            inner = f"<{WD}value/{_hash(repr(value))}>"
            if isinstance(value, ItemTime):
                yield f"{node} <{WD}prop/{part}/value/{name}> {inner} .\n"
                yield f'{inner} <{WIKIBASE}timeValue> "{value.text}T00:00:00Z"^^<{XSD}dateTime> .\n'
                yield f'{inner} <{WIKIBASE}timePrecision> "{value.precision}"^^<{XSD}integer> .\n'
            elif isinstance(value, ItemCoordinates):
                yield f"{node} <{WD}prop/{part}/value/{name}> {inner} .\n"
                yield f'{inner} <{WIKIBASE}geoLatitude> "{value.latitude}"^^<{XSD}double> .\n'
                yield f'{inner} <{WIKIBASE}geoLongitude> "{value.longitude}"^^<{XSD}double> .\n'


def _hash(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _term(name: str, value: ItemValue) -> str:
    match value:
        case ItemTime(text, _):
            return f'"{text}T00:00:00Z"^^<{XSD}dateTime>'
        case ItemText(text, language):
            return str(ox.Literal(text, language=language))
        case ItemCoordinates(latitude, longitude):
            return f'"Point({longitude} {latitude})"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
        case _ if name in ITEM_PROPERTIES:
            return f"<{WD}entity/{value}>"
        case _:
            return str(ox.Literal(str(value)))
