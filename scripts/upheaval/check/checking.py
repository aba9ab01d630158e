"""Everything that can be wrong with a publication whose records are all one batch."""

import pyoxigraph as ox

from upheaval.check.duplicates import duplicate_faults, signatures
from upheaval.check.locating import at_their_subjects, distinct, to_faults
from upheaval.check.losses import losses, settled
from upheaval.check.plan import Plan, make_plan
from upheaval.check.validation import Data, Selection, Validator, compiled, reference
from upheaval.faults import Fault, Severity
from upheaval.populate.assembly import Assembly
from upheaval.rdf.terms import text_of
from upheaval.shacl.results import ValidationResult

ENGINES: dict[str, Validator] = {"compiled": compiled, "pyshacl": reference}


def check(assembly: Assembly, engine: str = "compiled") -> list[Fault]:
    """Check a publication's records against its shapes, and the vocabulary and the shapes against each other.

    Args:
        assembly: what was read.
        engine: `compiled`, or `pyshacl` for the reference, which finds the same, takes longer, and evaluates SHACL
            Advanced Features as well.

    Returns:
        The faults, by file, line and column.

    Raises:
        Refusal: the shapes cannot be used.

    """
    plan = make_plan(assembly.schema, assembly.listing, engine)
    faults = [*assembly.faults, *plan.vocabulary_faults]
    shapes, locations = assembly.vocabulary.plan, assembly.populated.locations
    results = at_their_subjects(
        find(assembly, engine), shapes, assembly.statements, lambda node: text_of(node) in locations
    )
    faults.extend(to_faults(results, assembly.populated, shapes))
    records = zip(assembly.records, assembly.populated.documents, strict=True)
    signed = [(one, record.slug) for record, document in records for one in signatures(document, record.kind)]
    faults.extend(duplicate_faults(assembly.publication, assembly.contract, assembly.listing, signed))
    return distinct([*faults, *_losses(assembly, plan, faults)])


def _losses(assembly: Assembly, plan: Plan, faults: list[Fault]) -> list[Fault]:
    """Return what was published and is lost."""
    publication = assembly.publication
    if not plan.ledger.entries:
        return []
    faulty = {fault.file for fault in assembly.faults if fault.severity is Severity.ERROR}
    nodes: dict[str, set[str]] = {record.slug: set() for record in assembly.records if record.file not in faulty}
    for iri, location in assembly.populated.locations.items():
        if location.record.slug in nodes:
            nodes[location.record.slug].add(iri.partition("#")[2])
    graph = ox.NamedNode(publication.graph("derived"))

    def is_derived(name: str) -> bool:
        node = ox.NamedNode(publication.iri + name)
        return any(True for _ in assembly.store.quads_for_pattern(node, None, None, graph))

    return losses(plan.ledger, plan.made(assembly.listing.entries, nodes, is_derived if settled(faults) else None))


def find(assembly: Assembly, engine: str) -> list[ValidationResult]:
    """Validate the data and the derived facts of an assembly with one of the two engines.

    Args:
        assembly: what was read.
        engine: `compiled` or `pyshacl`.

    Returns:
        The violations, once each, by node, shape, path and value.

    Raises:
        Refusal: the shapes cannot be used.

    """
    data = Data(assembly.store, assembly.statements, [assembly.publication.graph("derived")])
    plan = make_plan(assembly.schema, assembly.listing)
    found = ENGINES[engine](plan, data, [Selection(lambda _name: True)])
    return sorted(set(found), key=ValidationResult.sort_key)
