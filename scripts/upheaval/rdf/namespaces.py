"""Namespaces of the vocabularies that the code refers to."""

from rdflib import Namespace
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, XSD

STATECRAFT = Namespace("https://w3id.org/statecraft#")
CODES = "https://w3id.org/statecraft/"
"""What the IRIs of Statecraft's schemes and codes begin with."""
SHAPES = "https://w3id.org/statecraft/shapes"

FOLDER = STATECRAFT.folder
IDENTIFYING = STATECRAFT.identifying
FAULT_AT = STATECRAFT.faultAt
MATCH_ON = STATECRAFT.matchOn

__all__ = [
    "CODES",
    "DCTERMS",
    "FAULT_AT",
    "FOLDER",
    "IDENTIFYING",
    "MATCH_ON",
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
