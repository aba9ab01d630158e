"""The faults of a publication, kept for as long as its sources stay the same."""

import json
from collections.abc import Iterable

from upheaval.faults import Fault, Severity
from upheaval.store.state import State

KIND = "check"


def kept_faults(state: State, key: str) -> tuple[list[Fault], int] | None:
    """Return the faults that are kept under a key, and the number of records that were checked; or None.

    Args:
        state: what is remembered.
        key: the hash of the sources.

    """
    kept = state.get(KIND, key) if key else None
    if kept is None:
        return None
    about = json.loads(kept.content)
    return [_fault(*one) for one in about["faults"]], about["records"]


def keep_faults(state: State, key: str, faults: Iterable[Fault], records: int) -> None:
    """Keep the faults of sources under their hash."""
    rows = [(one.file, one.message, one.cure, one.at, one.severity, one.rule) for one in faults]
    state.put(KIND, key, json.dumps({"faults": rows, "records": records}).encode())


def _fault(file: str, message: str, cure: str, at: list[int] | None, severity: str, rule: str) -> Fault:
    return Fault(file, message, cure, at=None if at is None else (at[0], at[1]), severity=Severity(severity), rule=rule)
