"""Read input files into Parquet, each row with its number, and set unreadable rows apart.

Both engines read what is staged here, so that they see the same rows under the same numbers. A row's number is the
one that a spreadsheet shows: the header and any lines above it count.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from upheaval.faults import Fault, Refusal
from upheaval.importers.cells import CellValue, reader
from upheaval.importers.coding import Coder
from upheaval.importers.columns import Column
from upheaval.importers.declaration import Dataset, File
from upheaval.importers.downloads import Malformed, Sheet, open_sheets
from upheaval.importers.layout import Layout, find_layout

ROW = "row"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of a row: place, value, problem and cure."""

    file: str
    row: int
    column: str
    value: str
    problem: str
    cure: str


@dataclass(slots=True)
class Staged:
    """A table that was read.

    Attributes:
        path: its file.
        name: its name in faults and citations.
        file: the file of the dataset.
        names: the names of all columns, in order.
        parquet: its good rows: `row` and the declared columns as text, blank cells null.
        wide: the good cells of columns named after actors: `row`, `actor` and `value`; None without such columns.
        rows: the number of rows, with those that have faults and without blank ones.
        faults: the faults of rows.
        bad: the cells of rows with faults, by row; the text of the line where it could not be read.
        notes: what was corrected or skipped.

    """

    path: Path
    name: str
    file: File
    names: tuple[str, ...]
    parquet: Path
    wide: Path | None = None
    rows: int = 0
    faults: list[RowFault] = field(default_factory=list)
    bad: dict[int, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def stage(path: Path, dataset: Dataset, coder: Coder, folder: Path, encoding: str, progress: Progress) -> list[Staged]:
    """Read the tables of one file into Parquet, in blocks.

    Args:
        path: the file.
        dataset: its possible files.
        coder: knows the codes, and registers those found.
        folder: where to put the Parquet files.
        encoding: of the file, such as utf-8 or cp1252; empty to detect it.
        progress: called with the number of bytes just read.

    Raises:
        Refusal: it cannot be read, is not a file of the dataset (the message lists what it lacks), or has no rows.

    """
    faults: list[Fault] = []
    found: list[tuple[Sheet, Layout]] = []
    for sheet in open_sheets(path, encoding):
        layout = find_layout(sheet, dataset, coder.known)
        if isinstance(layout, Fault):
            faults.append(layout)
        else:
            found.append((sheet, layout))
    if not found:
        raise Refusal(faults[:1])
    staged = [_Staging(path, sheet, layout, coder, folder).run(progress) for sheet, layout in found]
    empty = [one for one in staged if not one.rows]
    if len(empty) == len(staged):
        message = "has a header and no rows below it"
        raise Refusal(
            [Fault(one.name, message, "name the file that has the data", rule="import/empty") for one in empty]
        )
    return [one for one in staged if one.rows]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


class _Staging:
    def __init__(self, path: Path, sheet: Sheet, layout: Layout, coder: Coder, folder: Path) -> None:
        self.sheet, self.layout, self.coder, self.file = sheet, layout, coder, layout.file
        stem = hashlib.sha256(f"{path}\n{sheet.name}".encode()).hexdigest()[:8]
        target = folder / f"{self.file.name}-{stem}.parquet"
        self.staged = Staged(path, sheet.name, self.file, layout.names, target)
        self.wide = target.with_name(f"{self.file.name}-{stem}-wide.parquet")
        self.readers: dict[str, Callable[[bytes], CellValue]] = {}
        self.cells: dict[str, dict[bytes, CellValue]] = {}
        self.counts: dict[str, Counter[str]] = {}
        self.mended = 0

    def run(self, progress: Progress) -> Staged:
        layout, staged = self.layout, self.staged
        schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in self.file.columns)])
        wide_schema = pa.schema([(ROW, pa.int64()), ("actor", pa.string()), ("value", pa.string())])
        malformed, begin = Malformed(), layout.line + 1
        writer = pq.ParquetWriter(staged.parquet, schema, compression="zstd", compression_level=1)
        wide = pq.ParquetWriter(self.wide, wide_schema, compression="zstd") if layout.wide else None
        try:
            for batch in self.sheet.batches(layout.line, layout.delimiter, layout.names, malformed):
                numbers = _numbers(begin, batch.num_rows, malformed.numbers)
                begin = int(numbers[-1]) + 1 if len(numbers) else begin
                table, long = self._batch(batch, numbers, schema, malformed)
                writer.write_table(table)
                if wide is not None:
                    wide.write_table(long.cast(wide_schema))
                progress(batch.nbytes)
        finally:
            writer.close()
            if wide is not None:
                wide.close()
        for row, problem, text in malformed.rows:
            staged.faults.append(RowFault(staged.name, row, "", "", problem, "fix the quotation marks and separators"))
            staged.bad[row] = {"raw": text.rstrip("\r\n")}
        staged.rows += len(malformed.rows)
        if layout.wide and self.file.wide is not None:
            staged.wide = self.wide
            names = [(name, 1) for name in layout.wide]
            self.coder.note(self.file.wide.name, self.file.wide.actors, names)
        for name, counts in self.counts.items():
            self.coder.note(name, self.file.columns[name], counts.items())
        staged.notes = self._notes(len(malformed.blank))
        return staged

    def _batch(
        self, batch: pa.RecordBatch, numbers: np.ndarray[Any, Any], schema: pa.Schema, malformed: Malformed
    ) -> tuple[pa.Table, pa.Table]:
        """Return the good rows of a batch, and those of its columns that are named for actors."""
        full = ~_blank_rows(batch)
        malformed.blank.update(int(number) for number in numbers[~full])
        good = full.copy()
        columns: dict[str, pa.Array] = {}
        for name, column in self.file.columns.items():
            if name in self.layout.places:
                columns[name] = self._column(name, column, batch.column(self.layout.places[name]), numbers, full, good)
        long = []
        if self.file.wide is not None:
            for name, place in self.layout.wide.items():
                cells = self._column(name, self.file.wide.value, batch.column(place), numbers, full, good)
                long.append((name, cells))
        self._keep_bad(batch, numbers, full & ~good)
        keep = pa.array(good)
        missing = pa.nulls(batch.num_rows, pa.string())
        arrays = [pa.array(numbers), *(columns.get(name, missing) for name in self.file.columns)]
        table = pa.Table.from_arrays(arrays, schema=schema).filter(keep)
        for name in columns:
            if self.file.columns[name].codes:
                counted = pc.value_counts(table.column(name)).to_pylist()
                self.counts.setdefault(name, Counter()).update(
                    {one["values"]: one["counts"] for one in counted if one["values"]}
                )
        self.staged.rows += int(full.sum())
        return table, _long(long, numbers, good)

    def _column(
        self,
        name: str,
        column: Column,
        raw: pa.Array,
        numbers: np.ndarray[Any, Any],
        full: np.ndarray[Any, Any],
        good: np.ndarray[Any, Any],
    ) -> pa.Array:
        """Return the cells of a column as text; note the faults of full rows, which are then not good."""
        encoded = raw.dictionary_encode()
        cells = self._read(name, column, encoded.dictionary.to_pylist())
        texts = pa.array([cell.text for cell in cells], pa.string())
        if any(cell.problem or cell.mended for cell in cells):
            indices = encoded.indices.to_numpy(zero_copy_only=False)
            wrong = np.array([bool(cell.problem) for cell in cells])[indices] & full
            mended = np.array([cell.mended for cell in cells])[indices] & full
            self.mended += int(mended.sum())
            good &= ~wrong
            for place in np.flatnonzero(wrong):
                cell = cells[indices[place]]
                value = cell.text or ""
                fault = RowFault(self.staged.name, int(numbers[place]), name, value, cell.problem, cell.cure)
                self.staged.faults.append(fault)
        return texts.take(encoded.indices)

    def _read(self, name: str, column: Column, raw: list[bytes]) -> list[CellValue]:
        """Read the different cells of a column; those of a short list are remembered from batch to batch."""
        if name not in self.readers:
            known = self.coder.known(column)
            self.readers[name] = reader(column, known, self.layout.delimiter != ",")
            self.cells[name] = {}
        read, cells = self.readers[name], self.cells[name]
        last = name == self._last
        found = []
        for one in raw:
            if one not in cells:
                if len(cells) > 100_000:
                    cells.clear()
                cells[one] = read(one.rstrip(self.layout.junk.encode()) if last else one)
            found.append(cells[one])
        return found

    @property
    def _last(self) -> str:
        """The declared column that is the last of all, if junk stands behind it."""
        end = len(self.layout.names) - 1
        return next((name for name, place in self.layout.places.items() if place == end and self.layout.junk), "")

    def _keep_bad(self, batch: pa.RecordBatch, numbers: np.ndarray[Any, Any], bad: np.ndarray[Any, Any]) -> None:
        places = np.flatnonzero(bad)
        if not len(places):
            return
        rows = batch.take(pa.array(places)).to_pylist()
        for place, row in zip(places, rows, strict=True):
            cells = {name: row[self.layout.names[at]] for name, at in self.layout.places.items()}
            self.staged.bad[int(numbers[place])] = {
                name: text.decode("utf-8", "replace") for name, text in cells.items()
            }

    def _notes(self, blank: int) -> list[str]:
        name, layout = self.staged.name, self.layout
        notes = []
        if self.sheet.guessed and self.sheet.encoding not in ("utf-8", "utf-16"):
            notes.append(f"{name}: not UTF-8, read as Windows-1252; name another encoding with --encoding")
        if layout.ignored:
            notes.append(f"{name}: columns that are not imported: {', '.join(layout.ignored)}")
        if self.mended:
            notes.append(f"{name}: control characters in {self.mended} cells became spaces")
        if blank:
            notes.append(f"{name}: {blank} blank {'row' if blank == 1 else 'rows'} skipped")
        return notes


