"""Describe pages in schema.org terms, as JSON-LD for search engines."""

from collections import deque
from typing import Any

from rdflib import URIRef

from upheaval.build.framing import Frame
from upheaval.rdf.namespaces import RDFS
from upheaval.site.library import Library, items
from upheaval.site.recordvalues import web

SCHEMA = "https://schema.org/"


def structured(library: Library, frame: Frame) -> dict[str, Any]:
    """Describe a record in schema.org's terms.

    Args:
        library: the index, for alignments and names.
        frame: the record.

    Returns:
        A JSON-LD object. Its type is the narrowest schema.org class that the alignments give for the record's class or
        a superclass, or else Thing.

    """
    publication = library.publication
    iri = publication.iri + frame["id"]
    names = [str(name) for texts in (frame.get("label") or {}).values() for name in items(texts)]
    others = [str(name) for texts in (frame.get("altLabel") or {}).values() for name in items(texts)]
    same = [web(match) for match in items(frame.get("exactMatch")) if web(match)]
    return {
        "@context": "https://schema.org",
        "@id": iri,
        "@type": _class(library, frame),
        "name": library.title(frame["id"]),
        "url": iri,
        **({"alternateName": sorted({*names, *others} - {library.title(frame["id"])})} if names or others else {}),
        **({"sameAs": same} if same else {}),
        "subjectOf": {
            "@type": "Dataset",
            "@id": publication.iri,
            "name": publication.title,
            "description": publication.description,
            "license": publication.license,
            "version": publication.version,
            "creator": [{"@type": "Organization", "name": name} for name in publication.creator],
        },
    }


def _class(library: Library, frame: Frame) -> str:
    kind = library.kind(frame)
    waiting = deque([URIRef(kind.iri)] if kind else [])
    while waiting:
        cls = waiting.popleft()
        wider = sorted(str(found) for found in library.alignments.get(str(cls), ()))
        for iri in wider:
            if iri.startswith(SCHEMA):
                return iri.removeprefix(SCHEMA)
        waiting.extend(
            sorted(
                found
                for found in library.assembly.vocabulary.graph.objects(cls, RDFS.subClassOf)
                if isinstance(found, URIRef)
            )
        )
    return "Thing"
