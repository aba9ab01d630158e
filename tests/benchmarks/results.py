"""The table of results: its cells, and the file that keeps the last rows of each step."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import jena
from tests.benchmarks.rows import Row, pinned

FILE = Path(__file__).parent / "results.md"
COLUMNS = ("step", "beside", "ours", "peer", "unit", "times as good", "goal", "spread", "MB ours : peer", "note")
HERE = ("PyYAML", "rdflib", "pySHACL", "pyoxigraph")
PINNED = ("morph-kgc", "linkml-runtime", "maplib", "pyrudof")
_HEAD = ("run", *COLUMNS)


def cells(row: Row) -> list[str]:
    """Return the texts of a row, by COLUMNS."""
    return [
        row.step,
        row.beside,
        _middle(row.ours),
        f"{'> ' if row.least else ''}{_middle(row.peer)}",
        row.unit,
        "–" if row.ratio is None else f"{'at least ' if row.least else ''}{row.ratio:.2f}",
        "" if row.goal is None else f"{row.goal:.2g}: {_verdict(row)}",
        f"{min(row.ours):.3g}–{max(row.ours):.3g}" if row.ours else "–",
        "" if row.memory == (None, None) else " : ".join("–" if one is None else f"{one:,.0f}" for one in row.memory),
        row.note,
    ]


def _middle(times: Sequence[float]) -> str:
    return f"{statistics.median(times):,.4g}" if times else "–"


def _verdict(row: Row) -> str:
    if row.ratio is None or row.goal is None:
        return ""
    return "met" if row.ratio >= row.goal else "not shown" if row.least else "not met"


def machine() -> str:
    """Say when and on what the measuring was done."""
    load = os.getloadavg()[0]
    return (
        f"{_today()}; Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{_processor()}, {os.cpu_count()} processors, {_gigabytes():.0f} GB; load when done {load:.1f}"
    )


def versions() -> str:
    """Return all peers with their versions, in one line; a row beside Virtuoso has its own."""
    known = [f"{name} {version(name)}" for name in HERE] + [pinned(name) for name in PINNED]
    return ", ".join([*known, f"Jena {jena.version()}"])


def write(rows: Mapping[str, Sequence[Row]], order: Sequence[str], file: Path = FILE) -> None:
    """Put rows into the file, in the place of those of the same steps and sizes.

    Args:
        rows: by step, or by step and size with a space between.
        order: the steps in the order of the table.
        file: where to; what is in it besides rows is written anew.

    """
    kept = _kept(file)
    for run, some in rows.items():
        kept[run] = [_line([f"{run} {_today()}", *cells(row)]) for row in some]
    runs = sorted(kept, key=lambda run: (order.index(run.split()[0]), int(run.partition(" ")[2] or 0)))
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD)), *(line for run in runs for line in kept[run])]
    head = (
        "# Results\n\nWritten by `make bench BENCHFLAGS=--write`; README.md says how it is measured. The first column "
        f"has step, size and day of each row.\n\nLast run: {machine()}\n\n{versions()}\n\n"
    )
    file.write_text(head + "".join(lines), encoding="utf-8")


def _kept(file: Path) -> dict[str, list[str]]:
    """Return the rows that are there, by step and size; none where the table has other columns."""
    if not file.exists():
        return {}
    _, head, rest = file.read_text(encoding="utf-8").partition(_line(_HEAD))
    kept: dict[str, list[str]] = {}
    for line in rest.splitlines(keepends=True)[1:] if head else ():
        run = line.removeprefix("| ").partition(" | ")[0]
        kept.setdefault(run.rpartition(" ")[0], []).append(line)
    return kept


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |\n"


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    return text.partition("model name")[2].partition("\n")[0].strip("\t :") or platform.processor()


def _gigabytes() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) / 1e9
