"""Triples to text, with the same bytes every time: pyoxigraph writes the statements, headers and order are set here."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of, write
from upheaval.rdf.namespaces import RDF
from upheaval.schema.contract import Contract, Kind
from upheaval.schema.publication import Publication
from upheaval.sources.records import Record

PREFIXES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
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
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TYPE = str(RDF.type)
_HEADER = re.compile(rb"\A(?:@prefix[^\n]*\n)*")
_ROOT = re.compile(rb"<rdf:RDF[^>]*>")
_TEXT = re.compile(rb"(<(?![/?])[^<>]*[^/<>]>)([^<]*)(?=</)")


def code_prefixes(contract: Contract) -> dict[str, str]:
    """Return a prefix for each scheme of codes: the last part of the scheme's IRI."""
    namespaces = {
        iri[: iri.rfind("#") + 1] for codes in contract.codes.values() for iri in codes.values() if "#" in iri
    }
    return {namespace[:-1].rsplit("/", 1)[-1]: namespace for namespace in namespaces}


def order(triples: Iterable[ox.Triple], ranks: Mapping[str, float] | None = None) -> list[ox.Triple]:
    """Sort triples by subject, predicate and object, with types first and then by the ranks of predicates."""
    known = ranks or {}

    def place(triple: ox.Triple) -> tuple[str, float, str, str]:
        predicate = triple.predicate.value
        rank = -1 if predicate == _TYPE else known.get(predicate, 1000)
        return iri_of(triple.subject), rank, predicate, str(triple.object)

    return sorted(triples, key=place)


def ranks(contract: Contract) -> dict[str, float]:
    """Return the place of each property among the keys of records, by IRI."""
    return {key.iri: key.order for kind in contract.kinds.values() for key in kind.keys.values()}


def turtle(
    triples: Iterable[ox.Triple], prefixes: Mapping[str, str], base: str | None = None, header: bool = True
) -> bytes:
    """Write triples as Turtle, in the order given.

    Args:
        triples: those of one subject together.
        prefixes: namespaces by prefix.
        base: the IRI against which the others are shortened.
        header: whether to write the base and the prefixes.

    Returns:
        UTF-8 text; prefixes sorted, one blank line between subjects.

    """
    text = write(triples, ox.RdfFormat.TURTLE, dict(prefixes))
    body = re.sub(rb"(?m)^(?=\S)(?!\A)", b"\n", _HEADER.sub(b"", text).replace(b"\t", b"    "))
    if base:
        body = _within(base).sub(lambda found: b"<" + found[1] if found[1] else found[0], body.lstrip(b"\n"))
    return (_turtle_header(prefixes, base) if header else b"") + body.lstrip(b"\n")


@cache
def _within(base: str) -> re.Pattern[bytes]:
    """Return what finds texts in quotes, to be left alone, and IRIs that begin with a base, whose rest is group 1.

    pyoxigraph shortens every IRI of the same scheme and host, down to `<//host/path>`. Here, what follows the base must
    not begin as a path or a fragment of its own, have a colon (it would be a scheme), or have the segments `.` and
    `..`, which a parser takes out (RFC 3986 sections 4.2 and 5.2.4).
    """
    quoted = rb'"(?:[^"\\\n]|\\.)*"'
    rest = rb'(?![/#>])(?!(?:[^<>"]*[/?#])?\.\.?[/?#>])[^<>"{}|^`\\:\x00-\x20]*>'
    return re.compile(quoted + rb"|<" + re.escape(base.encode()) + rb"(" + rest + rb")")


def _turtle_header(prefixes: Mapping[str, str], base: str | None) -> bytes:
    lines = [f"@base <{base}> .\n"] if base else []
    lines.extend(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in sorted(prefixes.items()))
    return "".join([*lines, "\n"]).encode()


def rdf_xml(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """Write triples as RDF/XML, in the order given, with the namespaces sorted.

    Tabs and line breaks in texts are written as references, because a parser reads every other line break as a line
    feed (XML 1.0 section 2.11).
    """
    text = _TEXT.sub(_escape_blanks, write(triples, ox.RdfFormat.RDF_XML, dict(prefixes)))
    match = _ROOT.search(text)
    if match is None:
        return text
    attributes = sorted(set(re.findall(rb'xmlns:\S+?="[^"]*"', match.group(0))))
    root = b"<rdf:RDF\n    " + b"\n    ".join(attributes) + b">"
    return text[: match.start()] + root + text[match.end() :].replace(b"\t", b"  ")


def _escape_blanks(match: re.Match[bytes]) -> bytes:
    text = match.group(2).replace(b"\t", b"&#9;").replace(b"\r", b"&#13;").replace(b"\n", b"&#10;")
    return match.group(1) + text


def n_triples(triples: Iterable[ox.Triple]) -> bytes:
    """Write triples as N-Triples, sorted."""
    return _sorted_lines(write(triples, ox.RdfFormat.N_TRIPLES))


def n_quads(graphs: Mapping[str, Iterable[ox.Triple]]) -> bytes:
    """Write triples by the IRIs of their graphs as N-Quads, sorted."""
    lines: list[bytes] = []
    for name, triples in graphs.items():
        end = f"<{name}> .\n".encode()
        lines.extend(line[:-1] + end for line in write(triples, ox.RdfFormat.N_TRIPLES).splitlines())
    return b"".join(sorted(lines))


def _sorted_lines(text: bytes) -> bytes:
    return b"".join(sorted(text.splitlines(keepends=True)))


def grouped_turtle(
    publication: Publication,
    records: Iterable[Record],
    data: Iterable[ox.Triple],
    derived: Iterable[ox.Triple],
    prefixes: Mapping[str, str],
) -> bytes:
    """Write a publication's data as Turtle for people: a section a kind, a record and its parts together.

    Args:
        publication: whose data; its namespace is the base.
        records: in the order in which they are written.
        data: what the records say, in order.
        derived: what rules conclude, in order, for a section of its own at the end.
        prefixes: namespaces by prefix.

    Returns:
        UTF-8 text.

    """
    by_record: dict[str, list[ox.Triple]] = {}
    for triple in data:
        by_record.setdefault(iri_of(triple.subject).partition("#")[0], []).append(triple)
    parts = [_title(publication), _turtle_header(prefixes, publication.iri)]
    kind: Kind | None = None
    for record in records:
        if record.kind is not kind:
            kind = record.kind
            parts.append(_banner(f"{kind.folder}: {kind.comment}"))
        written = by_record.get(publication.iri + record.slug, [])
        parts.append(turtle(written, prefixes, publication.iri, header=False) + b"\n")
    parts.append(_banner("What the rules of the vocabulary conclude from the records above"))
    parts.append(turtle(derived, prefixes, publication.iri, header=False))
    return b"".join(parts)


def _title(publication: Publication) -> bytes:
    return (
        f"# {publication.title}\n# Version {publication.version}, {publication.issued}. "
        f"{', '.join(publication.creator)}. {publication.license}\n\n"
    ).encode()


def _banner(text: str) -> bytes:
    return f"# {'-' * 76}\n# {text}\n\n".encode()
