"""Their files as they come: where the header is, which file it is, and every row with its number in a Parquet file.

Both engines read what is staged here, so that they see the same rows under the same numbers. A row's number is the
one that a spreadsheet shows: the header and any lines above it count.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from upheaval.faults import Fault, Refusal, refuse
from upheaval.importers.declaration import Dataset, File

ROW = "row"
_HEAD = 64 * 1024
_DEEPEST = 40
_BLANK = re.compile(r"\s*|Unnamed: ?\d+|X\.?\d*")
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_BLOCK = 4 * 1024 * 1024
Progress = Callable[[int], None]


@dataclass(slots=True)
class Staged:
    """One of their files, read.

    Attributes:
        path, file: the file, and which file of the dataset it is.
        parquet: its rows: `row` and the declared columns as text, blank cells null.
        rows: how many there are, malformed ones included.
        malformed: rows with too many or too few cells, or that are no UTF-8: number, problem and raw text.
        sha256: of the file as it came.
        ignored: columns that the declaration does not name.
        header: the names of all columns, in the file's order.
        mended: how many cells had control characters, which are spaces now.

    """

    path: Path
    file: File
    parquet: Path
    rows: int = 0
    malformed: list[tuple[int, str, str]] = field(default_factory=list)
    sha256: str = ""
    ignored: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    mended: int = 0

    def notes(self) -> list[str]:
        """Say what was passed over or mended."""
        found = []
        if self.ignored:
            found.append(f"{self.path.name}: columns that are not imported: {', '.join(self.ignored)}")
        if self.mended:
            found.append(f"{self.path.name}: control characters in {self.mended} cells became spaces")
        return found


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header of a file is and how its cells are separated."""

    line: int
    delimiter: str
    names: tuple[str, ...]


def stage(path: Path, dataset: Dataset, folder: Path, encoding: str, progress: Progress) -> Staged:
    """Read one file into Parquet, in blocks.

    Args:
        path: the file.
        dataset: which files it may be.
        folder: where to put the Parquet file.
        encoding: of the file, such as utf-8 or cp1252.
        progress: is told how many bytes have just been read.

    Raises:
        Refusal: it cannot be read, or is not a file of the dataset; the message lists what it lacks.

    """
    header, file = find_header(path, dataset, encoding)
    used = [name for name in header.names if name in file.columns]
    staged = Staged(
        path,
        file,
        folder / f"{file.name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}.parquet",
        ignored=tuple(name for name in header.names if name not in file.columns),
        header=header.names,
    )
    schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in file.columns)])
    begin = header.line + 1
    wrong: list[tuple[int, str, str]] = []
    with pq.ParquetWriter(staged.parquet, schema, compression="zstd", compression_level=1) as writer:
        for batch in _batches(path, header, encoding, wrong):
            bad = {number for number, _, _ in wrong}
            numbers = _numbers(begin, batch.num_rows, bad)
            begin = numbers[-1] + 1 if numbers else begin
            columns = {}
            for name in used:
                columns[name], mended = _clean(batch.column(name))
                staged.mended += mended
            missing = pa.nulls(batch.num_rows, pa.string())
            arrays = [pa.array(numbers, pa.int64()), *(columns.get(name, missing) for name in file.columns)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            staged.rows += batch.num_rows
            progress(batch.nbytes)
    staged.malformed = sorted(wrong)
    staged.rows += len(wrong)
    with path.open("rb") as source:
        staged.sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    return staged


def find_header(path: Path, dataset: Dataset, encoding: str) -> tuple[Header, File]:
    """Find the header of a file and tell which file of a dataset it is.

    Lines above the header, a byte-order mark, another order of columns and further columns do not matter; cells may
    be separated by commas, semicolons or tabs.

    Raises:
        Refusal: no line holds the columns of any file of the dataset.

    """
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD)
        lines = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace").splitlines()[:_DEEPEST]
    except (OSError, LookupError) as error:
        cause = error.strerror if isinstance(error, OSError) else str(error)
        refuse(path.name, f"cannot be read: {cause}", "check the file's name")
    best: tuple[float, int, File, list[str]] | None = None
    for number, line in enumerate(lines):
        for delimiter in (",", ";", "\t"):
            names = header_names(next(csv.reader([line], delimiter=delimiter), []))
            for file in dataset.files:
                needed = [name for name, column in file.columns.items() if not column.may_lack]
                missing = [name for name in needed if name not in names]
                if not missing:
                    return Header(number + 1, delimiter, names), file
                share = 1 - len(missing) / len(needed)
                if best is None or share > best[0]:
                    best = (share, number + 1, file, missing)
    raise Refusal((_no_header(path, dataset, best),))


