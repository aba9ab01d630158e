"""Serialize triples reproducibly: pyoxigraph writes the statements; order and headers are determined here."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from operator import attrgetter

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of, write
from upheaval.rdf.iris import RDF
from upheaval.rdf.xmlnames import require_characters, require_names
from upheaval.rdf.xsd import XSD

PREFIXES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prof": "http://www.w3.org/ns/dx/prof/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "shapes": "https://w3id.org/statecraft/shapes#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "statecraft": "https://w3id.org/statecraft#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": XSD,
}
_TYPE = str(RDF.type)
_PREDICATE = attrgetter("predicate")
_HEADER = re.compile(rb"\A(?:@prefix[^\n]*\n)*")
_ROOT = re.compile(rb"<rdf:RDF[^>]*>")
_BLANKS = re.compile(rb">([^<\t\r\n]*[\t\r\n][^<]*)(?=</)")
"""Matches a text with a tab or a line break before an end tag."""
_UNNAMED = re.compile(rb'<([^\s:<>/]+):(?: xmlns:\1="([^"]*)")?( rdf:(?:about|nodeID)="[^"]*")>')
_UNNAMED_END = re.compile(rb"</[^\s:<>/]+:>")
"""Match the tags that pyoxigraph writes for a node of a class whose IRI does not end in an XML name."""
_QUOTED = re.compile(rb'("[^"\\\n]*(?:\\.[^"\\\n]*)*")')
_SUBJECT = re.compile(rb"\n(?=[^ \n])")


def order(triples: Iterable[ox.Triple], ranks: Mapping[str, float] | None = None) -> list[ox.Triple]:
    """Sort triples by subject, predicate and object, with types first and then by the ranks of predicates."""
    known = ranks or {}

    def place(triple: ox.Triple) -> tuple[str, float, str, str]:
        predicate = triple.predicate.value
        rank = -1 if predicate == _TYPE else known.get(predicate, 1000)
        return iri_of(triple.subject), rank, predicate, str(triple.object)

    return sorted(triples, key=place)


def turtle(
    triples: Iterable[ox.Triple], prefixes: Mapping[str, str], base: str | None = None, header: bool = True
) -> bytes:
    """Write triples as Turtle, in the order given.

    Args:
        triples: the triples, grouped by subject.
        prefixes: namespaces by prefix.
        base: the IRI relative to which others are shortened.
        header: whether to write the base and the prefixes.

    Returns:
        UTF-8 text; prefixes sorted, one blank line between subjects.

    """
    text = write(triples, ox.RdfFormat.TURTLE, dict(prefixes))
    body = _SUBJECT.sub(b"\n\n", _HEADER.sub(b"", text).replace(b"\t", b"    "))
    if base:
        parts = _QUOTED.split(body.lstrip(b"\n"))
        parts[::2] = [_within(base).sub(b"<", part) for part in parts[::2]]
        body = b"".join(parts)
    return (turtle_header(prefixes, base) if header else b"") + body.lstrip(b"\n")


@cache
def _within(base: str) -> re.Pattern[bytes]:
    """Return a pattern for the beginning of IRIs that can be shortened to what comes after a base.

    pyoxigraph would shorten every IRI with the same scheme and host, down to `<//host/path>`. Here, the part after the
    base must not start like an absolute path or a fragment, contain a colon (which would mark a scheme), or have the
    segments `.` and `..`, which parsers remove (RFC 3986 sections 4.2 and 5.2.4).
    """
    rest = rb'(?![/#>])(?!(?:[^<>"]*[/?#])?\.\.?[/?#>])[^<>"{}|^`\\:\x00-\x20]*>'
    return re.compile(rb"<" + re.escape(base.encode()) + rb"(?=" + rest + rb")")


def turtle_header(prefixes: Mapping[str, str], base: str | None) -> bytes:
    """Return the declarations of the base, if any, and of the sorted prefixes, followed by a blank line."""
    lines = [f"@base <{base}> .\n"] if base else []
    lines.extend(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in sorted(prefixes.items()))
    return "".join([*lines, "\n"]).encode()


def rdf_xml(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """Write triples as RDF/XML, in the order given, with sorted namespaces.

    Tabs and line breaks in texts are written as character references, because parsers normalize literal line breaks to
    line feeds (XML 1.0 section 2.11).

    Raises:
        NotXml: RDF/XML cannot express a property or a text.

    """
    triples = list(triples)
    require_names({predicate.value for predicate in map(_PREDICATE, triples)})
    text = write(triples, ox.RdfFormat.RDF_XML, dict(prefixes))
    require_characters(text)
    text = _BLANKS.sub(_escape_blanks, text)
    spaces = {prefix.encode(): escape(iri, quote=False).encode() for prefix, iri in prefixes.items()}
    text = _UNNAMED.sub(lambda tag: _described(tag, spaces), text)
    text = _UNNAMED_END.sub(b"</rdf:Description>", text)
    match = _ROOT.search(text)
    if match is None:
        return text
    attributes = sorted(set(re.findall(rb'xmlns:\S+?="[^"]*"', match.group(0))))
    root = b"<rdf:RDF\n    " + b"\n    ".join(attributes) + b">"
    return text[: match.start()] + root + text[match.end() :].replace(b"\t", b"  ")


def _described(tag: re.Match[bytes], spaces: Mapping[bytes, bytes]) -> bytes:
    """Write the start of a node with its class as a property."""
    return b'<rdf:Description%b>\n\t\t<rdf:type rdf:resource="%b"/>' % (tag[3], tag[2] or spaces[tag[1]])


def _escape_blanks(match: re.Match[bytes]) -> bytes:
    tag = match.string[match.string.rfind(b"<", 0, match.start()) : match.start()]
    if tag.startswith(b"</") or tag.endswith(b"/"):
        return match[0]  # indentation between elements
    return b">" + match[1].replace(b"\t", b"&#9;").replace(b"\r", b"&#13;").replace(b"\n", b"&#10;")


def n_triples(triples: Iterable[ox.Triple]) -> bytes:
    """Write triples as sorted N-Triples."""
    return b"".join(sorted(write(triples, ox.RdfFormat.N_TRIPLES).splitlines(keepends=True)))


def n_quads(graphs: Mapping[str, bytes]) -> bytes:
    """Write N-Triples, by the IRI of their graph, as sorted N-Quads."""
    lines: list[bytes] = []
    for name, text in graphs.items():
        end = f"<{name}> .\n".encode()
        lines.extend(line[:-1] + end for line in text.splitlines())
    return b"".join(sorted(lines))
