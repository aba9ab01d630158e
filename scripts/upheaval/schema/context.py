"""The JSON-LD context, derived from the ontology and the contract, which turns records into RDF."""

from typing import Any

from rdflib import Graph, URIRef

from upheaval.rdf.namespaces import OWL, RDF, RDFS, STATECRAFT, XSD
from upheaval.schema.contract import Contract, Form, Key, local
from upheaval.schema.publication import Publication

Context = dict[str, Any]


def derive_context(graph: Graph, contract: Contract, publication: Publication) -> Context:
    """Derive the context for a publication's records.

    Args:
        graph: the ontology and the shapes.
        contract: the contract derived from them.
        publication: the publication whose namespace record names are resolved against.

    Returns:
        The value of `@context` (JSON-LD 1.1 section 9.15): a term for each class, each key, and each property that
        only rules produce, whatever its namespace. A name that two of them share belongs to Statecraft's, and to a
        key before a derived property; the other is written as its IRI. Record names resolve against `@base`, codes
        against the namespace of their scheme. A plain value has its key's datatype, and a date is a whole one; a
        month or a year is written with its datatype, for which there is the prefix `xsd`.

    """
    context: Context = {
        "@version": 1.1,
        "@base": publication.iri,
        "id": "@id",
        "type": "@type",
        "xsd": {"@id": str(XSD), "@prefix": True},
    }
    classes, properties = _defined(graph, OWL.Class), _defined(graph, OWL.ObjectProperty, OWL.DatatypeProperty)
    for cls in filter(_is_statecraft, classes):
        context[local(cls)] = cls
    for prop in filter(_is_statecraft, properties):
        context[local(prop)] = _from_range(graph, prop)
    for match in ("exactMatch", "closeMatch", "broadMatch"):
        context[match] = {
            "@id": f"http://www.w3.org/2004/02/skos/core#{match}",
            "@type": "@id",
            "@container": "@set",
        }
    keys = {key.name: key for kind in contract.kinds.values() for key in kind.keys.values()}
    for key in keys.values():
        context[key.name] = _term(key, contract)
    for term in (*classes, *properties):
        context.setdefault(local(term), term if term in classes else _from_range(graph, term))
    for kind in contract.kinds.values():
        context.setdefault(kind.name, kind.iri)
    for key in keys.values():
        if key.form is Form.CODE:
            context[key.name]["@context"] |= _codes_named_like_terms(contract.codes[key.classes[0]], context)
    return dict(sorted(context.items(), key=lambda item: (not item[0].startswith("@"), item[0])))


def _codes_named_like_terms(codes: dict[str, str], context: Context) -> Context:
    """Define the codes that share a name with a term, which would otherwise take precedence over `@vocab`."""
    return {code: iri for code, iri in codes.items() if code in context}


def _defined(graph: Graph, *kinds: URIRef) -> list[str]:
    """Return the terms of some kinds that the ontology defines: they have a label, others are only declared."""
    return sorted(
        str(term)
        for kind in kinds
        for term in graph.subjects(RDF.type, kind)
        if isinstance(term, URIRef) and (term, RDFS.label, None) in graph
    )


def _is_statecraft(term: str) -> bool:
    return term.startswith(str(STATECRAFT))


def _from_range(graph: Graph, prop: str) -> Context:
    if (URIRef(prop), RDF.type, OWL.ObjectProperty) in graph:
        return {"@id": prop, "@type": "@id", "@container": "@set"}
    datatype = graph.value(URIRef(prop), RDFS.range)
    if prop in (str(STATECRAFT.earliest), str(STATECRAFT.latest)):
        datatype = XSD.date
    if datatype in (None, RDFS.Literal, XSD.string):
        return {"@id": prop}
    return {"@id": prop, "@type": str(datatype)}


def plain_datatype(key: Key) -> str:
    """Return the datatype of a key's plain values: the only one it takes, or a date's; otherwise xsd:string."""
    if len(key.datatypes) == 1:
        return key.datatypes[0]
    return str(XSD.date if str(XSD.date) in key.datatypes else XSD.string)


def _term(key: Key, contract: Contract) -> Context:
    term: Context = {"@id": key.iri}
    if key.form is Form.LANGUAGE:
        term["@container"] = "@language" if key.per_language else ["@language", "@set"]
        return term
    if key.form is Form.CODE:
        cls = next(cls for cls in key.classes if cls in contract.codes)
        scheme = next(iter(contract.codes[cls].values()))
        term["@type"] = "@vocab"
        term["@context"] = {"@vocab": scheme[: scheme.rfind("#") + 1]}
    elif key.form is not Form.LITERAL:
        term["@type"] = "@id"
    elif (datatype := plain_datatype(key)) != str(XSD.string):  # rdflib tells "x" from "x"^^xsd:string
        term["@type"] = datatype
    if key.maximum != 1:
        term["@container"] = "@set"
    return term
