"""What a check found, and the next check: after an edit only what the edit can affect is read and evaluated anew.

Every record is read by itself. One whose file has changed is read again; it is evaluated again, and so are the records
beside which something is read that is not as it was. What takes all records at once is done when anything that is
gathered for it has changed.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path

from upheaval.check.batches import RecordStatements, reached, read_batch
from upheaval.check.checksnapshot import (
    CheckSnapshot,
    Losses,
    RecordState,
    Stamp,
    Stamps,
    Together,
    excerpt_to_bytes,
    minted_names,
    union,
)
from upheaval.check.conclusions import evaluate_again, gathered, lines_of, put
from upheaval.check.duplicates import duplicate_faults
from upheaval.check.evaluation import Evaluation, evaluate_together
from upheaval.check.locating import distinct
from upheaval.check.losses import losses_by_owner, settled
from upheaval.check.plan import Plan, make_plan
from upheaval.faults import Fault
from upheaval.populate.records import Listing, list_records
from upheaval.processes import share_out
from upheaval.schema.ledgerlines import FILE as LEDGER
from upheaval.schema.publication import FILE, Publication

__all__ = ["CheckSnapshot", "check", "stamp"]

FEW = 64
"""Below this many records, starting workers costs more than it saves."""


def check(
    snapshot: CheckSnapshot, changed: Iterable[Path] = (), contents: Mapping[str, str] | None = None
) -> tuple[CheckSnapshot, list[Fault]]:
    """Check a publication again.

    Args:
        snapshot: what the check before found.
        changed: files that are known to have changed; others are compared by size and time of change.
        contents: what files contain, by name, as hashes, to compare instead; whoever gives it takes care that the
            vocabulary is that of the snapshot.

    Returns:
        What is known now, and the faults: those that a check from the beginning finds.

    Raises:
        Refusal: the publication, its vocabulary or its shapes cannot be used at all.
        Lost: a text that the snapshot names is not there any more.

    """
    paths = {str(path.resolve()) for path in changed}
    if snapshot.plan is None or (contents is None and _has_moved(snapshot, paths)):
        snapshot = _begin(snapshot)
    after, read, misled = _check(snapshot, paths, contents)
    plan = _plan(after)
    if misled and not plan.mistrusted:
        plan = replace(plan, mistrusted=True)
        snapshot = CheckSnapshot(after.root, after.jobs, after.size, plan, after.vocabulary)
        after, read, _ = _check(snapshot, paths, contents)
    found = _found(after)
    lost = _losses(snapshot, after, read, settled(found))
    found.extend(fault for faults in (lost.faults.values() if lost else ()) for fault in faults)
    return replace(after, lost=lost), distinct(found)


def stamp(path: Path | str) -> Stamp | None:
    """Return what changes when a file does, or None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _found(snapshot: CheckSnapshot) -> list[Fault]:
    """Return all faults but what has been published and is lost."""
    plan, columns = _plan(snapshot), snapshot.columns
    faults = [*snapshot.listing.faults, *plan.vocabulary_faults]
    faults.extend(fault for each in (columns.faults, columns.violations) for found in each.values() for fault in found)
    faults.extend(snapshot.together.violations if snapshot.together else ())
    signed = ((one, slug) for slug, signatures in columns.signatures.items() for one in signatures)
    return [*faults, *duplicate_faults(plan.publication, plan.contract, snapshot.listing, signed)]


def _begin(snapshot: CheckSnapshot) -> CheckSnapshot:
    from upheaval.schema.schema import prepare

    schema = prepare(snapshot.root)
    plan = make_plan(schema, list_records(schema.publication, schema.contract))
    _ = plan.vocabulary_faults  # refuses queries before any is run
    return CheckSnapshot(snapshot.root, snapshot.jobs, snapshot.size, plan, _vocabulary(schema.publication))


def _vocabulary(publication: Publication) -> Stamps:
    """Return the files of the vocabulary, with their stamps."""
    folders = [folder for name in ("ontology", "shapes", "queries") for folder in publication.folders(name)]
    files = [path for folder in folders for path in folder.rglob("*")]
    return {str(path.resolve()): stamp(path) for path in (*files, publication.root / FILE, publication.root / LEDGER)}


