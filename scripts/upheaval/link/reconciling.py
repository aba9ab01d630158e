"""Ask a reconciliation service for candidates: Reconciliation Service API 0.1 or 0.2, such as Wikidata's."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from upheaval.faults import refuse
from upheaval.link.addresses import ENTITY, NotAnItem, item_id
from upheaval.link.profiles import RecordProfile
from upheaval.link.webservices import WebService
from upheaval.link.wikidataitems import INSTANCE_OF, ItemStatement, WikidataItem

BATCH = 10
"""How many queries are sent at once; services may set a smaller limit in their manifest (0.2 section 3.2)."""

_VERSIONS = frozenset({"0.1", "0.2"})
_RULE = "link/service"


class ReconciliationService:
    """A reconciliation service that answers with Wikidata's items.

    Attributes:
        name: its address.

    """

    def __init__(self, service: WebService, limit: int = 10) -> None:
        """Read the service's manifest.

        Args:
            service: its address.
            limit: how many candidates to ask for a record.

        Raises:
            Refusal: it cannot be reached, is not a reconciliation service, or has identifiers other than Wikidata's.

        """
        self.service = service
        self.name = service.url
        self.limit = limit
        manifest = service.json(None, "application/json")
        if not isinstance(manifest, dict) or "identifierSpace" not in manifest:
            self._refuse("is not a reconciliation service: its manifest lacks `identifierSpace`")
        versions = manifest.get("versions", ["0.1"])
        if not isinstance(versions, list) or _VERSIONS.isdisjoint(versions):
            self._refuse(f"offers versions {versions} of the API, not 0.1 or 0.2")
        space = manifest["identifierSpace"]
        if space not in (ENTITY, ENTITY.replace("http:", "https:")):
            self._refuse(f"has identifiers of {space}, not of Wikidata")
        size = manifest.get("batchSize", BATCH)
        self.batch = min(size, BATCH) if isinstance(size, int) and size > 0 else BATCH

    def candidates(self, records: Iterable[RecordProfile]) -> dict[str, list[WikidataItem]]:
        """Return the candidates for records, by slug; of each item, name, description and types are known.

        Raises:
            Refusal: the service cannot be asked, or answers out of form.

        """
        found: dict[str, list[WikidataItem]] = {}
        queue = list(records)
        for start in range(0, len(queue), self.batch):
            batch = {f"q{at}": one for at, one in enumerate(queue[start : start + self.batch])}
            queries = {name: {"query": one.label, "limit": self.limit} for name, one in batch.items()}
            answer = self.service.json({"queries": json.dumps(queries, ensure_ascii=False)}, "application/json")
            for name, one in batch.items():
                found[one.slug] = self._results(answer, name)
        return found

    def _results(self, answer: object, name: str) -> list[WikidataItem]:
        try:
            results: list[Mapping[str, Any]] = answer[name]["result"]  # type: ignore[index]
            return [item for one in results if (item := _item(one)) is not None]
        except (KeyError, TypeError, AttributeError, ValueError):
            self._refuse(f"does not answer query {name} as the Reconciliation API says")

    def _refuse(self, message: str) -> NoReturn:
        refuse(self.name, message, "name another service, such as https://wikidata.reconci.link/en/api", rule=_RULE)


def _item(result: Mapping[str, Any]) -> WikidataItem | None:
    try:
        number = item_id(str(result["id"]))
    except NotAnItem:
        return None
    item = WikidataItem(number, {"en": str(result["name"])})
    if result.get("description"):
        item.descriptions["en"] = str(result["description"])
    types = [one["id"] if isinstance(one, dict) else one for one in result.get("type") or ()]
    if types:
        item.statements[INSTANCE_OF] = [ItemStatement(str(one)) for one in types]
    return item
