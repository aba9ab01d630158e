"""Which rows have faults: every cell against its column, every row against the rules, set-wise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis

from upheaval.faults import Fault
from upheaval.importers.declaration import Column, Dataset, File
from upheaval.importers.expressions import Expression, Table, union
from upheaval.importers.inputs import Sources

MOST = 20
_LONGEST = 60
_NO_TEXT = "�"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault of a row: where, what stands there, why it is wrong and what to do."""

    file: str
    row: int
    column: str
    value: str
    problem: str
    cure: str

    def fault(self, columns: tuple[str, ...]) -> Fault:
        """Return it as every stage reports faults, the column counted as in a spreadsheet."""
        place = columns.index(self.column) + 1 if self.column in columns else 1
        short = self.value if len(self.value) <= _LONGEST else f"{self.value[:_LONGEST]}…"
        value = f"`{short}` " if short else ""
        shown = f"column `{self.column}`: {value}{self.problem}" if self.column else self.problem
        return Fault(self.file, shown, self.cure, at=(self.row, place), rule="import/row")


def known_codes(column: Column, sources: Sources) -> set[str]:
    """Return the codes that a column may hold."""
    found: set[str] = set()
    for scheme in column.codes:
        if scheme in sources.concepts:
            found |= set(sources.concepts[scheme])
        if scheme in ("iso2", "cow"):
            named = {code for concepts in sources.concepts.values() for code in concepts}
            found |= {actor.code for actor in sources.actors} - named
    return found


def wrong_rows(dataset: Dataset, file: File, table: Table, sources: Sources) -> list[Table]:
    """Return tables of what is wrong with the cells of a file: file, row, column, value, problem and cure.

    Args:
        dataset: whose file.
        file: its declaration.
        table: its rows.
        sources: the crosswalk and the actors.

    """
    found = []
    for name, column in file.columns.items():
        for broken, problem, cure in _tests(column, table[name], sources):
            found.append(_wrong(table.filter(broken), name, table[name], problem, cure))
    return found


def rules_broken(dataset: Dataset, sources: Sources) -> list[Table]:
    """Return tables of the rows that break the rules of a dataset, in the same form."""
    found = []
    for rule in dataset.rules:
        table = rule.broken(sources)
        value = table[rule.column] if rule.column in table.columns else ibis.literal("")
        found.append(_wrong(table, rule.column, value, rule.message, rule.cure))
    return found


def _wrong(table: Table, column: str, value: Expression, problem: str, cure: str) -> Table:
    return table.select(
        file=table.file,
        row=table.row,
        column=ibis.literal(column),
        value=value.fill_null(""),
        problem=ibis.literal(problem),
        cure=ibis.literal(cure),
    )


def _tests(column: Column, cell: Expression, sources: Sources) -> Iterable[tuple[Expression, str, str]]:
    if column.required:
        yield cell.isnull(), "is blank", f"write {column.says}"
    yield cell.contains(_NO_TEXT), "is not in the encoding of the file", "name it: --encoding cp1252"
    if column.codes:
        known = sorted(known_codes(column, sources))
        yield (
            cell.notnull() & ~cell.isin(known),
            "is a code that the crosswalk does not know",
            "correct it; if the dataset has a new code, add it to the crosswalk",
        )
    elif column.pattern:
        yield cell.notnull() & ~cell.re_search(f"^({column.pattern})$"), "does not fit", f"write {column.says}"


def gather(tables: list[Table]) -> Table:
    """Return what is wrong in one table."""
    return union(tables)
