"""What records are read by: the publication, its vocabulary, and all that is derived from the two."""

from dataclasses import dataclass
from pathlib import Path

from upheaval.schema.context import Context, derive_context
from upheaval.schema.contract import Contract, derive_contract
from upheaval.schema.publication import Publication, open_publication
from upheaval.schema.vocabulary import Vocabulary, load_vocabulary


@dataclass(frozen=True, slots=True)
class Schema:
    """A publication without its records.

    Attributes:
        publication: what it says of itself.
        vocabulary: ontology, shapes and rules.
        contract: which keys records have.
        context: what makes them RDF.

    """

    publication: Publication
    vocabulary: Vocabulary
    contract: Contract
    context: Context


def prepare(root: Path) -> Schema:
    """Read everything of a publication but its records.

    Args:
        root: the publication's folder.

    Returns:
        What its records are read by.

    Raises:
        Refusal: the publication or its vocabulary cannot be used at all.

    """
    publication = open_publication(root)
    vocabulary = load_vocabulary(publication)
    contract = derive_contract(vocabulary.graph)
    return Schema(publication, vocabulary, contract, derive_context(vocabulary.graph, contract, publication))
