"""`make bench`: ratios against named peers on the same work, both sides measured in this run.

python -m tests.benchmarks [--steps read,populate,…] [--triples N] [--growth N,N,…] [--limit S] [--repeats N] [--quick]
[--write]
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    building,
    databases,
    endpoint,
    exporting,
    hostile,
    imports,
    populating,
    querying,
    reading,
    results,
    scaling,
    stores,
    validating,
    whole,
)
from tests.benchmarks.generate import generate
from tests.benchmarks.rows import Row
from tests.support import ROOT, WORLD

SIZED = ("read", "populate", "validate", "export", "build", "ask", "stores")
"""The steps whose rows are of one size, and which may so be in the results at several."""
STEPS = (*SIZED, "scaling", "check", "growth", "load", "serve", "hostile", "import")


def main() -> None:
    """Run the steps that are asked for, and print one table."""
    options = _options()
    console = Console(stderr=True)
    rows: dict[str, list[Row]] = {}
    with TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        root = Path(folder) / "synthetic"
        generate(root, options.triples)
        for step, measure in _steps(options, root).items():
            if step in options.steps:
                console.print(f"{step} …")
                run = f"{step} {options.triples}" if step in SIZED else step
                found = rows[run] = measure()
                if options.write:
                    results.write({run: found}, STEPS)
                for row in found:
                    console.print("  " + "; ".join(filter(None, results.cells(row))), highlight=False)
    table = Table(title=results.machine(), caption=results.versions())
    for column in results.COLUMNS:
        table.add_column(column)
    for some in rows.values():
        for row in some:
            table.add_row(*results.cells(row))
    Console(width=220).print(table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--steps", default="", help=f"only these, with commas between: {', '.join(STEPS)}")
    parser.add_argument("--triples", type=int, default=100_000, help="about how many, for all but the growth")
    parser.add_argument("--growth", default="10000,100000,1000000", help="sizes of streaming builds; up to 10000000")
    parser.add_argument("--limit", type=float, default=900, help="seconds that a peer may take for its work")
    parser.add_argument("--before", type=Path, help="a checkout of an earlier version, which validate is put beside")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, once: to see that everything runs")
    parser.add_argument("--write", action="store_true", help="renew the rows of these steps in results.md")
    options = parser.parse_args()
    if options.quick:
        options.triples, options.growth, options.repeats = 2000, "2000", 1
    options.growth = [int(size) for size in options.growth.split(",")]
    options.steps = [step for step in options.steps.split(",") if step] or list(STEPS)
    unknown = sorted(set(options.steps) - set(STEPS))
    if unknown:
        parser.error(f"no step is named {', '.join(unknown)}; there are {', '.join(STEPS)}")
    return options


def _steps(options: argparse.Namespace, root: Path) -> dict[str, Callable[[], list[Row]]]:
    size, repeats, limit = f"{options.triples:,} triples", options.repeats, options.limit
    return {
        "read": lambda: reading.measure(root, size, repeats),
        "populate": lambda: populating.measure(root, size, repeats, limit),
        "validate": lambda: validating.measure(root, options.triples, repeats, limit, options.before),
        "export": lambda: exporting.measure(root, size, repeats, limit),
        "build": lambda: building.measure(root, size, repeats, limit),
        "ask": lambda: querying.measure(root, size, repeats, limit),
        "stores": lambda: databases.measure(root, size, repeats),
        "scaling": lambda: scaling.measure(WORLD if options.quick else ROOT, (1, 2, 4), repeats),
        "check": lambda: whole.checking(repeats),
        "growth": lambda: whole.growing(options.growth, repeats if options.quick else 1),
        "load": stores.measure,
        "serve": lambda: endpoint.measure(3 * repeats),
        "hostile": lambda: hostile.measure(*((4, 24, 4_000_000) if options.quick else (20, 600))),
        "import": lambda: imports.measure(repeats),
    }


if __name__ == "__main__":
    main()
