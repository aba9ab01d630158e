"""Print faults as text, JSON, SARIF and GitHub annotations."""

import json
import os
from collections.abc import Callable, Sequence
from urllib.parse import quote

import upheaval
from upheaval.faults import Fault, Severity

_SARIF_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_text(faults: Sequence[Fault]) -> str:
    """Write `file:line:column: severity: message (cure)`, with one line per fault even if a message quotes several."""
    return "".join(f"{' '.join(str(fault).splitlines())}\n" for fault in faults)


def as_json(faults: Sequence[Fault]) -> str:
    """Write a JSON array with one object per fault; line and column are null if a whole file is at fault."""
    rows = [
        {
            "file": fault.file,
            "line": fault.at and fault.at[0],
            "column": fault.at and fault.at[1],
            "severity": str(fault.severity),
            "message": fault.message,
            "cure": fault.cure,
            "rule": fault.rule,
        }
        for fault in faults
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def as_sarif(faults: Sequence[Fault]) -> str:
    """Write a SARIF 2.1.0 log (OASIS standard, section 3) with one run."""
    results = [
        {
            "ruleId": fault.rule or "upheaval",
            "level": _SARIF_LEVEL[fault.severity],
            "message": {"text": fault.text},
            "locations": [{"physicalLocation": _physical_location(fault)}],
        }
        for fault in faults
    ]
    rules = [{"id": rule} for rule in sorted({fault.rule or "upheaval" for fault in faults})]
    driver = {
        "name": "upheaval",
        "version": upheaval.__version__,
        "informationUri": "https://w3id.org/statecraft",
        "rules": rules,
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _physical_location(fault: Fault) -> dict[str, object]:
    location: dict[str, object] = {"artifactLocation": {"uri": quote(os.fsencode(fault.file))}}
    if fault.at is not None:
        location["region"] = {"startLine": fault.at[0], "startColumn": fault.at[1]}
    return location


def as_github(faults: Sequence[Fault]) -> str:
    """Write GitHub Actions workflow commands, which annotate the lines of a pull request."""
    lines = []
    for fault in faults:
        text = _escape(fault.text)
        file = _escape(fault.file).replace(":", "%3A").replace(",", "%2C")
        place = f"file={file},line={fault.at[0]},col={fault.at[1]}" if fault.at else f"file={file}"
        lines.append(f"::{_GITHUB[fault.severity]} {place}::{text}\n")
    return "".join(lines)


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


FORMATS: dict[str, Callable[[Sequence[Fault]], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}


def summary(faults: Sequence[Fault], records: int) -> str:
    """Return a line with the number of records, and of faults by severity."""
    counts = [
        f"{number} {severity}{'s' if number != 1 else ''}"
        for severity in Severity
        if (number := sum(fault.severity is severity for fault in faults))
    ]
    found = f": {', '.join(counts)}" if counts else ", no problems found"
    return f"{records} record{'s' if records != 1 else ''} checked{found}"
