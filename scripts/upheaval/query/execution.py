"""Answer a question, given by name, in a chosen format."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox
from rich.table import Table

from upheaval.faults import Refusal, Severity, refuse
from upheaval.populate.assembly import assemble
from upheaval.query.answers import as_csv, as_markdown, as_table, as_turtle, ask, draw, rows
from upheaval.query.binding import bind, find_question
from upheaval.query.known import KnownTerms
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.prefixes import query_prefixes
from upheaval.schema.publication import open_publication


def answer(
    root: Path,
    name: str,
    values: Mapping[str, str],
    form: str,
    width: int,
    stdin: str | None = None,
    extend: Callable[[ox.Store], None] | None = None,
) -> str:
    """Answer a question from the current sources of a publication.

    Args:
        root: the publication's folder.
        name: the name of an example, the path of a file, or `-`.
        values: the question's parameters, as text.
        form: table, csv, json, ttl or md.
        width: the width of a table, in characters.
        stdin: the query, if the name is `-`.
        extend: adds further data, such as imports, to the store.

    Returns:
        The answer as text.

    Raises:
        Refusal: there is no such question, it is not SPARQL, a value is invalid, or the records cannot be read.

    """
    question = find_question(name, open_publication(root), stdin)
    assembly = assemble(root)
    broken = tuple(fault for fault in assembly.faults if fault.severity is Severity.ERROR)
    if broken:
        raise Refusal(broken)
    if extend is not None:
        extend(assembly.store)
    text = bind(question, values, KnownTerms(assembly.store, assembly.publication.iri))
    found = ask(assembly.store, text, question.file)
    prefixes = query_prefixes(assembly.contract, assembly.publication)
    if isinstance(found, ox.QueryTriples):
        return _graph(found, form, prefixes)
    if isinstance(found, ox.QueryBoolean):
        return f"{'yes' if found else 'no'}\n"
    if form == "json":
        return (found.serialize(format=ox.QueryResultsFormat.JSON) or b"").decode() + "\n"
    if form == "ttl":
        _refuse("a SELECT query returns rows, not triples", "use table, csv, json or md")
    header, solutions = rows(found)
    if form == "csv":
        return as_csv(header, solutions)
    if form == "md":
        return as_markdown(header, solutions, prefixes)
    return as_table(header, solutions, prefixes, width)


def listing(root: Path, width: int) -> str:
    """Return a table of a publication's example questions, with the parameters of each."""
    table = Table(show_edge=False, pad_edge=False)
    for column in ("name", "question", "parameters"):
        table.add_column(column, overflow="fold")
    for question in read_questions(open_publication(root)).values():
        table.add_row(
            question.name,
            question.title,
            "\n".join(f"--{parameter.name} {parameter.written}" for parameter in question.parameters),
        )
    return draw(table, width)


def _graph(found: ox.QueryTriples, form: str, prefixes: Mapping[str, str]) -> str:
    if form not in ("table", "ttl", "json"):
        _refuse("the query returns triples, not rows", "use ttl or json")
    if form == "json":
        try:
            return (found.serialize(format=ox.RdfFormat.JSON_LD) or b"").decode() + "\n"
        except OSError:
            _refuse("the query returns triple terms, which JSON-LD cannot express", "use ttl")
    return as_turtle(found, prefixes)


def _refuse(message: str, cure: str) -> NoReturn:
    refuse("--format", message, cure, rule="query/format")
