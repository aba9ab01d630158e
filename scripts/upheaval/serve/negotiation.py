"""Content negotiation (RFC 9110 section 12.5.1): choose the representation that an Accept field asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
from starlette.requests import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from upheaval.rdf.xmlnames import are_property_names

LONGEST = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A representation of a resource.

    Attributes:
        name: its suffix, without the dot.
        media: its media type.
        aliases: other media types that select it.
        words: other values of the `format` parameter that select it.

    """

    name: str
    media: str
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The Content-Type, with a charset for text."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


TURTLE = Offer("ttl", "text/turtle", ("application/x-turtle", "text/n3", "text/rdf+n3"), ("turtle", "n3"))
JSON_LD = Offer("jsonld", "application/ld+json", ("application/json",), ("json-ld", "json"))
N_TRIPLES = Offer("nt", "application/n-triples", ("text/plain",), ("n-triples", "ntriples"))
RDF_XML = Offer("rdf", "application/rdf+xml", ("application/xml", "text/xml"), ("rdf+xml", "xml"))
HTML = Offer("html", "text/html", ("application/xhtml+xml",))
JSON = Offer("json", "application/sparql-results+json", ("application/json",))
XML = Offer("xml", "application/sparql-results+xml", ("application/xml", "text/xml"))
CSV = Offer("csv", "text/csv")
TSV = Offer("tsv", "text/tab-separated-values")

GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
ROWS = (JSON, XML, CSV, TSV)


def writable(triples: Iterable[ox.Triple]) -> list[Offer]:
    """Return the formats that can express a graph: RDF/XML cannot if a property's IRI does not end in an XML name."""
    in_xml = are_property_names(triple.predicate.value for triple in triples)
    return [offer for offer in GRAPHS if offer is not RDF_XML or in_xml]


@lru_cache(1024)
def choose(accept: str | None, offers: tuple[Offer, ...]) -> Offer | None:
    """Choose a representation.

    Args:
        accept: the Accept field; None or an empty string accepts everything.
        offers: the available representations, preferred first.

    Returns:
        The first offer of the highest quality, or None if none is acceptable. For each offer, the most specific
        matching range counts (RFC 9110 section 12.5.1); invalid media ranges are ignored.

    """
    if not accept or not accept.strip():
        return offers[0]
    ranges: dict[str, float] = {}
    for wanted, quality in parse_accept_header(accept[:LONGEST], MIMEAccept):
        name = wanted.partition(";")[0].strip().lower()
        ranges[name] = max(quality, ranges.get(name, 0.0))
    best: Offer | None = None
    highest = 0.0
    for offer in offers:
        if (value := _quality(offer, ranges)) > highest:
            best, highest = offer, value
    return best


def accepted(request: Request) -> str | None:
    """Return the Accept field of a request, which may be sent in several lines (RFC 9110 section 5.3)."""
    return ", ".join(request.headers.getlist("accept")) or None


def by_word(word: str, offers: Iterable[Offer]) -> Offer | None:
    """Return the offer with a given suffix, media type or other name, or None."""
    asked = word.strip().lower()
    for offer in offers:
        if asked in (offer.name, offer.media, *offer.aliases, *offer.words):
            return offer
    return None


def _quality(offer: Offer, ranges: Mapping[str, float]) -> float:
    """Return the quality of an offer: that of its media type, or slightly less where only an alias is named."""
    for name in (offer.media, f"{offer.media.partition('/')[0]}/*", "*/*"):
        if name in ranges:
            if ranges[name] or name == offer.media:
                return ranges[name]
            break
    return 0.999 * max((ranges.get(alias, 0.0) for alias in offer.aliases), default=0.0)