def _blank_rows(batch: pa.RecordBatch) -> np.ndarray[Any, Any]:
    """Return which rows have no cell with anything but blanks."""
    blank = np.ones(batch.num_rows, dtype=bool)
    for column in batch.columns:
        if not blank.any():
            break
        blank &= ~pc.match_substring_regex(column, r"\S").to_numpy(zero_copy_only=False)
    return blank


def _long(columns: list[tuple[str, pa.Array]], numbers: np.ndarray[Any, Any], good: np.ndarray[Any, Any]) -> pa.Table:
    tables = []
    for name, cells in columns:
        keep = good & cells.is_valid().to_numpy(zero_copy_only=False)
        values = cells.filter(pa.array(keep))
        names = pa.array([name] * len(values), pa.string())
        tables.append(pa.table({ROW: pa.array(numbers[keep]), "actor": names, "value": values}))
    return pa.concat_tables(tables) if tables else pa.table({})


def _numbers(begin: int, count: int, bad: set[int]) -> np.ndarray[Any, Any]:
    """Number the rows of a batch, passing over the numbers of rows that could not be read."""
    end = begin + count
    numbers = np.arange(begin, end, dtype=np.int64)
    skipped = sorted(number for number in bad if number >= begin)
    for number in skipped:
        if number >= end:
            break
        end += 1
    if end > begin + count:
        every = np.arange(begin, end, dtype=np.int64)
        numbers = every[~np.isin(every, skipped)]
    return numbers
