"""How the records of a publication are read, derived from and validated in batches, which follows from its schema."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from upheaval.check.dataview import classes_of
from upheaval.check.footprints import Queries, ShapeReads, TargetedQuery
from upheaval.check.parsing import parse
from upheaval.check.scopes import Scopes, derive_scopes
from upheaval.check.sparqlfaults import query_faults
from upheaval.faults import Fault, Refusal, Severity
from upheaval.populate.assembly import vocabulary_lines
from upheaval.populate.records import Listing
from upheaval.rdf.jsonld import Statements
from upheaval.rdf.terms import Term, text_of
from upheaval.schema.ledger import Ledger, read_ledger
from upheaval.schema.legibility import not_in_xml
from upheaval.schema.lint import invalid_languages, look_alikes, unidentified, unknown_terms
from upheaval.schema.schema import Schema
from upheaval.schema.vocabulary import shape_faults
from upheaval.shacl.compiling import Unit
from upheaval.shacl.index import Classes
from upheaval.shacl.sparqlconstraints import QueryConstraint


@dataclass(frozen=True)
class Plan:
    """How the records of a publication are read, derived from and validated.

    Attributes:
        schema: what they are read by.
        sizes: how many records each class has, or had: what follows from it holds for any records, and costs more where
            a class has grown.
        mistrusted: whether an IRI that a rule makes may be that of a record.
        engine: the SHACL engine, `compiled` or `pyshacl`.

    """

    schema: Schema
    sizes: Mapping[str, int]
    mistrusted: bool = False
    engine: str = "compiled"

    @cached_property
    def scopes(self) -> Scopes:
        """What the rules, constraints and shapes read; not needed where all records are one batch."""
        rules = {name: parse(text) for name, text in self.schema.vocabulary.rules.items()}
        queries = Queries(rules, *_units(self.units))
        base = self.schema.publication.iri
        return derive_scopes(self.schema.contract, self.vocabulary, base, queries, self.sizes, self.mistrusted)

    @cached_property
    def statements(self) -> Statements:
        """What writes documents."""
        return Statements(self.schema.context)

    @cached_property
    def units(self) -> list[Unit]:
        """The constraints of shapes, each of which can be evaluated by itself."""
        return self.schema.vocabulary.plan.units()

    @cached_property
    def classes(self) -> Classes:
        """What the contract says of classes."""
        return classes_of(self.schema.contract)

    @cached_property
    def vocabulary(self) -> bytes:
        """The vocabulary, as N-Triples."""
        return vocabulary_lines(self.schema.vocabulary)

    @property
    def ledger(self) -> Ledger:
        """What has been published; an empty one if it cannot be used, which is among `vocabulary_faults`."""
        return self._published[0]

    @cached_property
    def _published(self) -> tuple[Ledger, list[Fault]]:
        try:
            return read_ledger(self.schema.publication.root), []
        except Refusal as refusal:
            return Ledger({}), list(refusal.faults)

    @property
    def data(self) -> str:
        """The graph for what records say."""
        return self.schema.publication.graph("data")

    def derived(self, rule: str) -> str:
        """Return the graph for what a rule concludes in a batch."""
        return f"{self.schema.publication.graph('derived')}/{list(self.schema.vocabulary.rules).index(rule)}"

    @cached_property
    def _unbounded(self) -> frozenset[str]:
        scopes = (self.scopes.rules, self.scopes.constraints, self.scopes.shapes)
        return frozenset(name for each in scopes for name, scope in each.items() if scope.unbounded)

    def is_bounded(self, name: str) -> bool:
        """Tell whether a rule, a constraint or a shape is run batch by batch."""
        return name not in self._unbounded

    def slug(self, node: Term) -> str:
        """Return the name of the record that a node may belong to, by its IRI; else an empty text."""
        start = f"<{self.schema.publication.iri}"
        return text_of(node)[len(start) - 1 :].partition("#")[0] if node.startswith(start) else ""

    @cached_property
    def vocabulary_faults(self) -> list[Fault]:
        """What is wrong with the vocabulary, the queries that come with it, and the ledger."""
        publication, vocabulary = self.schema.publication, self.schema.vocabulary
        without_effect = shape_faults(publication, vocabulary.plan.notes, Severity.WARNING)
        if self.engine == "compiled":
            without_effect.extend(shape_faults(publication, vocabulary.plan.advanced))
        unwritable = not_in_xml(vocabulary.ontology, self.schema.contract)
        texts = [*invalid_languages(vocabulary), *look_alikes(vocabulary)]
        queries = query_faults(publication, vocabulary, self.schema.contract)
        terms = [*self._published[1], *unknown_terms(vocabulary), *unidentified(vocabulary, self.schema.contract)]
        return [*publication.warnings, *terms, *texts, *unwritable, *without_effect, *queries]

    def whole(self, listing: Listing) -> set[str]:
        """Return the records that are read whole beside every batch."""
        classes = self.scopes.classes
        return {slug for slug, kind in listing.kinds.items() if not classes.isdisjoint(kind.ancestors)}

    def warm(self) -> None:
        """Make what evaluating needs, so that processes that are forked hereafter have it."""
        _ = self.units, self.classes, self.vocabulary, self.scopes


def make_plan(schema: Schema, listing: Listing, engine: str = "compiled") -> Plan:
    """Return the plan for a schema, the records that there are, and a SHACL engine."""
    sizes = Counter(cls for entry in listing.entries.values() for cls in entry.kind.ancestors)
    return Plan(schema, sizes, engine=engine)


def _units(units: Iterable[Unit]) -> tuple[dict[str, TargetedQuery], dict[str, ShapeReads]]:
    """Return what the constraints of shapes read, by name: those that are queries, and the others."""
    queries: dict[str, TargetedQuery] = {}
    shapes: dict[str, ShapeReads] = {}
    for unit in units:
        name, constraint = text_of(unit.name), unit.constraint
        targets = frozenset(text_of(target.term) for target in unit.shape.targets if target.kind == "targetClass")
        reads = unit.reads()
        if isinstance(constraint, QueryConstraint) and constraint.node:
            queries[name] = TargetedQuery(parse(constraint.query.text), targets)
        else:
            found = ShapeReads(
                targets,
                _texts(reads.own),
                _texts(reads.others),
                _texts(reads.inverse),
                reads.classes,
                reads.everything or bool(reads.queries),
            )
            shapes[name] = shapes[name] | found if name in shapes else found
    return queries, shapes


def _texts(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset(map(text_of, terms))
