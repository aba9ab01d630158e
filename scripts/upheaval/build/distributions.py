"""The files of a build in its catalogue: forms of the dataset, single tables, and what describes them.

Only a file that holds the whole dataset is one of its distributions (DCAT 3 section 6.8). Each table is a dataset of
its own, in a series. The shapes, schemas, context and vocabulary are resources of the profile that the data conform to
(Profiles Vocabulary); questions and reports are related documents.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from rdflib import FOAF, PROF, VOID, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, XSD
from rdflib.term import Node

from upheaval.build.catalog import AUTHORITY, DCAT, SCHEMA, add_concept, add_resource, dataset_of, node, version_of
from upheaval.build.folder import Content, sha256_of, size_of
from upheaval.build.mediatypes import FORMATS, MEDIA, UNKNOWN, suffixes
from upheaval.populate.naming import slug
from upheaval.schema.publication import Publication

DCATAP = Namespace("http://data.europa.eu/r5r/")
ROLE = Namespace("http://www.w3.org/ns/dx/prof/role/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
_IANA = "https://www.iana.org/assignments/media-types/"
_STATECRAFT = URIRef("https://w3id.org/statecraft")
_STANDARDS = {
    "schema": "https://json-schema.org/draft/2020-12/schema",
    "context": "https://www.w3.org/TR/json-ld11/",
    "shapes": "https://www.w3.org/TR/shacl/",
    "statecraft": "https://www.w3.org/TR/owl2-overview/",
    "vocabulary": "https://www.w3.org/TR/owl2-overview/",
    "alignments": "https://www.w3.org/TR/skos-reference/",
    "competency": "https://w3id.org/OWLunit/ontology/",
    "competency-data": "https://www.w3.org/TR/rdf11-concepts/",
}
_ROLES = {
    "schema": ROLE.schema,
    "context": ROLE.mapping,
    "shapes": ROLE.validation,
    "statecraft": ROLE.vocabulary,
    "vocabulary": ROLE.vocabulary,
    "alignments": ROLE.mapping,
    "competency": ROLE.example,
    "competency-data": ROLE.example,
}
_DOCUMENTS = {
    "queries.ttl": (DCTERMS.relation, "Example questions, as SPARQL"),
    "codebook.md": (FOAF.page, "Codebook"),
    "quality.md": (FOAF.page, "Quality report"),
    "reproductions.csv": (DCTERMS.relation, "Figures that others published, and ours"),
    "ledger.tsv": (DCTERMS.relation, "What became of each IRI ever published"),
    "conformance.ttl": (DCTERMS.relation, "Conformance of the tool to standards, as EARL"),
    "croissant.json": (DCTERMS.isReferencedBy, "Croissant metadata, for machine learning"),
}
_PACKAGE = "datapackage.json"


def add_files(
    graph: Graph, publication: Publication, files: Mapping[str, Content], package: Mapping[str, Any] | None = None
) -> None:
    """Add the files of a build, each with its role, media type, size and SHA-256.

    Args:
        graph: the description to add to.
        publication: the publication.
        files: the content of the files, by path in the build.
        package: the content of datapackage.json, which describes the tables; None if there are none.

    """
    adding = _Adding(graph, publication)
    tables = {table["path"]: table for table in (package or {}).get("resources", ())}
    adding.profile()
    for path, content in sorted(files.items()):
        adding.file(path, content)
        stem = path.partition("/")[0].partition(".")[0]
        if path in tables and "schema" in tables[path]:
            adding.table(path, tables[path])
        elif path in tables:
            adding.other_form(path, tables[path])
        elif path in _DOCUMENTS:
            adding.document(path)
        elif path == _PACKAGE or stem == publication.name:
            adding.form(path)
        elif stem in _ROLES:
            adding.resource(path, stem)
    if tables:
        adding.series()


class _Adding:
    """Adds the files of a publication to a description."""

    def __init__(self, graph: Graph, publication: Publication) -> None:
        self.graph, self.publication = graph, publication
        self.dataset, self.version = dataset_of(publication), version_of(publication)
        self._profile = node(publication, "profile")
        self._series = URIRef(f"{publication.iri}csv")

    def _say(self, subject: URIRef, *statements: tuple[URIRef, Node]) -> None:
        for predicate, value in statements:
            self.graph.add((subject, predicate, value))

    def _url(self, path: str) -> URIRef:
        return URIRef(f"{self.publication.iri}{path}")

    def file(self, path: str, content: Content) -> None:
        """Add the statements that apply to any file."""
        file, checksum = self._url(path), self._url(f"{path}#sha256")
        self._say(
            file,
            (DCAT.byteSize, Literal(str(size_of(content)), datatype=XSD.nonNegativeInteger)),
            (SPDX.checksum, checksum),
            (SCHEMA.encodingFormat, Literal(MEDIA.get(suffixes(path)[1] or suffixes(path)[0], UNKNOWN))),
            (SCHEMA.contentUrl, file),
        )
        self._say(
            checksum,
            (RDF.type, SPDX.Checksum),
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, Literal(sha256_of(content), datatype=XSD.hexBinary)),
        )

    def _media(self, suffix: str) -> URIRef:
        media = URIRef(_IANA + MEDIA.get(suffix, UNKNOWN))
        self._say(media, (RDF.type, DCTERMS.MediaType))
        return media

    def _distribution(self, path: str, title: str, description: str) -> URIRef:
        """Add a file as a distribution; the caller links it to its dataset."""
        file = self._url(path)
        plain, compressed = suffixes(path)
        available = URIRef(AUTHORITY + "planned-availability/AVAILABLE")
        add_concept(self.graph, available, "Available")
        self._say(
            file,
            (RDF.type, DCAT.Distribution),
            (RDF.type, SCHEMA.DataDownload),
            (DCTERMS.title, Literal(title)),
            (DCTERMS.description, Literal(description, lang="en")),
            (DCTERMS.license, URIRef(self.publication.license)),
            (DCATAP.availability, available),
            (DCAT.accessURL, file),
            (DCAT.downloadURL, file),
            (DCAT.mediaType, self._media(plain)),
            *([(DCAT.compressFormat, self._media(compressed))] if compressed else []),
        )
        form = URIRef(f"{AUTHORITY}file-type/{FORMATS[plain]}") if plain in FORMATS else self._media(plain)
        self._say(form, (RDF.type, DCTERMS.MediaTypeOrExtent))
        self._say(file, (DCTERMS["format"], form))
        return file

    def form(self, path: str) -> None:
        """Add a file that holds the whole dataset."""
        title, suffix = self.publication.title, suffixes(path)[0]
        described = path.startswith(f"{self.publication.name}.12.")
        if path == _PACKAGE:
            description = f"{title} as CSV tables; this file names them and describes their columns (Data Package 2.0)."
        elif suffix in (".nq", ".trig"):
            description = f"{title} in named graphs: data, derived facts, vocabulary and catalogue."
        elif described:
            description = f"{title}: data, derived facts and vocabulary in RDF 1.2, with each statement's citations."
        elif suffix == ".owl":
            description = f"{title} as an OWL 2 ontology that imports its vocabulary, with dates as strings."
        elif path.endswith(".all.nt"):
            description = f"{title}: data, derived facts and vocabulary as one graph, for the example questions."
        else:
            description = f"{title}: data and derived facts as one graph."
        file = self._distribution(path, path, description)
        for dataset in (self.dataset, self.version):
            self._say(dataset, (DCAT.distribution, file))
        self._say(self.dataset, (SCHEMA.distribution, file))
        if described:
            self._say(file, (DCTERMS.conformsTo, self._standard("https://www.w3.org/TR/rdf12-concepts/")))
        elif suffix == ".owl":
            self._say(file, (DCTERMS.conformsTo, self._standard("https://www.w3.org/TR/owl2-overview/")))
        elif path != _PACKAGE and suffix != ".jsonld":
            self._say(self.dataset, (VOID.dataDump, file))

    def table(self, path: str, resource: Mapping[str, Any]) -> None:
        """Add a table as a dataset in the series of tables, with its CSV file."""
        table = self._url(path.removesuffix(".csv"))
        add_resource(self.graph, self.publication, table, resource["title"], resource["description"])
        file = self._distribution(path, path, resource["description"])
        self._say(
            table,
            (DCTERMS.isPartOf, self.dataset),
            (DCAT.inSeries, self._series),
            (DCAT.distribution, file),
            (DCTERMS.conformsTo, self._standard("https://datapackage.org/profiles/2.0/tableschema.json")),
        )
        self._say(node(self.publication), (DCAT.dataset, table))

    def other_form(self, path: str, resource: Mapping[str, Any]) -> None:
        """Add a file of a table for statistical programs as a distribution of that table."""
        file = self._distribution(path, path, resource["title"])
        self._say(self._url(f"csv/{PurePosixPath(path).stem}"), (DCAT.distribution, file))

    def series(self) -> None:
        """Add the series of all tables."""
        title = f"{self.publication.title}: tables"
        description = "The same records as tables: one for each kind, one for pairs and years."
        add_resource(self.graph, self.publication, self._series, title, description, DCAT.DatasetSeries)
        self._say(self._series, (DCTERMS.isPartOf, self.dataset))

    def document(self, path: str) -> None:
        """Add a document about the dataset."""
        predicate, title = _DOCUMENTS[path]
        file = self._url(path)
        self._say(self.dataset, (predicate, file))
        self._say(file, (RDF.type, FOAF.Document), (DCTERMS.title, Literal(title, lang="en")))
        self._say(file, (DCAT.mediaType, self._media(suffixes(path)[0])))

    def _standard(self, iri: str) -> URIRef:
        standard = URIRef(iri)
        self._say(standard, (RDF.type, DCTERMS.Standard))
        return standard

    def profile(self) -> None:
        """Add the profile that the data conform to."""
        self._say(
            self._profile,
            (RDF.type, PROF.Profile),
            (RDF.type, DCTERMS.Standard),
            (DCTERMS.title, Literal(f"How the records of {self.publication.title} are made", lang="en")),
            (PROF.isProfileOf, self._standard(str(_STATECRAFT))),
        )
        for dataset in (self.dataset, self.version):
            self._say(dataset, (DCTERMS.conformsTo, self._profile))
            for version in self.publication.conforms_to:
                self._say(dataset, (DCTERMS.conformsTo, self._standard(version)))

    def resource(self, path: str, stem: str) -> None:
        """Add a file that describes or checks the structure of the data."""
        resource = node(self.publication, f"resource-{slug(path)}")
        self._say(self._profile, (PROF.hasResource, resource))
        self._say(
            resource,
            (RDF.type, PROF.ResourceDescriptor),
            (DCTERMS.title, Literal(path)),
            (PROF.hasRole, _ROLES[stem]),
            (PROF.hasArtifact, self._url(path)),
            (DCTERMS["format"], self._media(suffixes(path)[0])),
            (DCTERMS.conformsTo, self._standard(_STANDARDS[stem])),
        )
