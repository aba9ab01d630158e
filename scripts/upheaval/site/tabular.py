"""Tables for download: as they are, and so that a spreadsheet takes no text in them for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from upheaval.build.tables import to_csv

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: str) -> str:
    """Return a cell that spreadsheets show as a text: what could begin a formula is preceded by an apostrophe.

    Numbers stay numbers. The rule is OWASP's (CSV Injection); the faithful file is offered beside.
    """
    if not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def both(path: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, bytes]:
    """Return a table's two files by path: `PATH.csv` faithful, `PATH.spreadsheet.csv` safe to open."""
    texts = [[str(cell) for cell in row] for row in rows]
    return {
        f"{path}.csv": to_csv(list(header), texts),
        f"{path}.spreadsheet.csv": to_csv(
            [safe(name) for name in header], [[safe(cell) for cell in row] for row in texts]
        ),
    }


def safe_copy(content: bytes) -> bytes:
    """Return a CSV file with every cell made safe to open in a spreadsheet."""
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return to_csv([safe(name) for name in header], [[safe(cell) for cell in row] for row in rows])
