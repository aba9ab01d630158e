"""Compiled shapes, a contract and what follows from them, as JSON.

A value of a known dataclass is encoded once, as its class and its fields, and by its number from then on; so what was
one object is one again. Collections and enumerations are marked by a letter, and everything else is plain JSON.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from upheaval import faults
from upheaval.check import footprints
from upheaval.schema import contract, publication
from upheaval.shacl import nesting, paths, queries, sets, shapes, shapesgraph, shapesplan, sparqlconstraints, values

_MODULES = (
    faults,
    footprints,
    contract,
    publication,
    shapesplan,
    nesting,
    paths,
    queries,
    sets,
    shapes,
    shapesgraph,
    sparqlconstraints,
    values,
)


def _known(wanted: Any) -> dict[str, Any]:
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": each
        for module in _MODULES
        for name, each in vars(module).items()
        if isinstance(each, type) and each.__module__ == module.__name__ and wanted(each)
    }


_CLASSES = _known(is_dataclass)
_ENUMS = _known(lambda each: issubclass(each, Enum))
_COLLECTIONS: dict[str, Any] = {"t": tuple, "l": list, "s": set, "f": frozenset}
_LETTERS: dict[Any, str] = {each: letter for letter, each in _COLLECTIONS.items()}


def encode(value: Any) -> Any:
    """Return a value as JSON.

    Raises:
        KeyError: there is something in it that is not known here.

    """
    encoder = _Encoder()
    return {"value": encoder.encode(value), "objects": encoder.objects}


class _Encoder:
    def __init__(self) -> None:
        self.objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._names: dict[Any, str] = {each: name for name, each in {**_CLASSES, **_ENUMS}.items()}

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind in (str, int, float, bool):
            return value
        if kind in _LETTERS:
            return [_LETTERS[kind], *map(self.encode, sorted(value) if kind in (set, frozenset) else value)]
        if isinstance(value, Mapping):
            return ["d", *(self.encode(one) for pair in value.items() for one in pair)]
        if isinstance(value, re.Pattern):
            return ["r", value.pattern, value.flags]
        if isinstance(value, Path):
            return ["p", str(value)]
        if isinstance(value, bytes):
            return ["b", value.decode()]
        if isinstance(value, Enum):
            return ["e", self._names[kind], value.value]
        number = self._numbers.get(id(value))
        if number is None:
            content = [self._names[kind], *(self.encode(getattr(value, field.name)) for field in fields(value))]
            self.objects.append(content)
            number = self._numbers[id(value)] = len(self.objects) - 1
        return ["o", number]


def decode(content: Any) -> Any:
    """Return what `encode` was given.

    Raises:
        KeyError, TypeError, ValueError, IndexError: it has not been written by `encode`.

    """
    decoder = _Decoder()
    for name, *encoded in content["objects"]:
        decoder.add(name, encoded)
    return decoder.decode(content["value"])


class _Decoder:
    def __init__(self) -> None:
        self.objects: list[Any] = []
        self._fields = {name: [field.name for field in fields(each)] for name, each in _CLASSES.items()}

    def add(self, name: str, encoded: Iterable[Any]) -> None:
        given = dict(zip(self._fields[name], map(self.decode, encoded), strict=True))
        self.objects.append(_CLASSES[name](**given))

    def decode(self, value: Any) -> Any:
        if type(value) is not list:
            return value
        letter, *rest = value
        if letter == "o":
            return self.objects[rest[0]]
        if letter in _COLLECTIONS:
            return _COLLECTIONS[letter](map(self.decode, rest))
        if letter == "d":
            decoded = map(self.decode, rest)
            return dict(zip(decoded, decoded, strict=True))
        if letter == "r":
            return re.compile(*rest)
        if letter == "e":
            return _ENUMS[rest[0]](rest[1])
        return rest[0].encode() if letter == "b" else Path(rest[0])
