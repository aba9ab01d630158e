"""Write the data as Turtle for people: in sections by kind, with records and their parts together."""

from collections.abc import Iterable, Mapping
from itertools import chain, groupby

import pyoxigraph as ox

from upheaval.populate.records import Record
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.writers import turtle, turtle_header
from upheaval.schema.publication import Publication


def grouped_turtle(
    publication: Publication,
    records: Iterable[Record],
    data: Iterable[ox.Triple],
    derived: Iterable[ox.Triple],
    prefixes: Mapping[str, str],
) -> bytes:
    """Write a publication's data as Turtle for people: in sections by kind, with records and their parts together.

    Args:
        publication: the publication, whose namespace is the base.
        records: the records, in the order of writing.
        data: the records' triples, in order.
        derived: the derived triples, in order, for a section at the end.
        prefixes: namespaces by prefix.

    Returns:
        UTF-8 text.

    """
    by_record: dict[str, list[ox.Triple]] = {}
    for triple in data:
        by_record.setdefault(iri_of(triple.subject).partition("#")[0], []).append(triple)
    parts = [_title(publication), turtle_header(prefixes, publication.iri)]
    for kind, section in groupby(records, key=lambda record: record.kind):
        parts.append(_banner(f"{kind.folder}: {kind.comment}"))
        written = chain.from_iterable(by_record.get(publication.iri + record.slug, ()) for record in section)
        parts.append(turtle(written, prefixes, publication.iri, header=False) + b"\n")
    parts.append(_banner("Derived from the records above by the rules of the vocabulary"))
    parts.append(turtle(derived, prefixes, publication.iri, header=False))
    return b"".join(parts)


def _title(publication: Publication) -> bytes:
    return (
        f"# {publication.title}\n# Version {publication.version}, {publication.issued}. "
        f"{', '.join(publication.creator)}. {publication.license}\n\n"
    ).encode()


def _banner(text: str) -> bytes:
    return f"# {'-' * 76}\n# {text}\n\n".encode()
