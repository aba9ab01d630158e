"""`make bench`: ratios against named peers on the same work, both sides measured in this run.

python -m tests.benchmarks [--steps read,populate,…] [--triples N] [--growth N,N,…] [--repeats N] [--quick] [--write]
"""

import argparse
import importlib.util
import os
import platform
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.benchmarks import exporting, populating, querying, reading, validating, whole
from tests.benchmarks.generate import generate
from tests.benchmarks.rows import Row

RESULTS = Path(__file__).parent / "results.md"
COLUMNS = ("step", "beside", "ours", "peer", "unit", "times as good", "goal", "spread", "note")


def main() -> None:
    """Run the steps that are asked for, and print one table."""
    options = _options()
    console = Console(stderr=True)
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        root = Path(folder) / "synthetic"
        generate(root, options.triples)
        for step, measure in _steps(options, root).items():
            if step in options.steps:
                console.print(f"{step} …")
                found = measure()
                rows.extend(found)
                for row in found:
                    console.print("  " + "; ".join(filter(None, _cells(row))), highlight=False)
    table = Table(title=_machine())
    for column in COLUMNS:
        table.add_column(column)
    for row in rows:
        table.add_row(*_cells(row))
    Console(width=200).print(table)
    if options.write:
        RESULTS.write_text(_markdown(rows), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--steps", default="", help="only these, with commas between: read, populate, validate, …")
    parser.add_argument("--triples", type=int, default=100_000, help="about how many, for all but the growth")
    parser.add_argument("--growth", default="10000,100000,1000000", help="sizes of streaming builds")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, once: to see that everything runs")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    if options.quick:
        options.triples, options.growth, options.repeats = 2000, "2000", 1
    options.growth = [int(size) for size in options.growth.split(",")]
    known = ("read", "populate", "validate", "export", "ask", "check", "growth", "import")
    options.steps = [step for step in options.steps.split(",") if step] or list(known)
    unknown = sorted(set(options.steps) - set(known))
    if unknown:
        parser.error(f"no step is named {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def _steps(options: argparse.Namespace, root: Path) -> dict[str, Callable[[], list[Row]]]:
    size, repeats = f"{options.triples:,} triples", options.repeats
    small = options.triples <= 100_000 and not options.quick
    return {
        "read": lambda: reading.measure(root, size, repeats),
        "populate": lambda: populating.measure(root, size, repeats),
        "validate": lambda: validating.measure(root, size, repeats, small),
        "export": lambda: exporting.measure(root, size, repeats),
        "ask": lambda: querying.measure(root, size, repeats, small),
        "check": lambda: whole.checking(repeats),
        "growth": lambda: whole.growing(options.growth, repeats if options.quick else 1),
        "import": _imports,
    }


def _imports() -> list[Row]:
    """Measure the importers, where the module that does so is there."""
    if importlib.util.find_spec("tests.benchmarks.imports") is None:
        return []
    found: list[Row] = importlib.import_module("tests.benchmarks.imports").measure()
    return found


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors; load when done {load:.1f}"
    )


def _cells(row: Row) -> list[str]:
    def middle(times: list[float]) -> str:
        return f"{statistics.median(times):,.4g}" if times else "–"

    ratio, goal = row.ratio, row.goal
    met = "" if ratio is None or goal is None else "met" if ratio >= goal else "not met"
    return [
        row.step,
        row.beside,
        middle(list(row.ours)),
        middle(list(row.peer)),
        row.unit,
        "–" if ratio is None else f"{ratio:.2f}",
        "" if goal is None else f"{goal:.2g}: {met}",
        f"{min(row.ours):.3g}–{max(row.ours):.3g}" if row.ours else "–",
        row.note,
    ]


def _markdown(rows: list[Row]) -> str:
    lines = [COLUMNS, ["---"] * len(COLUMNS), *(_cells(row) for row in rows)]
    return f"{_machine()}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
