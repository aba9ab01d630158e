"""Select the rows to import: quarantine rows with faults, and count those excluded by name."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import ibis

from upheaval.faults import Fault, Refusal, Severity
from upheaval.importers.declaration import Dataset, File, Rule
from upheaval.importers.expressions import Table, union
from upheaval.importers.inputs import Sources
from upheaval.importers.staging import RowFault, Staged

EXAMPLES = 3
_LONGEST = 60
_FAULT = ("file", "row", "column", "value", "problem", "cure")


@dataclass(slots=True)
class RowCounts:
    """The counts of an import's rows.

    Attributes:
        read: all rows.
        quarantined: rows with faults.
        excluded: rows left out on purpose, by the name of the exclusion.
        faults: the faults of rows of all files, one for each kind.

    """

    read: int = 0
    quarantined: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def admit(dataset: Dataset, staged: list[Staged], sources: Sources, tolerance: float, folder: Path) -> RowCounts:
    """Fill the sources with the rows that can be imported.

    Args:
        dataset: the declaration.
        staged: the files read.
        sources: receives the tables.
        tolerance: the largest share of rows with faults at which the others are imported.
        folder: receives `quarantine-*.csv`.

    Returns:
        The counts.

    Raises:
        Refusal: too many rows have faults, or all of them; every kind of fault is named with three examples.

    """
    tables = _Tables(dataset, staged, sources)
    for rule in dataset.rules:
        if sources.has(rule.file):
            tables.apply(rule)
    counted = [one for one in staged if dataset.accounts_for(one.file)]
    counts = RowCounts(read=sum(one.rows for one in counted), quarantined=sum(len(one.bad) for one in counted))
    bad, rows = (sum(numbers) for numbers in zip(*((len(one.bad), one.rows) for one in staged), strict=True))
    refused = bad > tolerance * rows or counts.quarantined == counts.read
    counts.faults = list(group(staged, Severity.ERROR if refused else Severity.WARNING))
    if refused:
        raise Refusal([*counts.faults, _verdict(bad, rows, tolerance)])
    for exclusion in dataset.exclusions:
        if sources.has(exclusion.file):
            excluded = tables.leave_out(exclusion.file, exclusion.rows(sources))
            counts.excluded[exclusion.name] = counts.excluded.get(exclusion.name, 0) + excluded
    for file in dataset.files:
        _write(file, [one for one in staged if one.file is file and one.bad], folder)
    return counts


def _verdict(bad: int, rows: int, tolerance: float) -> Fault:
    if tolerance == 0:
        cure = "fix them, or import the other rows without --strict"
    elif bad < rows:
        cure = "check that this is the right file, edition and --encoding; --skip-bad imports the other rows"
    else:
        cure = "check that this is the right file, edition and --encoding"
    return Fault("import", f"{bad} of {rows} rows have faults; nothing was imported", cure, rule="import/rows")


class _Tables:
    """The tables of the sources, from which rows are removed."""

    def __init__(self, dataset: Dataset, staged: list[Staged], sources: Sources) -> None:
        self.sources, self.steps = sources, 0
        self.staged = {one.name: one for one in staged}
        for file in dataset.files:
            mine = [one for one in staged if one.file is file]
            if mine:
                sources.tables[file.name] = self._read((one.parquet, one.name) for one in mine)
            wide = [(one.wide, one.name) for one in mine if one.wide is not None]
            if file.wide is not None and wide:
                sources.wide[file.wide.name] = file.name
                sources.tables[file.wide.name] = self._read(wide)

    def _read(self, tables: Iterable[tuple[Path, str]]) -> Table:
        return union(self.sources.engine.read([path]).mutate(file=ibis.literal(name)) for path, name in tables)

    def apply(self, rule: Rule) -> None:
        """Remove the rows that break a rule."""
        broken = rule.broken(self.sources)
        columns = [name for name in self.sources.tables[rule.file].columns if name not in ("file", "row")]
        rows = broken.select("file", "row").distinct()
        self.steps += 1
        kept = self.sources.engine.keep(f"broken_{self.steps}", rows, ())
        table = self.sources.tables[rule.file]
        found = self.sources.engine.rows(table.semi_join(kept, ["file", "row"]))
        if not found:
            return
        for one in sorted(found, key=lambda one: (one["file"], one["row"])):
            staged = self.staged[one["file"]]
            value = str(one.get(rule.column) or "")
            fault = RowFault(one["file"], one["row"], rule.column, value, rule.message, rule.cure)
            staged.faults.append(fault)
            staged.bad[one["row"]] = {name: one[name] or "" for name in columns}
        self.sources.tables[rule.file] = table.anti_join(kept, ["file", "row"])

    def leave_out(self, name: str, rows: Table) -> int:
        """Drop rows from a table and return how many."""
        self.steps += 1
        kept = self.sources.engine.keep(f"left_out_{self.steps}", rows.select("file", "row").distinct(), ())
        count = int(self.sources.engine.rows(kept.agg(n=kept.count()))[0]["n"])
        if count:
            self.sources.tables[name] = self.sources.tables[name].anti_join(kept, ["file", "row"])
        return count


def group(staged: Iterable[Staged], severity: Severity) -> Iterable[Fault]:
    """Yield one fault for each kind: its first place, its number of rows, and its most frequent values."""
    for one in staged:
        kinds: dict[tuple[str, str, str], list[RowFault]] = {}
        for fault in one.faults:
            kind = (fault.column, fault.problem if fault.column else "", fault.cure)
            kinds.setdefault(kind, []).append(fault)
        for (column, _, cure), faults in sorted(kinds.items(), key=lambda item: min(each.row for each in item[1])):
            place = one.names.index(column) + 1 if column in one.names else 1
            at = (min(fault.row for fault in faults), place)
            yield Fault(one.name, _message(column, faults), cure, at=at, severity=severity, rule="import/row")


def _message(column: str, faults: list[RowFault]) -> str:
    problem = faults[0].problem
    if not column:
        shown = "; ".join(f"row {fault.row} {fault.problem}" for fault in faults[:EXAMPLES])
        return f"{_rows(len(faults))} cannot be read: {shown}"
    values = Counter(fault.value for fault in faults)
    first: dict[str, int] = {}
    for fault in sorted(faults, key=lambda fault: fault.row):
        first.setdefault(fault.value, fault.row)
    examples = [f"{_short(value)}row {first[value]}" for value, _ in values.most_common(EXAMPLES)]
    if "" in values:
        examples = [f"row {fault.row}" for fault in sorted(faults, key=lambda fault: fault.row)[:EXAMPLES]]
    more = f" and {len(values) - EXAMPLES} other values" if len(values) > EXAMPLES else ""
    return f"column `{column}` {problem} in {_rows(len(faults))}: {', '.join(examples)}{more}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _short(value: str) -> str:
    return f"`{value if len(value) <= _LONGEST else value[:_LONGEST] + '…'}` in "


def _write(file: File, staged: list[Staged], folder: Path) -> None:
    """Write the rows with faults unchanged, to be corrected and imported."""
    if not staged:
        return
    with (folder / f"quarantine-{file.name}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        names = list(file.columns)
        writer.writerow(["file", "row", "fault", *names, "raw"])
        for one in staged:
            faults: dict[int, list[str]] = {}
            for fault in one.faults:
                text = f"{fault.column}: {fault.problem} ({fault.cure})" if fault.column else fault.problem
                faults.setdefault(fault.row, []).append(text)
            for row, cells in sorted(one.bad.items()):
                values = [cells.get(name, "") for name in (*names, "raw")]
                writer.writerow([one.name, row, "; ".join(dict.fromkeys(faults[row])), *values])