def _no_header(path: Path, dataset: Dataset, best: tuple[float, int, File, list[str]] | None) -> Fault:
    share, line, file, missing = best or (0.0, 1, dataset.files[0], list(dataset.files[0].columns))
    named = ", ".join(f"`{name}`" for name in missing[:6])
    if share < 0.3:
        wanted = " or ".join(", ".join(list(one.columns)[:5]) for one in dataset.files)
        message = f"this is not a file of `{dataset.name}`: none of the first {_DEEPEST} lines has its columns"
        return Fault(path.name, message, f"use the file with {wanted} …, saved as CSV", rule="import/header")
    message = f"this is another version of `{dataset.name}` ({file.name}): it lacks {named}"
    cure = f"download the edition that the declaration reads: {dataset.edition}"
    return Fault(path.name, message, cure, at=(line, 1), rule="import/header")


def header_names(cells: list[str]) -> tuple[str, ...]:
    """Return the names of columns: a blank one is named after the one before it, with ` ?`."""
    names: list[str] = []
    for cell in cells:
        name = cell.strip().lstrip("\ufeff").strip('"')
        names.append((f"{names[-1]} ?" if names else "") if _BLANK.fullmatch(name) else name)
    return tuple(name if names.index(name) == place else f"{name} #{place + 1}" for place, name in enumerate(names))


def _batches(path: Path, header: Header, encoding: str, wrong: list[tuple[int, str, str]]) -> Iterator[pa.RecordBatch]:
    def malformed(row: pv.InvalidRow) -> str:
        wrong.append((row.number or 0, f"it has {row.actual_columns} cells, not {row.expected_columns}", row.text))
        return "skip"

    options = {
        "read_options": pv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK,
            skip_rows=header.line,
            column_names=list(header.names),
            encoding="utf8" if encoding == "utf-8" else encoding,
        ),
        "parse_options": pv.ParseOptions(
            delimiter=header.delimiter, newlines_in_values=True, invalid_row_handler=malformed, ignore_empty_lines=False
        ),
        "convert_options": pv.ConvertOptions(
            column_types=dict.fromkeys(header.names, pa.binary()),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    }
    try:
        with pv.open_csv(path, **options) as reader:
            yield from reader
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        message = f"it cannot be read as CSV: {error}"
        refuse(path.name, " ".join(message.split()), "save it anew as CSV", at=(header.line + 1, 1))


def _numbers(begin: int, count: int, bad: set[int]) -> list[int]:
    """Number the rows of a batch, passing over the numbers of malformed rows."""
    if not bad:
        return list(range(begin, begin + count))
    numbers: list[int] = []
    number = begin
    while len(numbers) < count:
        if number not in bad:
            numbers.append(number)
        number += 1
    return numbers


def _clean(cells: pa.Array) -> tuple[pa.Array, int]:
    """Return cells as text, and how many had control characters.

    Outer blanks are gone, blank cells null, control characters spaces, and bytes that are no UTF-8 become U+FFFD, to
    be found when cells are checked.
    """
    try:
        words = cells.cast(pa.string())
    except pa.ArrowInvalid:
        words = pa.array([cell.as_py().decode("utf-8", "replace") for cell in cells], pa.string())
    mended = pc.sum(pc.match_substring_regex(words, _CONTROLS)).as_py() or 0
    if mended:
        words = pc.replace_substring_regex(words, _CONTROLS, " ")
    words = pc.utf8_trim_whitespace(words)
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words), mended
