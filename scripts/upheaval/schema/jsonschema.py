"""JSON Schemas derived from the contract, with which editors complete keys and codes and mark mistakes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upheaval.rdf.datatypes import DATES
from upheaval.rdf.edtf import EDTF, PATTERN
from upheaval.rdf.xsd import XSD
from upheaval.schema.contract import Contract, Form, Key, Kind, local

DIALECT = "https://json-schema.org/draft/2020-12/schema"
JsonSchema = dict[str, Any]
_NAME = "^[a-z0-9]+(-[a-z0-9]+)*$"
_MANY = 12
"""With more codes than this, a message that lists them would be long."""
_MONTH = "(0[1-9]|1[0-2])"
_MONTH_DAY = f"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"


NAMES = "record-names"
"""The name of the schema that lists the records, to which the others refer."""


def schemas(
    contract: Contract,
    base: str,
    definitions: Mapping[str, str] | None = None,
    records: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, JsonSchema]:
    """Derive a schema for each kind of record.

    Args:
        contract: the kinds and their keys.
        base: the namespace of the schemas' IRIs.
        definitions: what codes mean, by IRI, for editors to show.
        records: the names of the records by class; by default, any name is valid.

    Returns:
        Schemas (draft 2020-12) by the folder of the kind, and NAMES if records are given.

    """
    derivation = _Derivation(contract, definitions or {}, records)
    parts = {kind.name: derivation.object(kind) for kind in contract.kinds.values() if _is_part(kind, contract)}
    listed = {} if records is None else {NAMES: derivation.names(f"{base}schema/{NAMES}.json")}
    return listed | {
        folder: {
            "$schema": DIALECT,
            "$id": f"{base}schema/{folder}.json",
            "title": kind.label,
            **derivation.object(kind),
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


@dataclass(frozen=True)
class _Derivation:
    contract: Contract
    definitions: Mapping[str, str]
    records: Mapping[str, Sequence[str]] | None

    def names(self, iri: str) -> JsonSchema:
        """List the records of each class that some key takes."""
        found: dict[str, set[str]] = {}
        keys = [key for kind in self.contract.kinds.values() for key in kind.keys.values() if key.form is Form.RECORD]
        for cls in {cls for key in keys for cls in key.classes}:
            found.setdefault(local(cls), set()).update((self.records or {}).get(cls, ()))
        message = "no such record of this kind when the schemas were last built"
        kinds = {
            name: {"type": "string", "enum": sorted(each), "errorMessage": message} for name, each in found.items()
        }
        anything = {"type": "string", "pattern": _NAME}
        defs = {name: kinds[name] if kinds[name]["enum"] else anything for name in sorted(kinds)}
        return {"$schema": DIALECT, "$id": iri, "title": "names of records", "$defs": defs}

    def object(self, kind: Kind) -> JsonSchema:
        required = [key.name for key in kind.keys.values() if key.minimum and not key.default]
        return {
            "type": "object",
            "description": kind.comment,
            "properties": {key.name: self._property(key) for key in kind.keys.values()},
            "required": required,
            "additionalProperties": False,
        }

    def _property(self, key: Key) -> JsonSchema:
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
        value = self._value(key)
        if key.maximum == 1:
            return {**described, **value}
        several = {"type": "array", "items": value, "minItems": max(key.minimum, 1), "uniqueItems": True}
        return {**described, **several} if key.minimum > 1 else {**described, "anyOf": [value, several]}

    def _value(self, key: Key) -> JsonSchema:
        if key.form is Form.NODE:
            return {"$ref": f"#/$defs/{self.contract.kinds[key.classes[0]].name}"}
        if key.form is Form.CODE:
            codes = self.contract.codes[key.classes[0]]
            meanings = [self.definitions.get(iri, "") for iri in codes.values()]
            # Not in the standard, but what editors show beside a value.
            shown: JsonSchema = {"markdownEnumDescriptions": meanings} if any(meanings) else {}
            if len(codes) > _MANY:
                shown["errorMessage"] = "no such code; the editor's completion lists them"
            return {"enum": list(codes), **shown}
        if key.form is Form.RECORD:
            return self._record(key)
        if key.form is Form.IRI:
            return {"type": "string", "format": "iri", "pattern": "^https?://"}
        names = set(key.datatypes)
        if XSD + "date" in names <= DATES:
            exact = f"^[0-9]{{4}}-{_MONTH_DAY}$"
            partial = PATTERN if EDTF in names else f"^[0-9]{{4}}(-({_MONTH_DAY}|{_MONTH}))?$"
            message = f"not a date: write one such as 2024-06-19{', 2024-06 or 2024' if len(names) > 1 else ''}"
            pattern = partial if len(names) > 1 else exact
            return {"type": ["string", "number"], "pattern": pattern, "patternErrorMessage": message}
        if names == {XSD + "decimal"}:
            return {"type": ["string", "number"], "pattern": r"^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$"}
        return {"type": ["string", "number"], **({"pattern": key.pattern} if key.pattern else {})}

    def _record(self, key: Key) -> JsonSchema:
        if self.records is None:
            return {"type": "string", "pattern": _NAME}
        listed = [{"$ref": f"{NAMES}.json#/$defs/{name}"} for name in dict.fromkeys(map(local, key.classes))]
        return listed[0] if len(listed) == 1 else {"anyOf": listed}
