"""Find where the sources of a publication name a record or a term: by the contract and by tokens, never by text."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from upheaval.faults import Location
from upheaval.populate.records import RecordFile, list_records
from upheaval.schema.contract import Contract, Form, Key, Kind
from upheaval.schema.publication import FILE, Publication
from upheaval.schema.schema import Schema
from upheaval.schema.turtlepositions import named_terms
from upheaval.sources.ignored import is_ignored

FOLDERS = ("ontology", "shapes", "queries")
Write = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a file names something.

    Attributes:
        file: the file, relative to the publication's folder.
        start, written: the offset of the name, and how it is written there.
        at: its line and column.
        iri: what it names.
        key: the key whose value it is, or an empty string.
        write: returns how another IRI is written in its place.

    """

    file: str
    start: int
    written: str
    at: Location
    iri: str
    key: str
    write: Write

    def __str__(self) -> str:
        return f"{self.file}:{self.at[0]}:{self.at[1]}"


def mentions(schema: Schema, iris: Iterable[str]) -> list[Mention]:
    """Find where a publication's own files name records or terms, or nodes inside records.

    Args:
        schema: the publication and its contract.
        iris: the records and terms.

    Returns:
        Every place, by file and position. In records these are the keys and values that the contract says are names;
        in the metadata, the IRIs; in the ontology, shapes, rules and queries, the IRIs and prefixed names.

    Raises:
        Refusal: there is no data folder.

    """
    search = _Search(schema.publication, schema.contract, frozenset(iris))
    found = [*search.in_records(list_records(schema.publication, schema.contract).entries.values())]
    found.extend(search.in_metadata())
    for folder in FOLDERS:
        found.extend(search.in_texts(schema.publication.root / folder))
    return sorted(found, key=lambda one: (one.file, one.start))


class _Search:
    """A search for some IRIs."""

    def __init__(self, publication: Publication, contract: Contract, iris: frozenset[str]) -> None:
        self.root, self.base, self.contract, self.iris = publication.root, publication.iri, contract, iris
        codes = {code for known in contract.codes.values() for code, iri in known.items() if iri in iris}
        keys = {name for kind in contract.kinds.values() for name, key in kind.keys.items() if key.iri in iris}
        self.words = [word.encode() for word in sorted(codes | keys | set(map(_local, iris)))]

    def names(self, iri: str) -> bool:
        """Return whether an IRI is one of those sought, or of a node inside one."""
        return iri in self.iris or iri.partition("#")[0] in self.iris

    def in_records(self, entries: Iterable[RecordFile]) -> Iterator[Mention]:
        for entry in entries:
            text = _text(self.root / entry.file, self.words)
            if text is not None and (node := compose(text)) is not None:
                yield from self._within(entry.file, text, node, entry.kind)

    def in_metadata(self) -> Iterator[Mention]:
        text = _text(self.root / FILE, self.words)
        node = compose(text) if text is not None else None
        if text is not None and node is not None:
            for key, value in node.value:
                yield from self._addresses(FILE, text, key.value, value)

    def in_texts(self, folder: Path) -> Iterator[Mention]:
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".ttl", ".rq")):
            if is_ignored(path.relative_to(folder)):
                continue
            text = _text(path, self.words) or ""
            for start, raw, iri, prefixes in named_terms(text):
                if self.names(iri):
                    write = _rdf_writer(raw, dict(prefixes))
                    file = path.relative_to(self.root).as_posix()
                    yield Mention(file, start, raw, _location(text, start), iri, "", write)

    def _within(self, file: str, text: str, block: Any, kind: Kind) -> Iterator[Mention]:
        if not isinstance(block, yaml.MappingNode):
            return
        for name, value in block.value:
            key = kind.keys.get(name.value)
            if key is None:
                continue
            if key.iri in self.iris:
                yield mention_of(file, text, name, key.iri, key.name, _local)
            items = value.value if isinstance(value, yaml.SequenceNode) else [value]
            if key.form is Form.NODE:
                for item in items:
                    yield from self._within(file, text, item, self.contract.kinds[key.classes[0]])
            elif key.form is Form.IRI:
                yield from self._addresses(file, text, key.name, value)
            elif key.form in (Form.RECORD, Form.CODE):
                for item in items:
                    if isinstance(item, yaml.ScalarNode) and (iri := self._meant(key, item.value)) in self.iris:
                        yield mention_of(file, text, item, iri, key.name, self._slug)

    def _meant(self, key: Key, text: str) -> str:
        return self.base + text if key.form is Form.RECORD else self.contract.codes[key.classes[0]].get(text, "")

    def _slug(self, iri: str) -> str:
        return iri.removeprefix(self.base) if iri.startswith(self.base) else _local(iri)

    def _addresses(self, file: str, text: str, key: str, value: Any) -> Iterator[Mention]:
        for item in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(item, yaml.ScalarNode) and self.names(item.value):
                yield mention_of(file, text, item, item.value, key, str)


def _local(iri: str) -> str:
    return iri[max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1 :]


def _text(path: Path, words: Iterable[bytes]) -> str | None:
    """Return a file's text if it may have one of some words: an escape may hide one."""
    try:
        data = path.read_bytes()
        return data.decode() if b"\\" in data or any(word in data for word in words) else None
    except (OSError, UnicodeDecodeError):
        return None


def compose(text: str) -> Any:
    """Return the YAML mapping of a text with its positions, or None if there is none."""
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return None
    return node if isinstance(node, yaml.MappingNode) else None


def mention_of(file: str, text: str, node: Any, iri: str, key: str, name: Write) -> Mention:
    """Return the mention of an IRI by a scalar of a YAML file.

    Args:
        file, text: the file and its content.
        node: the scalar, as PyYAML composes it.
        iri: what it stands for.
        key: the key whose value it is.
        name: returns what another IRI is called there.

    """
    start, written = node.start_mark.index, text[node.start_mark.index : node.end_mark.index]

    def write(other: str) -> str:
        before, found, after = written.rpartition(node.value)
        return f"{before}{name(other)}{after}" if found else f'"{name(other)}"'

    return Mention(file, start, written, _location(text, start), iri, key, write)


def _rdf_writer(raw: str, prefixes: dict[str, str]) -> Write:
    def write(other: str) -> str:
        if raw.startswith("<"):
            return f"<{other}>"
        space = prefixes.get(raw.partition(":")[0], "")
        rest = other.removeprefix(space)
        plain = space and rest != other and rest.replace("-", "").replace("_", "").isalnum() and rest[0] != "-"
        return f"{raw.partition(':')[0]}:{rest}" if plain else f"<{other}>"

    return write


def _location(text: str, start: int) -> Location:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
