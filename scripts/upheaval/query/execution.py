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
from upheaval.query.dataset import add_former, open_dataset
from upheaval.query.known import KnownTerms
from upheaval.rdf.namespaces import SKOS
from upheaval.rdf.writers import PREFIXES
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.prefixes import query_prefixes, scheme_prefixes
from upheaval.schema.publication import open_publication


def answer(
    root: Path,
    name: str,
    values: Mapping[str, str],
    form: str,
    width: int,
    stdin: str | None = None,
    extend: Callable[[ox.Store], None] | None = None,
    version: str = "",
    note: Callable[[str], None] = lambda _text: None,
) -> str:
    """Answer a question from the current sources of a publication, or from a released version.

    Args:
        root: the publication's folder.
        name: the name of an example, the path of a file, or `-`.
        values: the question's parameters, as text.
        form: table, csv, json, ttl or md.
        width: the width of a table, in characters.
        stdin: the query, if the name is `-`.
        extend: adds further data, such as imports, to the store.
        version: the version to ask, with its own examples; by default the sources.
        note: is told of former names among the values.

    Returns:
        The answer as text.

    Raises:
        Refusal: there is no such question, it is not SPARQL, a value is invalid, the records cannot be read, or the
            files of the version are not at hand.

    """
    publication = open_publication(root)
    if version:
        dataset = open_dataset(root, version)
        question, store = find_question(name, dataset.examples, stdin), dataset.store
        prefixes = _prefixes_in(store) | {publication.prefix: dataset.iri}
    else:
        question = find_question(name, read_questions(publication), stdin)
        assembly = assemble(root)
        broken = tuple(fault for fault in assembly.faults if fault.severity is Severity.ERROR)
        if broken:
            raise Refusal(broken)
        store, prefixes = assembly.store, query_prefixes(assembly.contract, assembly.publication)
        add_former(store, publication)
    if extend is not None:
        extend(store)
    known = KnownTerms(store, publication.iri)
    text = bind(question, values, known)
    for followed in known.followed:
        note(followed.sentence)
    found = ask(store, text, question.file)
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


def _prefixes_in(store: ox.Store) -> dict[str, str]:
    """Return the prefixes of a dataset whose contract is not at hand."""
    codes = store.quads_for_pattern(None, ox.NamedNode(str(SKOS.inScheme)), None, None)
    return PREFIXES | scheme_prefixes(quad.subject.value for quad in codes if isinstance(quad.subject, ox.NamedNode))


def listing(root: Path, width: int, version: str = "") -> str:
    """Return a table of the example questions of a publication or a version, with the parameters of each."""
    table = Table(show_edge=False, pad_edge=False)
    for column in ("name", "question", "parameters"):
        table.add_column(column, overflow="fold")
    examples = open_dataset(root, version).examples if version else read_questions(open_publication(root))
    for question in examples.values():
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
