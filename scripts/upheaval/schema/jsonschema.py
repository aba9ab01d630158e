"""JSON Schemas derived from the contract, with which editors complete keys and codes and mark mistakes."""

from typing import Any

from upheaval.rdf.datatypes import DATES
from upheaval.rdf.edtf import EDTF, PATTERN
from upheaval.rdf.xsd import XSD
from upheaval.schema.contract import Contract, Form, Key, Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
JsonSchema = dict[str, Any]


def schemas(contract: Contract, base: str) -> dict[str, JsonSchema]:
    """Derive a schema for each kind of record.

    Args:
        contract: the kinds and their keys.
        base: the namespace of the schemas' IRIs.

    Returns:
        Schemas (draft 2020-12) by the folder of the kind.

    """
    parts = {kind.name: _object(kind, contract) for kind in contract.kinds.values() if _is_part(kind, contract)}
    return {
        folder: {
            "$schema": DIALECT,
            "$id": f"{base}schema/{folder}.json",
            "title": kind.label,
            **_object(kind, contract),
            "$defs": parts,
        }
        for folder, kind in sorted(contract.folders.items())
    }


def _is_part(kind: Kind, contract: Contract) -> bool:
    return any(
        kind.iri in key.classes
        for other in contract.kinds.values()
        for key in other.keys.values()
        if key.form is Form.NODE
    )


def _object(kind: Kind, contract: Contract) -> JsonSchema:
    required = [key.name for key in kind.keys.values() if key.minimum and not key.default]
    return {
        "type": "object",
        "description": kind.comment,
        "properties": {key.name: _property(key, contract) for key in kind.keys.values()},
        "required": required,
        "additionalProperties": False,
    }


def _property(key: Key, contract: Contract) -> JsonSchema:
    described = {"title": key.label, "description": key.description}
    if key.form is Form.LANGUAGE:
        text: JsonSchema = {"type": "string", "minLength": 1}
        if not key.per_language:
            text = {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}
        return {
            **described,
            "type": "object",
            "propertyNames": {"pattern": "^([a-z]{2,3}|x)(-[A-Za-z0-9]{1,8})*$"},
            "additionalProperties": text,
            "minProperties": 1,
        }
    value = _value(key, contract)
    if key.maximum == 1:
        return {**described, **value}
    several = {"type": "array", "items": value, "minItems": max(key.minimum, 1), "uniqueItems": True}
    return {**described, **several} if key.minimum > 1 else {**described, "anyOf": [value, several]}


def _value(key: Key, contract: Contract) -> JsonSchema:
    if key.form is Form.NODE:
        return {"$ref": f"#/$defs/{contract.kinds[key.classes[0]].name}"}
    if key.form is Form.CODE:
        return {"enum": list(contract.codes[key.classes[0]])}
    if key.form is Form.RECORD:
        return {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
    if key.form is Form.IRI:
        return {"type": "string", "format": "iri", "pattern": "^https?://"}
    names = set(key.datatypes)
    if XSD + "date" in names <= DATES:
        exact = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        partial = PATTERN if EDTF in names else "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
        return {"type": ["string", "number"], "pattern": partial if len(names) > 1 else exact}
    if names == {XSD + "decimal"}:
        return {"type": ["string", "number"], "pattern": r"^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$"}
    return {"type": ["string", "number"], **({"pattern": key.pattern} if key.pattern else {})}
