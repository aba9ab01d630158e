"""From staged files to clean tables: what has faults is refused or put aside, what is excluded is counted."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis

from upheaval.faults import Fault, Refusal
from upheaval.importers.csvfiles import Staged
from upheaval.importers.declaration import Dataset, File
from upheaval.importers.expressions import Table, union
from upheaval.importers.inputs import Sources
from upheaval.importers.rowchecks import MOST, Wrong, gather, rules_broken, wrong_rows

_WRONG = ("file", "row", "column", "value", "problem", "cure")


@dataclass(slots=True)
class RowCounts:
    """What became of the rows of the dataset's first file.

    Attributes:
        read: how many there were.
        aside: how many had faults.
        excluded: how many were left out on purpose, by the name of the exclusion.
        wrong: how many faults there were, in all files.

    """

    read: int = 0
    aside: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    wrong: int = 0


def screen(dataset: Dataset, staged: list[Staged], sources: Sources, skip_bad: bool, folder: Path) -> RowCounts:
    """Fill the sources with the rows that can be imported.

    Args:
        dataset: the declaration.
        staged: the files as they were read.
        sources: is given its tables.
        skip_bad: put rows with faults aside instead of refusing.
        folder: where `aside-*.csv` go.

    Returns:
        The counts.

    Raises:
        Refusal: there are faults and they are not to be skipped; the first ones are named.

    """
    screening = _Screening(dataset, staged, sources, skip_bad, folder)
    first = dataset.files[0]
    result = RowCounts(read=sum(one.rows for one in staged if one.file is first))
    screening.malformed()
    screening.cells()
    screening.rules()
    for exclusion in dataset.exclusions:
        result.excluded[exclusion.name] = screening.leave_out(exclusion.file, exclusion.rows(sources))
    screening.write_aside()
    result.wrong = screening.count
    names = {one.path.name for one in staged if one.file is first}
    result.aside = len({place for place in screening.aside if place[0] in names})
    return result


class _Screening:
    def __init__(self, dataset: Dataset, staged: list[Staged], sources: Sources, skip_bad: bool, folder: Path) -> None:
        self.dataset, self.staged, self.sources = dataset, staged, sources
        self.skip_bad, self.folder = skip_bad, folder
        self.count = 0
        self.steps = 0
        self.aside: dict[tuple[str, int], list[str]] = {}
        self.raw: dict[tuple[str, int], str] = {}
        for file in dataset.files:
            sources.tables[file.name] = union(
                sources.engine.read([one.parquet]).mutate(file=ibis.literal(one.path.name))
                for one in staged
                if one.file is file
            )
        self.whole = dict(sources.tables)

    def malformed(self) -> None:
        cure = "fix the quotation marks and separators on the line"
        wrong = []
        for one in self.staged:
            for row, problem, text in one.malformed:
                self.raw[one.path.name, row] = text
                wrong.append(Wrong(one.path.name, row, "", "", problem, cure))
        self._refuse_or_note(wrong, len(wrong))

    def cells(self) -> None:
        for file in self.dataset.files:
            self._screen(wrong_rows(self.dataset, file, self.sources.tables[file.name], self.sources), file)

    def rules(self) -> None:
        for rule, broken in zip(self.dataset.rules, rules_broken(self.dataset, self.sources), strict=True):
            self._screen([broken], next(file for file in self.dataset.files if file.name == rule.file))

    def leave_out(self, name: str, rows: Table) -> int:
        """Drop rows from a table and return how many."""
        self.steps += 1
        kept = self.sources.engine.keep(f"left_out_{self.steps}", rows.select("file", "row").distinct(), ())
        count = int(self.sources.engine.rows(kept.agg(n=kept.count()))[0]["n"])
        if count:
            table = self.sources.tables[name]
            self.sources.tables[name] = table.anti_join(kept, ["file", "row"])
        return count

    def _screen(self, tables: list[Table], file: File) -> None:
        self.steps += 1
        kept = self.sources.engine.keep(f"wrong_{self.steps}", gather(tables), ())
        count = int(self.sources.engine.rows(kept.agg(n=kept.count()))[0]["n"])
        if not count:
            return
        shown = kept.order_by("file", "row", "column", "problem")
        found = self.sources.engine.rows(shown if self.skip_bad else shown.limit(MOST))
        self._refuse_or_note([Wrong(**{name: one[name] for name in _WRONG}) for one in found], count)
        self.leave_out(file.name, kept)

    def _refuse_or_note(self, wrong: list[Wrong], count: int) -> None:
        if not wrong:
            return
        self.count += count
        if not self.skip_bad:
            raise Refusal(self._faults(wrong, count))
        for one in wrong:
            text = f"{one.column}: {one.problem} ({one.cure})" if one.column else f"{one.problem} ({one.cure})"
            self.aside.setdefault((one.file, one.row), []).append(text)

    def _faults(self, wrong: list[Wrong], count: int) -> Iterable[Fault]:
        columns = {one.path.name: one.header for one in self.staged}
        yield from (one.fault(columns.get(one.file, ())) for one in wrong[:MOST])
        more = f"{count} faults" if count > MOST else "1 fault" if count == 1 else f"{count} faults"
        yield Fault(
            "import", f"{more} in all; nothing was imported", "fix them, or quarantine such rows with --skip-bad"
        )

    def write_aside(self) -> None:
        """Write the rows with faults as they came, one CSV a file of the dataset."""
        for file in self.dataset.files:
            names = {one.path.name for one in self.staged if one.file is file}
            places = sorted(place for place in self.aside if place[0] in names)
            if places:
                self._write(file, places)

    def _write(self, file: File, places: list[tuple[str, int]]) -> None:
        listed = self.sources.engine.memtable(
            [{"at_file": name, "at_row": str(row)} for name, row in places], ("at_file", "at_row")
        )
        listed = listed.mutate(at_row=listed.at_row.cast("int64"))
        table = self.whole[file.name]
        rows = self.sources.engine.rows(
            table.semi_join(listed, [table.file == listed.at_file, table.row == listed.at_row])
        )
        cells: dict[tuple[str, int], dict[str, Any]] = {(one["file"], one["row"]): one for one in rows}
        with (self.folder / f"aside-{file.name}.csv").open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["file", "row", "fault", *file.columns, "raw"])
            for place in places:
                values = [cells.get(place, {}).get(name) or "" for name in file.columns]
                fault = "; ".join(dict.fromkeys(self.aside[place]))
                writer.writerow([*place, fault, *values, self.raw.get(place, "").rstrip("\r\n")])
