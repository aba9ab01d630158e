"""The catalogue of a build: the dataset, without its files, in DCAT-AP 3.0.1, VoID and schema.org."""

from collections.abc import Iterable

from rdflib import FOAF, PROV, VOID, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD
from rdflib.term import Node

from upheaval.build.statistics import Counts
from upheaval.build.void import add_statistics
from upheaval.populate.naming import slug
from upheaval.rdf.wkt import WKT_LITERAL
from upheaval.schema.publication import Publication
from upheaval.store.releases import read_releases, releases_before

ADMS = "http://purl.org/adms/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SCHEMA = Namespace("https://schema.org/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
WKT = URIRef(WKT_LITERAL)
LICENCE_TYPES = {
    "https://creativecommons.org/publicdomain/zero/": ("PublicDomain", "Public domain"),
    "https://creativecommons.org/licenses/by/": ("Attribution", "Attribution"),
    "https://creativecommons.org/licenses/by-sa/": ("ViralEffect-ShareAlike", "Viral effect (a.k.a. share-alike)"),
    "https://creativecommons.org/licenses/by-nd/": ("NoDerivativeWork", "No derivative work"),
    "https://creativecommons.org/licenses/by-nc": ("NonCommercialUseOnly", "Non-commercial use only"),
}
"""ADMS licence types, by the start of the licence's address."""


def describe(publication: Publication, counts: Counts, vocabularies: Iterable[str]) -> Graph:
    """Describe a dataset, without its files.

    Args:
        publication: the publication.
        counts: the counts of the data and derived facts.
        vocabularies: the IRIs of the vocabularies that it uses.

    Returns:
        A graph with the dataset as dcat:Dataset, void:Dataset and schema:Dataset, this version of it, the catalogue,
        and every node that they refer to, with the class and name that DCAT-AP requires. Those nodes have IRIs in the
        document `catalog`.

    """
    graph = Graph()
    dataset, catalog, version = dataset_of(publication), node(publication), version_of(publication)
    for cls in (VOID.Dataset, SCHEMA.Dataset):
        graph.add((dataset, RDF.type, cls))
    _add_agents(graph, publication)
    _add_terms(graph, publication, counts)
    add_resource(graph, publication, dataset, publication.title, publication.description)
    add_resource(graph, publication, version, f"{publication.title} {publication.version}", publication.description)
    graph.add((version, DCAT.isVersionOf, dataset))
    for predicate in (DCTERMS.hasVersion, DCAT.hasVersion):
        graph.add((dataset, predicate, version))
    if publication.prior_version:
        for resource in (dataset, version):
            graph.add((resource, DCAT.previousVersion, URIRef(publication.prior_version)))
    _add_earlier(graph, publication)
    for vocabulary in vocabularies:
        graph.add((dataset, VOID.vocabulary, URIRef(vocabulary)))
    graph.add((dataset, VOID.uriSpace, Literal(publication.iri)))
    add_statistics(graph, dataset, counts)
    _add_schema(graph, publication, counts)
    for predicate, value in (
        (RDF.type, DCAT.Catalog),
        (RDF.type, SCHEMA.DataCatalog),
        (DCTERMS.title, Literal(publication.title, lang="en")),
        (DCTERMS.description, Literal(publication.description, lang="en")),
        (DCAT.dataset, dataset),
        (DCAT.dataset, version),
        (DCAT.themeTaxonomy, URIRef(AUTHORITY + "data-theme")),
        (FOAF.homepage, URIRef(publication.homepage)),
        *_common(publication),
    ):
        graph.add((catalog, predicate, value))
    return graph


def _add_earlier(graph: Graph, publication: Publication) -> None:
    """Add the series of the versions, those that were released before this one, and where their changes are."""
    dataset, series = dataset_of(publication), node(publication, "versions")
    graph.add((dataset, DCAT.hasCurrentVersion, version_of(publication)))
    title, what = f"{publication.title}: versions", f"The released versions of {publication.title}."
    add_resource(graph, publication, series, title, what, DCAT.DatasetSeries)
    earlier = releases_before(read_releases(publication.root), publication.version)
    for one in (version_of(publication), *(URIRef(f"{publication.iri}{release.version}") for release in earlier)):
        graph.add((one, DCAT.inSeries, series))
    if publication.prior_version:
        graph.add((version_of(publication), DCAT.prev, URIRef(publication.prior_version)))
    if earlier:
        _add_changes(graph, publication)
    for release in earlier:
        version = URIRef(f"{publication.iri}{release.version}")
        for predicate in (DCTERMS.hasVersion, DCAT.hasVersion):
            graph.add((dataset, predicate, version))
        title = Literal(f"{publication.title} {release.version}", lang="en")
        description = f"Withdrawn: {release.why}" if release.is_withdrawn else publication.description
        for predicate, value in (
            (RDF.type, DCAT.Dataset),
            (DCAT.isVersionOf, dataset),
            (DCAT.version, Literal(release.version)),
            (DCTERMS.title, title),
            (DCTERMS.description, Literal(description, lang="en")),
            (DCTERMS.issued, Literal(release.date, datatype=XSD.date)),
            (DCTERMS.publisher, agent(publication, publication.publisher)),
            (DCTERMS.license, URIRef(publication.license)),
        ):
            graph.add((version, predicate, value))
        if release.is_withdrawn:
            status = URIRef(f"{ADMS}status/Withdrawn")
            graph.add((version, URIRef(f"{ADMS}status"), status))
            add_concept(graph, status, "Withdrawn")


