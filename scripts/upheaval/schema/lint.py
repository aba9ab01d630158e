"""Find terms that the ontology and the shapes use but nothing defines, including misspelt SHACL terms."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS, DefinedNamespace

from upheaval.faults import Fault, Severity
from upheaval.rdf.datatypes import IllFormed
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.languages import check_language
from upheaval.rdf.namespaces import CODES, SHAPES, STATECRAFT
from upheaval.schema.contract import Contract, Form
from upheaval.schema.vocabulary import Vocabulary
from upheaval.sources.characters import SourceText
from upheaval.sources.lookalikes import mixed_words

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


def invalid_languages(vocabulary: Vocabulary) -> list[Fault]:
    """Find language tags in the ontology and the shapes that are not valid, or are deprecated.

    Args:
        vocabulary: the ontology and the shapes.

    Returns:
        A fault for each text that has such a tag, at its place.

    """
    literals = (triple.object for triple in (*vocabulary.ontology, *vocabulary.shapes))
    tags = {term.language for term in literals if isinstance(term, ox.Literal)} - {None}
    wrong = {tag: problem for tag in sorted(map(str, tags)) if (problem := _language_problem(tag))}
    return sorted(fault for tag, problem in wrong.items() for fault in _at_texts(vocabulary, tag, *problem))


def look_alikes(vocabulary: Vocabulary) -> list[Fault]:
    """Find words in the ontology and the shapes with letters of one script that look like those of another.

    Args:
        vocabulary: the ontology and the shapes.

    Returns:
        A warning for each word, at its place.

    """
    faults = []
    for name, path in vocabulary.files.items():
        data = path.read_bytes()
        for start, _, message, cure in () if data.isascii() else mixed_words(data.decode()):
            at = SourceText(data).locate(start)
            faults.append(Fault(name, message, cure, at=at, severity=Severity.WARNING, rule="text/look-alike"))
    return faults


def unidentified(vocabulary: Vocabulary, contract: Contract) -> list[Fault]:
    """Find classes of nodes inside records whose shapes do not say what identifies such a node.

    Args:
        vocabulary: the shapes.
        contract: the kinds of record and their keys.

    Returns:
        A warning for each class, at its shape: its nodes are named by all of their content.

    """
    keys = [key for kind in contract.kinds.values() for key in kind.keys.values() if key.form is Form.NODE]
    inner = sorted({key.classes[0] for key in keys} & contract.kinds.keys())
    faults = []
    for kind in (contract.kinds[cls] for cls in inner):
        if not any(key.identifying for key in kind.keys.values()):
            message = f"nothing identifies a {kind.label}, so that every correction of one changes its IRI"
            cure = "add `statecraft:identifying true` to the shapes of the properties that tell one from another"
            shape = vocabulary.graph.value(None, SH.targetClass, URIRef(kind.iri))
            file, at = vocabulary.place(str(shape or kind.iri))
            faults.append(Fault(file, message, cure, at=at, severity=Severity.WARNING, rule="vocabulary/unidentified"))
    return faults


def _language_problem(tag: str) -> tuple[str, str, Severity] | None:
    try:
        old = check_language(tag)
    except IllFormed as error:
        message, cure = error.args
        return message, cure, Severity.ERROR
    return (*old, Severity.WARNING) if old else None


def _at_texts(vocabulary: Vocabulary, tag: str, message: str, cure: str, severity: Severity) -> Iterator[Fault]:
    pattern = re.compile(rf"""["']@({re.escape(tag)})(?![A-Za-z0-9-])""", re.IGNORECASE)
    for name, path in vocabulary.files.items():
        source = SourceText(path.read_bytes())
        for found in pattern.finditer(source.text):
            at = source.locate(found.start(1))
            yield Fault(name, message, cure, at=at, severity=severity, rule="vocabulary/language")


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
