"""Read items from Wikibase JSON (the "JSON" page of the Wikibase data model): a line of a dump, or entity data."""

from collections.abc import Iterable, Mapping
from typing import Any

from upheaval.link.wikidataitems import (
    ItemCoordinates,
    ItemStatement,
    ItemText,
    ItemTime,
    ItemValue,
    Snaks,
    WikidataItem,
)

_EARTH = "Q2"


def item_from_json(entity: Mapping[str, Any]) -> WikidataItem:
    """Read an item.

    Args:
        entity: the JSON object of an entity, with `id`.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not such an object.

    """
    item = WikidataItem(str(entity["id"]))
    # An empty map is written as a list by PHP.
    item.labels = {name: text["value"] for name, text in dict(entity.get("labels") or {}).items()}
    item.descriptions = {name: text["value"] for name, text in dict(entity.get("descriptions") or {}).items()}
    aliases = dict(entity.get("aliases") or {})
    item.aliases = {name: [text["value"] for text in texts] for name, texts in aliases.items()}
    for name, claims in dict(entity.get("claims") or {}).items():
        found = [statement for claim in claims if (statement := _statement(claim)) is not None]
        if found:
            item.statements[name] = found
    return item


def _statement(claim: Mapping[str, Any]) -> ItemStatement | None:
    value = _value(claim["mainsnak"])
    if value is None:
        return None
    references = tuple(_snaks(reference.get("snaks") or {}) for reference in claim.get("references") or ())
    return ItemStatement(value, claim.get("rank", "normal"), _snaks(claim.get("qualifiers") or {}), references)


def _snaks(snaks: Mapping[str, Iterable[Mapping[str, Any]]]) -> Snaks:
    found = {
        name: tuple(value for snak in group if (value := _value(snak)) is not None) for name, group in snaks.items()
    }
    return {name: values for name, values in found.items() if values}


def _value(snak: Mapping[str, Any]) -> ItemValue | None:
    """Return the value of a snak; None where it is unknown, missing, or of a type that is not compared."""
    if snak.get("snaktype", "value") != "value":
        return None
    value = snak["datavalue"]["value"]
    match snak["datavalue"]["type"]:
        case "string":
            return str(value)
        case "wikibase-entityid":
            return str(value.get("id") or f"Q{value['numeric-id']}")
        case "time":
            return ItemTime(value["time"].removeprefix("+").partition("T")[0], int(value["precision"]))
        case "monolingualtext":
            return ItemText(value["text"], value["language"])
        case "globecoordinate":
            on_earth = str(value.get("globe", _EARTH)).endswith(f"/{_EARTH}") or "globe" not in value
            return ItemCoordinates(float(value["latitude"]), float(value["longitude"])) if on_earth else None
    return None
