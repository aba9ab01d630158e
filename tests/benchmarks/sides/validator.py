"""Our side, as `upheaval validate` does it: DATA, SHAPES; prints the number of findings.

Compiling the shapes and making the index are part of the work; garbage collection is off, as in the command.
"""

import gc

import pyoxigraph as ox

from tests.benchmarks.sides.timing import report, words
from upheaval.rdf.terms import statements
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.metashapes import compile_shapes
from upheaval.shacl.prebinding import store_of

files = zip(words(), (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE), strict=True)
data, shapes = (statements(quad.triple for quad in ox.parse(path=file, format=form)) for file, form in files)
gc.disable()


def work() -> tuple[int]:
    plan = compile_shapes(shapes)
    return (len(evaluate(plan, DataGraph(data), lambda: store_of(data, plan.lines))),)


report(work)