def _add_changes(graph: Graph, publication: Publication) -> None:
    """Add the Atom feed and the event stream of the releases, which `upheaval site` writes beside the build."""
    dataset, feed = dataset_of(publication), URIRef(f"{publication.iri}releases.atom")
    graph.add((dataset, FOAF.page, feed))
    graph.add((feed, RDF.type, FOAF.Document))
    graph.add((feed, DCTERMS.title, Literal(f"{publication.title}: releases", lang="en")))
    graph.add((dataset, DCTERMS.hasPart, URIRef(f"{publication.iri}events.trig#stream")))


def dataset_of(publication: Publication) -> URIRef:
    """Return the IRI of a publication's dataset."""
    return URIRef(publication.iri)


def version_of(publication: Publication) -> URIRef:
    """Return the IRI of the version being built."""
    return URIRef(f"{publication.iri}{publication.version}")


def node(publication: Publication, name: str = "") -> URIRef:
    """Return the IRI of the catalogue, or of a node in its document."""
    return URIRef(f"{publication.iri}catalog{'#' + name if name else ''}")


def agent(publication: Publication, name: str) -> URIRef:
    """Return the IRI of an author or publisher of the dataset."""
    return node(publication, f"agent-{slug(name)}")


def add_resource(
    graph: Graph,
    publication: Publication,
    resource: URIRef,
    title: str,
    description: str,
    cls: URIRef = DCAT.Dataset,
) -> None:
    """Add what DCAT-AP requires of any dataset, whether the whole, a version, a table or a series.

    Args:
        graph: the description to add to.
        publication: the publication.
        resource: the IRI of the dataset.
        title, description: in English.
        cls: dcat:Dataset or dcat:DatasetSeries.

    """
    for predicate, value in (
        (RDF.type, cls),
        (DCTERMS.title, Literal(title, lang="en")),
        (DCTERMS.description, Literal(description, lang="en")),
        (DCTERMS.identifier, Literal(str(resource), datatype=XSD.anyURI)),
        (DCAT.version, Literal(publication.version)),
        (DCAT.contactPoint, node(publication, "contact")),
        (DCAT.landingPage, URIRef(publication.homepage)),
        (DCAT.theme, URIRef(AUTHORITY + "data-theme/INTR")),
        *((DCTERMS.creator, agent(publication, name)) for name in publication.creator),
        *((DCAT.keyword, Literal(word, lang="en")) for word in publication.keyword),
        *((PROV.wasDerivedFrom, URIRef(address)) for address in publication.source),
        *_common(publication),
    ):
        graph.add((resource, predicate, value))
    period = node(publication, "period")
    if (period, RDF.type, DCTERMS.PeriodOfTime) in graph:
        graph.add((resource, DCTERMS.temporal, period))


def _common(publication: Publication) -> list[tuple[URIRef, Node]]:
    """Return the statements common to the catalogue and each dataset in it."""
    day = Literal(publication.issued, datatype=XSD.date)
    return [
        (DCTERMS.publisher, agent(publication, publication.publisher)),
        (DCTERMS.license, URIRef(publication.license)),
        (DCTERMS.language, URIRef(AUTHORITY + "language/ENG")),
        (DCTERMS.issued, day),
        (DCTERMS.modified, day),
        *([(DCTERMS.spatial, node(publication, "area"))] if publication.spatial else []),
    ]


