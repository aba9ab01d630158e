"""Load a finished build for serving: its metadata, its files with their hashes, and its triples."""

import base64
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox

from upheaval import __version__
from upheaval.build.mediatypes import MEDIA
from upheaval.faults import refuse
from upheaval.rdf.namespaces import DCTERMS, OWL
from upheaval.rdf.xsd import XSD
from upheaval.schema.termpaths import DescribedTerms, described_terms
from upheaval.serve.describing import about, known
from upheaval.serve.loading import load_store

SITE = "site"
_SITE_MEDIA = {
    **MEDIA,
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain",
    ".gz": "application/gzip",
    ".xml": "application/xml",
}


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A file that may be sent.

    Attributes:
        path: its path.
        media: its media type.
        size, changed: its size and modification time when the server started; a file that differs is not sent.
        sha256: its hash in hexadecimal; empty for web pages, which the manifest does not list.

    """

    path: Path
    media: str
    size: int
    changed: int
    sha256: str = ""

    @property
    def digest(self) -> str:
        """The value of Repr-Digest (RFC 9530 section 3), or an empty string if the hash is unknown."""
        return f"sha-256=:{base64.b64encode(bytes.fromhex(self.sha256)).decode()}:" if self.sha256 else ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded build.

    Attributes:
        iri: the namespace of its records, which is also the IRI of the dataset.
        identity: a hash of the manifest and this package's version, from which entity tags are made.
        version, issued: the version of the data and its date, as midnight UTC.
        title, description, license: from the catalogue.
        quads: the N-Quads file, which is also among the files.
        store: the dataset, in its named graphs.
        extra: the shapes and the example questions.
        files: the files that the manifest lists, by path under the build folder.
        site: the web pages, by path under the `site` folder.
        triples: the number of triples by named graph.
        vocabulary: the documents that define terms (ontologies, code schemes and shapes), and the terms.
        retired: the IRIs with owl:deprecated true.
        versions: the ontologies, by their version IRI.

    """

    iri: str
    identity: str
    version: str
    issued: datetime
    title: str
    description: str
    license: str
    quads: SnapshotFile
    store: ox.Store
    extra: ox.Store
    files: Mapping[str, SnapshotFile]
    site: Mapping[str, SnapshotFile]
    triples: Mapping[str, int]
    vocabulary: DescribedTerms
    retired: frozenset[str]
    versions: Mapping[str, str]

    def store_of(self, iri: str) -> ox.Store | None:
        """Return the store that has an IRI, or None."""
        try:
            return next((store for store in (self.store, self.extra) if known(store, iri)), None)
        except ValueError:  # not an IRI
            return None


def find_quads(folder: Path) -> Path:
    """Return the N-Quads file of a build.

    Raises:
        Refusal: the folder is not a build.

    """
    found = sorted(folder.glob("*.nq"))
    if len(found) != 1 or not (folder / "manifest.json").is_file():
        _refuse(folder, "is not a build: it needs a manifest.json and one .nq file")
    return found[0]


