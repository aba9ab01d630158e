"""Faults: what is wrong, where, and how to fix it, as every step reports it."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import NoReturn

Location = tuple[int, int]
"""A line and a column, both from 1; columns count characters."""


class Severity(StrEnum):
    """Severity, most severe first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one file; faults sort by file, location, severity and message.

    Attributes:
        file: the file, relative to the publication's folder, with forward slashes; or what else is at fault, such as
            an option.
        message: what is wrong and why, on one line, without a full stop.
        cure: how to fix it; may be empty.
        at: line and column, or None if the fault concerns the file as a whole.
        severity: how serious it is.
        rule: a short id such as `yaml/duplicate-key`, or a shape's IRI.

    """

    file: str
    message: str
    cure: str = ""
    _: KW_ONLY
    at: Location | None = None
    severity: Severity = Severity.ERROR
    rule: str = ""

    def __str__(self) -> str:
        place = self.file if self.at is None else f"{self.file}:{self.at[0]}:{self.at[1]}"
        return f"{place}: {self.severity}: {self.text}"

    def __lt__(self, other: "Fault") -> bool:
        return self.sort_key() < other.sort_key()

    @property
    def text(self) -> str:
        """The message, followed by the cure in parentheses if there is one."""
        return f"{self.message} ({self.cure})" if self.cure else self.message

    def sort_key(self) -> tuple[str, Location, int, str]:
        """Return the key that faults are sorted by: a file's own faults come before those at a line of it."""
        return self.file, self.at or (0, 0), _RANK[self.severity], self.message


class Refusal(Exception):
    """Raised by a step that cannot go on; its text is its faults, one per line.

    Attributes:
        faults: the reasons, in the order in which to show them.

    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def refuse(file: str, message: str, cure: str = "", *, at: Location | None = None, rule: str = "") -> NoReturn:
    """Raise a `Refusal` with a single error; the arguments are those of `Fault`.

    Raises:
        Refusal: always. An exception that is being handled is not shown as its cause.

    """
    raise Refusal((Fault(file, message, cure, at=at, rule=rule),)) from None


def syntax_location(error: SyntaxError) -> Location | None:
    """Return where a parser gave up, or None if it does not say."""
    return (error.lineno, error.offset or 1) if error.lineno else None
