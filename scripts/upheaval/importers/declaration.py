"""What a dataset's declaration is made of: columns, files, and the tables of records that an Ibis expression gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from upheaval.faults import refuse
from upheaval.importers.expressions import Expression, Table, join, union
from upheaval.importers.inputs import Sources, our

__all__ = [
    "Column",
    "Dataset",
    "Exclusion",
    "Expression",
    "File",
    "Rows",
    "Rule",
    "Sources",
    "Table",
    "code",
    "day",
    "find_dataset",
    "if_there",
    "join",
    "names",
    "number",
    "one_of",
    "our",
    "text",
    "union",
    "whole",
    "year",
]

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column hold.

    Attributes:
        pattern: a regular expression that every whole cell matches (a form that both RE2 and Java know).
        says: what a cell holds, for the cure: "a year such as 2016".
        required: whether a blank cell is a fault.
        codes: schemes of the crosswalk, or `iso2` or `cow`: a cell is a code of one of them.
        may_lack: whether a file without the column is read all the same.

    """

    pattern: str = ""
    says: str = "a text"
    required: bool = False
    codes: tuple[str, ...] = ()
    may_lack: bool = False


def text(required: bool = False) -> Column:
    """Return a column of any text."""
    return Column(required=required)


def whole(required: bool = False) -> Column:
    """Return a column of whole numbers; `3.0` counts as one, as floats in exports are written."""
    return Column(r"[0-9]+(\.0+)?", "a whole number such as 12", required)


def number(required: bool = False) -> Column:
    """Return a column of decimal numbers."""
    return Column(r"-?[0-9]+(\.[0-9]+)?", "a number such as 2.5, without separators", required)


def year(required: bool = False) -> Column:
    """Return a column of years."""
    return Column(r"[12][0-9]{3}", "a year such as 2016", required)


def day(required: bool = False) -> Column:
    """Return a column of days as ISO 8601 writes them."""
    return Column(r"[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a day such as 2016-12-31", required)


def one_of(*values: str, required: bool = False) -> Column:
    """Return a column that holds one of a few values."""
    return Column("|".join(value.replace("?", r"\?") for value in values), " or ".join(values), required)


def code(*schemes: str, required: bool = True) -> Column:
    """Return a column of codes that the crosswalk knows, or of ISO 3166-1 (`iso2`) or Correlates of War (`cow`)."""
    return Column(says="a code that the crosswalk knows", required=required, codes=schemes)


def if_there(column: Column) -> Column:
    """Return a column that some editions do not have."""
    return replace(column, may_lack=True)


@dataclass(frozen=True, slots=True)
class File:
    """One of the files that a dataset comes in, told from the others by its columns.

    Attributes:
        name: what the declaration calls it.
        columns: by their names in the header; a blank header after `X` is named `X ?`.

    """

    name: str
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a whole row must fulfil.

    Attributes:
        file: the file's name in the declaration.
        column: where the fault is shown.
        broken: from the sources to a table of `file` and `row` that break it.
        message, cure: as in every fault.

    """

    file: str
    column: str
    broken: Callable[[Sources], Table]
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows that are left out on purpose, by name, and counted.

    Attributes:
        name: why, in words that a report can print.
        file: the file's name in the declaration.
        rows: from the sources to a table of `file` and `row`.

    """

    name: str
    file: str
    rows: Callable[[Sources], Table]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of records, or of the nodes inside them.

    Attributes:
        kind: the class, by its local name: `ArmsTransfer`.
        table: has `id` (the path below the dataset's namespace), one column a key of the contract (codes and
            references as IRIs, dates as text in their precision), and `file` and `row`, or `locator`, for the citation;
            `says` is what the citation says.
        under: for nodes inside records, the key that leads to them from the record in the column `of`.
        more: whether it only adds values of some keys to records of another table; it has no blank ones.
        order: the columns in whose order it is written.
        shared: whether ids are below the namespace that all imports share, `import/`.

    """

    kind: str
    table: Table
    under: str = ""
    more: bool = False
    order: tuple[str, ...] = ("id",)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that can be imported.

    Attributes:
        name: the name on the command line and in IRIs.
        title, creator, publisher, publisher_kind, url, citation, licence, language: for its Source record.
        edition: the version that the declaration was written for; a `version` column or --edition overrides it.
        files: what it comes in; the first one's rows are those that are counted.
        actors: the schemes in which its actors are coded, the first that knows a code wins.
        crosswalk: Turtle, or the name of a file in `crosswalks/`.
        records: from the sources to the tables of records.
        rules, exclusions: what rows must fulfil; what is left out.
        caveats: what a reader of the records must know.
        counted: from the sources to a table of `file` and `row` that have become records, where no table shows it.

    """

    name: str
    title: str
    creator: str
    publisher: str
    publisher_kind: str
    url: str
    citation: str
    licence: str
    edition: str
    files: tuple[File, ...]
    actors: tuple[str, ...]
    crosswalk: str
    records: Callable[[Sources], list[Rows]]
    rules: tuple[Rule, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    caveats: tuple[str, ...] = ()
    counted: Callable[[Sources], Table] | None = None


def names() -> list[str]:
    """Return the names of the datasets that come with the package."""
    return sorted(path.stem.replace("_", "-") for path in (HERE / "datasets").glob("*.py") if path.stem[0] != "_")


def find_dataset(name: str) -> Dataset:
    """Return a dataset by its name, or from the path of a declaration of the user's own.

    Raises:
        Refusal: there is none.

    """
    path = Path(name) if name.endswith(".py") else HERE / "datasets" / f"{name.replace('-', '_')}.py"
    if not path.is_file():
        cure = f"the datasets are {', '.join(names())}; or name a declaration's file that ends in .py"
        refuse("import", f"no dataset is named `{name}`", cure, rule="import/dataset")
    spec = spec_from_file_location(f"upheaval_dataset_{path.stem}", path)
    if spec is None or spec.loader is None:
        refuse(path.name, "it cannot be read as Python", "name a .py file")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    dataset = getattr(module, "DATASET", None)
    if not isinstance(dataset, Dataset):
        refuse(path.name, "it declares no dataset", "assign a Dataset to DATASET")
    return dataset
