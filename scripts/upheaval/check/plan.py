"""How the records of a publication are read, derived from and validated in batches, which follows from its schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from upheaval.check.dataview import classes_of
from upheaval.check.losses import Made
from upheaval.faults import Fault, Refusal
from upheaval.populate.records import Listing
from upheaval.rdf.iris import OWL
from upheaval.rdf.jsonld import Statements
from upheaval.rdf.terms import Term, text_of
from upheaval.schema.contract import Context, Contract
from upheaval.schema.ledger import Ledger, read_ledger
from upheaval.schema.publication import Publication
from upheaval.shacl.index import Classes
from upheaval.shacl.shapesplan import ShapesPlan, Unit

if TYPE_CHECKING:
    from upheaval.check.footprints import Scopes
    from upheaval.schema.schema import Schema
    from upheaval.schema.vocabulary import Vocabulary


@dataclass(frozen=True)
class Plan:
    """How the records of a publication are read, derived from and validated.

    Attributes:
        publication, contract, context: what they are read by.
        rules: the texts of the rules by file name, in order.
        shapes: the shapes, compiled.
        sizes: how many records each class has, or had: what follows from it holds for any records, and costs more where
            a class has grown.
        mistrusted: whether an IRI that a rule makes may be that of a record.
        engine: the SHACL engine, `compiled` or `pyshacl`.
        made_from: the vocabulary itself; None where it need not be read, as what follows from it is known.

    """

    publication: Publication
    contract: Contract
    context: Context
    rules: Mapping[str, str]
    shapes: ShapesPlan
    sizes: Mapping[str, int]
    mistrusted: bool = False
    engine: str = "compiled"
    made_from: Schema | None = None

    @property
    def schema(self) -> Schema:
        """The publication and its vocabulary."""
        if self.made_from is None:
            from upheaval.schema.schema import prepare

            return prepare(self.publication.root)
        return self.made_from

    @cached_property
    def scopes(self) -> Scopes:
        """What the rules, constraints and shapes read; not needed where all records are one batch."""
        from upheaval.check.scopes import scopes_of

        args = self.contract, self.vocabulary, self.publication.iri, self.rules, self.units, self.sizes
        return scopes_of(*args, mistrusted=self.mistrusted)

    @cached_property
    def statements(self) -> Statements:
        """What writes documents."""
        return Statements(self.context)

    @cached_property
    def units(self) -> list[Unit]:
        """The constraints of shapes, each of which can be evaluated by itself."""
        return self.shapes.units()

    @cached_property
    def classes(self) -> Classes:
        """What the contract says of classes."""
        return classes_of(self.contract)

    @cached_property
    def vocabulary(self) -> bytes:
        """The vocabulary, as N-Triples."""
        from upheaval.populate.assembly import vocabulary_lines

        return vocabulary_lines(self.schema.vocabulary)

    @property
    def ledger(self) -> Ledger:
        """What has been published; an empty one if it cannot be used, which is among `vocabulary_faults`."""
        return self._published[0]

    @cached_property
    def _published(self) -> tuple[Ledger, list[Fault]]:
        try:
            return read_ledger(self.publication.root), []
        except Refusal as refusal:
            return Ledger({}), list(refusal.faults)

    @cached_property
    def owners(self) -> frozenset[str]:
        """The records of which something has been published."""
        return self.ledger.owners

    @cached_property
    def described(self) -> frozenset[str]:
        """The IRIs that the vocabulary describes."""
        return frozenset(str(term) for term in self.schema.vocabulary.graph.subjects(unique=True))

    @cached_property
    def deprecated(self) -> frozenset[str]:
        """The IRIs that the vocabulary marks as given up."""
        return _deprecated(self.schema.vocabulary)

    def made(
        self, records: Collection[str], nodes: Mapping[str, Collection[str]], derived: Callable[[str], bool] | None
    ) -> Made:
        """Return which IRIs the publication makes; the arguments are those of `Made`."""
        return Made(self.publication, self.described, self.deprecated, records, nodes, derived)

    @property
    def data(self) -> str:
        """The graph for what records say."""
        return self.publication.graph("data")

    def derived(self, rule: str) -> str:
        """Return the graph for what a rule concludes in a batch."""
        return f"{self.publication.graph('derived')}/{list(self.rules).index(rule)}"

    @cached_property
    def _unbounded(self) -> frozenset[str]:
        scopes = (self.scopes.rules, self.scopes.constraints, self.scopes.shapes)
        return frozenset(name for each in scopes for name, scope in each.items() if scope.unbounded)

    def is_bounded(self, name: str) -> bool:
        """Tell whether a rule, a constraint or a shape is run batch by batch."""
        return name not in self._unbounded

    def slug(self, node: Term) -> str:
        """Return the name of the record that a node may belong to, by its IRI; else an empty text."""
        start = f"<{self.publication.iri}"
        return text_of(node)[len(start) - 1 :].partition("#")[0] if node.startswith(start) else ""

    @cached_property
    def vocabulary_faults(self) -> list[Fault]:
        """What is wrong with the vocabulary, the queries that come with it, and the ledger."""
        from upheaval.check.vocabularyfaults import vocabulary_faults

        return vocabulary_faults(self.schema, self._published[1], self.engine)

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
    vocabulary = schema.vocabulary
    return Plan(
        schema.publication,
        schema.contract,
        schema.context,
        vocabulary.rules,
        vocabulary.plan,
        sizes,
        engine=engine,
        made_from=schema,
    )


def _deprecated(vocabulary: Vocabulary) -> frozenset[str]:
    from rdflib import Literal, URIRef

    return frozenset(map(str, vocabulary.graph.subjects(URIRef(OWL.deprecated), Literal(True))))
