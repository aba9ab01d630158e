"""Checking a publication, again and again: after an edit only what the edit can affect is read and judged anew."""

import os
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from zlib import crc32

from upheaval.check.checking import EMPTY, check, vocabulary_faults
from upheaval.check.portions import Facts, Portion, Verdict, closure, judge, judge_together, read_facts
from upheaval.check.workbench import Workbench
from upheaval.faults import Fault
from upheaval.populate.assembly import assemble
from upheaval.populate.records import RecordFile, list_files, place_records
from upheaval.processes import share_out
from upheaval.schema.publication import FILE
from upheaval.schema.schema import prepare

Stamp = tuple[int, int, int]
FEW = 64
"""So many records are read faster by one process than by several, which have to be started first."""

SMALL, LARGE = 256, 1024
"""How many records make a group, about: judging a small one is soon done again, fewer large ones are done sooner."""


class Session:
    """What is known of a publication between two checks.

    Every record is read by itself, and judged in a group, beside what the group sees of other records. A check reads
    the records whose files have changed; judges the groups that hold one of them or see something of one that is not
    as it was; and does what takes all records at once when anything that is gathered for it has changed.
    """

    def __init__(self, root: Path, jobs: int = 1, group: int = SMALL) -> None:
        """Take a publication's folder, the number of processes, and about how many records make a group."""
        self.root = root
        self.jobs = jobs
        self.group = group
        self._rooms: dict[Path, Stamp | None] = {}
        self._forget()

    def _forget(self) -> None:
        self.bench: Workbench | None = None
        self.unknown: list[Fault] = []
        self.groups = 0
        self.stamps: dict[str, Stamp | None] = {}
        self.facts: dict[str, Facts] = {}
        self.sights: dict[int, frozenset[str]] = {}
        self.verdicts: dict[int, Verdict] = {}
        self.together: tuple[frozenset[bytes], frozenset[tuple[str, str]], Verdict] | None = None

    def check(self, changed: Iterable[Path] = ()) -> tuple[list[Fault], int]:
        """Find every fault.

        Args:
            changed: files that are known to have changed; others are compared by size and time of change.

        Returns:
            The faults, as `checking.check` finds them in the whole, and the number of records.

        Raises:
            Refusal: the publication, its vocabulary or its shapes cannot be used at all.

        """
        try:
            return self._check({path.resolve() for path in changed})
        except BaseException:
            self._forget()
            raise

    def _check(self, changed: set[Path]) -> tuple[list[Fault], int]:
        if self.bench is None or not changed.isdisjoint(self._rooms) or self._rooms != self._look_at_rooms():
            self._forget()
            self.bench = Workbench(prepare(self.root), ())
            self._rooms = self._look_at_rooms()
            setting = self.bench.setting
            self.unknown = vocabulary_faults(setting.publication, setting.vocabulary, setting.contract)
        bench = self.bench
        if bench.reach.undeclared:
            return self._check_whole()
        entries, misplaced = place_records(list_files(bench.setting.publication), bench.setting.contract)
        stale, moved = self._compare(bench, entries, changed)
        moved |= self._read(bench, stale)
        self.groups = self.groups or max(1, len(entries) // self.group)
        if not self._judge(bench, stale, moved):
            return self._check_whole()
        self._judge_together(bench)
        assert self.together is not None
        faults = [*misplaced, *self.unknown, *self.together[2].faults, *([] if entries else [EMPTY])]
        faults.extend(fault for facts in self.facts.values() for fault in facts.faults)
        faults.extend(fault for verdict in self.verdicts.values() for fault in verdict.faults)
        return sorted(dict.fromkeys(faults), key=Fault.sort_key), len(entries)

    def _check_whole(self) -> tuple[list[Fault], int]:
        """Check all records together: a rule or a constraint does not say what it sees, or says what it should not."""
        assembly = assemble(self.root)
        return check(assembly), len(assembly.records)

    def _look_at_rooms(self) -> dict[Path, Stamp | None]:
        """Return the files of the vocabulary, with their stamps."""
        assert self.bench is not None
        publication = self.bench.setting.publication
        folders = [folder for room in ("ontology", "shapes", "queries") for folder in publication.folders(room)]
        files = [path for folder in folders for path in folder.rglob("*")]
        return {path.resolve(): stamp(path) for path in (*files, publication.root / FILE)}

    def _compare(self, bench: Workbench, entries: list[RecordFile], changed: set[Path]) -> tuple[set[str], set[str]]:
        """Return the records that have to be read, and those of which others may see something new."""
        root, before = bench.setting.publication.root, bench.entries
        bench.place(entries)
        stamps = {entry.file: stamp(f"{root}/{entry.file}") for entry in entries}
        files = {path.relative_to(root.resolve()).as_posix() for path in changed if path.is_relative_to(root.resolve())}
        stale = {
            entry.slug
            for entry in entries
            if before.get(entry.slug) != entry
            or entry.file in files
            or self.stamps.get(entry.file) != stamps[entry.file]
        }
        self.stamps = stamps
        gone = before.keys() - bench.entries.keys()
        moved = gone | {
            slug for slug in stale if slug not in before or before[slug].kind is not bench.entries[slug].kind
        }
        if moved:
            stale |= {
                slug
                for slug, facts in self.facts.items()
                if slug not in gone and (facts.faults or not facts.named.isdisjoint(moved))
            }
        if any(not bench.reach.whole.isdisjoint(before[slug].kind.ancestors) for slug in moved & before.keys()):
            self.verdicts.clear()
        for slug in gone:
            del self.facts[slug]
            self.verdicts.pop(self._group(slug), None)
        return stale, moved

    def _group(self, slug: str) -> int:
        return crc32(slug.encode()) % max(1, self.groups)

    def _read(self, bench: Workbench, stale: set[str]) -> set[str]:
        """Read records, and return those of which others see something else than before."""
        if not stale:
            return set()
        wanted = [bench.entries[slug] for slug in sorted(stale)]
        jobs = self.jobs if len(wanted) > FEW else 1
        size = -(-len(wanted) // (2 * jobs))
        shares = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        moved = set()
        for found in share_out(lambda share: read_facts(bench, share), shares, jobs):
            for slug, facts in found.items():
                if slug not in self.facts or self.facts[slug].seen != facts.seen:
                    moved.add(slug)
                self.facts[slug] = facts
        return moved

    def _judge(self, bench: Workbench, stale: set[str], moved: set[str]) -> bool:
        """Judge the groups that may be affected; return whether portions by themselves are enough."""
        if any(slug in bench.entries and bench.is_whole(slug) for slug in moved):
            self.verdicts.clear()
        for slug in stale:
            self.verdicts.pop(self._group(slug), None)
        for number, sight in self.sights.items():
            if not sight.isdisjoint(moved):
                self.verdicts.pop(number, None)
        members: dict[int, list[str]] = {number: [] for number in range(self.groups) if number not in self.verdicts}
        for slug in sorted(self.facts):
            number = self._group(slug)
            if number in members:
                members[number].append(slug)
        whole = {slug for slug in bench.entries if bench.is_whole(slug)}
        numbers = sorted(members)
        bench.warm()
        portions = {number: self._portion(members[number], whole) for number in numbers}
        for number, verdict in zip(
            numbers, share_out(lambda number: judge(bench, portions[number]), numbers, self.jobs), strict=True
        ):
            verdict.derived.clear()
            self.verdicts[number] = verdict
            self.sights[number] = frozenset(portions[number].beside)
        return not any(verdict.intrusion for verdict in self.verdicts.values())

    def _portion(self, slugs: list[str], whole: set[str]) -> Portion:
        facts = [self.facts[slug] for slug in slugs]
        named = {name for one in facts for name in one.named} | whole
        seen = closure(named, lambda slug: self.facts[slug].seen if slug in self.facts else None)
        broken = frozenset(pair for one in facts for pair in one.broken)
        return Portion(frozenset(slugs), [one.lines for one in facts], broken, seen)

    def _judge_together(self, bench: Workbench) -> None:
        own = (line for facts in self.facts.values() for line in facts.gathered.splitlines())
        concluded = (line for one in self.verdicts.values() for lines in (one.shared, one.gathered) for line in lines)
        lines = frozenset(chain(own, concluded))
        broken = frozenset(pair for facts in self.facts.values() for pair in facts.broken)
        if self.together is None or self.together[:2] != (lines, broken):
            text = [line + b"\n" for line in sorted(lines)]
            self.together = lines, broken, judge_together(bench, text, broken)


def stamp(path: Path | str) -> Stamp | None:
    """Return what changes when a file does, or None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