def _add_agents(graph: Graph, publication: Publication) -> None:
    for name in dict.fromkeys((*publication.creator, publication.publisher)):
        somebody = agent(publication, name)
        for predicate, value in ((RDF.type, FOAF.Agent), (FOAF.name, Literal(name)), (SCHEMA.name, Literal(name))):
            graph.add((somebody, predicate, value))
    if publication.publisher_type:
        kind = URIRef(f"{ADMS}publishertype/{publication.publisher_type}")
        graph.add((agent(publication, publication.publisher), DCTERMS.type, kind))
        add_concept(graph, kind, publication.publisher_type)
    contact = node(publication, "contact")
    for predicate, value in (
        (RDF.type, VCARD.Kind),
        (VCARD.fn, Literal(publication.publisher)),
        (VCARD.hasURL, URIRef(publication.homepage)),
    ):
        graph.add((contact, predicate, value))


def _add_terms(graph: Graph, publication: Publication, counts: Counts) -> None:
    """Add the nodes that the description refers to: licence, language, theme, home page, time and area."""
    licence, themes = URIRef(publication.license), URIRef(AUTHORITY + "data-theme")
    graph.add((licence, RDF.type, DCTERMS.LicenseDocument))
    for beginning, (code, label) in LICENCE_TYPES.items():
        if publication.license.startswith(beginning):
            kind = URIRef(f"{ADMS}licencetype/{code}")
            graph.add((licence, DCTERMS.type, kind))
            add_concept(graph, kind, label)
    graph.add((URIRef(AUTHORITY + "language/ENG"), RDF.type, DCTERMS.LinguisticSystem))
    graph.add((URIRef(publication.homepage), RDF.type, FOAF.Document))
    graph.add((themes, RDF.type, SKOS.ConceptScheme))
    graph.add((themes, DCTERMS.title, Literal("Data theme", lang="en")))
    theme = URIRef(AUTHORITY + "data-theme/INTR")
    add_concept(graph, theme, "International issues")
    graph.add((theme, SKOS.inScheme, themes))
    if counts.first:
        period = node(publication, "period")
        graph.add((period, RDF.type, DCTERMS.PeriodOfTime))
        graph.add((period, DCAT.startDate, Literal(counts.first, datatype=XSD.date)))
        graph.add((period, DCAT.endDate, Literal(_last_day(publication, counts), datatype=XSD.date)))
    if publication.spatial:
        box, centre = _as_wkt([float(degrees) for degrees in publication.spatial])
        area = node(publication, "area")
        graph.add((area, RDF.type, DCTERMS.Location))
        graph.add((area, DCAT.bbox, Literal(box, datatype=WKT)))
        graph.add((area, DCAT.centroid, Literal(centre, datatype=WKT)))


def _last_day(publication: Publication, counts: Counts) -> str:
    """Return the last day that the data are about: a treaty's term may end after the version was issued."""
    return min(counts.last, publication.issued)


def _as_wkt(box: list[float]) -> tuple[str, str]:
    """Return a bounding box and its centre as well-known text; a box that crosses 180 degrees is split there."""
    west, south, east, north = box
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    rings = [((a, south), (b, south), (b, north), (a, north), (a, south)) for a, b in spans]
    texts = ["((" + ", ".join(f"{x:g} {y:g}" for x, y in ring) + "))" for ring in rings]
    middle = (west + east + (0 if west <= east else 360)) / 2
    centre = f"POINT({middle - (360 if middle > 180 else 0):g} {(south + north) / 2:g})"
    return (f"POLYGON{texts[0]}" if len(texts) == 1 else f"MULTIPOLYGON({', '.join(texts)})"), centre


def add_concept(graph: Graph, concept: URIRef, label: str) -> None:
    """Add a concept of an external vocabulary, with its English label."""
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.prefLabel, Literal(label, lang="en")))


def _add_schema(graph: Graph, publication: Publication, counts: Counts) -> None:
    """Add the description for search engines (schema.org's Dataset)."""
    dataset, last = dataset_of(publication), _last_day(publication, counts)
    for predicate, value in (
        (SCHEMA.name, Literal(publication.title, lang="en")),
        (SCHEMA.description, Literal(publication.description, lang="en")),
        (SCHEMA.license, URIRef(publication.license)),
        (SCHEMA.datePublished, Literal(publication.issued, datatype=XSD.date)),
        (SCHEMA.version, Literal(publication.version)),
        (SCHEMA.identifier, Literal(publication.iri)),
        (SCHEMA.includedInDataCatalog, node(publication)),
        (SCHEMA.publisher, agent(publication, publication.publisher)),
        (FOAF.homepage, URIRef(publication.homepage)),
        *((SCHEMA.creator, agent(publication, name)) for name in publication.creator),
        *((SCHEMA.keywords, Literal(word, lang="en")) for word in publication.keyword),
        *([(SCHEMA.temporalCoverage, Literal(f"{counts.first}/{last}"))] if counts.first else []),
    ):
        graph.add((dataset, predicate, value))
