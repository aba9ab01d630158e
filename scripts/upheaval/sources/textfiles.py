"""Read the text files of a publication that are not records: ontology, shapes, rules and queries."""

from pathlib import Path

from upheaval.faults import Fault, Refusal, refuse
from upheaval.sources.characters import SourceText
from upheaval.sources.conflicts import CURE, MESSAGE, RULE, conflicts
from upheaval.sources.regularfiles import read_regular


def read_text(path: Path, name: str, root: Path | None = None) -> str:
    """Read a text file.

    Args:
        path: the file.
        name: its name in messages.
        root: the folder that a link must not lead out of, if any.

    Raises:
        Refusal: it cannot be read, is not UTF-8, or holds an unresolved merge conflict.

    """
    try:
        data = read_regular(path, root)
    except OSError as error:
        refuse(name, f"cannot be read: {error.strerror}", "check the file")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        at = SourceText(data[: error.start]).locate(len(data[: error.start].decode()))
        refuse(name, "the file is not UTF-8", "save it as UTF-8", at=at, rule="text/not-utf-8")
    if found := conflicts(text):
        source = SourceText(data)
        raise Refusal([Fault(name, MESSAGE, CURE, at=source.locate(offset), rule=RULE) for offset in found])
    return text.removeprefix("\ufeff")
