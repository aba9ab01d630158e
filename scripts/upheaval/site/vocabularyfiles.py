"""The vocabularies as RDF, beside their pages, at the paths that the server negotiates."""

from collections.abc import Container, Iterator

import pyoxigraph as ox

from upheaval.build.common import canonical
from upheaval.rdf.graphs import write
from upheaval.rdf.writers import PREFIXES, turtle
from upheaval.schema.prefixes import code_prefixes
from upheaval.schema.termdocuments import TermDocuments
from upheaval.site.library import Library


def vocabulary_files(library: Library, copies: Container[str]) -> Iterator[tuple[str, bytes]]:
    """Yield each vocabulary as Turtle and as JSON-LD.

    Args:
        library: the dataset.
        copies: the files that the site takes over from the build, which are left as they are.

    """
    paths = library.paths.terms
    documents = TermDocuments(library.assembly.vocabulary.ontology, paths)
    names = ("dcterms", "owl", "rdf", "rdfs", "skos", "statecraft", "vann", "xsd")
    prefixes = {name: PREFIXES[name] for name in names} | code_prefixes(library.contract)
    for iri in paths.documents.values():
        stem = paths.page(iri).removesuffix("/")
        if stem and f"{stem}.ttl" not in copies and (triples := canonical(documents.triples(iri))):
            yield f"{stem}.ttl", turtle(triples, prefixes)
            yield f"{stem}.jsonld", write(triples, ox.RdfFormat.JSON_LD)
