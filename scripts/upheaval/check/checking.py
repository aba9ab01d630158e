"""Everything that can be wrong with a publication, found in one go."""

from upheaval.check.locating import to_faults
from upheaval.check.queries import query_faults
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import to_rdflib
from upheaval.schema.lint import unknown_terms
from upheaval.shacl import constraints, core
from upheaval.shacl.index import NodeIndex
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
    faults = [*assembly.faults, *unknown_terms(assembly.vocabulary)]
    faults.extend(query_faults(assembly.publication, assembly.vocabulary, assembly.contract))
    faults.extend(to_faults(find(assembly, engine), assembly.populated))
    if not assembly.records:
        faults.append(EMPTY)
    return sorted(dict.fromkeys(faults), key=Fault.sort_key)


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
    publication = assembly.publication
    graphs = (publication.graph("data"), publication.graph("derived"))
    shapes = to_rdflib(assembly.vocabulary.shapes)
    if engine == "pyshacl":
        from upheaval.shacl.reference import validate

        found = validate(assembly.store, graphs, assembly.vocabulary.ontology, shapes)
    else:
        index = NodeIndex(assembly.store, graphs, assembly.contract)
        found = [
            *core.evaluate(index, core.compile_shapes(shapes)),
            *constraints.evaluate(assembly.store, shapes, index),
        ]
    return sorted(set(found), key=lambda one: (one.node, one.shape, one.path or "", str(one.value), one.message))
