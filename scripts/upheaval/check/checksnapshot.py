"""What is known of a publication after a check: of each record what it says and what is wrong with it, and of all.

Texts are named by their content, so that a snapshot that goes on from another shares what has not changed, on disk
as in memory.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from zlib import crc32

from upheaval.check.batches import Excerpt
from upheaval.check.evaluation import Conclusions
from upheaval.check.plan import Plan
from upheaval.faults import Fault
from upheaval.populate.records import Listing
from upheaval.store.state import text_name

Stamp: TypeAlias = tuple[int, int, int]
Stamps: TypeAlias = Mapping[str, object]

SIZE = 256
"""About how many records make a batch."""


class Lost(Exception):
    """Raised where a text is not there any more, or is not what its name says."""


class Texts:
    """Texts by the hashes of their contents.

    Attributes:
        fresh: those that have been added and are not on disk.

    """

    def __init__(self, load: Callable[[Collection[str]], Mapping[str, bytes]] | None = None) -> None:
        """Take what returns the texts of some names, of those that are there."""
        self.fresh: dict[str, bytes] = {}
        self._known: dict[str, bytes] = {}
        self._excerpts: dict[str, Excerpt] = {}
        self._load = load

    def add(self, content: bytes) -> str:
        """Add a text and return its name."""
        name = text_name(content)
        if name not in self._known:
            self.fresh[name] = self._known[name] = content
        return name

    def need(self, names: Iterable[str]) -> None:
        """Load texts at once.

        Raises:
            Lost: one of them is not there.

        """
        missing = {name for name in names if name not in self._known}
        if missing:
            found = self._load(missing) if self._load else {}
            if found.keys() != missing:
                raise Lost
            self._known.update(found)

    def __getitem__(self, name: str) -> bytes:
        """Return a text."""
        self.need((name,))
        return self._known[name]

    def excerpt(self, name: str) -> Excerpt:
        """Return the text that `excerpt_to_bytes` wrote as the excerpt that it was."""
        if name not in self._excerpts:
            head, _, lines = self[name].partition(b"\n")
            readable, _, named = head.decode().partition(" ")
            self._excerpts[name] = Excerpt(lines, frozenset(named.split()), readable == "1")
        return self._excerpts[name]


@dataclass(frozen=True, slots=True)
class RecordState:
    """What one record says, and what it depends on.

    Attributes:
        lines: the name of its N-Triples.
        excerpt: the name of what is read of it from elsewhere, as `excerpt_to_bytes` writes it.
        named: the names by which it refers to records, whether there are such or not.
        beside: the records of which something is read beside it.
        nodes: the names of the nodes inside it.

    """

    lines: str
    excerpt: str
    named: frozenset[str]
    beside: frozenset[str]
    nodes: frozenset[str]


class Records(Mapping[str, RecordState]):
    """What is known of each record, read when it is asked for.

    Attributes:
        texts: the texts that are named.
        names: the names of the texts of those that are on disk.

    """

    def __init__(self, texts: Texts, names: Mapping[str, str], states: Mapping[str, RecordState]) -> None:
        self.names = dict(names)
        self.texts, self._states = texts, dict(states)

    def __getitem__(self, slug: str) -> RecordState:
        """Return what is known of a record."""
        if slug not in self._states:
            self._states[slug] = _state_from_bytes(self.texts[self.names[slug]])
        return self._states[slug]

    def __iter__(self) -> Iterator[str]:
        """Return the names of the records."""
        return iter(self._states.keys() | self.names.keys())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._states.keys() | self.names.keys())

    def __contains__(self, slug: object) -> bool:
        """Tell whether there is a record of a name."""
        return slug in self._states or slug in self.names

    def after(self, gone: Set[str], states: Mapping[str, RecordState]) -> "Records":
        """Return the records without some, and with what is known now of others."""
        names = {slug: name for slug, name in self.names.items() if slug not in gone and slug not in states}
        kept = {slug: state for slug, state in self._states.items() if slug not in gone}
        return Records(self.texts, names, {**kept, **states})

    def mentioning(self, names: Set[str]) -> Iterator[tuple[str, RecordState]]:
        """Yield the records that refer to any of some names or are evaluated beside them, and perhaps others."""
        self.texts.need(self.names[slug] for slug in self.names if slug not in self._states)
        wanted = [json.dumps(name).encode() for name in names]
        for slug in self:
            if slug in self._states or any(one in self.texts[self.names[slug]] for one in wanted):
                yield slug, self[slug]

    def name(self, slug: str) -> str:
        """Return the name of the text of a record, which is added if there is none."""
        if slug not in self.names:
            self.names[slug] = self.texts.add(_state_to_bytes(self._states[slug]))
        return self.names[slug]


def _state_to_bytes(state: RecordState) -> bytes:
    return json.dumps([state.lines, state.excerpt, *map(sorted, (state.named, state.beside, state.nodes))]).encode()


def _state_from_bytes(text: bytes) -> RecordState:
    lines, excerpt, *sets = json.loads(text)
    return RecordState(lines, excerpt, *map(frozenset, sets))


@dataclass(frozen=True, slots=True)
class Columns:
    """What is asked of all records: by name, of those of which there is anything.

    Attributes:
        faults: what is wrong with their files, their keys and their values.
        violations: violations of shapes.
        broken: pairs of a node and a property whose value was left out because of a fault.
        signatures: what they can be recognised by.
        gathered: those of their lines that are read of all records at once.
        concluded: what is derived of them and read of all records at once, by rule.
        minted: the nodes that rules make inside them.

    """

    faults: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    violations: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    broken: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    signatures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    gathered: dict[str, bytes] = field(default_factory=dict)
    concluded: dict[str, Conclusions] = field(default_factory=dict)
    minted: dict[str, frozenset[str]] = field(default_factory=dict)

    def each(self) -> list[dict[str, Any]]:
        """Return the columns, in order."""
        return [getattr(self, name) for name in self.__slots__]

    def copy(self) -> "Columns":
        """Return columns that can be changed."""
        return Columns(*map(dict, self.each()))

    def together(self, slug: str) -> tuple[object, ...]:
        """Return what evaluating all records at once depends on of one record."""
        return self.gathered.get(slug), self.concluded.get(slug), self.broken.get(slug)


@dataclass(frozen=True, slots=True)
class Together:
    """What came of all records at once: violations, and the names of the nodes that something is concluded of."""

    violations: tuple[Fault, ...]
    minted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Losses:
    """What was published and is lost.

    Attributes:
        complete: whether everything was concluded that would be.
        minted: the nodes that rules made.
        faults: what is lost, by owner.

    """

    complete: bool
    minted: Set[str]
    faults: Mapping[str, list[Fault]]


@dataclass(frozen=True, slots=True)
class CheckSnapshot:
    """What is known of a publication after a check; `CheckSnapshot(root)` knows nothing yet.

    Attributes:
        root: its folder.
        jobs: the number of processes.
        size: about how many records make a batch.
        plan: how its records are checked, or None before the first check.
        vocabulary: the stamps of the files that the plan is made from.
        listing: which records there are.
        stamps: what changes when a record's file does, by file.
        records: what each record says, and what it depends on.
        columns: what is asked of all of them.
        batches: how many batches there are, which stays so when records come and go.
        shared: what the records of each batch conclude of other nodes, and perhaps what others do as well; all of them
            together neither less nor more than all records do.
        together: what came of all records at once.
        lost: what has been published and is lost.

    """

    root: Path
    jobs: int = 1
    size: int = SIZE
    plan: Plan | None = None
    vocabulary: Stamps = field(default_factory=dict)
    listing: Listing = field(default_factory=lambda: Listing({}, ()))
    stamps: Stamps = field(default_factory=dict)
    records: Records = field(default_factory=lambda: Records(Texts(), {}, {}))
    columns: Columns = field(default_factory=Columns)
    batches: int = 0
    shared: Mapping[int, Conclusions] = field(default_factory=dict)
    together: Together | None = None
    lost: Losses | None = None

    @property
    def texts(self) -> Texts:
        """The texts that are named."""
        return self.records.texts

    def batch_of(self, slug: str) -> int:
        """Return the number of the batch that a record belongs to."""
        return crc32(slug.encode()) % self.batches

    def excerpt(self, slug: str) -> Excerpt | None:
        """Return what is read of a record from elsewhere, if there is one."""
        return self.texts.excerpt(self.records[slug].excerpt) if slug in self.records else None


def excerpt_to_bytes(excerpt: Excerpt) -> bytes:
    """Return an excerpt as a text: a line with whether it can be read and the names in it, and then its lines."""
    return f"{excerpt.readable:d} {' '.join(sorted(excerpt.named))}\n".encode() + excerpt.lines


def union(shared: Iterable[Conclusions]) -> Conclusions:
    """Return what several batches conclude, by rule."""
    found: Conclusions = {}
    for one in shared:
        for rule, lines in one.items():
            if lines:
                found.setdefault(rule, set()).update(lines)
    return found


def minted_names(shared: Conclusions, base: str, records: Collection[str], owners: Collection[str]) -> set[str]:
    """Return the names of the nodes without a record that something is concluded of.

    Args:
        shared: what is concluded of other nodes.
        base: the namespace.
        records: the names of the records.
        owners: the names of those of whose inner nodes the names are wanted too.

    """
    start = f"<{base}".encode()
    found: set[str] = set()
    for lines in shared.values():
        for line in lines:
            if line.startswith(start):
                name = line[len(start) : line.index(b">")].decode()
                owner, _, inner = name.partition("#")
                if owner and owner not in records:
                    found.add(owner)
                if inner and owner in owners:
                    found.add(name)
    return found
