"""Find a question by its name, and bind its parameters to values."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox

from upheaval.faults import Refusal, refuse
from upheaval.query.known import KnownTerms
from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.rdf.xsd import XSD
from upheaval.schema.contract import local
from upheaval.schema.questions import Parameter, Question, default_of, read_question, values_blocks

_DATATYPES = {"date": "date", "year": "gYear", "number": "decimal"}


def bind(question: Question, values: Mapping[str, str], known: KnownTerms) -> str:
    """Replace the default values of a question's parameters.

    Args:
        question: the question.
        values: text by parameter; give a record by its name, and a code by its last part or its IRI.
        known: the records and codes of the dataset.

    Returns:
        The query. The parameter's VALUES block (SPARQL 1.1 section 10.2) has one RDF term, written by the RDF library,
        so that a value cannot inject anything else.

    Raises:
        Refusal: the header is malformed, there is no such parameter, a required one is missing, or a value is not valid
            for its type.

    """
    if question.faults:
        raise Refusal(question.faults)
    text = question.text
    parameters = {parameter.name: parameter for parameter in question.parameters}
    for name, value in values.items():
        if name not in parameters:
            listed = ", ".join(f"--{other}" for other in parameters) or "none"
            _refuse(question, f"the question has no parameter --{name}", f"it has {listed}")
        try:
            term = _term(parameters[name], value, known)
        except IllFormed as error:
            _refuse(question, f"--{name}: {error.args[0]}", error.args[1])
        (block,) = values_blocks(name, text)
        text = f"{text[: block.start(1)]} {term} {text[block.end(1) :]}"
    for parameter in question.required:
        if parameter.name not in values:
            known_names = known.some(parameter) if parameter.type in ("record", "code") else []
            such = f", such as {' or '.join(f'`{name}`' for name in known_names)}" if known_names else ""
            _refuse(question, f"--{parameter.name} is required", f"give {parameter.description}{such}")
    return text


def left_out(question: Question, values: Mapping[str, str]) -> list[str]:
    """Say which parameters of a question have not been given, and what stands in their place."""
    lacking = [parameter for parameter in question.parameters if parameter.name not in values]
    return [
        f"--{parameter.name} not given: {_default(question, parameter)}"
        for parameter in lacking
        if not parameter.required
    ]


def _default(question: Question, parameter: Parameter) -> str:
    if parameter.optional:
        return "any"
    default = default_of(question, parameter)
    return f"{local(default) if parameter.type in ('record', 'code') else default}, the example's"


def _term(parameter: Parameter, value: str, known: KnownTerms) -> ox.NamedNode | ox.Literal:
    if parameter.type == "record":
        return known.record(value, parameter)
    if parameter.type == "code":
        return known.code(value, parameter)
    if parameter.type == "text":
        return ox.Literal(value)
    datatype = XSD + _DATATYPES[parameter.type]
    return ox.Literal(value, datatype=ox.NamedNode(typed(value, (datatype,))))


def _refuse(question: Question, message: str, cure: str) -> NoReturn:
    refuse(question.file, message, cure, rule="query/parameter")


def find_question(name: str, questions: Mapping[str, Question], stdin: str | None = None) -> Question:
    """Find a question.

    Args:
        name: the name of an example, the path of a file, or `-` for the text in `stdin`.
        questions: the examples by name.
        stdin: the text from standard input.

    Returns:
        The question.

    Raises:
        Refusal: there is no such example or file, or it cannot be read.

    """
    if name == "-":
        return read_question("standard-input", stdin or "", "standard input")
    if name in questions:
        return questions[name]
    if not Path(name).exists():
        near = get_close_matches(name, questions, 1)
        cure = f"did you mean `{near[0]}`?" if near else f"the questions are {', '.join(questions)}"
        refuse("queries", f"no question and no file is named `{name}`", cure)
    if Path(name).is_fifo():  # the shell's `<(…)`
        return read_question("pipe", Path(name).read_text(encoding="utf-8", errors="replace"), name)
    from upheaval.sources.textfiles import read_text

    return read_question(Path(name).stem, read_text(Path(name), name), name)
