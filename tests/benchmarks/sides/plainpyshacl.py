"""Validate a graph with pySHACL as it comes: DATA, SHAPES; prints the number of findings."""

import pyoxigraph as ox
from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import SH

from tests.benchmarks.sides.timing import report, words
from upheaval.rdf.graphs import to_rdflib

files = zip(words(), (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE), strict=True)
data, shapes = (to_rdflib(quad.triple for quad in ox.parse(path=file, format=form)) for file, form in files)


def work() -> tuple[int]:
    _, found, _ = validate(data, shacl_graph=shapes, inference="none", inplace=True)
    assert isinstance(found, Graph), "pySHACL gives a report"
    return (len(set(found.objects(None, SH.result))),)


report(work)
