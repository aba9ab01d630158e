"""A build as the loader sees it: named graphs, how many triples each has, and the questions that come with it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Fault, Refusal

_SELECT = ox.NamedNode("http://www.w3.org/ns/shacl#select")


class Unloaded(Refusal):
    """Raised when something cannot be loaded or verified; its text is one line with the cure."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__((Fault("load", 1, 1, " ".join(message.split()), cure, rule="load"),))

    def __str__(self) -> str:
        fault = self.faults[0]
        return f"error: {fault.message} ({fault.cure})" if fault.cure else f"error: {fault.message}"

    def and_then(self, state: str) -> "Unloaded":
        """Return the same with a sentence on what the store holds now."""
        return Unloaded(f"{self.faults[0].message}; {state}", self.faults[0].cure)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some triples of one graph, numbered; the same build gives the same chunks."""

    number: int
    graph: str
    triples: list[ox.Triple]


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build.

    Attributes:
        folder: where it is.
        iri: the publication's namespace.
        counts: the number of triples by the IRI of the named graph.
        identity: the RDFC-1.0 SHA-256 of data and derived facts together.
        quads: the N-Quads file.

    """

    folder: Path
    iri: str
    counts: dict[str, int]
    identity: str
    quads: Path

    @property
    def key(self) -> str:
        """A short name of exactly this content, for what is loaded on the way."""
        return self.quads_hash()[:12]

    @property
    def identified(self) -> list[str]:
        """The graphs that the identity covers."""
        return [f"{self.iri}graph/{room}" for room in ("data", "derived")]

    def quads_hash(self) -> str:
        """Return the SHA-256 of the N-Quads file."""
        with self.quads.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all triples in chunks of one graph each.

        Triples with blank nodes of one graph stay together in its last chunk, whatever its size, because a blank
        node's label means nothing beyond one request.
        """
        waiting: dict[str, list[ox.Triple]] = {graph: [] for graph in self.counts}
        blank: dict[str, list[ox.Triple]] = {graph: [] for graph in self.counts}
        number = 0
        for quad in ox.parse(path=str(self.quads), format=ox.RdfFormat.N_QUADS):
            graph = str(getattr(quad.graph_name, "value", ""))
            triple = quad.triple
            if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
                blank[graph].append(triple)
                continue
            waiting[graph].append(triple)
            if len(waiting[graph]) == size:
                yield Chunk(number, graph, waiting[graph])
                number, waiting[graph] = number + 1, []
        for graph, triples in waiting.items():
            if rest := triples + blank[graph]:
                yield Chunk(number, graph, rest)
                number += 1

    def store(self) -> ox.Store:
        """Return the build in the embedded engine."""
        store = ox.Store()
        store.bulk_load(path=str(self.quads), format=ox.RdfFormat.N_QUADS)
        return store

    def questions(self) -> dict[str, str]:
        """Return the SELECT questions of the build, by name, with their defaults."""
        file = self.folder / "queries.ttl"
        if not file.is_file():
            return {}
        found = {
            quad.subject.value.rpartition("/")[2]: quad.object.value
            for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)
            if quad.predicate == _SELECT
            and isinstance(quad.subject, ox.NamedNode)
            and isinstance(quad.object, ox.Literal)
        }
        return dict(sorted(found.items()))


def open_build(folder: Path) -> Build:
    """Read what a build says of itself and check that its N-Quads are whole.

    Args:
        folder: what `upheaval build` wrote.

    Raises:
        Unloaded: there is no build, or its N-Quads are not the ones that the manifest describes.

    """
    cure = "run `upheaval build` first, or name a build by --build"
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        iri, identity, triples = manifest["publication"], manifest["rdfc10_sha256"], manifest["triples"]
        path, about = next((path, about) for path, about in manifest["files"].items() if path.endswith(".nq"))
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        raise Unloaded(f"no build in {folder}", cure) from None
    counts = {f"{iri}graph/{room}": int(count) for room, count in triples.items()}
    build = Build(folder, iri, counts, identity, (folder / path).resolve())
    try:
        whole = build.quads_hash() == about["sha256"]
    except OSError as error:
        raise Unloaded(f"{build.quads} cannot be read: {error.strerror}", cure) from None
    if not whole:
        raise Unloaded(f"{build.quads} is not the file that manifest.json describes", cure)
    return build
