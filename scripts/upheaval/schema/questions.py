"""The example questions: SPARQL files with a header that says what they answer and what can be asked differently."""

import re
from dataclasses import dataclass
from pathlib import Path

from upheaval.faults import refuse
from upheaval.schema.publication import Publication

_HEADER = re.compile(r"#\s*(title|keywords|answers|parameter):\s*(.+)")
_PARAMETER = re.compile(r"(\w+)\s+(date|year|record|code|text|number)\s+(.+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be asked differently: a variable whose VALUES line gives the answer when nothing is said."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Question:
    """One SPARQL file.

    Attributes:
        name: the file's name without `.rq`.
        title: the question, for people.
        keywords, answers: words to find it by, and what its rows are.
        parameters: what can be asked differently.
        text: the query, which runs as it stands in any SPARQL 1.1 engine.

    """

    name: str
    title: str
    keywords: tuple[str, ...]
    answers: str
    parameters: tuple[Parameter, ...]
    text: str


def read_question(name: str, text: str) -> Question:
    """Read a SPARQL text and its header.

    Args:
        name: what to call it.
        text: SPARQL with `# title:`, `# keywords:`, `# answers:` and `# parameter: NAME KIND what it is` lines.

    Returns:
        The question; its title is its name where the header has none.

    """
    header: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := _HEADER.match(line):
            header.setdefault(match.group(1), []).append(match.group(2).strip())
    parameters = tuple(
        Parameter(*match.groups()) for line in header.get("parameter", []) if (match := _PARAMETER.fullmatch(line))
    )
    keywords = tuple(word.strip() for line in header.get("keywords", []) for word in line.split(","))
    title = " ".join(header.get("title", [name]))
    return Question(name, title, keywords, " ".join(header.get("answers", [])), parameters, text)


def read_questions(publication: Publication) -> dict[str, Question]:
    """Read the example questions of a publication, by name, in order.

    Raises:
        Refusal: a file cannot be read.

    """
    paths = [path for folder in publication.folders("queries") for path in folder.glob("*.rq")]
    return {
        path.stem: read_question(path.stem, read_text(path, f"queries/{path.name}"))
        for path in sorted(paths, key=lambda path: path.stem)
    }


def read_text(path: Path, name: str) -> str:
    """Read a file of SPARQL; `name` is how messages call it.

    Raises:
        Refusal: it cannot be read, or is not UTF-8.

    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        refuse(name, "the file is not UTF-8", "save it as UTF-8", rule="query/text")
    except OSError as error:
        refuse(name, f"cannot be read: {error.strerror}", "check the file")
