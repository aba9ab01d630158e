"""JSON-LD documents to N-Triples, with a context that is compiled once.

This handles only the documents that `populate` produces. On a context of some hundred terms, many with scoped
contexts, pyoxigraph's JSON-LD processor takes seven times as long; tests compare the two byte by byte.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from upheaval.rdf.iris import RDF

_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPES = {chr(code): _SHORT.get(chr(code), f"\\u{code:04X}") for code in (*range(0x20), 0x22, 0x5C, 0x7F)}
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_TYPE = f" <{RDF.type}> <"
Context = dict[str, Any]
Write = Callable[[str], str]
Terms = dict[str, tuple[str, Write | None]]
"""For each name, the predicate as it is written and what writes its values."""


def escape(text: str) -> str:
    """Escape a text for a literal in canonical N-Triples (RDF 1.1 N-Triples section 4)."""
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text) if _ESCAPED.search(text) else text


class Statements:
    """Converts documents to N-Triples with one context."""

    def __init__(self, context: Context) -> None:
        """Compile a context, as returned by `derive_context`."""
        self._base: str = context["@base"]
        entries = {name: term if isinstance(term, dict) else {"@id": term} for name, term in context.items()}
        self._classes = {name: entry["@id"] for name, entry in entries.items()}
        self._terms = self._compiled(entries)
        self._scoped = {
            name: self._terms | self._compiled(entry["@context"])
            for name, entry in entries.items()
            if "@context" in entry and "@type" not in entry
        }

    def _compiled(self, entries: Context) -> Terms:
        return {name: (f" <{term['@id']}> ", self._compile(term)) for name, term in entries.items()}

    def lines(self, document: dict[str, Any]) -> list[str]:
        """Convert a document.

        Args:
            document: a document from `populate`.

        Returns:
            One line of N-Triples per statement, without line breaks, in the order of the document.

        """
        found: list[str] = []
        self._add(document, found)
        return found

    def _add(self, document: dict[str, Any], found: list[str]) -> str:
        node = f"<{self._base}{document['id']}>"
        terms = self._scoped.get(document["type"], self._terms)
        for name, value in document.items():
            if name == "type":
                found.append(f"{node}{_TYPE}{self._classes[value]}> .")
            elif name != "id":
                predicate, write = terms[name]
                start = node + predicate
                if write is None:
                    for language, texts in value.items():
                        tag = f'"@{language.lower()} .'
                        for text in [texts] if isinstance(texts, str) else texts:
                            found.append(f'{start}"{escape(text)}{tag}')
                    continue
                for item in value if isinstance(value, list) else (value,):
                    if isinstance(item, str):
                        found.append(f"{start}{write(item)} .")
                    elif "@value" in item:
                        found.append(f"{start}{_typed(item['@type'])(item['@value'])} .")
                    else:
                        found.append(f"{start}{self._add(item, found)} .")
        return node

    def _compile(self, term: dict[str, Any]) -> Write | None:
        """Return the function that writes a term's plain values, or None for a language map."""
        if "@language" in term.get("@container", ()):
            return None
        kind = term.get("@type")
        if kind == "@vocab":
            scoped = term["@context"]
            known = {code: iri for code, iri in scoped.items() if not code.startswith("@")}
            vocabulary: str = scoped["@vocab"]
            return lambda text: f"<{known.get(text) or vocabulary + text}>"
        return self._resolved if kind == "@id" else _typed(kind or _STRING)

    def _resolved(self, text: str) -> str:
        return f"<{text}>" if ":" in text else f"<{self._base}{text}>"


def _typed(datatype: str) -> Write:
    if datatype == _STRING:
        return lambda text: f'"{escape(text)}"'
    return lambda text: f'"{escape(text)}"^^<{datatype}>'


def to_bytes(lines: Iterable[str]) -> bytes:
    """Join lines into an N-Triples document."""
    return "".join(f"{line}\n" for line in lines).encode()
