"""The files of records: a page, a Turtle file and a JSON-LD file each, rendered in parallel."""

import json
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from upheaval.build.framing import frames
from upheaval.processes import cores, share_out
from upheaval.progress import track
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.writers import PREFIXES, order, turtle
from upheaval.schema.prefixes import code_prefixes, ranks
from upheaval.site.formerpages import predecessors
from upheaval.site.library import Library
from upheaval.site.pages import Renderer
from upheaval.site.recordpages import record_pages

BATCH = 200
"""Number of records that a process renders before returning them."""

PageFile = tuple[str, bytes]


def record_files(library: Library, renderer: Renderer) -> Iterator[PageFile]:
    """Yield the path and content of the files of all records."""
    names = list(library.records)
    documents = RecordDocuments(library)

    def written(batch: list[str]) -> list[PageFile]:
        return [*renderer.files(record_pages(library, batch)), *documents.files(batch)]

    batches = [names[place : place + BATCH] for place in range(0, len(names), BATCH)]
    for files in track(share_out(written, batches, cores()), len(names), "pages of records", BATCH):
        yield from files


class RecordDocuments:
    """Writes the RDF documents of individual records, including their parts."""

    def __init__(self, library: Library) -> None:
        """Index the statements of a publication by record."""
        self._library = library
        names = ("dc", "dcterms", "owl", "rdfs", "schema", "skos", "statecraft", "xsd")
        self._prefixes = {name: PREFIXES[name] for name in names} | code_prefixes(library.contract)
        self._place = ranks(library.contract)
        self._statements: dict[str, list[ox.Triple]] = {}
        self._former = predecessors(library)
        publication = library.publication
        for part in ("data", "derived"):
            graph = ox.NamedNode(publication.graph(part))
            for quad in library.assembly.store.quads_for_pattern(None, None, None, graph):
                whole = iri_of(quad.subject).partition("#")[0].removeprefix(publication.iri)
                self._statements.setdefault(whole, []).append(quad.triple)

    def files(self, names: Iterable[str]) -> Iterator[PageFile]:
        """Yield each record as Turtle and as JSON-LD.

        IRIs in JSON-LD are absolute: `@base` in a context that is fetched counts for nothing (JSON-LD 1.1 section
        4.1.3).
        """
        for name in names:
            triples = order(dict.fromkeys((*self._statements[name], *self._former.get(name, ()))), self._place)
            yield f"doc/{name}.ttl", turtle(triples, self._prefixes, self._library.publication.iri)
            graph = frames(triples, self._library.assembly.context, "")
            document = {"@context": "../context.jsonld", **(graph[0] if len(graph) == 1 else {"@graph": graph})}
            yield f"doc/{name}.jsonld", (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
