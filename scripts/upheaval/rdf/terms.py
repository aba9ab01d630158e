"""Terms as they stand in N-Triples: texts that are equal when the terms are, that keep every literal as it was written.

A store of Oxigraph makes `1.5` of `1.50` and an integer of a byte; its terms also take longer to hash and to compare
than texts, which is what looking up consists of. Canonical N-Triples, as pyoxigraph writes it, is what is read here.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from upheaval.rdf.graphs import write

Term = str
"""`<iri>`, `_:label`, `"text"`, `"text"@language` or `"text"^^<datatype>`."""

STRING = "http://www.w3.org/2001/XMLSchema#string"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
DIR_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#dirLangString"
_ESCAPE = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


class LiteralParts(NamedTuple):
    """A literal's lexical form, the IRI of its datatype, and its language tag or an empty text."""

    text: str
    datatype: str
    language: str


def is_iri(term: Term) -> bool:
    """Tell whether a term is an IRI."""
    return term[0] == "<" and term[1] != "<"


def is_blank(term: Term) -> bool:
    """Tell whether a term is a blank node."""
    return term[0] == "_"


def is_literal(term: Term) -> bool:
    """Tell whether a term is a literal."""
    return term[0] == '"'


def named(iri: str) -> Term:
    """Return the term for an IRI."""
    return f"<{iri}>"


def string(text: str) -> Term:
    """Return the literal for a text without language."""
    return str(ox.Literal(text))


def unescape(text: str) -> str:
    """Return what stands between the quotes of a literal, escapes resolved (N-Triples section 2.4)."""
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    return _SHORT[match[1]] if match[1] else chr(int(match[2] or match[3], 16))


@lru_cache(1 << 14)
def literal_parts(term: Term) -> LiteralParts:
    """Take a literal apart."""
    end = term.rindex('"')
    text, rest = unescape(term[1:end]), term[end + 1 :]
    if not rest:
        return LiteralParts(text, STRING, "")
    if rest[0] == "@":
        language, _, direction = rest[1:].partition("--")
        return LiteralParts(text, DIR_LANG_STRING if direction else LANG_STRING, language)
    return LiteralParts(text, rest[3:-1], "")


def text_of(term: Term) -> str:
    """Return an IRI without its brackets, the text of a literal, and any other term as it stands (SPARQL's STR)."""
    if term[0] == '"':
        return unescape(term[1 : term.rindex('"')])
    return term[1:-1] if is_iri(term) else term


def to_oxigraph(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple:
    """Return pyoxigraph's object for a term."""
    if is_iri(term):
        return ox.NamedNode(term[1:-1])
    if is_blank(term):
        return ox.BlankNode(term[2:])
    text = f"<x:x> <x:x> {term} ."
    found: ox.Literal | ox.Triple = next(ox.parse(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)).object
    return found


def lines_of(text: bytes) -> list[str]:
    """Return the statements of canonical N-Triples, each with its full stop; line breaks are line feeds alone."""
    return [line for line in text.decode().split("\n") if line]


def statements(triples: Iterable[ox.Triple]) -> list[str]:
    """Return triples as lines of canonical N-Triples, literals as they were written."""
    return lines_of(write(triples, ox.RdfFormat.N_TRIPLES))


def split(line: str) -> tuple[Term, Term, Term]:
    """Return the subject, the predicate and the object of a line of canonical N-Triples."""
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest[:-2]
