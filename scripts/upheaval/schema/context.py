"""The JSON-LD context, derived from the ontology and the contract: it makes a record RDF without a mapping."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rdflib import Graph, URIRef

from upheaval.rdf.edtf import EDTF
from upheaval.rdf.namespaces import OWL, RDF, RDFS, SKOS, STATECRAFT, XSD
from upheaval.schema.contract import Context, Contract, Form, Key, local, plain_datatype
from upheaval.schema.derivation import described, foreign_last
from upheaval.schema.publication import Publication

_MATCHES = ("exactMatch", "closeMatch", "broadMatch")
_DERIVED_DATES = {
    str(STATECRAFT[name])
    for name in ("earliest", "latest", "certainFrom", "certainUntil", "termEarliest", "termLatest")
}
"""Properties that only rules produce and whose values are whole dates; OWL 2 has no datatype for them to range over."""


def derive_context(graph: Graph, contract: Contract, publication: Publication) -> Context:
    """Make the context of a publication's records.

    Args:
        graph: the ontology and the shapes.
        contract: what was read from them.
        publication: whose namespace records are resolved against.

    Returns:
        The value of `@context` (JSON-LD 1.1 section 9.15): a term for each class of records, for each key, and for
        each property that only rules produce. Names of records resolve against `@base`, codes against the
        namespace of their scheme. Where a name means one thing in most classes and another in some, those have a
        context of their own (section 4.1.8, type-scoped contexts). A plain value has its key's datatype, and a date is
        a whole one; any other is written with its datatype, for which there are the prefixes `xsd` and `edtf`.

    """
    context: Context = {
        "@version": 1.1,
        "@base": publication.iri,
        "id": "@id",
        "type": "@type",
        "edtf": {"@id": EDTF.removesuffix("EDTF"), "@prefix": True},
        "xsd": {"@id": str(XSD), "@prefix": True},
    }
    context |= {name: cls for cls, name in contract.classes.items()}
    properties = [iri for kind in (OWL.ObjectProperty, OWL.DatatypeProperty) for iri in described(graph, kind)]
    for iri in sorted(properties, key=foreign_last):
        context.setdefault(local(iri), _from_range(graph, iri))
    for match in _MATCHES:
        context[match] = {"@id": str(SKOS[match]), "@type": "@id", "@container": "@set"}
    names = {*context, *(name for kind in contract.kinds.values() for name in kind.keys)}
    scoped: dict[str, Context] = {}
    for name, terms in _by_name(contract, names).items():
        other, shared = context.get(name), _shared(terms.values())
        if other is None or (
            isinstance(other, dict) and foreign_last(other["@id"])[0] >= foreign_last(shared["@id"])[0]
        ):
            context[name] = shared
        for cls, term in terms.items():
            if context[name] != term:
                scoped.setdefault(cls, {})[name] = term
    for cls, terms in scoped.items():
        context[contract.classes[cls]] = {"@id": cls, "@context": dict(sorted(terms.items()))}
    return dict(sorted(context.items(), key=lambda item: (not item[0].startswith("@"), item[0])))


def is_class(definition: object) -> bool:
    """Tell whether a name's definition in a context is that of a class."""
    return isinstance(definition, str) or (
        isinstance(definition, Mapping) and "@context" in definition and "@type" not in definition
    )


def iri_in(definition: Any) -> str:
    """Return the IRI that a definition in a context gives to a name, or an empty string."""
    return str(definition.get("@id", "") if isinstance(definition, Mapping) else definition or "")


def terms_of(context: Context, types: Iterable[str]) -> Context:
    """Return the definitions that hold in a node.

    Args:
        context: as `derive_context` returns it.
        types: the names of the node's classes.

    """
    terms = context
    for name in sorted(types):
        definition = context.get(name)
        if isinstance(definition, Mapping) and is_class(definition):
            terms = terms | definition["@context"]
    return terms


def _by_name(contract: Contract, names: set[str]) -> dict[str, dict[str, Context]]:
    """Return the definitions of each key by class."""
    found: dict[str, dict[str, Context]] = {}
    for kind in contract.kinds.values():
        for key in kind.keys.values():
            found.setdefault(key.name, {})[kind.iri] = _term(key, contract, names)
    return found


def _shared(terms: Collection[Context]) -> Context:
    """Return the definition for a name where no class has its own: Statecraft's, and of several the most frequent."""
    counts = Counter(map(repr, terms))
    by_text = {repr(term): term for term in terms}
    return min(
        by_text.values(),
        key=lambda term: (foreign_last(term["@id"])[0], -counts[repr(term)], repr(term)),
    )


def _from_range(graph: Graph, prop: str) -> Context:
    if (URIRef(prop), RDF.type, OWL.ObjectProperty) in graph:
        return {"@id": prop, "@type": "@id", "@container": "@set"}
    datatype = graph.value(URIRef(prop), RDFS.range)
    if prop in _DERIVED_DATES:
        datatype = XSD.date
    if datatype in (None, RDFS.Literal, XSD.string):
        return {"@id": prop}
    return {"@id": prop, "@type": str(datatype)}


def _term(key: Key, contract: Contract, names: set[str]) -> Context:
    term: Context = {"@id": key.iri}
    if key.form is Form.LANGUAGE:
        term["@container"] = "@language" if key.per_language else ["@language", "@set"]
        return term
    if key.form is Form.CODE:
        term["@type"] = "@vocab"
        term["@context"] = _codes(contract.codes[key.classes[0]], names)
    elif key.form is not Form.LITERAL:
        term["@type"] = "@id"
    elif (datatype := plain_datatype(key)) != str(XSD.string):  # rdflib tells "x" from "x"^^xsd:string
        term["@type"] = datatype
    if key.maximum != 1:
        term["@container"] = "@set"
    return term


def _codes(codes: Mapping[str, str], names: set[str]) -> Context:
    """Return a context for codes: their namespace, and those that are outside it or that a term would win over."""
    spaces = Counter(iri.removesuffix(code) for code, iri in codes.items())
    space = min(spaces, key=lambda name: (-spaces[name], name))
    return {"@vocab": space} | {code: iri for code, iri in codes.items() if iri != space + code or code in names}
