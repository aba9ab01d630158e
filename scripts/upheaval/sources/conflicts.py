"""Merge conflicts that nobody has resolved: the markers that Git and other tools leave in files."""

import re

MESSAGE = "the file holds an unresolved merge conflict"
CURE = "keep what is right, and delete the lines that start with <<<<<<<, |||||||, ======= and >>>>>>>"
RULE = "text/merge-conflict"

_MARKER = re.compile(r"^[ \t]*(<{7}|\|{7}|>{7})(?=[ \t\r\n]|\Z)", re.MULTILINE)


def conflicts(text: str) -> list[int]:
    """Return the offset of each conflict: of its first marker, indented or not.

    A line of seven equals signs alone is none: in Markdown, it underlines a heading.
    """
    found: list[int] = []
    if not any(marker in text for marker in ("<<<<<<<", "|||||||", ">>>>>>>")):
        return found
    inside = False
    for marker in _MARKER.finditer(text):
        if marker[1][0] == "<" or not inside:
            found.append(marker.start(1))
        inside = marker[1][0] != ">"
    return found
