"""The files of a build whose size does not depend on the number of records: vocabulary, contract and catalogue."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain

import pyoxigraph as ox
from rdflib import Graph

from upheaval.build import earl
from upheaval.build.catalog import describe
from upheaval.build.competency import competency_files
from upheaval.build.mappingset import FILE, mapping_set
from upheaval.build.statistics import Counts
from upheaval.populate.records import Listing
from upheaval.query.sparqlexamples import to_triples
from upheaval.rdf.graphs import from_rdflib, in_graph, to_rdflib, write
from upheaval.rdf.namespaces import OWL, RDF, SKOS
from upheaval.rdf.writers import PREFIXES, order, rdf_xml, turtle
from upheaval.rdf.xmlnames import NotXml
from upheaval.schema import ledgerlines
from upheaval.schema.contract import Contract
from upheaval.schema.jsonschema import schemas
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.prefixes import code_prefixes
from upheaval.schema.publication import Publication
from upheaval.schema.schema import Schema
from upheaval.schema.succession import FormerName, succession
from upheaval.schema.vocabulary import Vocabulary

Files = dict[str, bytes]
VOCABULARY = "https://w3id.org/statecraft"
_TYPE, _INDIVIDUAL = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(OWL.NamedIndividual))
_ANNOTATION = ox.NamedNode(str(OWL.AnnotationProperty))
_NOT_CATALOGUED = ("dc", "owl", "sh", "shapes", "vann", "wd")


def canonical(triples: list[ox.Triple]) -> list[ox.Triple]:
    """Return triples in a stable order, with canonical blank node labels (RDFC-1.0)."""
    dataset = ox.Dataset(in_graph(triples))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return order(quad.triple for quad in dataset)


def describe_counts(schema: Schema, counts: Counts, former: Iterable[FormerName]) -> Graph:
    """Describe a dataset by its counts and the names that are no longer in use, without its files."""
    used = {triple.predicate.value for triple in schema.vocabulary.ontology}
    known = [PREFIXES[name] for name in ("dcterms", "rdfs", "skos")]
    vocabularies = [VOCABULARY, *(space for space in known if any(iri.startswith(space) for iri in used))]
    described = describe(schema.publication, counts, vocabularies)
    return to_rdflib(succession(former), described)


def prefixes_of(contract: Contract, *names: str) -> dict[str, str]:
    """Return namespaces by prefix: the given ones and those of codes."""
    return {name: PREFIXES[name] for name in names} | code_prefixes(contract)


def vocabulary_files(schema: Schema) -> Files:
    """Make the files of the vocabulary and its shapes."""
    prefixes = prefixes_of(
        schema.contract, "dc", "dcterms", "owl", "rdf", "rdfs", "schema", "skos", "statecraft", "vann", "vs", "xsd"
    )
    shapes = canonical([*schema.vocabulary.shapes, *_annotations(schema.vocabulary)])
    more = {name: PREFIXES[name] for name in ("prov", "sh", "shapes", "wd")}
    forms = [
        _forms(name, [*triples, *_individuals(triples, schema.contract)], prefixes)
        for name, triples in schema.vocabulary.documents.items()
    ]
    return {
        **dict(chain.from_iterable(forms)),
        FILE: mapping_set(schema.publication, schema.vocabulary.alignments, schema.vocabulary.graph),
        "alignments.ttl": turtle(canonical(schema.vocabulary.alignments), prefixes | more),
        "shapes.ttl": turtle(shapes, prefixes | more),
    }


def _annotations(vocabulary: Vocabulary) -> list[ox.Triple]:
    """Return declarations of what annotates shapes, which by itself would be warned of as unknown."""
    used = {triple.predicate for triple in vocabulary.shapes}
    declared = {triple.subject for triple in vocabulary.ontology if triple.object == _ANNOTATION}
    return [ox.Triple(each, _TYPE, _ANNOTATION) for each in used & declared]


def _individuals(triples: list[ox.Triple], contract: Contract) -> list[ox.Triple]:
    """Return that codes are individuals (OWL 2 section 5.6): pySHACL takes only those over from an ontology."""
    codes = {iri for found in contract.codes.values() for iri in found.values()}
    described = dict.fromkeys(triple.subject for triple in triples if triple.predicate == _TYPE)
    named = [node for node in described if isinstance(node, ox.NamedNode) and node.value in codes]
    return [ox.Triple(node, _TYPE, _INDIVIDUAL) for node in named]


def _forms(name: str, triples: list[ox.Triple], prefixes: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    ordered = canonical(triples)
    yield f"{name}.ttl", turtle(ordered, prefixes)
    yield f"{name}.jsonld", _expanded(ordered)
    yield from in_xml(f"{name}.rdf", ordered, prefixes).items()


def in_xml(path: str, triples: list[ox.Triple], prefixes: dict[str, str]) -> Files:
    """Make a file of RDF/XML, or none where RDF/XML cannot express the triples; `check` has noted that."""
    try:
        return {path: rdf_xml(triples, prefixes)}
    except NotXml:
        return {}


def contract_files(schema: Schema, listing: Listing) -> Files:
    """Make the context, the JSON Schemas, the example and competency questions, and the report on conformance."""
    publication = schema.publication
    questions = read_questions(publication)
    records: dict[str, list[str]] = {}
    for entry in listing.entries.values():
        for cls in entry.kind.ancestors:
            records.setdefault(cls, []).append(entry.slug)
    defined = schema.vocabulary.graph.subject_objects(SKOS.definition)
    definitions = {str(term): str(text) for term, text in defined}
    prefixes = {name: PREFIXES[name] for name in ("rdf", "rdfs", "schema", "sh")}
    return {
        **competency_files(publication),
        "conformance.ttl": earl.FILE.read_bytes(),
        "context.jsonld": as_json({"@context": schema.context}),
        "queries.ttl": turtle(order(to_triples(questions.values(), publication)), prefixes),
        **{
            f"schema/{folder}.json": as_json(described)
            for folder, described in schemas(schema.contract, publication.iri, definitions, records).items()
        },
    }


def ledger_file(publication: Publication, ledger: bytes | None = None) -> Files:
    """Make the ledger, which says what became of each IRI; none if the publication keeps none."""
    file = publication.root / ledgerlines.FILE
    content = file.read_bytes() if ledger is None and file.is_file() else ledger
    return {} if content is None else {ledgerlines.FILE: content}


def reproductions(publication: Publication) -> Files:
    """Return the table of figures that others published beside the publication's own, if it has one."""
    file = publication.root / "docs" / "reproductions.csv"
    return {file.name: file.read_bytes()} if file.is_file() else {}


def catalog_files(description: Graph) -> Files:
    """Make the files of the catalogue."""
    triples = order(from_rdflib(description))
    return {
        "catalog.ttl": turtle(triples, {name: iri for name, iri in PREFIXES.items() if name not in _NOT_CATALOGUED}),
        "catalog.jsonld": _expanded(triples),
    }


def _expanded(triples: list[ox.Triple]) -> bytes:
    expanded = json.loads(write(triples, ox.RdfFormat.JSON_LD))
    return as_json(expanded)


def as_json(content: object) -> bytes:
    """Write JSON for a build."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
