"""Folders of w3id.org, which redirects permanent identifiers to wherever they are published now."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from upheaval.rdf.namespaces import OWL, RDF, SKOS
from upheaval.schema.publication import Publication
from upheaval.schema.termpaths import document_of

HOST = "w3id.org"
_DOCUMENTS = {str(cls) for cls in (OWL.Ontology, SKOS.ConceptScheme)}


@dataclass(frozen=True, slots=True)
class PermanentFolder:
    """A folder of w3id.org.

    Attributes:
        path: its path, without slashes at its ends.
        iri: the namespace or vocabulary that it redirects.
        itself: the address that this redirects to.
        below: the address that what is below it redirects to, with a slash at the end.

    """

    path: str
    iri: str
    itself: str
    below: str


def permanent_folders(
    publication: Publication, address: str, documents: Mapping[str, str]
) -> tuple[PermanentFolder, ...]:
    """Return the folders that a publication needs: for its namespace, and for vocabularies that it defines itself.

    Args:
        publication: its metadata.
        address: the address of its pages, with a slash at the end.
        documents: the vocabularies by their path below the address.

    Returns:
        The folders, none within another.

    """
    wanted = {publication.iri: address}
    own = _own_documents(publication)
    wanted |= {iri: address + quote(path) for path, iri in documents.items() if iri in own}
    found: list[PermanentFolder] = []
    for iri in sorted(wanted, key=lambda one: one.rstrip("/#")):
        parts = urlsplit(iri)
        path = parts.path.strip("/")
        if parts.hostname != HOST or any(f"{path}/".startswith(f"{one.path}/") for one in found):
            continue
        slash = "/" if iri.endswith("/") else ""
        itself = wanted[iri].rstrip("/")
        found.append(PermanentFolder(path, iri, itself + slash, f"{itself}/"))
    return tuple(found)


def _own_documents(publication: Publication) -> set[str]:
    files = (publication.root / "ontology").rglob("*.ttl")
    return {
        document_of(quad.subject.value)
        for file in files
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == str(RDF.type)
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value in _DOCUMENTS
    }
