"""The parts of a declaration: columns, files, and tables of records as Ibis expressions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location

from upheaval.faults import refuse, syntax_location
from upheaval.importers.columns import (
    Column,
    Split,
    code,
    codes,
    day,
    if_there,
    number,
    one_of,
    text,
    whole,
    written,
    year,
)
from upheaval.importers.expressions import Expression, Table, join, union
from upheaval.importers.inputs import Sources, our
from upheaval.importers.shipped import names, path_of

__all__ = [
    "Column",
    "Dataset",
    "Exclusion",
    "Expression",
    "File",
    "Rows",
    "Rule",
    "Sources",
    "Split",
    "Table",
    "Wide",
    "code",
    "codes",
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
    "written",
    "year",
]
_PREFIX = "upheaval_dataset_"


@dataclass(frozen=True, slots=True)
class Wide:
    """Columns whose names are actors, such as a council's members with their votes.

    Attributes:
        name: the name of the table made from them, with a row for each filled cell: `file`, `row`, `actor` (the
            column's name) and `value`.
        actors: selects the columns: those whose name is a code in this column's schemes.
        value: the type of their cells.

    """

    name: str
    actors: Column
    value: Column


@dataclass(frozen=True, slots=True)
class File:
    """One of the files of a dataset, recognized by its columns.

    Attributes:
        name: its name in the declaration.
        columns: by their names in the header; a blank header after `X` is named `X ?`.
        wide: further columns, named for actors.
        optional: whether an import may lack it; of several optional files at least one is needed.
        counted: whether every one of its rows must be accounted for, as those of the first file must.

    """

    name: str
    columns: Mapping[str, Column]
    wide: Wide | None = None
    optional: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on whole rows.

    Attributes:
        file: the file's name in the declaration.
        column: the column shown in the fault.
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
    """Rows left out on purpose, counted under a name.

    Attributes:
        name: the reason, as the report prints it.
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
        order: the columns to sort by.
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
        files: its files.
        actors: the schemes in which its actors are coded, the first that knows a code wins.
        crosswalk: Turtle, or the name of a file in `crosswalks/`.
        records: from the sources to the tables of records.
        rules, exclusions: conditions on rows; rows left out.
        caveats: notes for readers of the records.
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

    def accounts_for(self, file: File) -> bool:
        """Whether every row of a file must be accounted for."""
        return file is self.files[0] or file.counted


def is_declaration(names: Mapping[str, object]) -> bool:
    """Tell from the global names of a module whether it is a declaration."""
    return str(names.get("__name__", "")).startswith(_PREFIX)


def find_dataset(name: str) -> Dataset:
    """Return a dataset by its name, or from the path of a declaration of the user's own.

    Raises:
        Refusal: there is none.

    """
    path = path_of(name)
    if not path.is_file():
        cure = f"the datasets are {', '.join(names())}; or name a declaration's file that ends in .py"
        refuse("import", f"no dataset is named `{name}`", cure, rule="import/dataset")
    spec = spec_from_file_location(f"{_PREFIX}{path.stem}", path)
    if spec is None or spec.loader is None:
        refuse(path.name, "cannot be read as Python", "name a .py file", rule="import/dataset")
    module = module_from_spec(spec)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("default", category=DeprecationWarning, module=_PREFIX)
            spec.loader.exec_module(module)
    except SyntaxError as error:
        refuse(path.name, f"is not Python: {error.msg}", "fix it", at=syntax_location(error), rule="import/dataset")
    except Exception as error:
        message = f"cannot be run: {type(error).__name__}: {' '.join(str(error).split())}"
        refuse(path.name, message, "fix the declaration", rule="import/dataset")
    dataset = getattr(module, "DATASET", None)
    if not isinstance(dataset, Dataset):
        refuse(path.name, "declares no dataset", "assign a Dataset to DATASET", rule="import/dataset")
    return dataset
