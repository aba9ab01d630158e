"""`python -m tests.benchmarks.stores`: the build in build/ loaded into each real store, in one table.

A store whose server or jars are missing is left out. The seconds are those of the writing alone, which the command
prints too; comparing what arrived and asking every question comes after.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from tests.load.stores import need_jena, start_oxigraph, start_virtuoso
from upheaval.load.build import Build, open_build
from upheaval.load.targets import Options, open_target
from upheaval.load.verification import EQUAL, load

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def target(name: str, folder: Path) -> Iterator[str]:
    """Start a store in a folder and return how `upheaval load` calls it."""
    if name == "Jena TDB2":
        need_jena()
        yield f"tdb2:{folder / 'axis'}"
        return
    server, address = start_oxigraph(folder) if name == "Oxigraph server" else start_virtuoso(folder)
    try:
        yield f"{'oxigraph' if name == 'Oxigraph server' else 'virtuoso'}:{address}"
    finally:
        server.stop()


def row(name: str, build: Build) -> list[str]:
    """Load the build twice into a new store and return the row of the table."""
    with tempfile.TemporaryDirectory() as folder, target(name, Path(folder)) as where:
        questions = build.questions()
        begin = time.perf_counter()
        report = load(open_target(where, Options(timeout=300), {}), build, questions, lambda count: None, False)
        whole = time.perf_counter() - begin
        again = load(open_target(where, Options(timeout=300), {}), build, {}, lambda count: None, False)
    wrong = {name: verdict for name, verdict in report.questions.items() if verdict != EQUAL}
    same = f"{len(questions) - len(wrong)} of {len(questions)}"
    return [
        name,
        f"{report.seconds:.1f}",
        f"{whole:.1f}",
        f"{sum(report.counts.values())} of {sum(build.counts.values())}",
        "yes" if report.identity == build.identity and not report.differing else "no",
        same + "".join(f"\n{name}: {verdict}" for name, verdict in wrong.items()),
        "no" if again.changed else "yes",
    ]


def main() -> None:
    """Print one table."""
    build = open_build(ROOT / "build")
    table = Table(title=f"{sum(build.counts.values())} triples in {len(build.counts)} graphs, {os.cpu_count()} cores")
    for column in ("store", "written, s", "and verified, s", "triples", "hash equal", "questions equal", "idempotent"):
        table.add_column(column)
    for name in ("Oxigraph server", "Virtuoso 7", "Jena TDB2"):
        try:
            table.add_row(*row(name, build))
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            table.add_row(name, str(missing))
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
