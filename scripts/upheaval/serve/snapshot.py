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
from typing import Any, NoReturn

import pyoxigraph as ox

from upheaval.build.mediatypes import MEDIA
from upheaval.faults import refuse
from upheaval.rdf.namespaces import DCTERMS, OWL
from upheaval.rdf.xsd import XSD
from upheaval.schema.termpaths import DescribedTerms, described_terms
from upheaval.serve.describing import about, known
from upheaval.serve.loading import load_store
from upheaval.store.integrity import is_inside

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
        sha256: its hash in hexadecimal; a file that differs is not sent.
        page: whether it is a web page, which the manifest does not list.

    """

    path: Path
    media: str
    sha256: str
    page: bool = False

    @property
    def digest(self) -> str:
        """The value of Repr-Digest (RFC 9530 section 3), or an empty string for a web page."""
        return "" if self.page else f"sha-256=:{base64.b64encode(bytes.fromhex(self.sha256)).decode()}:"


@dataclass(frozen=True, slots=True)
class BuildFiles:
    """The files of a build, whose sizes have been compared with its manifest.

    Attributes:
        name: the SHA-256 of the manifest, which names the build.
        manifest: the manifest.
        files: the files that it lists, by path under the build folder.
        site: the web pages, by path under the `site` folder.

    """

    name: str
    manifest: Mapping[str, Any]
    files: Mapping[str, SnapshotFile]
    site: Mapping[str, SnapshotFile]

    def file(self, path: str) -> SnapshotFile:
        """Return a file by its path under the build folder, web pages included."""
        within = path.removeprefix(f"{SITE}/")
        return self.files[path] if path in self.files else self.site[within]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded build.

    Attributes:
        iri: the namespace of its records, which is also the IRI of the dataset.
        prefixes: the namespace by the publication's prefix.
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
    prefixes: Mapping[str, str]
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


def read_files(folder: Path, pages: Path | None = None) -> BuildFiles:
    """Read what a build has, without its content.

    Args:
        folder: the output of `upheaval build`.
        pages: the folder of its web pages; by default `site` in the build's.

    Returns:
        The files; they are only those listed in its manifest and inside the folder.

    Raises:
        Refusal: the folder is not a build, or a file does not have the size given in the manifest.

    """
    find_quads(folder)
    try:
        text = (folder / "manifest.json").read_bytes()
        manifest = json.loads(text)
        files = _listed(folder, manifest["files"])
        name = hashlib.sha256(text).hexdigest()
        files["manifest.json"] = SnapshotFile(folder / "manifest.json", MEDIA[".json"], name)
        site = _site(pages or folder / SITE, str(manifest["rdfc10_sha256"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _refuse(folder, f"cannot be served: {error}")
    return BuildFiles(name, manifest, files, site)


def open_build(folder: Path, pages: Path | None = None) -> Snapshot:
    """Load a build.

    Args:
        folder: the output of `upheaval build`.
        pages: the folder of its web pages; by default `site` in the build's.

    Raises:
        Refusal: the folder is not a build, a file does not have the size given in the manifest, or the N-Quads are
            not the ones that it describes.

    """
    quads, opened = find_quads(folder), read_files(folder, pages)
    manifest, files = opened.manifest, opened.files
    try:
        iri, issued = str(manifest["publication"]), datetime.fromisoformat(manifest["issued"]).replace(tzinfo=UTC)
        store = load_store(str(quads), files[quads.name].sha256)
        extra = _extra(folder, files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
        _refuse(folder, f"cannot be served: {error}")
    dataset, retired = ox.NamedNode(iri), _retired(store)
    return Snapshot(
        iri=iri,
        prefixes={str(manifest["prefix"]): iri} if "prefix" in manifest else {},
        version=str(manifest["version"]),
        issued=issued,
        title=_value(store, dataset, str(DCTERMS.title)) or iri,
        description=_value(store, dataset, str(DCTERMS.description)),
        license=_value(store, dataset, str(DCTERMS.license)),
        quads=files[quads.name],
        store=store,
        extra=extra,
        files=files,
        site=opened.site,
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
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise ValueError(f"{path} is outside the folder")
        if place.stat().st_size != entry["bytes"]:
            raise ValueError(f"{path} does not have the size given in the manifest")
        media = MEDIA.get(place.suffix, "application/octet-stream")
        files[path] = SnapshotFile(place, media, str(entry["sha256"]))
    return files


def _site(folder: Path, identity: str) -> dict[str, SnapshotFile]:
    """Return the web pages, or none if they belong to another build or are incomplete.

    They are those that `site.json` lists with their hashes; each is compared with its hash before it is sent.
    """
    try:
        found = json.loads((folder / "site.json").read_text(encoding="utf-8"))
        shown, listed = found["rdfc10_sha256"], found["files"]
    except FileNotFoundError:
        return {}
    if shown != identity:
        logging.getLogger(__name__).warning("the pages in %s belong to another build: run `upheaval site`", folder)
        return {}
    return {
        str(path): SnapshotFile(folder / path, media, str(digest), True)
        for path, digest in sorted(listed.items())
        if digest and is_inside(path) and (media := _SITE_MEDIA.get(os.path.splitext(path)[1]))
    }


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
