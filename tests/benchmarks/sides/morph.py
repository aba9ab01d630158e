"""Materialize tables with morph-kgc: CONFIGURATION; prints the number of triples in its Oxigraph store."""

import morph_kgc  # type: ignore[import-not-found]

from tests.benchmarks.sides.timing import report, words

(configuration,) = words()


def work() -> tuple[int]:
    return (len(morph_kgc.materialize_oxigraph(configuration)),)


report(work)
