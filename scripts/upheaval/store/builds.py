"""Read a build: its named graphs, their triple counts, and its example questions."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from upheaval.faults import Fault, Refusal
from upheaval.rdf.graphs import canonical_hash
from upheaval.store.integrity import file_fault, file_hash, read_manifest

_SELECT = ox.NamedNode("http://www.w3.org/ns/shacl#select")


def printable(text: str) -> str:
    """Return a text of a store's on one line, with what would control a terminal escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(text.split()))


class Unloaded(Refusal):
    """Raised if a build cannot be loaded or verified; its text is one line, with the cure."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__((Fault("load", printable(message), cure, rule="load"),))

    def __str__(self) -> str:
        fault = self.faults[0]
        return f"error: {fault.message} ({fault.cure})" if fault.cure else f"error: {fault.message}"

    def and_then(self, state: str) -> "Unloaded":
        """Return the same error with a note on the state of the store."""
        return Unloaded(f"{self.faults[0].message}; {state}", self.faults[0].cure)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A numbered batch of triples from one graph; the same build always gives the same chunks."""

    number: int
    graph: str
    triples: list[ox.Triple]


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build.

    Attributes:
        folder: its folder.
        iri: the publication's namespace.
        counts: the number of triples, by the IRI of the named graph.
        identity: the RDFC-1.0 SHA-256 of the data and derived facts.
        quads: the N-Quads files; those of an import may be compressed.
        prefixes: the namespace by the publication's prefix.

    """

    folder: Path
    iri: str
    counts: dict[str, int]
    identity: str
    quads: tuple[Path, ...]
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A short name that identifies the content, for temporary graphs."""
        return self.quads_hash()[:12]

    @property
    def identified(self) -> list[str]:
        """The graphs covered by the identity."""
        return [graph for graph in self.counts if graph in (f"{self.iri}graph/data", f"{self.iri}graph/derived")]

    def quads_hash(self) -> str:
        """Return the SHA-256 of the N-Quads file, or of the hashes of several."""
        hashes = [file_hash(path) for path in self.quads]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all triples in chunks, each from one graph.

        A graph's triples with blank nodes stay together in its last chunk, whatever its size, because the label of a
        blank node is only valid within one request.
        """
        waiting: dict[str, list[ox.Triple]] = {graph: [] for graph in self.counts}
        blank: dict[str, list[ox.Triple]] = {graph: [] for graph in self.counts}
        number = 0
        for quad in self._parsed():
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
        """Load the build into a store of the embedded engine."""
        store = ox.Store()
        self.into(store)
        return store

    def into(self, store: ox.Store) -> None:
        """Add the build to a store of the embedded engine, including empty graphs."""
        for graph in self.counts:
            store.add_graph(ox.NamedNode(graph))
        for path in self.quads:
            with opened(path) as stream:
                store.bulk_load(stream, format=ox.RdfFormat.N_QUADS)

    def _parsed(self) -> Iterator[ox.Quad]:
        for path in self.quads:
            with opened(path) as stream:
                yield from ox.parse(stream, format=ox.RdfFormat.N_QUADS)

    def questions(self) -> dict[str, str]:
        """Return the build's SELECT questions by name, with default parameters."""
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


def opened(path: Path) -> IO[bytes]:
    """Open an N-Quads file, compressed or not.

    Raises:
        Unloaded: it is compressed with zstd, and the zstd library is not installed.

    """
    if path.suffix == ".gz":
        return gzip.open(path)  # type: ignore[return-value]
    if path.suffix == ".zst":
        try:
            import pyarrow as pa
        except ImportError:
            raise Unloaded(f"{path} is compressed with zstd", "pip install 'upheaval[import]'") from None
        stream: IO[bytes] = pa.input_stream(str(path), compression="zstd")
        return stream
    return path.open("rb")


def open_build(folder: Path) -> Build:
    """Read the metadata of a build or import, and verify its N-Quads.

    Args:
        folder: the output of `upheaval build` or `upheaval import`.

    Raises:
        Unloaded: there is no build, or its N-Quads do not match the manifest.

    """
    cure = "run `upheaval build` first, or name a build with --build"
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        prefixes = {str(manifest["prefix"]): str(manifest["publication"])} if "prefix" in manifest else {}
        iri, identity, triples = manifest["publication"], manifest.get("rdfc10_sha256", ""), manifest["triples"]
        named = {path: about["sha256"] for path, about in manifest["files"].items() if ".nq" in path}
        imported = manifest.get("kind") == "import"
        counts = {name if imported else f"{iri}graph/{name}": int(count) for name, count in triples.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Unloaded(f"there is no build in {folder}", cure) from None
    if not named or (imported and manifest["form"] != "nq"):
        raise Unloaded(f"{folder} has no N-Quads", "import with --format nq")
    build = Build(
        folder,
        iri,
        counts,
        identity or canonical_hash(()),
        tuple((folder / path).resolve() for path in named),
        prefixes,
    )
    for path, expected in zip(build.quads, named.values(), strict=True):
        try:
            whole = file_hash(path) == expected
        except OSError as error:
            raise Unloaded(f"{path} cannot be read: {error.strerror}", cure) from None
        if not whole:
            raise Unloaded(f"{path} is not the file that manifest.json describes", cure)
    return build


def check_files(folder: Path) -> None:
    """Compare the files of a build with its manifest, N-Quads aside, which `open_build` compares.

    Raises:
        Unloaded: a file is not the one that the manifest describes, such as a question that was changed.

    """
    _, files = read_manifest(folder)
    for path, listed in files.items():
        if (folder / path).exists() and ".nq" not in path and (fault := file_fault(folder, path, listed, hashed=True)):
            raise Unloaded(f"{folder / path} {fault.message}", "build again, and load that")
