"""The released versions on the site: each below its number, with its files, a page about it, and its records then."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from upheaval.faults import Refusal
from upheaval.processes import cores, share_out
from upheaval.schema.ledger import read_ledger
from upheaval.serve.answering import write_graph
from upheaval.serve.describing import describe
from upheaval.serve.html import view
from upheaval.site.library import Library
from upheaval.site.pagepaths import root_of
from upheaval.site.pages import Page
from upheaval.store.builds import open_build
from upheaval.store.integrity import MANIFEST, PAGES, listed_files, verify
from upheaval.store.releases import Release, latest, read_releases, release_folder

BATCH = 200
_MOST = 100_000
"""Triples on a page: all that a record has."""

PageFile = tuple[str, bytes]
VersionLink = tuple[str, str, str]


class Rendering(Protocol):
    """What turns a page into HTML."""

    def render(self, page: Page) -> bytes:
        """Return the HTML of a page."""


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A released version whose files are at hand.

    Attributes:
        release: what is known of it.
        folder: its files.
        store: its data.
        names: the names of its records.

    """

    release: Release
    folder: Path
    store: ox.Store = field(repr=False)
    names: frozenset[str] = field(repr=False)

    @property
    def notice(self) -> str:
        """Why it was withdrawn, as a sentence, or an empty string."""
        gone = self.release
        return f"Withdrawn on {gone.withdrawn}: {gone.why}" if gone.is_withdrawn else ""

    def copies(self) -> dict[str, Path]:
        """Return its files by their path on the site."""
        listed = listed_files((self.folder / MANIFEST).read_bytes(), MANIFEST)
        return {f"{self.release.version}/{path}": self.folder / path for path in (MANIFEST, *listed)}


@dataclass(frozen=True, slots=True)
class SiteVersions:
    """The released versions of a publication, the newest first.

    Attributes:
        found: those whose files are at hand.
        missing: the numbers of the others.
        latest: the newest that was not withdrawn, or an empty string.
        former: the names that a record had before, by its name now.
        current: the names of the records now, and of those that were retired, which have a page as well.

    """

    found: tuple[PublishedVersion, ...]
    missing: tuple[str, ...]
    latest: str
    former: Mapping[str, tuple[str, ...]] = field(repr=False)
    current: frozenset[str] = field(repr=False)

    @property
    def has_feeds(self) -> bool:
        """Whether the site has the feed and the event stream of the releases, which need the files of all."""
        return bool(self.found) and not self.missing

    def links(self, name: str, shown: str = "") -> list[VersionLink]:
        """Return the page of the same record in each version that has it: path, version and remark.

        Args:
            name: the record's name, or an empty string for the whole.
            shown: the version that the page with the links is of; its path is empty. By default the current one.

        """
        now = name if name in self.current else next((n for n, old in self.former.items() if name in old), "")
        links = [("" if not shown else f"{now}/" if now else "", "now", "")] if now or not name else []
        for one in self.found:
            version = one.release.version
            then = next((n for n in (name, now, *self.former.get(now, ())) if n and n in one.names), "")
            if then or not name:
                path = "" if version == shown else f"{version}/{then}/" if then else f"{version}/"
                links.append((path, version, "withdrawn" if one.notice else ""))
        return links


def open_versions(library: Library) -> SiteVersions:
    """Open the released versions of a publication.

    Raises:
        Refusal: what is known of a release is malformed, or its files have been changed.

    """
    publication = library.publication
    releases = read_releases(publication.root)
    found, missing = [], []
    for version, release in reversed(releases.items()):
        try:
            folder = release_folder(publication.root, version)
        except Refusal:
            missing.append(version)
            continue
        if faults := verify(folder):
            raise Refusal(faults)
        store = open_build(folder).store()
        graph = ox.NamedNode(publication.graph("data"))
        subjects = {getattr(quad.subject, "value", "") for quad in store.quads_for_pattern(None, None, None, graph)}
        names = {iri.removeprefix(publication.iri) for iri in subjects if iri.startswith(publication.iri)}
        found.append(PublishedVersion(release, folder, store, frozenset(n for n in names if n and "#" not in n)))
    newest = latest(releases)
    former: dict[str, tuple[str, ...]] = {}
    current = set(library.records)
    ledger = read_ledger(publication.root) if found else None
    for name, entry in ledger.entries.items() if ledger else ():
        fate = ledger.resolve(name) if ledger and entry.annotated and "#" not in name else None
        if fate and not fate.successors:
            current.add(name)
        for successor in fate.successors if fate else ():
            former[successor] = (*former.get(successor, ()), name)
    version = newest.version if newest else ""
    return SiteVersions(tuple(found), tuple(missing), version, former, frozenset(current))


def version_files(library: Library, versions: SiteVersions, renderer: Rendering) -> Iterator[PageFile]:
    """Yield the pages and documents of all versions, and for each the list of them that `upheaval verify` reads."""
    for one in versions.found:
        hashes = {}
        for path, content in _files(library, versions, one, renderer):
            hashes[path.removeprefix(f"{one.release.version}/")] = hashlib.sha256(content).hexdigest()
            yield path, content
        listed = {"rdfc10_sha256": one.release.rdfc10_sha256, "files": dict(sorted(hashes.items()))}
        yield f"{one.release.version}/{PAGES}", (json.dumps(listed, indent=1) + "\n").encode()


def _files(library: Library, versions: SiteVersions, one: PublishedVersion, renderer: Rendering) -> Iterator[PageFile]:
    version = one.release.version
    files = listed_files((one.folder / MANIFEST).read_bytes(), MANIFEST)
    values = {"release": one.release, "notice": one.notice, "latest": versions.latest, "as_of": ("", version)}
    title = f"{library.publication.title} {version}"
    page = Page(f"{version}/", "version.html", title, values | {"files": sorted(files.items())})
    yield page.file, renderer.render(page)

    def written(names: Iterable[str]) -> list[PageFile]:
        return [file for name in names for file in _record(library, one, name, renderer)]

    names = sorted(one.names)
    for done in share_out(written, [names[at : at + BATCH] for at in range(0, len(names), BATCH)], cores()):
        yield from done


def _record(library: Library, one: PublishedVersion, name: str, renderer: Rendering) -> Iterator[PageFile]:
    version, iri = one.release.version, library.publication.iri + name
    path = f"{version}/{name}/"
    triples, _ = describe(one.store, iri, _MOST)
    shown = view(one.store, iri, triples, _VersionPaths(library, one, root_of(path)))
    values = {"shown": shown, "notice": one.notice, "release": one.release, "name": name, "as_of": (name, version)}
    page = Page(path, "versionrecord.html", shown.title, values)
    yield page.file, renderer.render(page)
    yield f"{version}/doc/{name}.ttl", write_graph(triples, "ttl")


@dataclass(frozen=True, slots=True)
class _VersionPaths:
    """Relative paths from a page of a version: to its own records, and to the vocabulary's current pages."""

    library: Library
    version: PublishedVersion
    root: str

    def path(self, iri: str) -> str | None:
        """Return the path of an IRI, or None if the site has no page for it."""
        name = iri.removeprefix(self.library.publication.iri).partition("#")[0]
        if iri.startswith(self.library.publication.iri) and name in self.version.names:
            return f"{self.root}{self.version.release.version}/{name}/"
        page = self.library.paths.vocabulary(iri)
        return self.root + page if page else None
