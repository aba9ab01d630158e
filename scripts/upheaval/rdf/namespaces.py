"""The names of the vocabularies that the package itself has to know: those that describe shapes and ontologies."""

from rdflib import Namespace
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, XSD

STATECRAFT = Namespace("https://w3id.org/statecraft#")
SHAPES = "https://w3id.org/statecraft/shapes"

FOLDER = STATECRAFT.folder
IDENTIFYING = STATECRAFT.identifying
FAULT_AT = STATECRAFT.faultAt

__all__ = [
    "DCTERMS",
    "FAULT_AT",
    "FOLDER",
    "IDENTIFYING",
    "OWL",
    "RDF",
    "RDFS",
    "SH",
    "SHAPES",
    "SKOS",
    "STATECRAFT",
    "VANN",
    "XSD",
]
