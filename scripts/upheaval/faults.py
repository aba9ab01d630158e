"""Faults: what is wrong, where, and what to do about it, as every stage reports it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a fault matters; the members stand in order, the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file; faults sort by file, line, column, severity and message.

    Attributes:
        file: the file, relative to the publication's folder, with forward slashes.
        line, column: where, both from 1, columns in characters; 1:1 where the whole file is meant.
        message: what is wrong and why, on one line, without a full stop.
        cure: what to do; may be empty.
        severity: how much it matters.
        rule: a short id such as `yaml/duplicate-key`, or a shape's IRI.

    """

    file: str
    line: int
    column: int
    message: str
    cure: str
    severity: Severity = Severity.ERROR
    rule: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}"
        return f"{text} ({self.cure})" if self.cure else text

    def __lt__(self, other: "Fault") -> bool:
        return self.sort_key() < other.sort_key()

    def sort_key(self) -> tuple[str, int, int, int, str]:
        """Return what faults are ordered by, the gravest first where the place is the same."""
        return self.file, self.line, self.column, _RANK[self.severity], self.message


class Refusal(Exception):
    """Raised by a stage that cannot go on; its text is its faults, one a line.

    Attributes:
        faults: why, in the order in which they are to be shown.

    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
