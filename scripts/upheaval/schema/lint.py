"""Find terms that the ontology and the shapes use but nothing defines, including misspelt SHACL terms."""

from difflib import get_close_matches

import pyoxigraph as ox
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS, DefinedNamespace

from upheaval.faults import Fault
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import CODES, SHAPES, STATECRAFT
from upheaval.schema.vocabulary import Vocabulary

_SHAPES = SHAPES + "#"


def unknown_terms(vocabulary: Vocabulary) -> list[Fault]:
    """Find undefined terms in the ontology and the shapes.

    Args:
        vocabulary: the ontology and the shapes.

    Returns:
        A fault for each IRI in the namespaces of SHACL, RDF, RDFS, OWL and SKOS that those vocabularies do not define,
        each IRI in the vocabulary's own namespaces that the ontology does not define, and each shape that is used but
        missing. Misspelt terms would otherwise go unnoticed, because SHACL ignores what it does not know (section 3.3).

    """
    used = _iris([*vocabulary.ontology, *vocabulary.shapes])
    defined = {iri_of(triple.subject) for triple in vocabulary.ontology if _is_iri(triple.subject)}
    shapes = {iri_of(triple.subject) for triple in vocabulary.shapes if _is_iri(triple.subject)}
    own = {iri for iri in defined if iri.startswith(CODES) or iri.startswith(str(STATECRAFT))}
    faults = []
    for iri in sorted(used):
        if iri.startswith(_SHAPES):
            known: set[str] = shapes
        elif iri.startswith(CODES) and "#" not in iri:
            continue
        elif iri.startswith((str(STATECRAFT), CODES)):
            known = own
        else:
            known = next((terms for space, terms in STANDARD.items() if iri.startswith(space)), set())
            if not known:
                continue
        if iri not in known:
            near = get_close_matches(iri, known, 1)
            cure = f"did you mean <{near[0]}>?" if near else "correct it, or define it"
            file, at = vocabulary.place(iri)
            faults.append(Fault(file, f"nothing defines <{iri}>", cure, at=at, rule="vocabulary/unknown"))
    return faults


def _is_iri(term: object) -> bool:
    return isinstance(term, ox.NamedNode)


def _iris(triples: list[ox.Triple]) -> set[str]:
    return {
        term.value
        for triple in triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode)
    }


def _namespace(namespace: type[DefinedNamespace]) -> set[str]:
    extras = getattr(namespace, "_extras", [])
    return {f"{namespace._NS}{name}" for name in (*namespace.__annotations__, *extras) if name[0] != "_"}


STANDARD = {str(space._NS): _namespace(space) for space in (OWL, RDF, RDFS, SH, SKOS)}
