"""What the SHACL engine gets to see of a publication: statements as they were written, and classes by the contract."""

from collections.abc import Iterable

import pyoxigraph as ox

from upheaval.rdf.terms import Term, lines_of, named
from upheaval.schema.contract import Contract
from upheaval.shacl.index import Classes


def classes_of(contract: Contract, records: Iterable[tuple[str, str]] = ()) -> Classes:
    """Return what a contract says of classes: which are narrower than others, and of which codes are instances.

    Args:
        contract: the contract.
        records: IRIs of records of which the data may say nothing, each with the IRI of its class.

    """
    narrower: dict[Term, list[Term]] = {}
    for cls, wider in contract.wider.items():
        for one in wider:
            narrower.setdefault(named(one), []).append(named(cls))
    members = {named(cls): [named(iri) for iri in codes.values()] for cls, codes in contract.codes.items()}
    for iri, cls in records:
        members.setdefault(named(cls), []).append(named(iri))
    return Classes(narrower, members)


def lines_in(store: ox.Store, graph: str) -> list[str]:
    """Return the statements of a named graph of a store."""
    text = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph))
    return lines_of(text or b"")
