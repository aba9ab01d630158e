"""The catalogue of a build: DCAT 3, VoID computed from the data, and a schema.org Dataset."""

from collections.abc import Iterable, Mapping

from rdflib import DCAT, FOAF, PROV, VOID, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, XSD
from rdflib.term import Node

from upheaval.build.folder import Content, sha256_of, size_of
from upheaval.build.statistics import Counts
from upheaval.schema.publication import Publication

SCHEMA = Namespace("https://schema.org/")
DCAT_VERSION = URIRef("http://www.w3.org/ns/dcat#version")
SPDX = Namespace("http://spdx.org/rdf/terms#")
MEDIA = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".gz": "application/gzip",
    ".md": "text/markdown",
}
_IANA = "https://www.iana.org/assignments/media-types/"


def describe(publication: Publication, counts: Counts, vocabularies: Iterable[str]) -> Graph:
    """Describe a dataset, apart from its files.

    Args:
        publication: whose dataset.
        counts: of data and derived facts together.
        vocabularies: IRIs of the vocabularies that it uses.

    Returns:
        A graph with the dataset as dcat:Dataset, void:Dataset and schema:Dataset; its partitions by class and by
        property have IRIs of their own (VoID section 4.4 to 4.6).

    """
    graph = Graph()
    dataset = URIRef(publication.iri)
    for cls in (DCAT.Dataset, VOID.Dataset, SCHEMA.Dataset):
        graph.add((dataset, RDF.type, cls))
    _metadata(graph, dataset, publication)
    for vocabulary in vocabularies:
        graph.add((dataset, VOID.vocabulary, URIRef(vocabulary)))
    _statistics(graph, dataset, publication, counts)
    return graph


def add_files(graph: Graph, publication: Publication, files: Mapping[str, Content]) -> None:
    """Add a distribution for each file, with its media type, size and SHA-256 (DCAT 3 section 6.8).

    Args:
        graph: the description to add to.
        publication: whose files.
        files: their content by their path in the build.

    """
    dataset = URIRef(publication.iri)
    for path, content in sorted(files.items()):
        suffix = path[path.rfind(".") :]
        dump = path.removesuffix(".gz")
        file = URIRef(f"{publication.iri}{path}")
        media = URIRef(_IANA + MEDIA.get(suffix, "application/octet-stream"))
        checksum = URIRef(f"{file}#sha256")
        graph.add((dataset, DCAT.distribution, file))
        graph.add((dataset, SCHEMA.distribution, file))
        if dump.endswith((".ttl", ".nt", ".rdf", ".nq", ".trig")) and path.startswith(publication.name):
            graph.add((dataset, VOID.dataDump, file))
        for predicate, value in (
            (RDF.type, DCAT.Distribution),
            (RDF.type, SCHEMA.DataDownload),
            (DCTERMS.title, Literal(path)),
            (DCTERMS.license, URIRef(publication.license)),
            (DCAT.downloadURL, file),
            (SCHEMA.contentUrl, file),
            (DCAT.mediaType, media),
            (SCHEMA.encodingFormat, Literal(MEDIA.get(suffix, "application/octet-stream"))),
            (DCAT.byteSize, Literal(str(size_of(content)), datatype=XSD.nonNegativeInteger)),
            (SPDX.checksum, checksum),
        ):
            graph.add((file, predicate, value))
        graph.add((checksum, RDF.type, SPDX.Checksum))
        graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        graph.add((checksum, SPDX.checksumValue, Literal(sha256_of(content), datatype=XSD.hexBinary)))


def _metadata(graph: Graph, dataset: URIRef, publication: Publication) -> None:
    def say(predicate: URIRef, *values: Node) -> None:
        for value in values:
            graph.add((dataset, predicate, value))

    title, description = (
        Literal(publication.title, lang="en"),
        Literal(publication.description, lang="en"),
    )
    creators = [Literal(name) for name in publication.creator]
    issued = Literal(publication.issued, datatype=XSD.date)
    version = URIRef(f"{publication.iri}{publication.version}")
    for predicate in (DCTERMS.title, SCHEMA.name):
        say(predicate, title)
    for predicate in (DCTERMS.description, SCHEMA.description):
        say(predicate, description)
    for predicate in (DCTERMS.license, SCHEMA.license):
        say(predicate, URIRef(publication.license))
    for predicate in (DCTERMS.issued, DCTERMS.modified, SCHEMA.datePublished):
        say(predicate, issued)
    for predicate in (DCAT_VERSION, SCHEMA.version):
        say(predicate, Literal(publication.version))
    say(DCTERMS.creator, *creators)
    say(SCHEMA.creator, *creators)
    say(DCTERMS.publisher, Literal(publication.publisher))
    say(SCHEMA.publisher, Literal(publication.publisher))
    say(DCTERMS.identifier, Literal(publication.iri, datatype=XSD.anyURI))
    say(SCHEMA.identifier, Literal(publication.iri))
    say(DCAT.keyword, *(Literal(word, lang="en") for word in publication.keyword))
    say(SCHEMA.keywords, *(Literal(word, lang="en") for word in publication.keyword))
    say(PROV.wasDerivedFrom, *(URIRef(address) for address in publication.source))
    say(DCAT.landingPage, URIRef(publication.homepage))
    say(FOAF.homepage, URIRef(publication.homepage))
    say(VOID.uriSpace, Literal(publication.iri))
    say(DCTERMS.hasVersion, version)
    if publication.prior_version:
        say(URIRef("http://www.w3.org/ns/dcat#previousVersion"), URIRef(publication.prior_version))
    catalog = URIRef(f"{publication.iri}catalog")
    graph.add((catalog, RDF.type, DCAT.Catalog))
    graph.add((catalog, RDF.type, SCHEMA.DataCatalog))
    graph.add((catalog, DCTERMS.title, title))
    graph.add((catalog, DCAT.dataset, dataset))
    graph.add((dataset, SCHEMA.includedInDataCatalog, catalog))


def _statistics(graph: Graph, dataset: URIRef, publication: Publication, counts: Counts) -> None:
    def count(node: URIRef, predicate: URIRef, number: int) -> None:
        graph.add((node, predicate, Literal(number)))

    count(dataset, VOID.triples, counts.triples)
    count(dataset, VOID.distinctSubjects, counts.subjects)
    if counts.objects is not None:
        count(dataset, VOID.distinctObjects, counts.objects)
    count(dataset, VOID.classes, len(counts.classes))
    count(dataset, VOID.properties, len(counts.properties))
    count(dataset, VOID.entities, sum(counts.classes.values()))
    for cls, number in counts.classes.items():
        part = URIRef(f"{publication.iri}void/class/{_last(cls)}")
        graph.add((dataset, VOID.classPartition, part))
        graph.add((part, VOID["class"], URIRef(cls)))
        count(part, VOID.entities, number)
    for prop, number in counts.properties.items():
        part = URIRef(f"{publication.iri}void/property/{_last(prop)}")
        graph.add((dataset, VOID.propertyPartition, part))
        graph.add((part, VOID.property, URIRef(prop)))
        count(part, VOID.triples, number)
    if counts.first:
        graph.add((dataset, SCHEMA.temporalCoverage, Literal(f"{counts.first}/{counts.last}")))


def _last(iri: str) -> str:
    name = iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]
    return name if "statecraft" in iri else f"{iri.split('/')[-2].partition('#')[0] or 'x'}-{name}"
