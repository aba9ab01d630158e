"""Run queries, and write their answers as a table, CSV, JSON, Markdown or Turtle."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from upheaval.faults import refuse, syntax_location
from upheaval.rdf.declarations import as_written, declarations, prefixes_in
from upheaval.rdf.sparql import evaluate
from upheaval.rdf.xsd import XSD

if TYPE_CHECKING:
    from rich.table import Table

TextRows = list[list[str]]
UNBROKEN = 12
"""Columns this narrow, such as dates and numbers, are never wrapped."""
_BORDER = 3
"""How many characters stand between two columns."""
_PLAIN = (XSD + "string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")


def ask(
    store: ox.Store, text: str, name: str, prefixes: Mapping[str, str] | None = None
) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
    """Run a query over all named graphs together.

    Args:
        store: the data, derived facts and vocabulary.
        text: SPARQL 1.1.
        name: the query's name in messages.
        prefixes: namespaces by prefix that need no declaration, beside the usual ones and those of codes.

    Returns:
        The engine's result.

    Raises:
        Refusal: the query is not SPARQL, with line and column, or is not allowed.

    """
    head = declarations(text, lambda: {**prefixes_in(store), **(prefixes or {})})
    try:
        return evaluate(store, head + text)
    except SyntaxError as problem:
        error = as_written(problem, head)
        refuse(
            name,
            f"this query cannot be run: {error.msg}",
            "fix the query",
            at=syntax_location(error),
            rule="query/syntax",
        )
    except RuntimeError as error:
        refuse(name, f"the query cannot be answered: {error}", "rewrite it")


def rows(solutions: ox.QuerySolutions) -> tuple[list[str], TextRows]:
    """Return the variables and the values of each solution as text; unbound variables are empty."""
    header = [variable.value for variable in solutions.variables]
    return header, [[_text(solution[name]) for name in header] for solution in solutions]


def _text(term: object) -> str:
    return "" if term is None else str(getattr(term, "value", term))


def shorten(value: str, prefixes: Mapping[str, str]) -> str:
    """Shorten an IRI by a prefix, if one applies; return any other text unchanged."""
    fitting = [prefix for prefix, space in prefixes.items() if value.startswith(space) and value != space]
    if not fitting:
        return value
    prefix = max(fitting, key=lambda prefix: len(prefixes[prefix]))
    return f"{prefix}:{value[len(prefixes[prefix]) :]}"


def as_table(header: Sequence[str], found: TextRows, prefixes: Mapping[str, str], width: int) -> str:
    """Draw a table of limited width in characters; long values are wrapped.

    Where the columns do not fit, each row is written as lines of name and value, without what is empty.
    """
    from rich.table import Table

    shown = [[shorten(value, prefixes) for value in row] for row in found]
    columns = [[name, *(row[place] for row in shown)] for place, name in enumerate(header)]
    nothing = "" if found else ": nothing that matches is recorded, which does not mean that there is nothing"
    total = f"{len(found)} row{'s' if len(found) != 1 else ''}{nothing}\n"
    if sum(min(max(map(len, one)), UNBROKEN) for one in columns) + _BORDER * (len(header) - 1) > width:
        return f"{_as_blocks(header, shown, width)}{total}"
    table = Table(show_edge=False, pad_edge=False)
    for name, *values in columns:
        numeric = any(values) and all(_is_number(value) for value in values if value)
        whole = max(map(len, [name, *values])) <= UNBROKEN
        table.add_column(name, justify="right" if numeric else "left", overflow="fold", no_wrap=whole)
    for row in shown:
        table.add_row(*row)
    return f"{draw(table, width)}{total}"


def _as_blocks(header: Sequence[str], shown: TextRows, width: int) -> str:
    from rich.table import Table

    lines = Table.grid(padding=(0, 2))
    for row in shown:
        for name, value in zip(header, row, strict=True):
            if value:
                lines.add_row(name, value)
        lines.add_row("", "")
    lines.columns[0].no_wrap = True
    lines.columns[1].overflow = "fold"
    return draw(lines, width)


def draw(table: "Table", width: int) -> str:
    """Return a table as text of limited width, without trailing spaces."""
    from rich.console import Console

    text = io.StringIO()
    Console(width=width, file=text, color_system=None, markup=False, highlight=False, emoji=False).print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).removeprefix("-").isdigit()


def as_csv(header: Sequence[str], found: TextRows) -> str:
    """Write SPARQL 1.1 CSV results: values without datatypes, and CRLF line ends."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(header), *found])
    return text.getvalue()


def as_markdown(header: Sequence[str], found: TextRows, prefixes: Mapping[str, str]) -> str:
    """Write a Markdown table."""
    lines = [list(header), ["---"] * len(header)]
    lines.extend([shorten(value, prefixes).replace("|", "\\|").replace("\n", " ") for value in row] for row in found)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_turtle(triples: ox.QueryTriples, prefixes: Mapping[str, str]) -> str:
    """Write the triples of a CONSTRUCT or DESCRIBE as sorted Turtle."""
    from upheaval.rdf.writers import order, turtle

    return turtle(order(triples), prefixes).decode()
