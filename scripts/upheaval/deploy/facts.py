"""What deploying a publication needs to know of it: addresses, vocabularies, versions, and what has moved or gone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from rdflib.term import URIRef

from upheaval.deploy.permanent import HOST, PermanentFolder, permanent_folders
from upheaval.faults import refuse
from upheaval.populate.records import list_records
from upheaval.rdf.namespaces import OWL
from upheaval.schema.configuration import address_problem
from upheaval.schema.publication import FILE, Publication
from upheaval.schema.schema import Schema, prepare
from upheaval.schema.succession import former_names
from upheaval.schema.termpaths import TermPaths, described_terms
from upheaval.store.releases import Release, read_releases

REDIRECTING = (HOST, "purl.org", "doi.org", "n2t.net")
"""Hosts that only redirect, so that nothing can be published there itself."""

_PLAIN = re.compile(r"/(?:[A-Za-z0-9._~-]+/)*")
_KEPT = ":/?#[]@!&*+,=%~"
_SAFE = re.compile(r"[\w/.,:@!+=*&~-]+")
"""Paths in which no web server's configuration has signs of its own."""


@dataclass(frozen=True, slots=True)
class VocabularyPath:
    """Where a vocabulary stands: its path below the address, encoded.

    Attributes:
        path: the path, without a slash at the end.
        ends_in_slash: whether its IRI does, so that its page and its RDF have one address.
        has_terms: whether terms have paths below it.

    """

    path: str
    ends_in_slash: bool
    has_terms: bool


@dataclass(frozen=True, slots=True)
class Site:
    """Where and how a publication is published.

    Attributes:
        publication: its metadata.
        address: the address of its pages, with a slash at the end.
        vocabularies: the vocabularies; those whose paths are within another's come first.
        releases: the released versions, the newest first.
        versions: the paths of versions of vocabularies, with where they are: the present version at the path of the
            vocabulary, an earlier one below the release that has it.
        moved: the paths of records that were renamed or merged, decoded, with where they are now, encoded.
        split: the paths of records that were split into several, decoded.
        gone: the paths of records that were retired, decoded.
        permanent: the folders of w3id.org that redirect here.

    """

    publication: Publication
    address: str
    vocabularies: tuple[VocabularyPath, ...]
    releases: tuple[str, ...]
    versions: dict[str, str]
    moved: dict[str, str]
    split: tuple[str, ...]
    gone: tuple[str, ...]
    permanent: tuple[PermanentFolder, ...]

    @property
    def host(self) -> str:
        """The host's name, without a port."""
        return urlsplit(self.address).hostname or ""

    @property
    def prefix(self) -> str:
        """The path of the pages, with a slash at both ends."""
        return urlsplit(self.address).path

    @property
    def variable(self) -> str:
        """What the names of variables in a configuration begin with."""
        return re.sub(r"[^A-Za-z0-9]", "_", self.publication.prefix)


def site_of(root: Path, address: str = "") -> Site:
    """Find out how a publication is published.

    Args:
        root: its folder.
        address: the address of its pages; by default the publication's `homepage`.

    Returns:
        The facts.

    Raises:
        Refusal: the publication cannot be read, or the address is none that something can be published at.

    """
    schema = prepare(root)
    publication = schema.publication
    address = address or publication.homepage
    if problem := address_problem(address):
        refuse("--address", *problem, rule="deploy/address")
    address = address if address.endswith("/") else f"{address}/"
    if urlsplit(address).hostname in REDIRECTING:
        message = f"{address} only redirects, so the pages need an address of their own"
        refuse(FILE, message, "add `homepage:` with it, or give it with --address", rule="deploy/address")
    if not _PLAIN.fullmatch(urlsplit(address).path) or "?" in address or "#" in address:
        message = f"the path of {address} has signs that configurations of web servers take for their own"
        refuse("--address", message, "use letters, digits, and any of `-._~/` in it", rule="deploy/address")
    slugs = list_records(publication, schema.contract).kinds
    terms = described_terms(schema.vocabulary.ontology)
    paths = TermPaths(publication.iri, terms, lambda path: path in slugs or path == publication.name)
    moved, split, gone = _history(publication)
    vocabularies = tuple(
        VocabularyPath(quote(path), iri.endswith("/"), any(term.startswith(f"{path}/") for term in paths.terms))
        for path, iri in sorted(paths.documents.items(), reverse=True)
    )
    releases = tuple(reversed(read_releases(root).values()))
    versions = dict(_earlier(releases)) | dict(_versions(schema, paths))
    for path in (*paths.documents, *versions, *moved, *split, *gone):
        if not _SAFE.fullmatch(unquote(path)):
            message = f"the path `{unquote(path)}` has signs that configurations of web servers take for their own"
            refuse("the addresses", message, "publish with `upheaval serve`, which takes any", rule="deploy/path")
    permanent = permanent_folders(publication, address, paths.documents)
    numbers = tuple(one.version for one in releases)
    return Site(publication, address, vocabularies, numbers, versions, moved, split, gone, permanent)


def _versions(schema: Schema, paths: TermPaths) -> Iterator[tuple[str, str]]:
    for ontology, version in sorted(schema.vocabulary.graph.subject_objects(OWL.versionIRI)):
        path = paths.of(str(ontology))
        last = str(version).rpartition("/")[2]
        if isinstance(ontology, URIRef) and path and last:
            yield f"{path}/{last}", path


def _earlier(releases: Iterable[Release]) -> Iterator[tuple[str, str]]:
    """Yield where the vocabularies of released versions are; the newest release that has one comes last."""
    for release in reversed(tuple(releases)):
        for iri in release.vocabularies:
            path, _, last = urlsplit(iri).path.strip("/").rpartition("/")
            if path and last:
                yield f"{path}/{last}", f"{release.version}/{path}"


def _history(publication: Publication) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the records that moved, were split and are gone; parts of records are not requested themselves."""
    moved: dict[str, str] = {}
    split: list[str] = []
    gone: list[str] = []
    for name in former_names(publication):
        if "#" in name.iri or not name.iri.startswith(publication.iri):
            continue
        path = unquote(name.iri.removeprefix(publication.iri))
        successors = {one.partition("#")[0] for one in name.successors}
        if len(successors) == 1:
            (target,) = successors
            inside = target.startswith(publication.iri)
            moved[path] = quote(unquote(target.removeprefix(publication.iri))) if inside else quote(target, safe=_KEPT)
        else:
            (split if successors else gone).append(path)
    return moved, tuple(split), tuple(gone)