def open_build(folder: Path) -> Snapshot:
    """Load a build.

    Args:
        folder: the output of `upheaval build`.

    Returns:
        The build; its files are only those listed in its manifest and inside the folder.

    Raises:
        Refusal: the folder is not a build, or a file does not have the size given in the manifest.

    """
    quads = find_quads(folder)
    try:
        text = (folder / "manifest.json").read_bytes()
        manifest = json.loads(text)
        iri, issued = str(manifest["publication"]), datetime.fromisoformat(manifest["issued"]).replace(tzinfo=UTC)
        files = _listed(folder, manifest["files"])
        sha256 = hashlib.sha256(text).hexdigest()
        files["manifest.json"] = _file(folder, "manifest.json", MEDIA[".json"], sha256)
        store = load_store(str(quads), files[quads.name].sha256)
        extra = _extra(folder, files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
        _refuse(folder, f"cannot be served: {error}")
    dataset, retired = ox.NamedNode(iri), _retired(store)
    return Snapshot(
        iri=iri,
        identity=hashlib.sha256(text + __version__.encode()).hexdigest(),
        version=str(manifest["version"]),
        issued=issued,
        title=_value(store, dataset, str(DCTERMS.title)) or iri,
        description=_value(store, dataset, str(DCTERMS.description)),
        license=_value(store, dataset, str(DCTERMS.license)),
        quads=files[quads.name],
        store=store,
        extra=extra,
        files=files,
        site=_site(folder / SITE, str(manifest["rdfc10_sha256"])),
        triples={name: int(count) for name, count in manifest["triples"].items()},
        vocabulary=_vocabulary(store, extra, iri, retired),
        retired=retired,
        versions={
            triple.object.value: triple.subject.value
            for triple in about(store, None, ox.NamedNode(str(OWL.versionIRI)))
            if isinstance(triple.object, ox.NamedNode) and isinstance(triple.subject, ox.NamedNode)
        },
    )


def _refuse(folder: Path, message: str) -> NoReturn:
    cure = "run `upheaval build`, or name another folder with --build"
    refuse(str(folder), f"the folder {message}", cure, rule="serve/build")


def _listed(folder: Path, listed: Mapping[str, Mapping[str, object]]) -> dict[str, SnapshotFile]:
    files = {}
    for path, entry in listed.items():
        file = _file(folder, path, MEDIA.get(Path(path).suffix, "application/octet-stream"), str(entry["sha256"]))
        if file.size != entry["bytes"]:
            raise ValueError(f"{path} does not have the size given in the manifest")
        files[path] = file
    return files


def _file(folder: Path, path: str, media: str, sha256: str = "") -> SnapshotFile:
    place = (folder / path).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise ValueError(f"{path} is outside the folder")
    stat = place.stat()
    return SnapshotFile(place, media, stat.st_size, stat.st_mtime_ns, sha256)


def _site(folder: Path, identity: str) -> dict[str, SnapshotFile]:
    """Return the web pages, or none if they belong to another build or are incomplete.

    Symbolic links are ignored, because they could lead out of the folder. There may be tens of thousands of pages, so
    each costs only one system call.
    """
    files: dict[str, SnapshotFile] = {}
    try:
        shown = json.loads((folder / "site.json").read_text(encoding="utf-8"))["rdfc10_sha256"]
    except FileNotFoundError:
        return files
    if shown != identity:
        logging.getLogger(__name__).warning("the pages in %s belong to another build: run `upheaval site`", folder)
        return files
    waiting = [(str(folder), "")] if not folder.is_symlink() else []
    for place, within in waiting:
        with os.scandir(place) as entries:
            for entry in entries:
                path = within + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{path}/"))
                elif entry.is_file(follow_symlinks=False) and (
                    media := _SITE_MEDIA.get(os.path.splitext(entry.name)[1])
                ):
                    stat = entry.stat()
                    files[path] = SnapshotFile(Path(entry.path), media, stat.st_size, stat.st_mtime_ns)
    return dict(sorted(files.items()))


def _extra(folder: Path, files: Mapping[str, SnapshotFile]) -> ox.Store:
    store = ox.Store()
    for path in ("shapes.ttl", "queries.ttl"):
        if path in files:
            store.bulk_load(path=str(folder / path), format=ox.RdfFormat.TURTLE)
    return store


def _value(store: ox.Store, subject: ox.NamedNode, predicate: str) -> str:
    found = [triple.object for triple in about(store, subject, ox.NamedNode(predicate))]
    return str(getattr(found[0], "value", "")) if found else ""


def _vocabulary(store: ox.Store, extra: ox.Store, iri: str, retired: Iterable[str]) -> DescribedTerms:
    graph = ox.NamedNode(f"{iri}graph/vocabulary")
    triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
    found = described_terms(triples, (one for one in retired if not one.startswith(iri)))
    shapes = {
        quad.subject.value.partition("#")[0]
        for quad in extra
        if isinstance(quad.subject, ox.NamedNode) and "#" in quad.subject.value
    }
    return DescribedTerms(found.documents | shapes, found.terms, found.former)


def _retired(store: ox.Store) -> frozenset[str]:
    true = ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))
    found = about(store, None, ox.NamedNode(str(OWL.deprecated)), true)
    return frozenset(triple.subject.value for triple in found if isinstance(triple.subject, ox.NamedNode))
