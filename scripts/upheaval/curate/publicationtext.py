"""Change single values in the text of `data/publication.yaml`, and nothing else of it."""

import re
from collections.abc import Mapping

from upheaval.faults import Refusal, refuse
from upheaval.schema.publication import FILE
from upheaval.sources.parser import read

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/+~_-]*")


def with_values(text: bytes, values: Mapping[str, str]) -> bytes:
    """Set keys of a publication's metadata; comments, order and every other line stay.

    Args:
        text: the file.
        values: the new values, which are versions, days or addresses; a key that is missing is added below `version`.

    Raises:
        Refusal: the file cannot be read, or one of the values is not on the line of its key.

    """
    before, faults = read(text, FILE)
    if before is None:
        raise Refusal(faults)
    lines = text.decode("utf-8").splitlines(keepends=True)
    for key, value in values.items():
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"{value!r} would need quotation marks")
        if key in before:
            number = before.key_position(key)[0] - 1
            line = rf"(\s*{re.escape(key)}:[ \t]*)(?:\"[^\"]*\"|'[^']*'|[^\s#][^#\r\n]*?)((?:[ \t]+#.*|[ \t]*)\r?\n?)"
            if found := re.fullmatch(line, lines[number]):
                lines[number] = f"{found[1]}{value}{found[2]}"
    added = "".join(f"{key}: {value}\n" for key, value in values.items() if key not in before)
    if added:
        number = before.key_position("version")[0] - 1
        lines[number] = (lines[number] if lines[number].endswith("\n") else f"{lines[number]}\n") + added
    written = "".join(lines).encode()
    after, _ = read(written, FILE)
    if after is None or {**before, **values} != dict(after):
        wrong = next((key for key in values if after is None or after.get(key) != values[key]), "version")
        at = before.key_position(wrong) if wrong in before else None
        refuse(FILE, f"`{wrong}` cannot be set here", f"write `{wrong}: VALUE` on one line", at=at, rule="release/key")
    return written
