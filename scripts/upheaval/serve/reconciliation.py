"""The Reconciliation Service API 0.2, with which OpenRefine matches a table of states or treaties to the records."""

import json
import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NoReturn

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from upheaval import __version__
from upheaval.rdf.xsd import XSD
from upheaval.serve.html import link, render
from upheaval.serve.limits import Limits
from upheaval.serve.nameindex import CERTAIN, Entity, NameEntry, NameIndex
from upheaval.serve.names import Names
from upheaval.serve.problems import Problem
from upheaval.serve.protocol import FORM, read_body, read_fields
from upheaval.serve.snapshot import Snapshot

BATCH = 50
MOST = 100
_LIMIT = {"name": "limit", "label": "Limit", "type": "number", "default": 0, "help_text": "Values per row, 0 for all"}


class Reconciliation:
    """The reconciliation service; identifiers are record slugs and the short names of the JSON-LD context."""

    def __init__(self, served: Snapshot, names: Names, limits: Limits) -> None:
        self.served, self.names, self.limits = served, names, limits

    @cached_property
    def index(self) -> NameIndex:
        """The name index, which takes as long to build as the dataset to load."""
        return NameIndex(self.served)

    def manifest(self) -> dict[str, Any]:
        """Return the service manifest (section 3.1)."""
        base = self.names.base + "reconcile"
        types = [_term(term) for term in self.index.types.values()]
        return {
            "versions": ["0.2"],
            "name": self.served.title,
            "identifierSpace": self.served.iri,
            "schemaSpace": self.served.iri + "context.jsonld",
            "documentation": "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
            "serviceVersion": __version__,
            "defaultTypes": types,
            "view": {"url": self.served.iri + "{{id}}"},
            "preview": {"url": base + "/preview?id={{id}}", "width": 420, "height": 160},
            "suggest": {
                kind: {"service_url": base, "service_path": f"/suggest/{kind}"}
                for kind in ("entity", "type", "property")
            },
            "extend": {
                "propose_properties": {"service_url": base, "service_path": "/properties"},
                "property_settings": [_LIMIT],
            },
        }

    async def respond(self, request: Request) -> Response:
        """Answer with the manifest, with candidates for `queries`, or with values for `extend` (sections 4 and 6)."""
        request.state.noted["route"] = "reconcile"
        fields = read_fields(request.scope["query_string"])
        if request.method == "POST":
            if not request.headers.get("content-type", "").lower().startswith(FORM):
                raise Problem(415, f"send a form ({FORM}) with a `queries` or `extend` field")
            fields += read_fields(await read_body(request, self.limits))
        given = dict(fields)
        if "queries" in given:
            return JSONResponse(self.batch(_object(given["queries"])))
        if "extend" in given:
            return JSONResponse(self.extend(_object(given["extend"])))
        return JSONResponse(self.manifest())

    def batch(self, queries: Mapping[str, Any]) -> dict[str, Any]:
        """Return the candidates of each query of a batch (section 4.2).

        Raises:
            Problem: 400 if the batch is too long or a query is malformed.

        """
        if len(queries) > BATCH:
            raise Problem(400, f"send at most {BATCH} queries at a time")
        return {name: {"result": self._candidates(query)} for name, query in queries.items()}

    def _candidates(self, query: Any) -> list[dict[str, Any]]:
        text, types, limit, properties, strict = _read(query)
        required = types if strict != "should" else []
        if strict == "all" and len(types) > 1:
            found = [pair for pair in self.index.find(text, types, MOST) if self._in_all(pair[0], types)]
        elif text.strip():
            found = self.index.find(text, required, MOST)
        elif not properties:  # a blank cell
            found = []
        else:
            found = [(entity, 100.0) for entity in self.index.of_type(required)]
        scored = [(entity, *self._score(entity, score, types, properties)) for entity, score in found]
        scored = sorted((item for item in scored if item[1] > 0), key=lambda item: (-item[1], item[0].id))
        certain = [item for item in scored if item[1] >= CERTAIN]
        return [
            {
                **self._entity(entity),
                "type": [_term(self.index.types[name]) for name in entity.types if name in self.index.types],
                "score": round(score, 1),
                "match": score >= CERTAIN and len(certain) == 1,
                "features": features,
            }
            for entity, score, features in scored[:limit]
        ]

    def _in_all(self, entity: Entity, types: Iterable[str]) -> bool:
        return all(self.index.by_iri.get(name, name) in entity.all_types for name in types)

    def _score(
        self, entity: Entity, name: float, types: list[str], properties: list[tuple[str, list[str]]]
    ) -> tuple[float, list[dict[str, Any]]]:
        """Combine the name's score with the properties' agreement: 60 % name, or all of it without properties."""
        features: list[dict[str, Any]] = [{"id": "name", "value": round(name, 1)}]
        score = name
        if properties:
            agreed = [self.index.agreement(entity, pid, wanted) for pid, wanted in properties]
            features += [
                {"id": pid, "value": round(a * 100, 1)} for (pid, _), a in zip(properties, agreed, strict=True)
            ]
            score = 0.6 * name + 40 * sum(agreed) / len(agreed)
        if types:
            fits = any(self.index.by_iri.get(wanted, wanted) in entity.all_types for wanted in types)
            features.append({"id": "type", "value": fits})
            score = score if fits else score * 0.7
        return score, features

    def _entity(self, entity: Entity) -> dict[str, Any]:
        entry = {"id": entity.id, "name": entity.name}
        return entry | ({"description": entity.description} if entity.description else {})

    async def suggest(self, request: Request) -> Response:
        """Complete the prefix of an entity, a type or a property (section 5)."""
        request.state.noted["route"] = "reconcile-suggest"
        given = dict(read_fields(request.scope["query_string"]))
        prefix = given.get("prefix", "")[:300]
        cursor = _number(given.get("cursor", ""), 0)
        kind = request.path_params["kind"]
        if kind == "entity":
            found = self.index.find(prefix, (), MOST)
            result = [
                {**self._entity(entity), "notable": [_term(self.index.types[t]) for t in entity.types]}
                for entity, _ in found
            ]
        elif kind in ("type", "property"):
            terms = self.index.types if kind == "type" else self.index.properties
            asked = prefix.casefold()
            fitting = [t for t in terms.values() if asked in t.name.casefold() or asked in t.id.casefold()]
            result = [_described(term) for term in fitting]
        else:
            raise Problem(404, "suggestions exist for entity, type and property")
        return JSONResponse({"result": result[cursor : cursor + 20]})

    async def preview(self, request: Request) -> Response:
        """Return a small page about an entity, for display in a frame (section 4.4)."""
        request.state.noted["route"] = "reconcile-preview"
        entity = self.index.entity(dict(read_fields(request.scope["query_string"])).get("id", ""))
        if entity is None:
            raise Problem(404, "there is no entity with this id")
        types = ", ".join(self.index.types[name].name for name in entity.types)
        href = link(self.served.iri + entity.id, self.names)
        page = render(
            "preview.html", name=entity.name, types=types, description=entity.description, href=href, names=self.names
        )
        policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"
        return Response(page, headers={"Content-Security-Policy": policy}, media_type="text/html; charset=utf-8")

    async def properties(self, request: Request) -> Response:
        """Propose the properties of entities of a type (section 6.1)."""
        request.state.noted["route"] = "reconcile-properties"
        given = dict(read_fields(request.scope["query_string"]))
        limit = _number(given.get("limit", ""), 0) or MOST
        kind = given.get("type", "")
        proposed = self._properties_of(kind)
        return JSONResponse({"properties": proposed[:limit], "limit": limit} | ({"type": kind} if kind else {}))

    def _properties_of(self, kind: str) -> list[dict[str, Any]]:
        entities = self.index.of_type([kind] if kind else [])
        used = [t for t in self.index.properties.values() if any(self.index.values(e, t.id) for e in entities)]
        return [_described(term) for term in used]

    def extend(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of properties of entities (section 6.2).

        Raises:
            Problem: 400 if the query is malformed or too long.

        """
        ids, asked = query.get("ids"), query.get("properties")
        if not _texts(ids) or not isinstance(asked, list) or not all(isinstance(p, dict) and "id" in p for p in asked):
            raise Problem(
                400, "an extension needs a list of strings `ids` and a list of objects with `id`, `properties`"
            )
        assert isinstance(ids, list)
        if len(ids) > 10 * BATCH or len(asked) > BATCH:
            raise Problem(400, f"send at most {10 * BATCH} ids and {BATCH} properties at a time")
        if any(not isinstance(p["id"], str) or not isinstance(p.get("settings") or {}, dict) for p in asked):
            raise Problem(400, "in a property of an extension, `id` must be a string and `settings` an object")
        limits = {p["id"]: _number(str((p.get("settings") or {}).get("limit", "")), 0) for p in asked}
        meta = [self._meta(pid) for pid in limits]
        rows = {name: {pid: self._values(name, pid, limit) for pid, limit in limits.items()} for name in ids}
        return {"meta": meta, "rows": rows}

    def _meta(self, pid: str) -> dict[str, Any]:
        term = self.index.properties.get(self.index.by_iri.get(pid, pid))
        return {"id": pid, "name": term.name if term else pid}

    def _values(self, name: str, pid: str, limit: int) -> list[dict[str, Any]]:
        entity = self.index.entity(name)
        if entity is None:
            return []
        return [self._cell(value) for value in self.index.values(entity, pid)[: limit or None]]

    def _cell(self, value: ox.NamedNode | ox.Literal) -> dict[str, Any]:
        if isinstance(value, ox.NamedNode):
            other = self.index.entities.get(value.value.removeprefix(self.served.iri))
            if other:
                return {"id": other.id, "name": other.name}
            return {"str": self.index.texts(value)[-1] if "#" in value.value else value.value}
        kind = value.datatype.value.removeprefix(XSD)
        if kind == "date" and len(value.value) == 10:
            return {"date": f"{value.value}T00:00:00"}
        if kind == "integer":
            return {"int": int(value.value)}
        if kind in ("decimal", "double", "float"):
            number = float(value.value)
            return {"float": number} if math.isfinite(number) else {"str": value.value}
        return {"str": value.value}


def _term(term: NameEntry) -> dict[str, Any]:
    return {"id": term.id, "name": term.name}


def _described(term: NameEntry) -> dict[str, Any]:
    return _term(term) | ({"description": term.description} if term.description else {})


def _object(text: str) -> dict[str, Any]:
    """Read a JSON object (RFC 8259), which has no NaN, no numbers beyond a double's and no lone surrogates."""
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Problem(400, "the JSON has half of a surrogate pair; send whole characters") from None
    except (ValueError, RecursionError):
        raise Problem(400, "this is not JSON") from None
    if not isinstance(found, dict):
        raise Problem(400, "this must be a JSON object")
    return found


def _no_number(text: str) -> NoReturn:
    raise Problem(400, f"{text} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Problem(400, "a number in the JSON is too large")
    return number


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _read(query: Any) -> tuple[str, list[str], int, list[tuple[str, list[str]]], str]:
    """Read one query of a batch: text, types, limit, properties, and how strictly types apply."""
    if not isinstance(query, dict):
        raise Problem(400, "a query must be an object")
    if "query" not in query and not query.get("properties"):
        raise Problem(400, "a query needs a `query` string or at least one property")
    text, kind, given = query.get("query", ""), query.get("type", []), query.get("properties", [])
    types = [kind] if isinstance(kind, str) and kind else kind or []
    limit, strict = query.get("limit", 25), query.get("type_strict", "any")
    if not isinstance(text, str) or not _texts(types) or not isinstance(given, list):
        raise Problem(400, "in a query, `query` must be a string, `type` a string or a list, and `properties` a list")
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or strict not in ("any", "should", "all"):
        raise Problem(400, "`limit` must be a number, and `type_strict` must be any, should or all")
    properties = []
    for item in given[:BATCH]:
        if not isinstance(item, dict) or not isinstance(item.get("pid"), str) or "v" not in item:
            raise Problem(400, "a property needs a `pid` string and a value `v`")
        values = item["v"] if isinstance(item["v"], list) else [item["v"]]
        texts = [str(v.get("id", v.get("name", ""))) if isinstance(v, dict) else str(v) for v in values[:BATCH]]
        properties.append((item["pid"], texts))
    return text, types, max(1, min(int(limit), MOST)), properties, strict
