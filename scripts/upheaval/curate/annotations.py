"""Annotate the ledger when a name is given up: its own line, those that lead to it, and those of the nodes inside."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class NodeMoves:
    """Where the nodes inside records are after a change.

    Attributes:
        gone: the name of the record that goes.
        heirs: the names of the records that take its place.
        renamed: the new names of nodes, by their old ones, where both are known.
        kept: the nodes of the only heir after the change.

    """

    gone: str
    heirs: tuple[str, ...]
    renamed: Mapping[str, str]
    kept: frozenset[str]

    def follow(self, name: str) -> tuple[str, ...]:
        """Return where a node is after the change; a node that its record's heir lacks leads to the heir."""
        if name in self.renamed:
            return (self.renamed[name],)
        owner, _, rest = name.partition("#")
        if owner != self.gone:
            return (name,)
        if len(self.heirs) != 1:
            return self.heirs
        inner = f"{self.heirs[0]}#{rest}"
        return (inner if inner in self.kept else self.heirs[0],)


def node_moves(names: PublishedNames, draft: Draft, gone: str, heirs: Iterable[str]) -> NodeMoves:
    """Compare the nodes inside records before and after a change.

    Args:
        names: the names before the change.
        draft: the change of the records.
        gone: the name of the record that goes.
        heirs: the names of those that take its place.

    """
    heirs = tuple(heirs)
    entries = {entry.file: entry for entry in names.listing.entries.values()}
    before: list[Record] = []
    after: list[Record] = []
    for path in draft.changed:
        origin = draft.origins.get(path, path)
        entry, old, new = entries.get(origin), draft.before[origin], draft.after[path]
        if entry is None or old is None or new is None:
            continue
        slug = heirs[0] if origin != path else entry.slug
        before.append(Record(entry.slug, entry.kind, origin, read(old, origin)[0]))
        after.append(Record(slug, entry.kind, origin, read(new, origin)[0]))
    places = {(at.record.file, at.path): names.short(iri) for iri, at in names.nodes_of(after).items()}
    renamed = {
        names.short(iri): places[at.record.file, at.path]
        for iri, at in names.nodes_of(before).items()
        if (at.record.file, at.path) in places
    }
    kept = {*places.values(), *(names.short(iri) for heir in heirs[:1] for iri in names.nodes(names.base + heir))}
    return NodeMoves(gone, heirs, renamed, frozenset(kept))


def with_nodes(before: Ledger, after: Ledger, moves: NodeMoves, state: Fate, day: str, why: str) -> Ledger:
    """Annotate the published nodes that would not lead to where they are now.

    Args:
        before: the ledger before the change.
        after: the ledger with the line of the record.
        moves: where nodes are after the change.
        state, day, why: for the lines.

    Returns:
        The ledger in which every published node leads to itself, to its new name, or to the record that has its place.

    """
    for alive in (True, False):  # a former name that leads to a living one follows it
        lines = []
        for iri, entry in before.entries.items():
            step = before.resolve(iri) or entry
            derived = "/" in iri.partition("#")[0]  # the ledger renames it with the records that it joins
            if "#" not in iri or derived or alive is step.annotated or step.state is Fate.RETIRED:
                continue
            wanted = dict.fromkeys(one for end in _ends(step) for one in moves.follow(end))
            if tuple(wanted) != _ends(after.resolve(iri) or entry):
                lines.append(entry._replace(**_fate(tuple(wanted), state), date=day, why=why))
        after = after.with_entries(lines)
    return after


def _ends(entry: Entry) -> tuple[str, ...]:
    return entry.successors if entry.annotated else (entry.iri,)


def _fate(successors: tuple[str, ...], state: Fate) -> dict[str, Any]:
    single = state if state in (Fate.RENAMED, Fate.MERGED) else Fate.RENAMED
    states = {0: Fate.RETIRED, 1: single}
    return {"state": states.get(len(successors), Fate.SPLIT), "successors": successors}


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
