"""Shell completion for `upheaval query`: questions, their parameters, and records or codes as values."""

from collections.abc import Iterable
from pathlib import Path

from upheaval.faults import Refusal
from upheaval.populate.records import list_files, place_records
from upheaval.schema.contract import local
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.publication import open_publication
from upheaval.schema.questions import Parameter, Question
from upheaval.schema.schema import prepare

Completion = tuple[str, str]
"""A word and its description."""


def complete(root: Path, words: Iterable[str], incomplete: str) -> list[Completion]:
    """Return the completions of a word.

    Args:
        root: the publication's folder.
        words: the words before it: the name of a question, parameters and values.
        incomplete: the part of the word typed so far.

    Returns:
        Names of questions with their titles, parameters with their descriptions, or names of records or codes; none if
        there is no publication.

    """
    name, *rest = [*words, ""]
    try:
        questions = read_questions(open_publication(root))
        question = questions.get(name)
        if not name:
            found = [(other, each.title) for other, each in questions.items()]
        elif question is None:
            return []
        elif rest[-2:-1] and rest[-2].startswith("--"):
            found = _values(root, question, rest[-2].removeprefix("--"))
        else:
            found = [(f"--{each.name}", each.description) for each in question.parameters]
    except Refusal:
        return []
    return [(word, meaning) for word, meaning in found if word.startswith(incomplete)]


def _values(root: Path, question: Question, name: str) -> list[Completion]:
    parameter = next((each for each in question.parameters if each.name == name), None)
    if parameter is None or parameter.type not in ("record", "code"):
        return []
    return [(value, "") for value in (_records if parameter.type == "record" else _codes)(root, parameter)]


def _records(root: Path, parameter: Parameter) -> list[str]:
    schema = prepare(root)
    entries, _ = place_records(list_files(schema.publication), schema.contract)
    return sorted(entry.slug for entry in entries if parameter.accepts(entry.kind.ancestors))


def _codes(root: Path, parameter: Parameter) -> list[str]:
    contract = prepare(root).contract
    accepted = [cls for cls in contract.codes if parameter.accepts(contract.wider.get(cls, frozenset((cls,))))]
    return sorted({local(iri) for cls in accepted for iri in contract.codes[cls].values()})
