"""Violations planted in a publication that has none, so that engines can be seen to find the same."""

import pyoxigraph as ox

from upheaval.populate.assembly import Assembly
from upheaval.rdf.namespaces import STATECRAFT
from upheaval.rdf.terms import statements

EVERY = 200
"""One in so many citations loses its source, and one in so many estimates gets a source for an actor."""


def plant(assembly: Assembly) -> int:
    """Break some statements of the data, always the same ones, and return how many."""
    store = assembly.store
    uncited = _some(store, STATECRAFT.source)
    misclaimed = _some(store, STATECRAFT.claimedBy)
    a_source = next(quad.object for quad in _some(store, STATECRAFT.source, 1))
    broken = [ox.Quad(quad.subject, quad.predicate, a_source, quad.graph_name) for quad in misclaimed]
    for quad in (*uncited, *misclaimed):
        store.remove(quad)
    store.extend(broken)
    gone = set(statements(quad.triple for quad in (*uncited, *misclaimed)))
    kept = [line for line in assembly.statements if line not in gone]
    assembly.statements[:] = [*kept, *statements(quad.triple for quad in broken)]
    return len(uncited) + len(misclaimed)


def _some(store: ox.Store, predicate: str, every: int = EVERY) -> list[ox.Quad]:
    found = store.quads_for_pattern(None, ox.NamedNode(str(predicate)), None, None)
    return sorted(found, key=lambda quad: str(quad.subject))[::every]
