"""Content negotiation (RFC 9110 section 12.5.1): choose the representation that an Accept field asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST = 4096


@dataclass(frozen=True, slots=True)
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


def choose(accept: str | None, offers: Sequence[Offer]) -> Offer | None:
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
    ranges = _ranges(accept[:LONGEST])
    best: Offer | None = None
    quality = 0.0
    for offer in offers:
        found = max((_quality(media, ranges) for media in (offer.media, *offer.aliases)), default=0.0)
        own = _quality(offer.media, ranges)
        value = own if own else found * 0.999
        if value > quality:
            best, quality = offer, value
    return best


def by_word(word: str, offers: Iterable[Offer]) -> Offer | None:
    """Return the offer with a given suffix, media type or other name, or None."""
    asked = word.strip().lower()
    for offer in offers:
        if asked in (offer.name, offer.media, *offer.aliases, *offer.words):
            return offer
    return None


def _ranges(accept: str) -> list[tuple[str, float]]:
    ranges = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media.count("/") != 1:
            continue
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _number(value.strip())
        ranges.append((media, quality))
    return ranges


def _number(text: str) -> float:
    """Return a qvalue; an invalid one counts as 0."""
    digits = text.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(text) > 5:
        return 0.0
    return min(float(text), 1.0)


def _quality(media: str, ranges: list[tuple[str, float]]) -> float:
    kind = media.partition("/")[0] + "/*"
    for wanted in (media, kind, "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
