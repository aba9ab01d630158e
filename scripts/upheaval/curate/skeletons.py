"""Skeletons of new records: every value is a placeholder that `upheaval check` refuses until it is filled in."""

from collections.abc import Iterator

from upheaval.rdf.edtf import EDTF
from upheaval.rdf.xsd import XSD
from upheaval.schema.contract import Contract, Form, Key, Kind

PLACEHOLDER = "..."
_DEEPEST = 6
_HINTS = {
    "boolean": "true or false",
    "date": "A date, such as 2024-06-19",
    "decimal": "A number, such as 12000 or 2.5",
    "integer": "A whole number",
}


def record_skeleton(kind: Kind, contract: Contract) -> str:
    """Return the skeleton of a record: required keys to fill in, and optional ones commented out.

    Args:
        kind: the kind of record.
        contract: the contract, for nested blocks and codes.

    Returns:
        YAML text, with a description above each key. Where a kind requires nothing, its first key is to be filled in.

    """
    lines = [
        *([f"# yaml-language-server: $schema=../../build/schema/{kind.folder}.json"] if kind.folder else []),
        f"# {kind.comment} Lines that start with # are optional: uncomment or delete them.".replace("#  ", "# "),
        "",
    ]
    wanted = {key.name for key in _wanted(kind)}
    for key in kind.keys.values():
        mark = "" if key.name in wanted else "# "
        lines.append(" ".join(f"# {key.description} {_hint(key, contract)}".split()))
        lines.extend(f"{mark}{line}" for line in _entry(key, contract, 0))
    return "\n".join(lines) + "\n"


def _wanted(kind: Kind) -> list[Key]:
    required = [key for key in kind.keys.values() if key.minimum and not key.default]
    return required or list(kind.keys.values())[:1]


def _entry(key: Key, contract: Contract, depth: int) -> Iterator[str]:
    """Yield the lines of a key and its value."""
    inner = _wanted(contract.kinds[key.classes[0]]) if key.form is Form.NODE and depth < _DEEPEST else []
    if inner:
        yield f"{key.name}:"
        for _ in range(max(key.minimum, 1)):
            start = "  - "
            for other in inner:
                for line in _entry(other, contract, depth + 1):
                    yield start + line
                    start = "    "
    elif key.form is Form.LANGUAGE:
        yield f"{key.name}: {{en: {PLACEHOLDER}}}"
    else:
        yield f"{key.name}: {PLACEHOLDER if key.minimum < 2 else f'[{PLACEHOLDER}, {PLACEHOLDER}]'}"


def _hint(key: Key, contract: Contract) -> str:
    """Say what a value looks like, where the description of the key may leave it open."""
    if key.form is Form.CODE:
        codes = [code for cls in key.classes for code in contract.codes.get(cls, ())]
        return f"One of: {', '.join(codes)}." if 0 < len(codes) <= 12 else ""
    if key.form is Form.RECORD:
        return "The name of a record."
    names = [datatype.removeprefix(XSD) for datatype in key.datatypes]
    if "date" in names:
        less = ", 2024-06 or 2024" if len(names) > 1 else ""
        return f"{_HINTS['date']}{less}{'; 1984~, 2004?, 199X or 1990/1992' if EDTF in names else ''}."
    hint = _HINTS.get(names[0], "") if len(names) == 1 else ""
    return f"{hint}." if hint else ""
