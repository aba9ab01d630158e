"""What a check found, and the next check: after an edit only what the edit can affect is read and evaluated anew.

Every record is read by itself and evaluated in a batch, beside what is read of other records. A check reads the records
whose files have changed; evaluates the batches that hold one of them, or read something of one that is not as it was;
and does what takes all records at once when anything that is gathered for it has changed.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

from upheaval.check.batches import Batch, RecordStatements, reached, read_batch
from upheaval.check.duplicates import duplicate_faults
from upheaval.check.evaluation import Evaluation, evaluate, evaluate_together, is_misled, joined
from upheaval.check.locating import distinct
from upheaval.check.losses import Made, losses, settled
from upheaval.check.plan import Plan, make_plan
from upheaval.faults import Fault
from upheaval.populate.records import Listing, list_records
from upheaval.processes import share_out
from upheaval.schema.ledger import FILE as LEDGER
from upheaval.schema.publication import FILE, Publication
from upheaval.schema.schema import prepare

Stamp: TypeAlias = tuple[int, int, int]
Stamps: TypeAlias = Mapping[str, Stamp | None]

FEW = 64
"""Below this many records, starting workers costs more than it saves."""

SMALL, LARGE = 256, 1024
"""About how many records make a batch: small ones for `--watch`, large ones for a single check."""


@dataclass(frozen=True, slots=True)
class Together:
    """What came of all records at once, and from what: lines of records, what came of batches, and what is broken."""

    lines: frozenset[bytes]
    batches: Evaluation
    broken: frozenset[tuple[str, str]]
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class CheckSnapshot:
    """What is known of a publication after a check; `CheckSnapshot(root)` knows nothing yet.

    Attributes:
        root: its folder.
        jobs: the number of processes.
        size: about how many records make a batch.
        plan: how its records are checked, or None before the first check.
        vocabulary: the stamps of the files that the plan is made from.
        listing: which records there are.
        stamps: the stamps of their files.
        statements: what each record says.
        batches: how many batches there are, which stays so when records come and go.
        beside: the records of which each batch reads something.
        evaluations: what came of each batch.
        together: what came of all records at once.

    """

    root: Path
    jobs: int = 1
    size: int = SMALL
    plan: Plan | None = None
    vocabulary: Stamps = field(default_factory=dict)
    listing: Listing = field(default_factory=lambda: Listing({}, ()))
    stamps: Stamps = field(default_factory=dict)
    statements: Mapping[str, RecordStatements] = field(default_factory=dict)
    batches: int = 0
    beside: Mapping[int, frozenset[str]] = field(default_factory=dict)
    evaluations: Mapping[int, Evaluation] = field(default_factory=dict)
    together: Together | None = None

    def batch_of(self, slug: str) -> int:
        """Return the number of the batch that a record belongs to."""
        return crc32(slug.encode()) % self.batches


def check(snapshot: CheckSnapshot, changed: Iterable[Path] = ()) -> tuple[CheckSnapshot, list[Fault]]:
    """Check a publication again.

    Args:
        snapshot: what the check before found.
        changed: files that are known to have changed; others are compared by size and time of change.

    Returns:
        What is known now, and the faults: those that a check from the beginning finds.

    Raises:
        Refusal: the publication, its vocabulary or its shapes cannot be used at all.

    """
    paths = {str(path.resolve()) for path in changed}
    if snapshot.plan is None or not paths.isdisjoint(snapshot.vocabulary) or _has_moved(snapshot):
        snapshot = _begin(snapshot)
    after = _evaluate(_read(snapshot, paths))
    if after.plan is not None and not after.plan.mistrusted and is_misled(joined(_all(after)), after.listing):
        plan = replace(after.plan, mistrusted=True)
        fresh = CheckSnapshot(after.root, after.jobs, after.size, plan, after.vocabulary)
        after = _evaluate(_read(fresh, paths))
    return after, faults_of(after)


def faults_of(snapshot: CheckSnapshot) -> list[Fault]:
    """Return all faults that a check found, in order."""
    if snapshot.plan is None:
        return []
    faults = [*snapshot.listing.faults, *snapshot.plan.vocabulary_faults]
    faults.extend(fault for one in snapshot.statements.values() for fault in one.faults)
    faults.extend(fault for one in _all(snapshot) for fault in one.faults)
    signed = ((one, slug) for slug, record in snapshot.statements.items() for one in record.signatures)
    faults.extend(duplicate_faults(snapshot.plan.schema, snapshot.listing, signed))
    return distinct([*faults, *_losses(snapshot, settled(faults))])


def _losses(snapshot: CheckSnapshot, complete: bool) -> list[Fault]:
    """Return what was published and is lost; `complete` tells whether everything was concluded that would be."""
    plan = _plan(snapshot)
    if not plan.ledger.entries:
        return []
    minted = frozenset().union(*(one.minted for one in _all(snapshot)))
    nodes = {slug: one.nodes for slug, one in snapshot.statements.items() if settled(one.faults)}
    made = Made(plan.schema, snapshot.listing.entries, nodes, minted.__contains__ if complete else None)
    return losses(plan.ledger, made)


def _all(snapshot: CheckSnapshot) -> list[Evaluation]:
    return [*snapshot.evaluations.values(), *([snapshot.together.evaluation] if snapshot.together else [])]


def stamp(path: Path | str) -> Stamp | None:
    """Return what changes when a file does, or None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _begin(snapshot: CheckSnapshot) -> CheckSnapshot:
    schema = prepare(snapshot.root)
    listing = list_records(schema.publication, schema.contract)
    plan = make_plan(schema, listing)
    _ = plan.vocabulary_faults  # refuses queries before any is run
    return CheckSnapshot(snapshot.root, snapshot.jobs, snapshot.size, plan, _vocabulary(schema.publication))


