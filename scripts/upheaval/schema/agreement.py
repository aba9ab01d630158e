"""Whether a publication's metadata agree with the vocabulary that is installed: its versions and its prefixes."""

from collections.abc import Iterator
from difflib import get_close_matches

from rdflib import Graph

from upheaval.faults import Fault
from upheaval.rdf.namespaces import OWL
from upheaval.schema.contract import Contract
from upheaval.schema.prefixes import code_prefixes
from upheaval.schema.publication import FILE, Publication, locate

CONFORMS_TO = "publication/conforms-to"
"""The rule that the metadata name the version of the vocabulary that is installed."""


def disagreements(publication: Publication, contract: Contract, graph: Graph) -> Iterator[Fault]:
    """Yield the faults of a publication's metadata that only its vocabulary shows.

    Args:
        publication: the publication.
        contract: the contract, for its schemes of codes.
        graph: the ontology and the shapes.

    Yields:
        A fault for each version IRI (`conformsTo`) that no ontology here has (`owl:versionIRI`, OWL 2 section 3.1), and
        one for a prefix that a scheme of codes has.

    """
    versions = {str(version): str(ontology) for ontology, version in graph.subject_objects(OWL.versionIRI)}
    for stated in publication.conforms_to:
        if stated not in versions:
            at = locate(publication, "conformsTo", stated)
            message, cure = _mismatch(stated, versions)
            yield Fault(FILE, message, cure, at=at, rule=CONFORMS_TO)
    space = code_prefixes(contract).get(publication.prefix)
    if space not in (None, publication.iri):
        message = f"the prefix `{publication.prefix}` stands for the codes in <{space}>"
        cure = f"choose another, such as `{publication.prefix}-data`"
        yield Fault(FILE, message, cure, at=locate(publication, "prefix"), rule="publication/prefix")


def _mismatch(stated: str, versions: dict[str, str]) -> tuple[str, str]:
    """Return what to say of a version that is not here."""
    for version, ontology in sorted(versions.items()):
        if stated.startswith((f"{ontology}/", f"{ontology}#")) or stated == ontology:
            return (
                f"the records are written with <{stated}>, but <{version}> is installed",
                "run `upheaval migrate`, or install that version",
            )
    near = get_close_matches(stated, versions, 1)
    cure = f"did you mean <{near[0]}>?" if near else f"the versions here are {', '.join(sorted(versions)) or 'none'}"
    return f"no ontology here has the version <{stated}>", cure
