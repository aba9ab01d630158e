"""Everything that can be wrong with a publication, found in one go."""

from upheaval.check.dataview import classes_of, lines_in
from upheaval.check.locating import to_faults
from upheaval.check.sparqlfaults import query_faults
from upheaval.faults import Fault, Severity, refuse
from upheaval.populate.assembly import Assembly
from upheaval.rdf.terms import statements
from upheaval.schema.contract import Contract
from upheaval.schema.lint import unknown_terms
from upheaval.schema.publication import Publication
from upheaval.schema.vocabulary import Vocabulary, shape_faults
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.prebinding import ConstraintStore
from upheaval.shacl.results import ValidationResult

EMPTY = Fault("data", "the dataset is empty", "add a record: `upheaval new record KIND SLUG`")


def check(assembly: Assembly, engine: str = "compiled") -> list[Fault]:
    """Check a publication's records against its shapes, and the vocabulary and the shapes against each other.

    Args:
        assembly: what was read.
        engine: `compiled`, or `pyshacl` for the reference, which finds the same and takes longer.

    Returns:
        The faults, by file, line and column.

    Raises:
        Refusal: the shapes cannot be used.

    """
    faults = [*assembly.faults]
    faults.extend(vocabulary_faults(assembly.publication, assembly.vocabulary, assembly.contract))
    faults.extend(to_faults(find(assembly, engine), assembly.populated, assembly.vocabulary.plan))
    if not assembly.records:
        faults.append(EMPTY)
    return sorted(dict.fromkeys(faults), key=Fault.sort_key)


def vocabulary_faults(publication: Publication, vocabulary: Vocabulary, contract: Contract) -> list[Fault]:
    """Find what is wrong with the vocabulary, the shapes and the queries, apart from what no command can work with."""
    without_effect = shape_faults(publication, vocabulary.plan.notes, Severity.WARNING)
    return [*unknown_terms(vocabulary), *without_effect, *query_faults(publication, vocabulary, contract)]


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
    publication, plan = assembly.publication, assembly.vocabulary.plan
    lines = [*assembly.statements, *lines_in(assembly.store, publication.graph("derived"))]
    if engine == "pyshacl":
        from upheaval.shacl.reference import ReferenceFailure, validate

        try:
            found = validate([*lines, *statements(assembly.vocabulary.ontology)], plan.lines)
        except ReferenceFailure as error:
            refuse("shapes", f"pySHACL cannot evaluate them: {error}", "check with --engine compiled")
    else:
        graphs = [publication.graph(name) for name in ("data", "derived", "vocabulary")]
        data = DataGraph(lines, classes_of(assembly.contract))
        found = evaluate(plan, data, lambda: ConstraintStore(assembly.store, graphs, plan.lines))
    return sorted(set(found), key=ValidationResult.sort_key)