def _vocabulary(publication: Publication) -> Stamps:
    """Return the files of the vocabulary, with their stamps."""
    folders = [folder for name in ("ontology", "shapes", "queries") for folder in publication.folders(name)]
    files = [path for folder in folders for path in folder.rglob("*")]
    return {str(path.resolve()): stamp(path) for path in (*files, publication.root / FILE, publication.root / LEDGER)}


def _has_moved(snapshot: CheckSnapshot) -> bool:
    return snapshot.plan is None or snapshot.vocabulary != _vocabulary(snapshot.plan.schema.publication)


def _read(snapshot: CheckSnapshot, changed: set[str]) -> CheckSnapshot:
    """List the records anew and read those that may say something else; forget the batches that are affected."""
    plan, before = _plan(snapshot), snapshot.listing
    publication = plan.schema.publication
    listing = list_records(publication, plan.schema.contract)
    root = str(publication.root)
    stamps = {entry.file: stamp(f"{root}/{entry.file}") for entry in listing.entries.values()}
    resolved = str(publication.root.resolve())
    stale = {
        slug
        for slug, entry in listing.entries.items()
        if before.entries.get(slug) != entry
        or f"{resolved}/{entry.file}" in changed
        or snapshot.stamps.get(entry.file) != stamps[entry.file]
    }
    gone = before.entries.keys() - listing.entries.keys()
    renamed = gone | {slug for slug in stale if before.kinds.get(slug) is not listing.kinds[slug]}
    if renamed:
        stale |= {
            slug
            for slug, one in snapshot.statements.items()
            if slug not in gone and (one.faults or not one.named.isdisjoint(renamed))
        }
    statements = {slug: one for slug, one in snapshot.statements.items() if slug not in gone}
    moved = set(renamed)
    for slug, one in _statements(snapshot, listing, stale).items():
        if slug not in statements or statements[slug].excerpt != one.excerpt:
            moved.add(slug)
        statements[slug] = one
    batches = snapshot.batches or max(1, len(listing.entries) // snapshot.size)
    after = replace(snapshot, listing=listing, stamps=stamps, statements=statements, batches=batches)
    return _forget(after, stale | gone, moved, plan.whole(before) | plan.whole(listing))


def _plan(snapshot: CheckSnapshot) -> Plan:
    assert snapshot.plan is not None
    return snapshot.plan


def _statements(snapshot: CheckSnapshot, listing: Listing, stale: set[str]) -> dict[str, RecordStatements]:
    """Read records, in several processes where there are many."""
    plan = _plan(snapshot)
    wanted = [listing.entries[slug] for slug in sorted(stale)]
    if not wanted:
        return {}
    jobs = snapshot.jobs if len(wanted) > FEW else 1
    size = -(-len(wanted) // (2 * jobs))
    shares = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    _ = plan.scopes, plan.statements, listing.kinds
    found: dict[str, RecordStatements] = {}
    for share in share_out(lambda share: read_batch(plan, listing, share), shares, jobs):
        found.update(share)
    return found


def _forget(snapshot: CheckSnapshot, stale: set[str], moved: set[str], whole: set[str]) -> CheckSnapshot:
    """Drop the evaluations of batches that hold a record that has changed, or read one of which they see a change."""
    if not moved.isdisjoint(whole):
        return replace(snapshot, evaluations={}, beside={})
    held = {snapshot.batch_of(slug) for slug in stale}
    kept = {
        number: evaluation
        for number, evaluation in snapshot.evaluations.items()
        if number not in held and snapshot.beside[number].isdisjoint(moved)
    }
    return replace(snapshot, evaluations=kept, beside={number: snapshot.beside[number] for number in kept})


def _evaluate(snapshot: CheckSnapshot) -> CheckSnapshot:
    """Evaluate the batches of which nothing is known, and then what takes all records at once."""
    plan, listing = _plan(snapshot), snapshot.listing
    members: dict[int, list[str]] = {
        number: [] for number in range(snapshot.batches) if number not in snapshot.evaluations
    }
    for slug in sorted(snapshot.statements):
        number = snapshot.batch_of(slug)
        if number in members:
            members[number].append(slug)
    whole = plan.whole(listing)
    plan.warm()
    batches = {number: _batch(snapshot, slugs, whole) for number, slugs in members.items()}
    numbers = sorted(members)
    found = share_out(lambda number: _faults_only(evaluate(plan, listing, batches[number])), numbers, snapshot.jobs)
    evaluations = {**snapshot.evaluations, **dict(zip(numbers, found, strict=True))}
    beside = {**snapshot.beside, **{number: frozenset(batch.others) for number, batch in batches.items()}}
    return _together(replace(snapshot, evaluations=evaluations, beside=beside))


def _faults_only(evaluation: Evaluation) -> Evaluation:
    """Return what a check needs of an evaluation."""
    return replace(evaluation, derived=set())


def _batch(snapshot: CheckSnapshot, slugs: list[str], whole: set[str]) -> Batch:
    records = [snapshot.statements[slug] for slug in slugs]
    named = {name for one in records for name in one.named} | whole
    others = reached(named, lambda slug: snapshot.statements[slug].excerpt if slug in snapshot.statements else None)
    broken = frozenset(pair for one in records for pair in one.broken)
    return Batch(frozenset(slugs), [one.lines for one in records], broken, others)


def _together(snapshot: CheckSnapshot) -> CheckSnapshot:
    records, before = snapshot.statements.values(), snapshot.together
    lines = frozenset(line for one in records for line in one.gathered.splitlines())
    batches = joined(snapshot.evaluations.values())
    broken = frozenset(pair for one in records for pair in one.broken)
    if before is None or (lines, broken) != (before.lines, before.broken) or not batches.concludes(before.batches):
        text = [line + b"\n" for line in sorted(lines)]
        found = evaluate_together(_plan(snapshot), snapshot.listing, text, batches, broken)
    else:
        found = before.evaluation
    return replace(snapshot, together=Together(lines, batches, broken, found))
