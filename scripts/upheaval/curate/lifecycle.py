"""Rename, merge, split and retire records: the files, the references and the ledger in one change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from upheaval.check.losses import UNCONCLUDED
from upheaval.curate.annotations import annotated, node_moves, retire_at, with_nodes, write
from upheaval.curate.drafts import Draft
from upheaval.curate.mentions import Mention, mentions
from upheaval.curate.publishednames import PublishedNames, Sort
from upheaval.faults import Fault, Refusal, refuse
from upheaval.populate.records import Record, read_records
from upheaval.schema.ledger import Fate
from upheaval.schema.schema import Schema


@dataclass(frozen=True)
class PlannedChange:
    """A change of a publication, and what its curator should know of it.

    Attributes:
        draft: the change.
        remarks: sentences for the curator.

    """

    draft: Draft
    remarks: list[str] = field(default_factory=list)


class Lifecycle:
    """What can become of the names of one publication.

    Each method returns a plan, or raises a Refusal: a name is unknown, taken or was published before, or records
    still refer to what would be gone.
    """

    def __init__(self, schema: Schema, day: str) -> None:
        """Take the names of a publication, and the day for the ledger."""
        self.names, self.schema, self.day = PublishedNames(schema), schema, day
        self.draft = Draft(schema.publication.root)

    def rename(self, old_text: str, new_text: str, why: str) -> PlannedChange:
        """Give a record another name, or note that a node inside a record has another."""
        old, new = self._pair(old_text, new_text)
        names, sort = self.names, self.names.sort(old)
        names.demand_known(old)
        if sort is Sort.TERM:
            return self._term(old, new, why)
        if sort is Sort.NODE or "#" in new:
            return self._node(old, [new], Fate.RENAMED, why)
        before, after = names.short(old), names.short(new)
        entry = names.listing.entries.get(before)
        names.demand_free(new, moved=entry is None)
        if entry is None and after not in names.listing.entries:
            refuse(before, f"the file of `{before}` is gone, and there is no record `{after}`", "restore the file")
        self.draft.edit(mentions(self.schema, [old]), lambda iri: new + iri[len(old) :])
        if entry is not None:
            self.draft.move(entry.file, f"{entry.file[: entry.file.rfind('/')]}/{after}.yaml")
        self._annotate(before, Fate.RENAMED, [after], why)
        return self._plan([before], why)

    def merge(self, gone_text: str, kept_text: str, why: str) -> PlannedChange:
        """Delete a record and let everything that refers to it refer to another, which stays as it is."""
        gone, kept = self._pair(gone_text, kept_text)
        names = self.names
        names.demand_known(gone)
        names.demand_existing(kept)
        if names.sort(gone) is not Sort.RECORD or names.sort(kept) is not Sort.RECORD:
            return self._node(gone, [kept], Fate.MERGED, why)
        before, after = names.short(gone), names.short(kept)
        remarks = self._lost(before, after)
        self._redirect(gone, kept)
        self._annotate(before, Fate.MERGED, [after], why)
        return self._plan([before], why, remarks)

    def split(self, old_text: str, parts_texts: Sequence[str], references_to: str, why: str) -> PlannedChange:
        """Delete a record that several others take the place of."""
        names = self.names
        old, parts = names.iri(old_text), [names.iri(text) for text in parts_texts]
        names.demand_known(old)
        for part in parts:
            names.demand_existing(part)
        if old in parts or len(set(parts)) != len(parts) or len(parts) < 2:
            cure = "name two or more other records"
            refuse(names.short(old), "a record is split into two or more others", cure)
        if names.sort(old) is not Sort.RECORD:
            return self._node(old, parts, Fate.SPLIT, why)
        before = names.short(old)
        if references_to:
            heir = names.iri(references_to)
            if heir not in parts:
                refuse("--references-to", f"`{references_to}` is not one of the parts", "name one of them")
            self._redirect(old, heir)
        else:
            found = self._others(old)
            cure = f"edit it, or add --references-to {names.short(parts[0])}"
            self._demand_none(found, f"it refers to `{before}`, and only you can say to which part it should", cure)
            self._redirect(old, old)
        self._annotate(before, Fate.SPLIT, map(names.short, parts), why)
        return self._plan([before], why)

    def retire(self, text: str, why: str) -> PlannedChange:
        """Delete a record that nothing takes the place of."""
        names = self.names
        iri = names.iri(text)
        names.demand_known(iri)
        if names.sort(iri) is Sort.TERM:
            cure = f"name its successor: `upheaval rename {text} NEW`"
            refuse(text, "a term cannot be retired without a successor", cure)
        if names.sort(iri) is Sort.NODE:
            return self._node(iri, [], Fate.RETIRED, why)
        name = names.short(iri)
        self._demand_none(self._others(iri), f"it refers to `{name}`", "remove the reference, or use `upheaval merge`")
        self._redirect(iri, iri)
        self._annotate(name, Fate.RETIRED, [], why)
        return self._plan([name], why)

    def migrate(self) -> PlannedChange:
        """Use what the installed vocabulary has instead of the terms, folders and versions that it has deprecated."""
        from upheaval.curate.migration import migrate_sources

        migrate_sources(self.names, self.draft, self.day)
        return self._plan([], "the vocabulary renamed a term") if self.draft.changed else PlannedChange(self.draft)

    def _annotate(self, gone: str, state: Fate, heirs: Iterable[str], why: str) -> None:
        """Annotate the ledger: the record, and the nodes that do not go with it to the same place."""
        names, heirs = self.names, tuple(heirs)
        ledger = annotated(names.ledger, gone, state, heirs, self.day, why)
        moves = node_moves(names, self.draft, gone, heirs)
        write(self.draft, names.ledger, with_nodes(names.ledger, ledger, moves, state, self.day, why))

    def _pair(self, old_text: str, new_text: str) -> tuple[str, str]:
        old, new = self.names.iri(old_text), self.names.iri(new_text)
        if old == new:
            refuse(old_text, "both names are the same", "name two different ones")
        return old, new

    def _others(self, iri: str) -> list[Mention]:
        """Return where files other than the record's own refer to it."""
        entry = self.names.listing.entries.get(self.names.short(iri))
        return [one for one in mentions(self.schema, [iri]) if entry is None or one.file != entry.file]

    def _redirect(self, gone: str, kept: str) -> None:
        """Delete a record, and let what refers to it refer to another; what named a node inside names the record."""
        self.draft.edit(self._others(gone), lambda _iri: kept)
        if entry := self.names.listing.entries.get(self.names.short(gone)):
            self.draft.put(entry.file, None)

    def _demand_none(self, found: Iterable[Mention], message: str, cure: str) -> None:
        if faults := [Fault(one.file, message, cure, at=one.at, rule="curate/referenced") for one in found]:
            raise Refusal(faults)

    def _node(self, old: str, successors: list[str], state: Fate, why: str) -> PlannedChange:
        """Annotate a name whose bearer has gone from the sources already."""
        names, short = self.names, self.names.short(old)
        if names.exists(old):
            refuse(names.place(old), f"`{short}` is still there", "a node is named by its content: change that first")
        for successor in successors:
            names.demand_existing(successor)
        ledger = annotated(names.ledger, short, state, map(names.short, successors), self.day, why)
        write(self.draft, names.ledger, ledger)
        return self._plan([short], why)

    def _term(self, old: str, new: str, why: str) -> PlannedChange:
        from upheaval.curate.termchanges import rename_term

        rename_term(self.names, self.draft, old, new, self.day, why)
        return self._plan([self.names.short(old)], why)

    def _plan(self, gone: Iterable[str], why: str, remarks: Iterable[str] = ()) -> PlannedChange:
        """Return the plan, if the publication is without errors after it."""
        if not self.draft.changed:
            refuse(" ".join(gone), "there is nothing to change", "check the names")
        faults = self.draft.faults()
        if others := [fault for fault in faults if fault.rule != UNCONCLUDED]:
            raise Refusal(others)
        retire_at(self.draft, [fault.at[0] for fault in faults if fault.at], self.day, why or f"{' '.join(gone)} went")
        unpublished = [name for name in gone if name not in self.names.ledger.entries]
        notes = [f"`{name}` has not been published, so the ledger does not need a line" for name in unpublished]
        return PlannedChange(self.draft, [*remarks, *notes])

    def _lost(self, gone: str, kept: str) -> list[str]:
        """Return which keys and citations of a record its successor lacks."""
        entries = self.names.listing.entries
        if gone not in entries:
            return []
        records, _ = read_records(self.schema.publication, [entries[gone], entries[kept]])
        lost, other = records
        keys = [key for key in lost.body or {} if key not in (other.body or {})]
        cited = _citations(other)
        sources = [source for source in _citations(lost) if source not in cited]
        return [
            f"`{kept}` stays as it is; what else `{gone}` says goes with it",
            *([f"`{kept}` lacks the keys {', '.join(keys)}"] if keys else []),
            *([f"`{kept}` does not cite {', '.join(sources)}"] if sources else []),
        ]


def _citations(record: Record) -> list[str]:
    """Return what the blocks under `citation` name as their source, anywhere in a record."""
    found: dict[str, None] = {}
    waiting: list[object] = [record.body]
    for value in waiting:
        if isinstance(value, dict):
            if isinstance(source := value.get("source"), str):
                found[source] = None
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return list(found)
