"""Bring a slice of the linked items up to date, and say what has changed on them since."""

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from upheaval.faults import refuse
from upheaval.link.addresses import ENTITY
from upheaval.link.queryservices import QueryService
from upheaval.link.webservices import WebService
from upheaval.link.wikidataitems import SUBCLASS_OF, ItemStatement, WikidataItem

_DIRECT = f"http://www.wikidata.org/prop/direct/{SUBCLASS_OF}"


def slice_from_endpoint(service: QueryService, numbers: Collection[str]) -> str:
    """Return a slice in N-Triples with what an endpoint says of items and of the classes above theirs.

    Raises:
        Refusal: the endpoint cannot be asked, or has none of the items.

    """
    triples = {f"{triple} .\n" for triple in service.triples(numbers)}
    if not triples:
        refuse(service.name, "has none of the linked items", "check the endpoint", rule="link/refresh")
    classes = service.superclasses().pairs()
    triples |= {f"<{ENTITY}{narrow}> <{_DIRECT}> <{ENTITY}{wide}> .\n" for narrow, wide in classes}
    return "".join(sorted(triples))


def slice_from_entity_data(service: WebService, numbers: Collection[str]) -> str:
    """Return a slice in Wikibase JSON with what `Special:EntityData` has of items, one request each.

    Raises:
        Refusal: the service cannot be asked, or answers with something else.

    """
    entities: dict[str, dict[str, Any]] = {}
    for number in sorted(numbers, key=lambda one: int(one[1:])):
        answer = service.json(None, "application/json", f"{number}.json")
        found = answer.get("entities") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            refuse(service.url, f"does not answer with the entity {number}", "check the address", rule="link/refresh")
        entities.update({name: entity for name, entity in found.items() if "missing" not in entity})
    lines = ",\n".join(json.dumps(entity, ensure_ascii=False, sort_keys=True) for entity in entities.values())
    return f"[\n{lines}\n]\n"


def write_slice(path: Path, text: str, source: str, day: str, numbers: Collection[str]) -> None:
    """Write a slice, and beside it a JSON file with its source, day and hash; the old ones stay if that fails.

    Raises:
        Refusal: the files cannot be written.

    """
    content = text.encode()
    about = {
        "source": source,
        "date": day,
        "items": len(numbers),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    note = path.with_name(f"{path.name}.json")
    try:
        for file, written in ((note, f"{json.dumps(about, indent=2)}\n".encode()), (path, content)):
            beside = file.with_name(f".{file.name}.{os.getpid()}")
            try:
                beside.write_bytes(written)
                os.replace(beside, file)
            finally:
                beside.unlink(missing_ok=True)
    except OSError as error:
        refuse(str(path), f"cannot be written: {error.strerror}", "name another file", rule="link/refresh")


def changed_rows(before: Mapping[str, WikidataItem], after: Mapping[str, WikidataItem]) -> list[list[str]]:
    """Return what differs between items: item, label, what, the old and the new values."""
    rows: list[list[str]] = []
    for number in sorted(before.keys() | after.keys(), key=lambda one: int(one[1:])):
        old, new = before.get(number), after.get(number)
        label = (new or old or WikidataItem(number)).label
        if old is None or new is None:
            rows.append([number, label, "item", "" if old is None else "there", "" if new is None else "there"])
            continue
        facts, others = _facts(old), _facts(new)
        for name in sorted(facts.keys() | others.keys()):
            if (one := facts.get(name, "")) != (other := others.get(name, "")):
                rows.append([number, label, name, one, other])
    return rows


def _facts(item: WikidataItem) -> dict[str, str]:
    found = {f"label ({tag})": text for tag, text in item.labels.items()}
    found |= {f"description ({tag})": text for tag, text in item.descriptions.items()}
    if item.redirect:
        found["merged into"] = item.redirect
    for name, statements in item.statements.items():
        found[name] = "; ".join(sorted(map(_written, statements)))
    return found


def _written(statement: ItemStatement) -> str:
    value = getattr(statement.value, "written", None) or getattr(statement.value, "text", None) or str(statement.value)
    return value if statement.rank == "normal" else f"{value} ({statement.rank})"
