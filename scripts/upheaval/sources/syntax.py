"""What libyaml says of a text that is no YAML, in words that help whoever wrote the text."""

import re

from yaml import YAMLError
from yaml.error import MarkedYAMLError

_DIRECTIVE = re.compile(r"(?<![^\r\n])%")
_PROPERTIES = (
    (
        "directive|incompatible YAML",
        "directive",
        "delete the line; if the text begins with %, put it in quotes",
    ),
    ("tag", "tag", "delete the tag; if the text begins with !, put it in quotes"),
    ("anchor", "anchor", "delete the anchor; if the text begins with &, put it in quotes"),
    ("alias", "alias", "write the value out; if the text begins with *, put it in quotes"),
)
_INDENT = "begin the line in the same column as the other keys of its block"
_CURES = (
    (r"values are not allowed.*\n.*:\s", "a text with a colon and a space in it goes in quotes"),
    (r"values are not allowed", f"{_INDENT}; in the line above, put a space after the colon"),
    (
        r"expected ':'",
        "put a colon and a space after the key; indent the line if it continues the text above",
    ),
    (r"expected key\n\s*$", _INDENT),
    (
        r"expected key",
        "nothing may follow a closing quote or bracket: put the whole text in quotes, and write an "
        "apostrophe in single quotes twice",
    ),
    (r"'-' indicator", "begin each item of the list with - and a space, all in the same column"),
    (r"',' or '[\]}]'", "close the bracket, and put a comma after each item"),
    (r"quoted scalar.*(end of stream|document indicator)", "close the quote"),
    (
        r"node content",
        "take out the comma or bracket that is too many; a text that begins with one goes in quotes",
    ),
    (r"cannot start|keys are not allowed", "a text that begins with this character goes in quotes"),
    (r"quoted scalar", "write a backslash in double quotes twice, or put the text in single quotes"),
    (
        r"sequence entries",
        "begin the list below its key; a text that begins with - and a space goes in quotes",
    ),
    (
        r"block scalar",
        "begin the text in the line below | or >; a text that begins with these goes in quotes",
    ),
    (r"document start", "delete the line `...` or what follows the record; a file holds one record"),
    (r"", "check quotes, brackets and indentation here and in the line above"),
)


def explain(error: YAMLError, text: str) -> tuple[int, str, str, str]:
    """Turn an error of libyaml into the parts of a fault.

    Args:
        error: what libyaml raised while it parsed the text.
        text: the text.

    Returns:
        The offset in the text where the fault is shown, the fault's rule, its message and its cure. Tabs that
        indent (YAML 1.2.2 section 6.1), directives, tags, anchors and aliases have rules of their own; all
        else is `yaml/syntax`, at the place and in the words of libyaml.

    """
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return 0, "yaml/syntax", f"this is not YAML: {' '.join(str(error).split())}", _CURES[-1][1]
    problem, context = error.problem or "", error.context or ""
    offset = error.problem_mark.index
    if "tab character" in problem or ("cannot start" in problem and text.startswith("\t", offset)):
        cure = "replace the tab by spaces; most editors can do so for the whole file"
        return offset, "yaml/tab", "a tab stands where YAML wants spaces", cure
    directive = _DIRECTIVE.search(text, 0, offset) if "document start" in problem else None
    if directive:
        context, offset = "after a directive", directive.start()
    message = f"this is not YAML: {problem}"
    if error.context_mark and "token" not in context:
        message += f" {context} that begins in line {error.context_mark.line + 1}"
    for pattern, name, cure in _PROPERTIES:
        if re.search(pattern, f"{context} {problem}"):
            return error.context_mark.index if error.context_mark else offset, f"yaml/{name}", message, cure
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    said = f"{context} {problem}\n{text[start:offset]}"
    return offset, "yaml/syntax", message, next(cure for pattern, cure in _CURES if re.search(pattern, said))
