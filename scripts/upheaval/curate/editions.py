"""Editions of a publication that can be compared: its data as they are in a build, a folder or a git revision."""

import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Fault, Refusal, Severity, refuse
from upheaval.populate.assembly import assemble
from upheaval.rdf.graphs import write
from upheaval.rdf.terms import is_blank, lines_of, split, statements
from upheaval.schema.ledger import Ledger, read_ledger
from upheaval.schema.publication import FILE
from upheaval.store.builds import open_build
from upheaval.store.releases import read_releases, release_folder

GRAPHS = ("data", "derived")
"""The graphs that are compared: those which the canonical hash of a build covers."""

WORKING_TREE = "working tree"
_VOCABULARY = ("ontology", "shapes")
_CHUNK = 100_000


@dataclass(frozen=True)
class Edition:
    """The data of a publication at one time.

    Attributes:
        name: what it is called for people, such as a version or a revision.
        iri: the publication's namespace.
        graphs: the statements of each of GRAPHS, as lines of canonical N-Triples.
        vocabulary: the statements of the ontology, for its labels.
        ledger: which IRIs were published, and what became of them.
        notes: what is missing from it, and why.

    """

    name: str
    iri: str
    graphs: dict[str, frozenset[str]]
    vocabulary: list[str] = field(repr=False)
    ledger: Ledger = field(default_factory=lambda: Ledger({}), repr=False)
    notes: tuple[str, ...] = ()

    @cached_property
    def identity(self) -> str:
        """The SHA-256 of the canonical N-Quads of all graphs as one (RDFC-1.0 section 5), as in a build's manifest."""
        lines = sorted(f"{line}\n".encode() for line in frozenset().union(*self.graphs.values()))
        return hashlib.sha256(b"".join(lines)).hexdigest()

    def graph(self, name: str) -> str:
        """Return the IRI of one of GRAPHS."""
        return f"{self.iri}graph/{name}"


def open_edition(root: Path, name: str | None) -> Edition:
    """Read an edition.

    Args:
        root: the publication's folder.
        name: a released version; or a folder, which holds a publication or a finished build; or a git revision of the
            publication. What comes first in this list is meant. None means the publication as it is in its folder.

    Returns:
        The edition.

    Raises:
        Refusal: there is no such edition, it cannot be read, or it has blank nodes, which have no names to match.

    """
    if name is None:
        return _assembled(root, WORKING_TREE)
    if not name:
        refuse("diff", "an edition has no name", "name a version, a folder or a git revision")
    if name in read_releases(root):
        return _built(release_folder(root, name), name)
    folder = Path(name)
    if (folder / "manifest.json").is_file():
        return _built(folder, name)
    if (folder / FILE).is_file():
        return _assembled(folder, name)
    if folder.is_dir() and "/" in name:
        refuse(name, "is neither a publication nor a finished build", "name a folder with data/ or manifest.json")
    return _at_revision(root, name)


def _built(folder: Path, name: str) -> Edition:
    build = open_build(folder)
    if f"{build.iri}graph/data" not in build.counts:
        refuse(name, "is an import, not a build of a publication", "compare builds of publications")
    graphs: dict[str, list[str]] = {graph: [] for graph in build.counts}
    for chunk in build.chunks(_CHUNK):
        graphs[chunk.graph].extend(statements(chunk.triples))
    named = {graph: graphs.get(f"{build.iri}graph/{graph}", []) for graph in GRAPHS}
    _require_names(name, named)
    vocabulary = graphs.get(f"{build.iri}graph/vocabulary", [])
    return Edition(name, build.iri, _sets(named), vocabulary, read_ledger(folder))


def _assembled(root: Path, name: str) -> Edition:
    assembly = assemble(root)
    publication, vocabulary = assembly.publication, assembly.vocabulary
    graphs = {graph: _lines(assembly.store, publication.graph(graph)) for graph in GRAPHS}
    terms = lines_of(write([*vocabulary.ontology, *vocabulary.alignments], ox.RdfFormat.N_TRIPLES))
    _require_names(name, graphs)
    ledger = read_ledger(publication.root)
    return Edition(name, publication.iri, _sets(graphs), terms, ledger, _notes(name, assembly.faults))


def _lines(store: ox.Store, graph: str) -> list[str]:
    return lines_of(store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b"")


def _notes(name: str, faults: Iterable[Fault]) -> tuple[str, ...]:
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    if not errors:
        return ()
    number = "an error" if len(errors) == 1 else f"{len(errors)} errors"
    return (f"{name} has {number}, and what is at fault is left out of the comparison; the first is {errors[0]}",)


def _require_names(name: str, graphs: dict[str, list[str]]) -> None:
    for lines in graphs.values():
        for line in lines:
            subject, _, value = split(line)
            if is_blank(subject) or is_blank(value):
                refuse(name, f"has a blank node: {line}", "give every node an IRI, so that editions can be compared")


def _sets(graphs: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {graph: frozenset(lines) for graph, lines in graphs.items()}


def _at_revision(root: Path, name: str) -> Edition:
    """Read the publication of a git revision with the present code; nothing of the revision is executed."""
    if not root.is_dir():
        refuse(str(root), "there is no such folder", "name the publication's folder with --root")
    commit = _git(root, name, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    archive = _git(root, name, "archive", "--format=tar", commit.decode().strip())
    with tempfile.TemporaryDirectory(prefix="upheaval-") as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
                packed.extractall(folder, filter="data")
        except (tarfile.TarError, OSError) as error:
            refuse(name, f"the revision cannot be unpacked: {error}", "check the revision")
        if not (Path(folder) / FILE).is_file():
            refuse(name, f"the revision has no {FILE} in {root}", "name a revision in which the publication exists")
        return _read_old(Path(folder), root, name)


def _read_old(folder: Path, root: Path, name: str) -> Edition:
    """Read the publication of a revision; with the present vocabulary, if its own is not valid by now."""
    try:
        return _assembled(folder, name)
    except Refusal as refusal:
        for part in _VOCABULARY:
            shutil.rmtree(folder / part, ignore_errors=True)
            if (root / part).is_dir():
                shutil.copytree(root / part, folder / part)
        try:
            edition = _assembled(folder, name)
        except Refusal:
            raise refusal from None
        note = f"{name} is read with the present vocabulary, because its own is refused: {refusal.faults[0]}"
        return replace(edition, notes=(note, *edition.notes))


def _git(root: Path, name: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], check=False, capture_output=True)
    except OSError as error:
        refuse("git", f"cannot be run: {error.strerror}", "install git, or compare folders")
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        message = f"`{name}` is not a released version, a folder or a git revision of this publication"
        refuse(
            "diff",
            f"{message}: {said}" if said else message,
            "name a folder, or fetch the revision with git",
            rule="diff/edition",
        )
    return done.stdout
