"""Parsed queries, kept in the user's cache folder by their texts.

rdflib takes half a second for the shipped rules and constraints, which is more than all else that a check does once.
What is kept is named by the hash of the text, of this program's part in parsing and of rdflib's version, so it is never
out of date; what is missing, cannot be read or cannot be written costs time and nothing else.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import rdflib

from upheaval.rdf import patterns
from upheaval.rdf.patterns import Query

_CLASSES = {name: each for name, each in vars(patterns).items() if isinstance(each, type) and is_dataclass(each)}


def parse(text: str) -> Query:
    """Parse a query, as `algebra.parse` does, or remember what came of it before."""
    name = f"{hashlib.sha256(f'{_version()} {text}'.encode()).hexdigest()}.json"
    with suppress(OSError, RuntimeError, ValueError, KeyError, TypeError):
        return cast(Query, _from_json(json.loads((_folder() / name).read_bytes())))
    from upheaval.rdf.algebra import parse as parse_anew

    query = parse_anew(text)
    with suppress(OSError, RuntimeError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{name}.{os.getpid()}"
        beside.write_text(json.dumps(_to_json(query)), encoding="utf-8")
        beside.replace(folder / name)
    return query


def _folder() -> Path:
    """Return the folder for what can be made again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "upheaval" / "queries"


@cache
def _version() -> str:
    """Return what changes when parsing does."""
    sources = Path(patterns.__file__), Path(patterns.__file__).with_name("algebra.py"), Path(__file__)
    digest = hashlib.sha256(rdflib.__version__.encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _to_json(part: Any) -> Any:
    if is_dataclass(part):
        return {type(part).__name__: [_to_json(getattr(part, field.name)) for field in fields(part)]}
    return [_to_json(one) for one in part] if isinstance(part, tuple) else part


def _from_json(part: Any) -> Any:
    if isinstance(part, dict):
        ((name, values),) = part.items()
        return _CLASSES[name](*map(_from_json, values))
    return tuple(map(_from_json, part)) if isinstance(part, list) else part
