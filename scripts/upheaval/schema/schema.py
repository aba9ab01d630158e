"""The schema that records are read with: the publication, its vocabulary, and what is derived from them."""

from dataclasses import dataclass, replace
from pathlib import Path

from upheaval.faults import Refusal
from upheaval.schema.agreement import CONFORMS_TO, disagreements
from upheaval.schema.context import derive_context
from upheaval.schema.contract import Context, Contract
from upheaval.schema.derivation import derive_contract
from upheaval.schema.publication import Publication, open_publication
from upheaval.schema.unshaped import unshaped_properties
from upheaval.schema.vocabulary import Vocabulary, load_vocabulary


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything of a publication except its records.

    Attributes:
        publication: its metadata.
        vocabulary: the ontology, shapes and rules.
        contract: the kinds of record and their keys.
        context: the JSON-LD context that turns records into RDF.

    """

    publication: Publication
    vocabulary: Vocabulary
    contract: Contract
    context: Context


def prepare(root: Path, *, any_version: bool = False) -> Schema:
    """Read everything of a publication except its records.

    Args:
        root: the publication's folder.
        any_version: whether the records may be written with another version of the vocabulary.

    Returns:
        The schema.

    Raises:
        Refusal: the publication's metadata or its vocabulary cannot be used.

    """
    publication = open_publication(root)
    vocabulary = load_vocabulary(publication)
    contract = derive_contract(vocabulary.graph, vocabulary.place)
    contract = replace(contract, unshaped=unshaped_properties(publication, vocabulary, contract))
    faults = list(disagreements(publication, contract, vocabulary.graph))
    if faults := [fault for fault in faults if not (any_version and fault.rule == CONFORMS_TO)]:
        raise Refusal(faults)
    return Schema(publication, vocabulary, contract, derive_context(vocabulary.graph, contract, publication))
