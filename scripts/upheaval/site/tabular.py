"""Tables for download: unchanged, and with formulas escaped for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

from upheaval.build.tables import to_csv

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: str) -> str:
    """Escape a cell for spreadsheets: an apostrophe precedes any text that could start a formula.

    Numbers are unchanged. The rule is OWASP's (CSV Injection); the unescaped file is offered as well.
    """
    if not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def both(path: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, bytes]:
    """Return a table's two files by path: `PATH.csv` as it is, and `PATH.spreadsheet.csv` with formulas escaped."""
    texts = [[str(cell) for cell in row] for row in rows]
    return {
        f"{path}.csv": to_csv(list(header), texts),
        f"{path}.spreadsheet.csv": to_csv(
            [safe(name) for name in header], [[safe(cell) for cell in row] for row in texts]
        ),
    }


def safe_copy(content: bytes) -> bytes:
    """Return a CSV file with every cell escaped for spreadsheets."""
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return to_csv([safe(name) for name in header], [[safe(cell) for cell in row] for row in rows])
