"""Explain libyaml's syntax errors to the people who wrote the text."""

import re

from yaml import YAMLError
from yaml.error import MarkedYAMLError

_DIRECTIVE = re.compile(r"(?<![^\r\n])%")
_PROPERTIES = (
    (
        "directive|incompatible YAML",
        "directive",
        "delete the line; if the text starts with %, quote it",
    ),
    ("tag", "tag", "delete the tag; if the text starts with !, quote it"),
    ("anchor", "anchor", "delete the anchor; if the text starts with &, quote it"),
    ("alias", "alias", "write the value out; if the text starts with *, quote it"),
)
_INDENT = "start the line in the same column as the other keys of its block"
_CURES = (
    (r"values are not allowed.*\n.*:\s", "quote text that contains a colon and a space"),
    (r"values are not allowed", f"{_INDENT}; on the line above, put a space after the colon"),
    (
        r"expected ':'",
        "put a colon and a space after the key; indent the line if it continues the text above",
    ),
    (r"expected key\n\s*$", _INDENT),
    (
        r"expected key",
        "nothing may follow a closing quote or bracket: quote the whole text, and inside single quotes "
        "double every apostrophe",
    ),
    (r"'-' indicator", "start each list item with - and a space, all in the same column"),
    (r"',' or '[\]}]'", "close the bracket, and separate the items with commas"),
    (r"quoted scalar.*(end of stream|document indicator)", "close the quote"),
    (
        r"node content",
        "delete the extra comma or bracket; quote text that starts with one",
    ),
    (r"cannot start|keys are not allowed", "quote text that starts with this character"),
    (r"quoted scalar", "double backslashes inside double quotes, or use single quotes"),
    (
        r"sequence entries",
        "start the list on the line below its key; quote text that starts with - and a space",
    ),
    (
        r"block scalar",
        "start the text on the line below | or >; quote text that starts with these",
    ),
    (r"document start", "delete the line `...` or what follows the record; a file holds one record"),
    (r"", "check quotes, brackets and indentation here and on the line above"),
)


def explain(error: YAMLError, text: str) -> tuple[int, str, str, str]:
    """Turn a libyaml error into the parts of a fault.

    Args:
        error: the exception that libyaml raised.
        text: the text that it was parsing.

    Returns:
        The offset in the text, the rule, the message and the cure. Tabs used as indentation (YAML 1.2.2 section
        6.1), directives, tags, anchors and aliases have rules of their own; everything else is `yaml/syntax`, with
        libyaml's own position and wording.

    """
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return 0, "yaml/syntax", f"this is not YAML: {' '.join(str(error).split())}", _CURES[-1][1]
    problem, context = error.problem or "", error.context or ""
    offset = error.problem_mark.index
    if "tab character" in problem or ("cannot start" in problem and text.startswith("\t", offset)):
        cure = "replace the tab with spaces; most editors can do this for the whole file"
        return offset, "yaml/tab", "YAML does not allow a tab here, only spaces", cure
    directive = _DIRECTIVE.search(text, 0, offset) if "document start" in problem else None
    if directive:
        context, offset = "after a directive", directive.start()
    message = f"this is not YAML: {problem}"
    if error.context_mark and "token" not in context:
        message += f" {context} that starts on line {error.context_mark.line + 1}"
    for pattern, name, cure in _PROPERTIES:
        if re.search(pattern, f"{context} {problem}"):
            return error.context_mark.index if error.context_mark else offset, f"yaml/{name}", message, cure
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    evidence = f"{context} {problem}\n{text[start:offset]}"
    return offset, "yaml/syntax", message, next(cure for pattern, cure in _CURES if re.search(pattern, evidence))
