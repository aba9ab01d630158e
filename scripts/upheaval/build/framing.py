"""Frame triples as JSON-LD: one object per record, with its parts inside, compacted with the derived context."""

import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import RDF
from upheaval.schema.context import Context
from upheaval.schema.contract import local

Frame = dict[str, Any]
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
    framing = _Framing(context, base)
    subjects: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        subjects.setdefault(iri_of(triple.subject), []).append(triple)
    parts = {
        triple.object.value
        for subject, statements in subjects.items()
        for triple in statements
        if isinstance(triple.object, ox.NamedNode) and _contains(subject, triple.object.value)
    }
    return [framing.frame(subject, subjects) for subject in sorted(subjects) if subject not in parts]


def to_json(context: Context, graph: list[Frame]) -> bytes:
    """Write a context and objects as JSON-LD, one object per line, in the order given."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    objects = ",\n".join(map(encode, graph))
    return f'{{"@context": {encode(context)},\n"@graph": [\n{objects}\n]}}\n'.encode()


def _contains(whole: str, part: str) -> bool:
    return part.startswith((whole + "#", whole + "/")) and ("#" in whole or part[len(whole)] == "#")


class _Framing:
    """Frames a set of triples."""

    def __init__(self, context: Context, base: str) -> None:
        self.context = context
        self.base = base
        self.terms = {
            definition["@id"]: name
            for name, definition in context.items()
            if isinstance(definition, dict) and "@id" in definition
        }
        self.classes = {iri: name for name, iri in context.items() if isinstance(iri, str)}

    def frame(self, subject: str, subjects: dict[str, list[ox.Triple]]) -> Frame:
        frame: Frame = {"id": self._relative(subject)}
        by_predicate: dict[str, list[ox.Triple]] = {}
        for triple in subjects[subject]:
            by_predicate.setdefault(triple.predicate.value, []).append(triple)
        for predicate, statements in by_predicate.items():
            if predicate == _TYPE:
                types = sorted(self.classes.get(iri_of(triple.object), iri_of(triple.object)) for triple in statements)
                frame["type"] = types if len(types) > 1 else types[0]
                continue
            name = self.terms.get(predicate, predicate)
            frame[name] = self._values(name, subject, statements, subjects)
        head: Frame = {key: frame[key] for key in ("id", "type", "label") if key in frame}
        return {**head, **{key: frame[key] for key in sorted(frame) if key not in head}}

    def _values(
        self, name: str, subject: str, statements: list[ox.Triple], subjects: dict[str, list[ox.Triple]]
    ) -> Any:
        term = self.context.get(name, {})
        if "@language" in term.get("@container", ""):
            return _languages(statements)
        values = []
        for triple in statements:
            value = triple.object
            if isinstance(value, ox.NamedNode) and _contains(subject, value.value) and value.value in subjects:
                values.append(self.frame(value.value, subjects))
            else:
                values.append(self._value(value, term))
        if len(values) > 1:
            values.sort(key=_SORTED.encode)
        return values if len(values) > 1 or term.get("@container") == "@set" else values[0]

    def _value(self, value: object, term: Context) -> Any:
        if isinstance(value, ox.NamedNode):
            if term.get("@type") == "@vocab":
                return value.value.removeprefix(term["@context"]["@vocab"])
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


def _languages(statements: list[ox.Triple]) -> Frame:
    texts: dict[str, list[str]] = {}
    for triple in statements:
        assert isinstance(triple.object, ox.Literal), triple
        texts.setdefault(triple.object.language or "", []).append(triple.object.value)
    return {language: sorted(found) if len(found) > 1 else found[0] for language, found in sorted(texts.items())}
