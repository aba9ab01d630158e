"""Frame triples as JSON-LD: one object per record, with its parts inside, compacted with the derived context."""

import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import RDF
from upheaval.schema.context import iri_in, is_class, terms_of
from upheaval.schema.contract import Context, local

Frame = dict[str, Any]
Statement = tuple[str, object]
"""A predicate and an object."""
_TYPE = str(RDF.type)
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def frames(triples: Iterable[ox.Triple], context: Context, base: str) -> list[Frame]:
    """Frame triples by record.

    Args:
        triples: the triples, in any order; without blank nodes.
        context: the context from `derive_context`.
        base: the namespace relative to which names are shortened.

    Returns:
        One object per subject that is not part of another, sorted by name. A node is part of another if its IRI is
        the other's plus a fragment, and the other refers to it.

    """
    subjects: dict[str, list[Statement]] = {}
    for triple in triples:
        subjects.setdefault(iri_of(triple.subject), []).append((triple.predicate.value, triple.object))
    parts = {
        value.value
        for subject, statements in subjects.items()
        for _, value in statements
        if isinstance(value, ox.NamedNode) and _contains(subject, value.value)
    }
    framing = _Framing(context, base, subjects)
    return [framing.frame(subject) for subject in sorted(subjects) if subject not in parts]


def to_json(context: Context, graph: list[Frame]) -> bytes:
    """Write a context and objects as JSON-LD, one object per line, in the order given."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    objects = ",\n".join(map(encode, graph))
    return f'{{"@context": {encode(context)},\n"@graph": [\n{objects}\n]}}\n'.encode()


def _contains(whole: str, part: str) -> bool:
    if not part.startswith(whole):
        return False
    following = part[len(whole) : len(whole) + 1]
    return following == "#" or (following == "/" and "#" in whole)


class _Framing:
    """Frames the statements of subjects."""

    def __init__(self, context: Context, base: str, subjects: dict[str, list[Statement]]) -> None:
        self.context = context
        self.base = base
        self.subjects = subjects
        self.classes = {iri_in(definition): name for name, definition in context.items() if is_class(definition)}
        self.terms: dict[tuple[str, ...], tuple[Context, dict[str, str]]] = {}

    def frame(self, subject: str) -> Frame:
        frame: Frame = {"id": self._relative(subject)}
        by_predicate: dict[str, list[object]] = {}
        for predicate, value in self.subjects[subject]:
            by_predicate.setdefault(predicate, []).append(value)
        types = tuple(sorted(self.classes.get(iri, iri) for iri in map(iri_of, by_predicate.pop(_TYPE, ()))))
        if types:
            frame["type"] = list(types) if len(types) > 1 else types[0]
        terms, names = self._names(types)
        for predicate, values in by_predicate.items():
            name = names.get(predicate, predicate)
            frame[name] = self._values(terms.get(name, {}), subject, values)
        head: Frame = {key: frame[key] for key in ("id", "type", "label") if key in frame}
        return {**head, **{key: frame[key] for key in sorted(frame) if key not in head}}

    def _names(self, types: tuple[str, ...]) -> tuple[Context, dict[str, str]]:
        """Return the terms that hold in a node of some types, and the names of properties there."""
        found = self.terms.get(types)
        if found is None:
            terms = {
                name: term
                for name, term in terms_of(self.context, types).items()
                if isinstance(term, dict) and not is_class(term)
            }
            found = self.terms[types] = terms, {term["@id"]: name for name, term in terms.items()}
        return found

    def _values(self, term: Context, subject: str, found: list[object]) -> Any:
        if "@language" in term.get("@container", ""):
            return _languages(found)
        values = []
        for value in found:
            if isinstance(value, ox.NamedNode) and _contains(subject, value.value) and value.value in self.subjects:
                values.append(self.frame(value.value))
            else:
                values.append(self._value(value, term))
        if len(values) > 1:
            values.sort(key=_SORTED.encode)
        return values if len(values) > 1 or term.get("@container") == "@set" else values[0]

    def _value(self, value: object, term: Context) -> Any:
        if isinstance(value, ox.NamedNode):
            if term.get("@type") == "@vocab":
                return _code(value.value, term["@context"])
            return self._relative(value.value) if term.get("@type") == "@id" else {"@id": value.value}
        assert isinstance(value, ox.Literal), value
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = value.datatype.value
        if datatype == term.get("@type") or (local(datatype) == "string" and "@type" not in term):
            return value.value
        return {"@value": value.value, "@type": datatype}

    def _relative(self, iri: str) -> str:
        short = iri.removeprefix(self.base)
        return short if short and ":" not in short else iri


def _code(iri: str, codes: Context) -> str:
    """Return the code that stands for an IRI under a context of codes, or the IRI where none does."""
    listed = next((code for code, known in codes.items() if known == iri and code != "@vocab"), None)
    short = iri.removeprefix(codes["@vocab"])
    return listed or (iri if short in codes or "/" in short or "#" in short else short)


def _languages(values: list[object]) -> Frame:
    texts: dict[str, list[str]] = {}
    for value in values:
        assert isinstance(value, ox.Literal), value
        texts.setdefault(value.language or "", []).append(value.value)
    return {language: sorted(found) if len(found) > 1 else found[0] for language, found in sorted(texts.items())}
