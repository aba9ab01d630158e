"""The packaged example questions, in a publication other than the one that they were written for."""

import re

from upheaval.faults import Fault, Refusal
from upheaval.schema.publication import Publication
from upheaval.schema.questions import Question, default_of, read_question, values_blocks
from upheaval.sources.packaged import packaged
from upheaval.sources.textfiles import read_text

_PREFIX = re.compile(r"^[ \t]*PREFIX[ \t]+([\w.-]*):[ \t]*<[^<>\s]*>[ \t]*\n", re.MULTILINE | re.IGNORECASE)


def without_records(question: Question, namespace: str) -> Question:
    """Return a question without the records of another publication.

    Args:
        question: a question.
        namespace: that of the publication that asks it.

    Returns:
        The question; parameters whose default is a record of another namespace are required, and prefixes that no
        longer occur are not declared.

    """
    text = question.text
    for parameter in question.parameters:
        default = default_of(question, parameter)
        if parameter.type != "record" or not default or default.startswith(namespace):
            continue
        block = values_blocks(parameter.name, text)[0]
        text = f"{text[: block.start(1)]} UNDEF {text[block.end(1) :]}"
        header = rf"^(#\s*parameter:\s*{re.escape(parameter.name)}\s+record(?:\([^()]*\))?)"
        text = re.sub(header, r"\1 required", text, count=1, flags=re.MULTILINE)
    if text == question.text:
        return question
    for found in reversed(list(_PREFIX.finditer(text))):
        rest = text[: found.start()] + text[found.end() :]
        if not re.search(rf"(?<![\w.-]){re.escape(found[1])}:", rest):
            text = rest
    return read_question(question.name, text, question.file)


def read_questions(publication: Publication) -> dict[str, Question]:
    """Read the example questions of a publication, by name, in order.

    Returns:
        Its own questions, and the packaged ones without the records that they were written for.

    Raises:
        Refusal: files cannot be read; the faults of all of them.

    """
    found: dict[str, Question] = {}
    faults: list[Fault] = []
    foreign = publication.root.resolve() != packaged().resolve()
    for path in sorted(publication.files("queries", "*.rq"), key=lambda path: path.stem):
        try:
            question = read_question(path.stem, read_text(path, f"queries/{path.name}"))
        except Refusal as refusal:
            faults.extend(refusal.faults)
            continue
        ours = foreign and path.parent == packaged() / "queries"
        found[path.stem] = without_records(question, publication.iri) if ours else question
    if faults:
        raise Refusal(faults)
    return found
