"""Evaluating some records of many again, and what is concluded of nodes that belong to none of them.

What is wrong with a record is known by record. What several records conclude of a node outside them, such as a pair of
states, is known by batch: it goes when no record concludes it any more, which the batches that did are asked for.
"""

from collections.abc import Collection, Iterable, Set
from dataclasses import replace
from typing import Any

from upheaval.check.batches import Batch, reached
from upheaval.check.checksnapshot import CheckSnapshot, Columns, union
from upheaval.check.evaluation import Conclusions, Evaluation, evaluate, joined
from upheaval.check.plan import Plan
from upheaval.processes import share_out


def evaluate_again(before: CheckSnapshot, after: CheckSnapshot, slugs: Set[str]) -> tuple[CheckSnapshot, bool]:
    """Evaluate records that say something else, or beside which something else is read.

    Args:
        before: the snapshot before.
        after: the snapshot with the records as they are now, and still with what came of them before.
        slugs: which records; what came of all others stays.

    Returns:
        The snapshot with what comes of them, and whether a rule has made the IRI of a record.

    """
    if not before.shared:
        return _evaluate_batches(after)
    alive, had = sorted(slugs & after.listing.entries.keys()), sorted(slugs & before.records.keys())
    _warm((before, had), (after, alive))
    parts = [(after, part) for part in _cut(alive, after.size)] + [(before, part) for part in _cut(had, after.size)]
    jobs = after.jobs if len(parts) > 2 else 1

    def work(number: int) -> Evaluation:
        snapshot, part = parts[number]
        return _evaluate(snapshot, part, validate=snapshot is after)

    found = list(share_out(work, range(len(parts)), jobs))
    new = [one for one, (snapshot, _) in zip(found, parts, strict=True) if snapshot is after]
    old = [one for one, (snapshot, _) in zip(found, parts, strict=True) if snapshot is before]
    columns, shared = after.columns.copy(), dict(after.shared)
    _put_all(_plan(after).publication.iri, columns, alive, joined(new))
    concludes = union(one.shared for one in new)
    for number in {after.batch_of(slug) for slug in alive}:
        shared[number] = union((shared.get(number, {}), concludes))
    lost = _missing(union(one.shared for one in old), concludes)
    after = replace(after, columns=columns, shared=_settled(after, shared, lost))
    return after, any(one.misnamed for one in new)


def _evaluate_batches(after: CheckSnapshot) -> tuple[CheckSnapshot, bool]:
    """Evaluate all records, batch by batch."""
    members: list[list[str]] = [[] for _ in range(after.batches)]
    for slug in sorted(after.listing.entries):
        members[after.batch_of(slug)].append(slug)
    _warm((after, after.listing.entries))
    found = list(share_out(lambda number: _evaluate(after, members[number]), range(after.batches), after.jobs))
    columns, base = after.columns.copy(), _plan(after).publication.iri
    for slugs, evaluation in zip(members, found, strict=True):
        _put_all(base, columns, slugs, evaluation)
    shared = {number: union((one.shared,)) for number, one in enumerate(found)}
    return replace(after, columns=columns, shared=shared), any(one.misnamed for one in found)


def _cut(slugs: list[str], size: int) -> list[list[str]]:
    return [slugs[start : start + size] for start in range(0, len(slugs), size)]


def _warm(*wanted: tuple[CheckSnapshot, Collection[str]]) -> None:
    """Load what evaluating records needs, at once, and before processes are forked."""
    for snapshot, slugs in wanted:
        if slugs:
            _plan(snapshot).warm()
            records = [snapshot.records[slug] for slug in slugs]
            snapshot.texts.need(one.lines for one in records)
            beside = {name for one in records for name in one.beside} | _plan(snapshot).whole(snapshot.listing)
            snapshot.texts.need(snapshot.records[slug].excerpt for slug in beside)


def _put_all(base: str, columns: Columns, slugs: Iterable[str], evaluation: Evaluation) -> None:
    """Put what came of records into columns."""
    concluded: dict[str, Conclusions] = {}
    start = f"<{base}"
    for rule, lines in evaluation.gathered.items():
        for line in lines:
            slug = line[len(start) : line.index(b">")].partition(b"#")[0].decode()
            concluded.setdefault(slug, {}).setdefault(rule, set()).add(line)
    minted: dict[str, set[str]] = {}
    for name in evaluation.minted:
        minted.setdefault(name.partition("#")[0], set()).add(name)
    for slug in slugs:
        put(columns.violations, slug, tuple(evaluation.placed.get(slug, ())))
        put(columns.concluded, slug, concluded.get(slug))
        put(columns.minted, slug, frozenset(minted.get(slug, ())))


def put(column: dict[str, Any], slug: str, value: Any) -> None:
    """Put what there is of a record into a column."""
    if value:
        column[slug] = value
    else:
        column.pop(slug, None)


def _evaluate(snapshot: CheckSnapshot, slugs: Collection[str], validate: bool = True) -> Evaluation:
    """Evaluate records beside what is read of others."""
    plan = _plan(snapshot)
    records = [snapshot.records[slug] for slug in slugs]
    others = reached({name for one in records for name in one.named} | plan.whole(snapshot.listing), snapshot.excerpt)
    broken = frozenset(pair for slug in slugs for pair in snapshot.columns.broken.get(slug, ()))
    batch = Batch(frozenset(slugs), [snapshot.texts[one.lines] for one in records], broken, others)
    found = evaluate(plan, snapshot.listing, batch) if validate else evaluate(plan, snapshot.listing, batch, None)
    return replace(found, derived=set())


def _settled(
    snapshot: CheckSnapshot, shared: dict[int, Conclusions], lost: set[tuple[str, bytes]]
) -> dict[int, Conclusions]:
    """Take away what no record concludes any more.

    Args:
        snapshot: the records.
        shared: what the records of each batch conclude, and perhaps what they concluded before.
        lost: what some of them concluded and do not any more, by rule.

    """
    waiting, exact = sorted(lost), set[int]()
    while waiting:
        rule, line = waiting.pop()
        for number in sorted(shared, key=lambda number: number not in exact):
            if line not in shared[number].get(rule, ()):
                continue
            if number not in exact:
                slugs = [slug for slug in sorted(snapshot.listing.entries) if snapshot.batch_of(slug) == number]
                _warm((snapshot, slugs))
                now = union((_evaluate(snapshot, slugs, validate=False).shared,)) if slugs else {}
                waiting.extend(_missing(shared[number], now) - {(rule, line)})
                shared[number] = now
                exact.add(number)
            if line in shared[number].get(rule, ()):
                break
    return shared


def _missing(before: Conclusions, after: Conclusions) -> set[tuple[str, bytes]]:
    return {(rule, line) for rule, lines in before.items() for line in lines - after.get(rule, set())}


def _plan(snapshot: CheckSnapshot) -> Plan:
    assert snapshot.plan is not None
    return snapshot.plan


def gathered(columns: Columns) -> Conclusions:
    """Return what is derived of records and read of all records at once, by rule."""
    return union(columns.concluded.values())


def lines_of(columns: Columns) -> list[bytes]:
    """Return those lines of records that are read of all records at once, sorted, each once."""
    return sorted({line + b"\n" for text in columns.gathered.values() for line in text.splitlines()})
