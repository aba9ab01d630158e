"""Find the header of a table, and the file of the dataset that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from upheaval.faults import Fault
from upheaval.importers.columns import Column
from upheaval.importers.declaration import Dataset, File
from upheaval.importers.downloads import DEEPEST, Sheet

Known = Callable[[str, bool], bool]
_BLANK = re.compile(r"|unnamed: ?\d+(_level_\d+)?|x[._]*\d*|\.\.\.\d+|_\d+", re.IGNORECASE)
_JUNK = ";,\t| "


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a table.

    Attributes:
        file: the file of the dataset.
        line: the number of the row with the header, from 1.
        delimiter: what separates cells; empty in a workbook.
        names: the names of all columns, in order.
        places: the positions of the declared columns, by name.
        wide: the positions of columns named after actors, by name.
        junk: a separator that a spreadsheet left at the end of every row.

    """

    file: File
    line: int
    delimiter: str
    names: tuple[str, ...]
    places: dict[str, int]
    wide: dict[str, int]
    junk: str = ""

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that the declaration does not name."""
        used = {*self.places.values(), *self.wide.values()}
        return tuple(name for place, name in enumerate(self.names) if place not in used and name)


@dataclass(frozen=True, slots=True)
class _Miss:
    """A possible header of another edition: its share of the columns, and those it lacks."""

    share: float
    line: int
    file: File
    missing: list[str]


def find_layout(sheet: Sheet, dataset: Dataset, known: Callable[[Column], Known]) -> Layout | Fault:
    """Find the header of a table and tell which file of a dataset it is.

    Lines above the header, the order of columns, further columns, letter case and punctuation of their names (so that
    R's `Year.of.order` is `Year of order`) and a column of row numbers before the first do not matter.

    Args:
        sheet: the table.
        dataset: its possible files; of several that fit, the one with the most columns is taken.
        known: returns a test for known codes of a column, for columns named after actors.

    Returns:
        The layout, or a fault.

    """
    best: Layout | None = None
    miss: _Miss | None = None
    for delimiter, rows in sheet.heads():
        for number, cells in enumerate(rows, 1):
            names, junk = header_names(cells)
            for file in dataset.files:
                places = _places(names, file)
                needed = [name for name, column in file.columns.items() if not column.may_lack]
                missing = [name for name in needed if name not in places]
                if missing:
                    share = 1 - len(missing) / len(needed)
                    if miss is None or share > miss.share:
                        miss = _Miss(share, number, file, missing)
                elif best is None or len(places) > len(best.places):
                    shifted = _shift(rows[number:], len(names))
                    wide = _wide(names, places, file, known)
                    best = Layout(
                        file,
                        number,
                        delimiter,
                        ("",) * shifted + names,
                        {name: place + shifted for name, place in places.items()},
                        {name: place + shifted for name, place in wide.items()},
                        junk,
                    )
        if best is not None:
            return best
    return _no_layout(sheet, dataset, miss)


def header_names(cells: list[str]) -> tuple[tuple[str, ...], str]:
    """Return the names of columns, and a separator left at the end of the last one.

    A blank name, or one that R or pandas put in its place, becomes that of the column before it with ` ?`.
    """
    cells = [cell.strip().lstrip("\ufeff").strip('"').strip() for cell in cells]
    junk = ""
    if cells and (trail := re.search(r"[;,\t|]{2,}$", cells[-1])):
        junk = trail[0][0]
        cells[-1] = cells[-1].rstrip(_JUNK)
    names: list[str] = []
    for cell in cells:
        names.append((f"{names[-1]} ?" if names else "") if _BLANK.fullmatch(cell) else cell)
    unique = (name if names.index(name) == place else f"{name} #{place + 1}" for place, name in enumerate(names))
    return tuple(unique), junk


def column_key(name: str) -> str:
    """Return the normalized name of a column; R prefixes X to names that do not begin with a letter."""
    plain = re.sub(r"^X(?=[.\d])", "", name)
    return re.sub(r"[^\w?]|_", "", plain).casefold()


def _places(names: tuple[str, ...], file: File) -> dict[str, int]:
    keys: dict[str, int] = {}
    for place, name in enumerate(names):
        keys.setdefault(column_key(name), place)
    found = {}
    for name, column in file.columns.items():
        for other in (name, *column.others):
            if column_key(other) in keys:
                found[name] = keys[column_key(other)]
                break
    return found


def _wide(
    names: tuple[str, ...], places: dict[str, int], file: File, known: Callable[[Column], Known]
) -> dict[str, int]:
    if file.wide is None:
        return {}
    knows = known(file.wide.actors)
    taken = set(places.values())
    return {name: place for place, name in enumerate(names) if name and place not in taken and knows(name, True)}


def _shift(rows: list[list[str]], width: int) -> int:
    """Return 1 where rows have one cell more than the header, as R writes them: their names come first."""
    filled = [row for row in rows if any(cell.strip() for cell in row)][:5]
    return int(bool(filled) and all(len(row) == width + 1 for row in filled))


def _no_layout(sheet: Sheet, dataset: Dataset, miss: _Miss | None) -> Fault:
    if miss is None or miss.share < 0.3:
        wanted = " or ".join(", ".join(list(one.columns)[:5]) for one in dataset.files)
        message = f"is not a file of `{dataset.name}`: no line among the first {DEEPEST} has its columns"
        return Fault(sheet.name, message, f"use the file with {wanted} …", rule="import/header")
    named = ", ".join(f"`{name}`" for name in miss.missing[:6])
    message = f"is another version of `{dataset.name}` ({miss.file.name}): it lacks {named}"
    cure = f"download the edition that the declaration reads: {dataset.edition}"
    return Fault(sheet.name, message, cure, at=(miss.line, 1), rule="import/header")
