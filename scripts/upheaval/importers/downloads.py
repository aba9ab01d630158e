"""Read tables: delimited text in any encoding, compressed or archived, and sheets of workbooks."""

from __future__ import annotations

import bz2
import codecs
import csv
import datetime
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.csv as pv

from upheaval.faults import refuse

DELIMITERS = (",", ";", "\t", "|")
DEEPEST = 40
_HEAD = 256 * 1024
_BLOCK = 4 * 1024 * 1024
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(slots=True)
class Malformed:
    """Rows that cannot be split into cells, with number, problem and raw text, and the numbers of blank rows."""

    rows: list[tuple[int, str, str]] = field(default_factory=list)
    blank: set[int] = field(default_factory=set)

    @property
    def numbers(self) -> set[int]:
        """The numbers of all of them."""
        return self.blank | {number for number, _, _ in self.rows}


class Sheet(Protocol):
    """One table of a file.

    Attributes:
        name: the file's, and the archive's member or the workbook's sheet where there are several.
        encoding: of its text.
        guessed: whether the encoding was detected.

    """

    name: str
    encoding: str
    guessed: bool

    def heads(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Yield the first rows as cells, for each possible delimiter."""

    def batches(self, begin: int, delimiter: str, names: tuple[str, ...], bad: Malformed) -> Iterator[pa.RecordBatch]:
        """Yield the rows from a row on, counted from 0, as cells of bytes; note those that have another width."""


def open_sheets(path: Path, encoding: str) -> list[Sheet]:
    """Return the tables of a file.

    Compression (gzip, bzip2, xz, Zstandard), ZIP archives and workbooks (.xlsx, .xls, .ods …) are told by content.

    Args:
        path: the file.
        encoding: of text; detected if empty: UTF-16 by its byte-order mark, UTF-8 if valid, else Windows-1252.

    Raises:
        Refusal: it cannot be read.

    """
    try:
        with path.open("rb") as source:
            magic = source.read(8)
        if magic.startswith(b"\xd0\xcf\x11\xe0") or (magic.startswith(b"PK") and _is_workbook(path)):
            return _workbook(path.name, path.read_bytes())
        if magic.startswith(b"PK"):
            return _members(path, encoding)
        opener = _opener(path, magic)
        return [TextSheet(path.name, opener or path, encoding)]
    except _DAMAGED as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or "it is cut off"
        refuse(path.name, f"cannot be read: {cause}", "check the file's name, or download it again", rule="import/read")


def _opener(path: Path, magic: bytes) -> Callable[[], IO[bytes]] | None:
    openers: dict[bytes, Callable[[], Any]] = {
        b"\x1f\x8b": partial(gzip.open, path),
        b"BZh": partial(bz2.open, path),
        b"\xfd7zXZ\x00": partial(lzma.open, path),
        b"\x28\xb5\x2f\xfd": partial(pa.input_stream, str(path), compression="zstd"),
    }
    return next((opener for start, opener in openers.items() if magic.startswith(start)), None)


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    return "[Content_Types].xml" in names or "content.xml" in names


def _members(path: Path, encoding: str) -> list[Sheet]:
    sheets: list[Sheet] = []
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and _is_data(one.filename)]
        for member in members:
            name = f"{path.name}/{member.filename}" if len(members) > 1 else path.name
            if member.filename.lower().endswith(_WORKBOOKS):
                sheets.extend(_workbook(name, archive.read(member)))
            else:
                sheets.append(TextSheet(name, partial(_member, path, member), encoding))
    if not sheets:
        refuse(path.name, "is an archive without a table", "name the CSV file or workbook", rule="import/read")
    return sheets


def _is_data(name: str) -> bool:
    base = name.rpartition("/")[2].lower()
    inside = not name.startswith("__MACOSX/") and not base.startswith(".")
    return inside and base.endswith((".csv", ".tsv", ".tab", ".txt", *_WORKBOOKS))


def _member(path: Path, member: zipfile.ZipInfo) -> IO[bytes]:
    return zipfile.ZipFile(path).open(member)


def _workbook(name: str, data: bytes) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(sheet) for sheet in book.sheet_names]
    except CalamineError as error:
        refuse(name, f"cannot be read as a workbook: {error}", "save it again, or as CSV", rule="import/read")
    filled = [sheet for sheet in sheets if sheet.total_height]
    return [BookSheet(f"{name}/{sheet.name}" if len(filled) > 1 else name, sheet) for sheet in filled]


class TextSheet:
    """Delimited text."""

    def __init__(self, name: str, source: Path | Callable[[], IO[bytes]], encoding: str) -> None:
        """Start from the text's name, its path or opener, and its encoding if known."""
        self.name, self.source = name, source
        self.guessed = not encoding
        self.encoding = encoding or self._detect()
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            refuse(name, f"no encoding is named `{encoding}`", "name one such as utf-8 or cp1252", rule="import/read")

    def _open(self) -> IO[bytes]:
        return self.source.open("rb") if isinstance(self.source, Path) else self.source()

    def _detect(self) -> str:
        """Find the encoding: UTF-8 holds more characters than bytes that are none, or it is not UTF-8."""
        with self._open() as stream:
            block = stream.read(_BLOCK)
            for mark, name in _BOMS.items():
                if block.startswith(mark):
                    return name
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            wide = wrong = 0
            while block:
                if not block.isascii():
                    text = decoder.decode(block)
                    bad = text.count("�")
                    wrong += bad
                    wide += sum(1 for char in text if char > "\x7f") - bad if bad else 1
                block = stream.read(_BLOCK)
        return "cp1252" if wrong > wide else "utf-8"

    def heads(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Yield the first rows as cells, for each possible delimiter."""
        with self._open() as stream:
            head = stream.read(_HEAD)
        name = "utf-8-sig" if self.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else self.encoding
        lines = head.decode(name, "replace").splitlines()
        for delimiter in DELIMITERS:
            yield delimiter, [next(csv.reader([line], delimiter=delimiter), []) for line in lines[:DEEPEST]]

    def batches(self, begin: int, delimiter: str, names: tuple[str, ...], bad: Malformed) -> Iterator[pa.RecordBatch]:
        """Yield the rows from a line on, in blocks."""

        def malformed(row: pv.InvalidRow) -> str:
            number = row.number or 0
            if row.text.strip(' \t\r\n",;|'):
                bad.rows.append((number, f"has {row.actual_columns} cells, not {row.expected_columns}", row.text))
            else:
                bad.blank.add(number)
            return "skip"

        options = {
            "read_options": pv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                skip_rows=begin,
                column_names=list(names),
                encoding="utf8" if self.encoding == "utf-8" else self.encoding,
            ),
            "parse_options": pv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=malformed, ignore_empty_lines=False
            ),
            "convert_options": pv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        }
        source = self.source if isinstance(self.source, Path) else pa.PythonFile(self.source(), mode="r")
        try:
            with pv.open_csv(source, **options) as reader:
                yield from reader
        except pa.ArrowInvalid as error:
            if not str(error).startswith(("Empty CSV", "Could not skip initial")):  # nothing below the header
                message = " ".join(f"cannot be read as CSV: {error}".split())
                refuse(self.name, message, "save it again as CSV", rule="import/read")
        except (UnicodeError, *_DAMAGED) as error:
            refuse(
                self.name, f"cannot be read: {error}", "download it again, or name its --encoding", rule="import/read"
            )


class BookSheet:
    """A sheet of a workbook."""

    guessed = False
    encoding = "utf-8"

    def __init__(self, name: str, sheet: Any) -> None:
        """Take the name to show and the sheet as python-calamine reads it."""
        self.name = name
        self.rows = sheet.to_python(skip_empty_area=False)

    def heads(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Yield the first rows as cells."""
        yield "", [[_text(cell) for cell in row] for row in self.rows[:DEEPEST]]

    def batches(self, begin: int, _delimiter: str, names: tuple[str, ...], _bad: Malformed) -> Iterator[pa.RecordBatch]:
        """Yield the rows from a row on, all at once: a sheet has at most 1,048,576."""
        width = len(names)
        rows = [(row + [""] * width)[:width] for row in self.rows[begin:]]
        columns = [pa.array([_text(row[place]).encode() for row in rows], pa.binary()) for place in range(width)]
        if rows:
            yield pa.RecordBatch.from_arrays(columns, names=list(names))


def _text(cell: Any) -> str:
    """Return a cell of a workbook as CSV would have it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return re.sub(r"_x000D_", "", str(cell)) if isinstance(cell, str) else str(cell)
