"""Validate a graph with pyrudof: DATA, SHAPES; prints the number of findings."""

import pyrudof  # type: ignore[import-not-found]

from tests.benchmarks.sides.timing import report, within, words

within(18)
data, shapes = words()
rudof = pyrudof.Rudof(pyrudof.RudofConfig())
rudof.read_data(data, pyrudof.RDFFormat.NTriples)
rudof.read_shacl(shapes, pyrudof.ShaclFormat.Turtle)


def work() -> tuple[int]:
    return (len(rudof.validate_shacl(pyrudof.ShaclValidationMode.Native)),)


report(work)
