"""Answer a question, given by name, in a chosen format."""

from collections.abc import Callable, Mapping
from typing import NoReturn

import pyoxigraph as ox

from upheaval.faults import Refusal, refuse
from upheaval.query.answers import as_csv, as_markdown, as_table, as_turtle, ask, draw, rows
from upheaval.query.binding import bind, find_question, left_out
from upheaval.query.federation import Federation, ask_federated
from upheaval.query.known import KnownTerms
from upheaval.query.origins import Origin
from upheaval.query.unknown import unknown_names
from upheaval.schema.questions import Question


def answer(
    origin: Origin,
    name: str,
    values: Mapping[str, str],
    form: str,
    width: int,
    stdin: str | None = None,
    extend: Callable[[ox.Store], None] | None = None,
    note: Callable[[str], None] = lambda _text: None,
    federation: Federation | None = None,
) -> str:
    """Answer a question.

    Args:
        origin: the publication that is asked.
        name: the name of an example, the path of a file, or `-`.
        values: the question's parameters, as text.
        form: table, csv, json, ttl or md.
        width: the width of a table, in characters.
        stdin: the query, if the name is `-`.
        extend: adds further data, such as imports, to the store.
        note: is told of former names among the values, of parameters that are left out, and of names in a query of
            one's own that nothing has.
        federation: which other endpoints may be asked, and the questions that ask them.

    Returns:
        The answer as text.

    Raises:
        Refusal: there is no such question, it is not SPARQL, a value is invalid, or the records cannot be read.

    """
    others = federation.questions if federation is not None and name not in origin.questions else {}
    question = find_question(name, {**others, **origin.questions}, stdin)
    store, prefixes = origin.store, origin.prefixes
    if extend is not None:
        extend(store)
    known = KnownTerms(store, origin.iri)
    text = bind(question, values, known)
    for followed in known.followed:
        note(followed.sentence)
    for sentence in left_out(question, values):
        note(sentence)
    found = _found(store, text, question, prefixes, federation)
    is_example = question.name in origin.questions or question.name in others
    for sentence in () if is_example else unknown_names(store, text, prefixes):
        note(sentence)
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


def _found(
    store: ox.Store, text: str, question: Question, prefixes: Mapping[str, str], federation: Federation | None
) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
    if federation is None:
        return ask(store, text, question.file, prefixes)
    if federation.endpoints:
        return ask_federated(store, text, question.file, federation.endpoints)
    try:
        return ask(store, text, question.file, prefixes)
    except Refusal as refusal:
        raise Refusal(map(federation.cure, refusal.faults)) from None


def listing(questions: Mapping[str, Question], width: int) -> str:
    """Return a table of questions, with the parameters of each."""
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False)
    for column in ("name", "question", "parameters"):
        table.add_column(column, overflow="fold")
    for question in questions.values():
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
