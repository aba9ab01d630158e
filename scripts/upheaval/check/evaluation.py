"""What follows from a batch of records, and what is wrong with it; and then what takes all records at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.check.batches import Batch
from upheaval.check.locating import at_their_subjects, located
from upheaval.check.plan import Plan
from upheaval.check.validation import Data, Selection, Validator, compiled
from upheaval.faults import Fault
from upheaval.populate.datastore import new_store
from upheaval.populate.documents import Populated, populate
from upheaval.populate.records import Listing, read_records
from upheaval.populate.rules import run_rule
from upheaval.rdf.iris import ANY
from upheaval.rdf.terms import lines_of
from upheaval.shacl.results import ValidationResult

Conclusions = dict[str, set[bytes]]
"""N-Triples by the rule that concludes them."""


@dataclass(slots=True)
class Evaluation:
    """What comes of a batch.

    Attributes:
        derived: what rules conclude of its records, as N-Triples.
        shared: what they conclude of other nodes, such as a pair of states; of these, other batches may say more.
        gathered: what is derived of its records and read of all records at once.
        placed: violations of shapes, by the record that the focus node belongs to, or an empty text.
        minted: the names of the nodes without a record that something is concluded of, and of those inside the
            records that the ledger names.
        misnamed: a rule that concluded something of a record elsewhere by an IRI that it made, or an empty text.

    """

    derived: set[bytes] = field(default_factory=set)
    shared: Conclusions = field(default_factory=dict)
    gathered: Conclusions = field(default_factory=dict)
    placed: dict[str, list[Fault]] = field(default_factory=dict)
    minted: set[str] = field(default_factory=set)
    misnamed: str = ""

    @property
    def faults(self) -> list[Fault]:
        """All violations of shapes."""
        return [fault for faults in self.placed.values() for fault in faults]

    def concludes(self, other: "Evaluation") -> bool:
        """Tell whether it concludes what another does, for what takes all records at once."""
        return (self.shared, self.gathered) == (other.shared, other.gathered)


def evaluate(plan: Plan, listing: Listing, batch: Batch, validate: Validator | None = compiled) -> Evaluation:
    """Derive what follows from a batch, and validate it.

    Args:
        plan: which rules, constraints and shapes can be run on a batch.
        listing: which records there are.
        batch: the records.
        validate: the engine; None to derive alone.

    Returns:
        What is derived, and the violations of shapes.

    Raises:
        Refusal: a rule or the shapes cannot be used.

    """
    base = plan.publication.iri
    others = {slug: excerpt for slug, excerpt in batch.others.items() if slug not in batch.slugs}
    lines = [*batch.lines, *(excerpt.lines for excerpt in others.values())]
    store = new_store(plan.publication, plan.vocabulary, lines)
    evaluation = Evaluation()
    for rule, text in plan.rules.items():
        if plan.is_bounded(rule):
            run_rule(store, rule, text, plan.derived(rule))
            _sort_out(plan, listing, batch.slugs, rule, _dump(store, plan.derived(rule)), evaluation)
    if validate is None:
        return evaluation
    derived = [plan.derived(rule) for rule in plan.rules if plan.is_bounded(rule)]
    data = Data(store, lines_of(b"".join(lines)), derived)
    found = validate(plan, data, [Selection(plan.is_bounded, lambda node: plan.slug(node) not in others)])
    unread = {(f"{base}{slug}", "") for slug, excerpt in others.items() if not excerpt.readable}
    own = [one for one in found if plan.slug(one.focus) in batch.slugs]
    evaluation.placed = locate(plan, listing, own, batch.broken | unread)
    return evaluation


def evaluate_together(
    plan: Plan,
    listing: Listing,
    lines: Sequence[bytes],
    batches: Evaluation,
    broken: frozenset[tuple[str, str]],
    validate: Validator = compiled,
) -> Evaluation:
    """Derive and validate what takes all records at once, and the nodes that belong to no record.

    The rules are gone through in their order: of a bounded one, the conclusions are those of the batches.

    Args:
        plan: which rules, constraints and shapes read all records.
        listing: which records there are.
        lines: what was gathered of what records say.
        batches: what came of all batches, joined.
        broken: as in `Batch`, of all records.
        validate: the engine.

    Returns:
        As `evaluate`, all that is derived among what is shared.

    Raises:
        Refusal: a rule or the shapes cannot be used.

    """
    publication = plan.publication
    derived = publication.graph("derived")
    store = new_store(publication, plan.vocabulary, lines)
    evaluation = Evaluation()
    for rule, text in plan.rules.items():
        found = batches.shared.get(rule, set()) | batches.gathered.get(rule, set())
        if not plan.is_bounded(rule):
            run_rule(store, rule, text, plan.derived(rule))
            found = _dump(store, plan.derived(rule))
            store.remove_graph(ox.NamedNode(plan.derived(rule)))
            _sort_out(plan, listing, frozenset(), rule, found, evaluation)
        _load(store, b"".join(line + b"\n" for line in found), derived)
    kinds = listing.kinds
    selections = [
        Selection(plan.is_bounded, lambda node: plan.slug(node) not in kinds),
        Selection(lambda name: not plan.is_bounded(name)),
    ]
    data = Data(store, lines_of(b"".join(lines)), [derived], kinds)
    results = at_their_subjects(
        validate(plan, data, selections), plan.shapes, data.lines, lambda node: plan.slug(node) in kinds
    )
    evaluation.placed = locate(plan, listing, results, broken)
    return evaluation


def _load(store: ox.Store, text: bytes, graph: str) -> None:
    store.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)


def _dump(store: ox.Store, graph: str) -> set[bytes]:
    """Return what a graph holds, with numbers as the store gives them back."""
    return set((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b"").splitlines())


def _sort_out(
    plan: Plan, listing: Listing, slugs: frozenset[str], rule: str, lines: set[bytes], evaluation: Evaluation
) -> None:
    """Tell what a rule concludes of a batch's own records from what it concludes of other nodes.

    What is concluded of a record beside the batch from that record itself is left to the batch that it belongs to.
    """
    scopes = plan.scopes
    start = f"<{plan.publication.iri}".encode()
    elsewhere, minted = scopes.elsewhere[rule], scopes.minted[rule]
    shared, gathered = evaluation.shared.setdefault(rule, set()), evaluation.gathered.setdefault(rule, set())
    for line in lines:
        subject, _, rest = line.partition(b"> <")
        name = subject[len(start) :].decode() if subject.startswith(start) else ""
        slug, _, inner = name.partition("#")
        prop = rest[: rest.index(b">")].decode()
        if inner and slug in plan.owners:
            evaluation.minted.add(name)
        if slug in slugs:
            evaluation.derived.add(line)
            wanted = scopes.any_inner if inner else scopes.any_record
            if prop in wanted or ANY in wanted:
                gathered.add(line)
        elif slug not in listing.kinds:
            shared.add(line)
            if name:
                evaluation.minted.add(slug)
        elif prop in elsewhere or ANY in elsewhere:
            shared.add(line)
        elif prop in minted or ANY in minted:
            evaluation.misnamed = rule


def locate(
    plan: Plan, listing: Listing, results: list[ValidationResult], broken: frozenset[tuple[str, str]]
) -> dict[str, list[Fault]]:
    """Bring results back to the sources, which are read again for it, by record: few records have any."""
    results = sorted(set(results), key=ValidationResult.sort_key)
    publication = plan.publication
    slugs = {plan.slug(one.focus) for one in results} & listing.kinds.keys()
    records, _ = read_records(publication, (listing.entries[slug] for slug in sorted(slugs)))
    again = populate(records, plan.contract, publication, listing.kinds)
    found = Populated([], again.locations, [], again.broken | broken)
    faults: dict[str, list[Fault]] = {}
    for result, fault in located(results, found, plan.shapes):
        faults.setdefault(plan.slug(result.focus), []).append(fault)
    return faults


def joined(evaluations: Iterable[Evaluation]) -> Evaluation:
    """Join what came of batches, but for what is derived of their own records."""
    found = Evaluation()
    for one in evaluations:
        for target, source in ((found.shared, one.shared), (found.gathered, one.gathered)):
            for rule, lines in source.items():
                target.setdefault(rule, set()).update(lines)
        for slug, faults in one.placed.items():
            found.placed.setdefault(slug, []).extend(faults)
        found.minted |= one.minted
        found.misnamed = found.misnamed or one.misnamed
    return found


def is_misled(evaluation: Evaluation, listing: Listing) -> bool:
    """Tell whether a rule has made the IRI of a record, which rules are trusted not to do."""
    return bool(evaluation.misnamed) or not evaluation.minted.isdisjoint(listing.kinds)
