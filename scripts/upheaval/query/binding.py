"""A question as it is asked: found by its name, with values in the place of its defaults."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox

from upheaval.faults import refuse
from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.schema.publication import Publication
from upheaval.schema.questions import Parameter, Question, read_question, read_questions, read_text

XSD = "http://www.w3.org/2001/XMLSchema#"
TYPES = {"date": "date", "number": "decimal"}


def bind(question: Question, values: Mapping[str, str], base: str, codes: Iterable[str] = ()) -> str:
    """Put values in the place of a question's defaults.

    Args:
        question: what is asked.
        values: text by parameter; a record is given by its name, a code by its last part or its IRI.
        base: the namespace of records.
        codes: the IRIs of all codes.

    Returns:
        The query, in which the data of the parameter's VALUES block (SPARQL 1.1 section 10.2) is one RDF term,
        written by the RDF library, so that nothing in a value can be anything but that term.

    Raises:
        Refusal: there is no such parameter, or the text is no value of its kind.

    """
    text = question.text
    known = {parameter.name: parameter for parameter in question.parameters}
    for name, value in values.items():
        if name not in known:
            listed = ", ".join(f"--{other}" for other in known) or "none"
            _refuse(question, f"the question has no parameter --{name}", f"it has {listed}")
        block = re.compile(rf"(VALUES\s+\?{re.escape(name)}\s*\{{)[^}}]*\}}")
        if len(block.findall(text)) != 1:
            _refuse(question, f"the text has no VALUES block for ?{name}", f"write VALUES ?{name} {{ … }}")
        term = _term(question, known[name], value, base, list(codes))
        begin, end = next((match.end(1), match.end()) for match in block.finditer(text))
        text = f"{text[:begin]} {term} }}{text[end:]}"
    return text


def _term(
    question: Question, parameter: Parameter, value: str, base: str, codes: list[str]
) -> ox.NamedNode | ox.Literal:
    try:
        if parameter.kind == "record":
            return ox.NamedNode(value if value.startswith(base) else base + value)
        if parameter.kind == "code":
            fitting = [iri for iri in codes if iri == value or iri.endswith(f"#{value}")]
            if len(fitting) != 1:
                raise IllFormed(f"`{value}` is not a code", "write the last part of its IRI, or the whole")
            return ox.NamedNode(fitting[0])
        if parameter.kind == "year":
            return ox.Literal(value, datatype=ox.NamedNode(typed(value, (XSD + "gYear",))))
        if parameter.kind in TYPES:
            datatype = XSD + TYPES[parameter.kind]
            return ox.Literal(value, datatype=ox.NamedNode(typed(value, (datatype,))))
    except IllFormed as error:
        _refuse(question, f"--{parameter.name}: {error.args[0]}", error.args[1])
    except ValueError:
        _refuse(question, f"--{parameter.name}: `{value}` is not a valid record name", "correct it")
    return ox.Literal(value)


def _refuse(question: Question, message: str, cure: str) -> NoReturn:
    refuse(f"queries/{question.name}.rq", message, cure, rule="query/parameter")


def find_question(name: str, publication: Publication, stdin: str | None = None) -> Question:
    """Find what is to be asked.

    Args:
        name: the name of an example, the path of a file, or `-` for the text in `stdin`.
        publication: whose examples.
        stdin: what was given on standard input.

    Returns:
        The question.

    Raises:
        Refusal: there is no such example and no such file, or it cannot be read.

    """
    if name == "-":
        return read_question("standard-input", stdin or "")
    questions = read_questions(publication)
    if name in questions:
        return questions[name]
    if not Path(name).exists():
        listed = ", ".join(questions)
        refuse("queries", f"no question and no file is named `{name}`", f"there are {listed}")
    return read_question(Path(name).stem, read_text(Path(name), name))
