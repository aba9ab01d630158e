"""`upheaval load`: a build of the shipped data put into each real store, compared, and asked every question.

The seconds are those of the writing alone, which the command prints too.
"""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.rows import ROOT, Row, run, upheaval
from tests.load.stores import need_jena, start_oxigraph, start_virtuoso
from upheaval.load.targets import Options, open_target
from upheaval.load.verification import EQUAL, load
from upheaval.store.builds import Build, open_build


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


def measure() -> list[Row]:
    """Load the build of the shipped data into each store, twice."""
    with tempfile.TemporaryDirectory() as folder:
        run(upheaval("build", "--root", ROOT, "--to", Path(folder) / "build"))
        build = open_build(Path(folder) / "build")
        return [_row(name, build) for name in ("Oxigraph server", "Virtuoso 7", "Jena TDB2")]


def _row(name: str, build: Build) -> Row:
    """Load the build twice into a new store; without the store, the row says what is missing."""
    step = f"upheaval load, shipped data, into {name}"
    questions = build.questions()
    try:
        with tempfile.TemporaryDirectory() as folder, target(name, Path(folder)) as where:
            begin = time.perf_counter()
            report = load(open_target(where, Options(timeout=300), {}), build, questions, lambda count: None, False)
            whole = time.perf_counter() - begin
            again = load(open_target(where, Options(timeout=300), {}), build, {}, lambda count: None, False)
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        return Row(step, "–", [], [], "s", note=str(missing))
    equal = sum(verdict == EQUAL for verdict in report.questions.values())
    note = (
        f"and {whole:.1f} s with verifying; {sum(report.counts.values()):,} of {sum(build.counts.values()):,} triples, "
        f"{'hash equal' if report.same_content else 'content differs'}, {equal} of {len(questions)} questions equal, "
        f"{'loaded anew' if again.changed else 'nothing done'} the second time"
    )
    return Row(step, "–", [report.seconds], [], "s", note=note)
