"""Validate a graph with pyrudof, and print the processor seconds without loading."""

import sys
import time

import pyrudof  # type: ignore[import-not-found]

rudof = pyrudof.Rudof(pyrudof.RudofConfig())
rudof.read_data(sys.argv[1], pyrudof.RDFFormat.NTriples)
rudof.read_shacl(sys.argv[2], pyrudof.ShaclFormat.Turtle)
begin = time.process_time()
rudof.validate_shacl(pyrudof.ShaclValidationMode.Native)
print(time.process_time() - begin)
