"""The dataset as an OWL 2 ontology that imports its vocabulary, for reasoners and ontology editors.

OWL 2 (Structural Specification, section 4) knows no `xsd:date`, `xsd:gYearMonth`, `xsd:gYear` or `edtf:EDTF`, and
reasoners refuse a file with literals of them. Here these are strings, as written: nothing is padded to a time of day.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from upheaval.rdf.namespaces import OWL, RDF, RDFS
from upheaval.rdf.xsd import XSD
from upheaval.schema.publication import Publication
from upheaval.schema.vocabulary import Vocabulary

_TYPE, _ONTOLOGY, _INDIVIDUAL, _IMPORTS, _VERSION, _LABEL, _INFO = (
    ox.NamedNode(str(term))
    for term in (
        RDF.type,
        OWL.Ontology,
        OWL.NamedIndividual,
        OWL.imports,
        OWL.versionIRI,
        RDFS.label,
        OWL.versionInfo,
    )
)
_XSD = (
    "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger long int short byte "
    "unsignedLong unsignedInt unsignedShort unsignedByte double float string normalizedString token language Name "
    "NCName NMTOKEN boolean hexBinary base64Binary anyURI dateTime dateTimeStamp"
)
DATATYPES = frozenset(
    {f"{XSD}{name}" for name in _XSD.split()}
    | {str(OWL.real), str(OWL.rational), str(RDF.PlainLiteral), str(RDF.XMLLiteral), str(RDF.langString)}
)
"""The datatype map of OWL 2 (Structural Specification, section 4), and that of texts with a language."""


def owl_document(publication: Publication, vocabulary: Vocabulary, triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Make an OWL 2 ontology of a dataset.

    Args:
        publication: whose dataset; the ontology has the address of its file, and that in its version.
        vocabulary: the ontologies to import.
        triples: the dataset.

    Returns:
        The triples, with a header, a declaration of each individual, and the datatypes that OWL 2 knows.

    """
    file = f"{publication.name}.owl"
    ontology = ox.NamedNode(f"{publication.iri}{file}")
    header: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (_TYPE, _ONTOLOGY),
        (_VERSION, ox.NamedNode(f"{publication.iri}{publication.version}/{file}")),
        (_LABEL, ox.Literal(publication.title, language="en")),
        (_INFO, ox.Literal(publication.version)),
        *((_IMPORTS, iri) for iri in _ontologies(vocabulary)),
    ]
    found = dict.fromkeys(ox.Triple(ontology, predicate, value) for predicate, value in header)
    found |= dict.fromkeys(_individuals_and_facts(triples))
    return list(found)


def _ontologies(vocabulary: Vocabulary) -> list[ox.NamedNode]:
    described = (t for triples in vocabulary.documents.values() for t in triples)
    found = (t.subject for t in described if t.predicate == _TYPE and t.object == _ONTOLOGY)
    return list(dict.fromkeys(node for node in found if isinstance(node, ox.NamedNode)))


def _individuals_and_facts(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    for triple in triples:
        value = triple.object
        if isinstance(value, ox.Literal) and value.datatype.value not in DATATYPES:
            yield ox.Triple(triple.subject, triple.predicate, ox.Literal(value.value))
            continue
        if triple.predicate == _TYPE:
            yield ox.Triple(triple.subject, _TYPE, _INDIVIDUAL)
        yield triple
