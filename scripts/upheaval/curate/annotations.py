"""Annotate the ledger when a name is given up: its own line, those that lead to it, and those of the nodes inside."""

from collections.abc import Iterable, Iterator, Mapping

from upheaval.curate.drafts import Draft
from upheaval.curate.publishednames import PublishedNames
from upheaval.populate.records import Record
from upheaval.schema.ledger import FILE, Entry, Fate, Ledger, parse_ledger
from upheaval.sources.parser import read


def annotated(ledger: Ledger, name: str, state: Fate, successors: Iterable[str], day: str, why: str) -> Ledger:
    """Return a ledger in which a name is given up.

    Args:
        ledger: the ledger.
        name: the name, as the ledger writes it. If it was never published, it gets no line; names that led to it
            lead to its successors then.
        state: what becomes of it.
        successors: what takes its place.
        day, why: the day and the reason.

    """
    successors = tuple(successors)
    if (entry := ledger.entries.get(name)) is not None:
        gone = entry._replace(state=state, successors=successors, date=day, why=why)
        return ledger.with_entries([gone])
    return ledger.with_entries(_redirected(ledger, name, successors, day, why))


def _redirected(ledger: Ledger, name: str, successors: tuple[str, ...], day: str, why: str) -> Iterator[Entry]:
    for entry in ledger.annotated.values():
        if name not in entry.successors:
            continue
        found = [other for one in entry.successors for other in (successors if one == name else (one,))]
        distinct = tuple(dict.fromkeys(one for one in found if one != entry.iri))
        state = entry.state if len(distinct) == 1 and entry.state is not Fate.SPLIT else Fate.RENAMED
        if not distinct:
            yield entry._replace(state=Fate.RETIRED, successors=(), date=day, why=why)
        else:
            yield entry._replace(state=Fate.SPLIT if len(distinct) > 1 else state, successors=distinct)


def inner_nodes(
    names: PublishedNames, ledger: Ledger, draft: Draft, moved: Mapping[str, str], day: str, why: str
) -> Ledger:
    """Annotate the nodes whose IRIs change because what they are named by does.

    Args:
        names: the names before the change.
        ledger: the ledger, with the change's own line.
        draft: the change of the records.
        moved: the new name of a record that is renamed, by its old name.
        day, why: for the lines.

    Returns:
        The ledger with a line for each published node whose new IRI does not follow from that of its record.

    """
    entries = {entry.file: entry for entry in names.listing.entries.values()}
    before: list[Record] = []
    after: list[Record] = []
    for path in draft.changed:
        origin = draft.origins.get(path, path)
        entry = entries.get(origin)
        if entry is None or draft.after[path] is None or draft.before[origin] is None:
            continue
        slug = moved.get(entry.slug, entry.slug)
        for slug_, content, found in ((entry.slug, draft.before[origin], before), (slug, draft.after[path], after)):
            found.append(Record(slug_, entry.kind, origin, read(content or b"", origin)[0]))
    renamed = {(at.record.file, at.path): iri for iri, at in names.nodes_of(after).items()}
    for iri, at in names.nodes_of(before).items():
        old, new = names.short(iri), names.short(renamed.get((at.record.file, at.path), iri))
        owner, hash_, rest = old.partition("#")
        if hash_ and new != f"{moved.get(owner, owner)}#{rest}":
            ledger = annotated(ledger, old, Fate.RENAMED, [new], day, why)
    return ledger


def strays(names: PublishedNames, ledger: Ledger, gone: str, successor: str, day: str, why: str) -> Ledger:
    """Lead the nodes of a merged record that its successor lacks to the successor itself."""
    kept = {names.short(iri) for iri in names.nodes(names.base + successor)}
    for iri in list(ledger.entries):
        owner, hash_, rest = iri.partition("#")
        if owner == gone and hash_ and not ledger.entries[iri].annotated and f"{successor}#{rest}" not in kept:
            ledger = annotated(ledger, iri, Fate.MERGED, [successor], day, why)
    return ledger


def write(draft: Draft, before: Ledger, after: Ledger) -> None:
    """Add the ledger to a draft, if it has changed."""
    if after.entries != before.entries:
        draft.put(FILE, after.render().encode())


def retire_at(draft: Draft, lines: Iterable[int], day: str, why: str) -> None:
    """Retire the names at lines of the ledger of a draft: those of which nothing is concluded after the change."""
    if numbers := set(lines):
        ledger = parse_ledger((draft.read(FILE) or b"").decode())
        for entry in [entry for entry in ledger.entries.values() if entry.line in numbers]:
            ledger = annotated(ledger, entry.iri, Fate.RETIRED, [], day, why)
        draft.put(FILE, ledger.render().encode())
