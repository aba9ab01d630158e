"""Prefixes for codes and the order of properties, for writers."""

from upheaval.rdf.declarations import scheme_prefixes
from upheaval.rdf.writers import PREFIXES
from upheaval.schema.contract import Contract
from upheaval.schema.publication import Publication


def query_prefixes(contract: Contract, publication: Publication) -> dict[str, str]:
    """Return the namespaces that queries use, by prefix."""
    return PREFIXES | code_prefixes(contract) | {publication.prefix: publication.iri}


def code_prefixes(contract: Contract) -> dict[str, str]:
    """Return a prefix for each scheme of codes, taken from the last part of its IRI."""
    return scheme_prefixes(iri for codes in contract.codes.values() for iri in codes.values())


def ranks(contract: Contract) -> dict[str, float]:
    """Return the rank of each property among the keys of records, by IRI."""
    return {key.iri: key.order for kind in contract.kinds.values() for key in kind.keys.values()}
