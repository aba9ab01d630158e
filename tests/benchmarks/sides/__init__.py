"""One side of a comparison each: `python -m tests.benchmarks.sides.NAME LIMIT ARGUMENT…` prints its processor seconds.

Those of peers run in environments that have nothing of the project: they import the standard library, the peer and
`timing`.
"""