def _has_moved(snapshot: CheckSnapshot, changed: Set[str]) -> bool:
    publication = _plan(snapshot).publication
    return not changed.isdisjoint(snapshot.vocabulary) or snapshot.vocabulary != _vocabulary(publication)


def _check(
    before: CheckSnapshot, changed: set[str], contents: Mapping[str, str] | None
) -> tuple[CheckSnapshot, Set[str], bool]:
    """List the records, and read and evaluate those that may say something else.

    Returns:
        What is known now but for what is lost, the records that were read, and whether a rule has made the IRI of one.

    """
    plan = _plan(before)
    listing = _listing(before, contents)
    root, resolved = str(plan.publication.root), str(plan.publication.root.resolve())
    stamps: Stamps = contents or {entry.file: stamp(f"{root}/{entry.file}") for entry in listing.entries.values()}
    stale = {
        slug
        for slug, entry in listing.entries.items()
        if before.listing.entries.get(slug) != entry
        or slug not in before.records
        or before.stamps.get(entry.file) != stamps.get(entry.file)
        or f"{resolved}/{entry.file}" in changed
    }
    gone = before.listing.entries.keys() - listing.entries.keys()
    renamed = gone | {slug for slug in stale if before.listing.kinds.get(slug) is not listing.kinds[slug]}
    if renamed:
        stale |= {slug for slug in before.columns.faults if slug not in gone}
        mentioning = before.records.mentioning(renamed)
        stale |= {slug for slug, one in mentioning if slug not in gone and not one.named.isdisjoint(renamed)}
    batches = before.batches or max(1, len(listing.entries) // before.size)
    after = replace(before, listing=listing, stamps=stamps, batches=batches)
    after, moved = _read(before, after, stale, gone)
    affected = stale | _beside(before, after, moved | renamed)
    after = replace(after, records=after.records.after(set(), {slug: _placed(after, slug) for slug in affected}))
    after, misled = evaluate_again(before, after, affected | gone)
    added = listing.entries.keys() - before.listing.entries.keys()
    misled = misled or (bool(before.batches and added) and not added.isdisjoint(_minted(before)))
    after, misnamed = _together(before, after, affected | gone, bool(renamed))
    return after, stale, misled or misnamed


def _listing(before: CheckSnapshot, contents: Mapping[str, str] | None) -> Listing:
    """List the records; where no file has come or gone, they are those of before."""
    plan = _plan(before)
    if contents is not None and before.stamps and before.stamps.keys() == contents.keys():
        return before.listing
    return list_records(plan.publication, plan.contract)


def _read(
    before: CheckSnapshot, after: CheckSnapshot, stale: Set[str], gone: Set[str]
) -> tuple[CheckSnapshot, set[str]]:
    """Read records, and tell of which something else is read from elsewhere than before."""
    columns, states, moved = before.columns.copy(), {}, set(gone)
    for column in columns.each():
        for slug in gone:
            column.pop(slug, None)
    for slug, one in _statements(after, stale).items():
        excerpt = after.texts.add(excerpt_to_bytes(one.excerpt))
        if slug not in before.records or before.records[slug].excerpt != excerpt:
            moved.add(slug)
        states[slug] = RecordState(after.texts.add(one.lines), excerpt, one.named, frozenset(), one.nodes)
        for column, value in (
            (columns.faults, one.faults),
            (columns.broken, one.broken),
            (columns.signatures, one.signatures),
            (columns.gathered, one.gathered),
        ):
            put(column, slug, value)
    records = before.records.after(gone, states)
    return replace(after, columns=columns, records=records), moved


def _statements(snapshot: CheckSnapshot, stale: Set[str]) -> dict[str, RecordStatements]:
    """Read records, in several processes if they are many."""
    plan, listing = _plan(snapshot), snapshot.listing
    _ = plan.scopes, plan.statements, listing.kinds
    entries = [listing.entries[slug] for slug in sorted(stale)]
    jobs = snapshot.jobs if len(entries) > FEW else 1
    parts = [entries[start::jobs] for start in range(jobs)]
    found = share_out(lambda part: read_batch(plan, listing, parts[part]), range(jobs), jobs)
    return {slug: one for part in found for slug, one in part.items()}


def _placed(snapshot: CheckSnapshot, slug: str) -> RecordState:
    """Return the state of a record with the names of those of which something is read beside it."""
    state = snapshot.records[slug]
    return replace(state, beside=frozenset(reached(state.named, snapshot.excerpt)))


def _beside(before: CheckSnapshot, after: CheckSnapshot, moved: Set[str]) -> set[str]:
    """Return the records beside which something is read of records that say something else than before."""
    if not moved:
        return set()
    plan = _plan(after)
    if not moved.isdisjoint(plan.whole(before.listing) | plan.whole(after.listing)):
        return set(after.listing.entries)
    mentioning = before.records.mentioning(moved)
    return {slug for slug, one in mentioning if slug in after.listing.entries and not one.beside.isdisjoint(moved)}


def _together(
    before: CheckSnapshot, after: CheckSnapshot, evaluated: Set[str], renamed: bool
) -> tuple[CheckSnapshot, bool]:
    """Evaluate what takes all records at once, unless nothing has changed that it reads."""
    plan, columns = _plan(after), after.columns
    shared = union(after.shared.values())
    same = before.together is not None and not renamed and shared == union(before.shared.values())
    if same and all(columns.together(slug) == before.columns.together(slug) for slug in evaluated):
        return after, False
    batches = Evaluation(shared=shared, gathered=gathered(columns))
    broken = frozenset(pair for pairs in columns.broken.values() for pair in pairs)
    found = evaluate_together(plan, after.listing, lines_of(columns), batches, broken)
    return replace(after, together=Together(tuple(found.faults), frozenset(found.minted))), bool(found.misnamed)


def _minted(snapshot: CheckSnapshot) -> Set[str]:
    """Return the names of the nodes without a record that rules concluded something of."""
    plan = _plan(snapshot)
    shared = union(snapshot.shared.values())
    together = snapshot.together.minted if snapshot.together else frozenset()
    return together | minted_names(shared, plan.publication.iri, snapshot.listing.kinds, plan.owners)


def _losses(before: CheckSnapshot, after: CheckSnapshot, read: Set[str], complete: bool) -> Losses | None:
    """Return what was published and is lost; where only nodes of some records have changed, by looking at these.

    Args:
        before, after: what was known, and what is known now.
        read: the records that were read again.
        complete: whether everything was concluded that would be.

    """
    plan, known = _plan(after), before.lost
    if not plan.owners:
        return None
    minted = frozenset().union(_minted(after), *after.columns.minted.values())
    owners: Set[str] | None = None
    if known is None or before.listing.kinds.keys() != after.listing.kinds.keys():
        known = None
    elif (known.complete, known.minted) == (complete, minted):
        owners = {slug for slug in read & plan.owners if _nodes(before, slug) != _nodes(after, slug)}
        if not owners:
            return known
    nodes = _Nodes(after)
    made = plan.made(after.listing.entries, nodes, minted.__contains__ if complete else None)
    found = losses_by_owner(plan.ledger, made, owners)
    kept = known.faults if known is not None and owners is not None else {}
    return Losses(complete, minted, {owner: faults for owner, faults in {**kept, **found}.items() if faults})


class _Nodes(Mapping[str, Set[str]]):
    """The names of the nodes inside each record, but for those that have errors."""

    def __init__(self, snapshot: CheckSnapshot) -> None:
        self._snapshot = snapshot

    def __getitem__(self, slug: str) -> Set[str]:
        found = _nodes(self._snapshot, slug)
        if found is None:
            raise KeyError(slug)
        return found

    def __iter__(self) -> Iterator[str]:
        return (slug for slug in self._snapshot.records if slug in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _nodes(snapshot: CheckSnapshot, slug: str) -> Set[str] | None:
    if slug not in snapshot.records or not settled(snapshot.columns.faults.get(slug, ())):
        return None
    return snapshot.records[slug].nodes


def _plan(snapshot: CheckSnapshot) -> Plan:
    assert snapshot.plan is not None
    return snapshot.plan
