"""Shards: the records of a publication in the order of their names, cut so that sorted shards are a sorted whole."""

import gzip
import hashlib
import json
import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from upheaval.check.evaluation import Evaluation
from upheaval.faults import Fault, Severity
from upheaval.populate.records import RecordFile

SIZE = 2000
"""How many records make a shard, at least."""

_AT_ONCE = 256
"""Of this many shards, what records can be recognised by is compared at once."""


_NUMBER = re.compile(rb'"([^"\\\\\n]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(?:decimal|integer)>')
_PLAIN = re.compile(rb"0|-?[1-9][0-9]{0,15}(?:\.[0-9]{0,15}[1-9])?|-?0\.[0-9]{0,15}[1-9]")


def cut(entries: Iterable[RecordFile], size: int = SIZE) -> list[list[RecordFile]]:
    """Cut records into shards.

    Args:
        entries: the records.
        size: how many make a shard, at least.

    Returns:
        The shards, in the order of the records' names. All N-Triples of one, sorted by bytes, come before those of
        the next: a name is not parted from those that go on from it with a hyphen or a digit, which sort before `>`.

    """
    ordered = sorted(entries, key=lambda entry: entry.slug)
    names = {entry.slug for entry in ordered}
    shards: list[list[RecordFile]] = [[]]
    for entry in ordered:
        if len(shards[-1]) >= size and not _continues(entry.slug, names):
            shards.append([])
        shards[-1].append(entry)
    return shards if ordered else []


def _continues(slug: str, names: set[str]) -> bool:
    return any(slug[:end] in names for end in range(1, len(slug)) if slug[end] in "-0123456789")


class Folder:
    """Where a streaming build keeps what it has done; every file is there whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Take the folder, which is made when something is put there."""
        self.path = path

    def has(self, name: str) -> bool:
        """Tell whether something is there."""
        return (self.path / name).exists()

    def put(self, name: str, content: bytes) -> Path:
        """Put something there."""
        self.path.mkdir(parents=True, exist_ok=True)
        target = self.path / name
        beside = target.with_name(f".{name}.{os.getpid()}")
        beside.write_bytes(content)
        return beside.replace(target)

    def get(self, name: str) -> bytes:
        """Return what is there."""
        return (self.path / name).read_bytes()

    def put_json(self, name: str, content: Any) -> None:
        """Put JSON there."""
        self.put(name, json.dumps(content, ensure_ascii=False).encode())

    def get_json(self, name: str) -> Any:
        """Return JSON that is there."""
        return json.loads(self.get(name))


def native(text: bytes) -> bytes:
    """Write the numbers of N-Triples as Oxigraph gives them back: 98.0 as 98, and .5 as 0.5."""
    return _NUMBER.sub(lambda found: found[0] if _PLAIN.fullmatch(found[1]) else _through_a_store(found), text)


def _through_a_store(found: re.Match[bytes]) -> bytes:
    store = ox.Store()
    store.load(b"<x:x> <x:x> " + found[0] + b" .", format=ox.RdfFormat.N_TRIPLES)
    return next(str(quad.object).encode() for quad in store)


def fault_to_json(fault: Fault) -> list[Any]:
    """Return a fault as JSON."""
    return list(astuple(fault))


def fault_from_json(row: list[Any]) -> Fault:
    """Return the fault that `fault_to_json` wrote."""
    file, message, cure, at, severity, rule = row
    return Fault(file, message, cure, at=at and (at[0], at[1]), severity=Severity(severity), rule=rule)


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return what came of a batch as JSON, but for what is derived of its own records."""
    return {
        **{
            name: {rule: b"\n".join(lines).decode() for rule, lines in each.items()}
            for name, each in (
                ("shared", evaluation.shared),
                ("gathered", evaluation.gathered),
            )
        },
        "faults": [fault_to_json(fault) for fault in evaluation.faults],
        "minted": sorted(evaluation.minted),
        "misnamed": evaluation.misnamed,
    }


def evaluation_from_json(row: dict[str, Any]) -> Evaluation:
    """Return what `evaluation_to_json` wrote."""
    shared, gathered = (
        {rule: set(text.encode().splitlines()) for rule, text in row[name].items()} for name in ("shared", "gathered")
    )
    faults = [fault_from_json(fault) for fault in row["faults"]]
    return Evaluation(set(), shared, gathered, {"": faults}, set(row["minted"]), row["misnamed"])


def compress(text: bytes) -> bytes:
    """Return a gzip member; several in a row are one file (RFC 1952 section 2.2), the same bytes every time."""
    return gzip.compress(text, 3, mtime=0)


def fingerprint(parts: Iterable[object]) -> str:
    """Return the SHA-256 of some values' texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part}\n".encode())
    return digest.hexdigest()


def sorted_signatures(signed: Iterable[tuple[str, str]]) -> bytes:
    """Return the hash of each signature and the name of the record that has it, a line each, sorted."""
    lines = (f"{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()} {slug}\n" for text, slug in signed)
    return "".join(sorted(lines)).encode()


def repeated_signatures(get: Callable[[int], bytes], shards: int) -> Iterator[tuple[str, str]]:
    """Yield the hashes of signatures that several records have, each with the name of one of them.

    Args:
        get: returns what `sorted_signatures` did for a shard.
        shards: how many there are; they are gone through once for each `_AT_ONCE` of them, to stay in bounded memory.

    """
    passes = -(-shards // _AT_ONCE)
    for number in range(passes):
        lines = []
        for shard in range(shards):
            found = get(shard).decode().splitlines()
            start, end = (bisect_left(found, f"{place * 0x10000 // passes:04x}") for place in (number, number + 1))
            lines.extend(found[start : end if number + 1 < passes else len(found)])
        for signature, group in groupby(sorted(lines), key=lambda line: line[:16]):
            slugs = {line[17:] for line in group}
            if len(slugs) > 1:
                yield from ((signature, slug) for slug in sorted(slugs))
