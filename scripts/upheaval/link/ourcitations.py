"""What our nodes cite: the sources that support or dispute them, with their addresses."""

from dataclasses import dataclass

import pyoxigraph as ox

from upheaval.rdf.sparql import select

_CITATIONS = """
PREFIX dc: <http://purl.org/dc/elements/1.1/>
PREFIX schema: <https://schema.org/>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?node ?source ?bearing ?address ?retrieved ?publisher ?original ?first WHERE {
  ?node statecraft:citation ?citation . ?citation statecraft:source ?source ; statecraft:bearing ?bearing .
  OPTIONAL { ?source schema:url ?address } OPTIONAL { ?source statecraft:retrieved ?retrieved }
  OPTIONAL { ?source dc:publisher ?publisher }
  OPTIONAL { ?source statecraft:republicationOf ?original OPTIONAL { ?original dc:publisher ?first } }
}
"""


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A source that a node cites.

    Attributes:
        source: its IRI.
        supports: whether it supports what the node says, rather than disputes it.
        address: where it can be read, or an empty string.
        retrieved: the day on which it was read, or an empty string.
        publisher: who published it, and whom it reproduces.
        original: the IRI of the source that it reproduces, or its own.
        item: the number of its item in Wikidata, or an empty string.

    """

    source: str
    supports: bool
    address: str
    retrieved: str
    publisher: str
    original: str
    item: str = ""


def cited_sources(store: ox.Store) -> dict[str, list[CitedSource]]:
    """Return what each node cites, by its IRI, in the order of the sources' IRIs."""
    found: dict[str, set[CitedSource]] = {}
    for row in select(store, _CITATIONS):
        address, retrieved, publisher, original, first = (
            getattr(row[name], "value", "") for name in ("address", "retrieved", "publisher", "original", "first")
        )
        source = row["source"].value
        supports = row["bearing"].value.endswith("#supports")
        publishers = f"{publisher}, {first}" if first else publisher
        cited = CitedSource(source, supports, address, retrieved, publishers, original or source)
        found.setdefault(row["node"].value, set()).add(cited)
    return {node: sorted(sources, key=lambda one: one.source) for node, sources in found.items()}
