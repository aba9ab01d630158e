"""What is wrong with a vocabulary, with the queries that come with it, and with the ledger."""

from collections.abc import Iterable

from upheaval.check.sparqlfaults import query_faults
from upheaval.faults import Fault, Severity
from upheaval.schema.legibility import not_in_xml
from upheaval.schema.lint import invalid_languages, look_alikes, unidentified, unknown_terms
from upheaval.schema.schema import Schema
from upheaval.schema.vocabulary import shape_faults


def vocabulary_faults(schema: Schema, ledger: Iterable[Fault], engine: str) -> list[Fault]:
    """Find what is wrong with a vocabulary.

    Args:
        schema: the publication and its vocabulary.
        ledger: what is wrong with the ledger.
        engine: the SHACL engine; `compiled` leaves SHACL Advanced Features out, and says so.

    """
    publication, vocabulary = schema.publication, schema.vocabulary
    without_effect = shape_faults(publication, vocabulary.plan.notes, Severity.WARNING)
    if engine == "compiled":
        without_effect.extend(shape_faults(publication, vocabulary.plan.advanced))
    unwritable = not_in_xml(vocabulary.ontology, schema.contract)
    texts = [*invalid_languages(vocabulary), *look_alikes(vocabulary)]
    queries = query_faults(publication, vocabulary, schema.contract)
    terms = [*ledger, *unknown_terms(vocabulary), *unidentified(vocabulary, schema.contract)]
    return [*publication.warnings, *terms, *texts, *unwritable, *without_effect, *queries]
