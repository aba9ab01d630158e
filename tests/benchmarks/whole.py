"""Whole processes: checking, streaming builds of growing size, one core and two, memory."""

import math
import os
import statistics
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.generate import generate
from tests.benchmarks.rows import LIMIT, ROOT, Row, run, upheaval
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.processes import cores

SETTLED = 100_000
"""Quads from which on a build's start, always the same, no longer makes growth look slower than it is."""


def checking(repeats: int) -> list[Row]:
    """Check the shipped data: cold, with one process and with all; and after an edit of one file."""
    one, all_ = [], []
    for _ in range(repeats):
        one.append(run(upheaval("check", "--no-state", "--root", ROOT, "--jobs", "1")))
        all_.append(run(upheaval("check", "--no-state", "--root", ROOT)))
    rows = [
        Row(
            "check, shipped data, cold",
            f"one process beside {cores()}",
            [each.seconds for each in all_],
            [each.seconds for each in one],
            "s",
            note=f"processor seconds: {min(each.cpu for each in one):.2f} with one; "
            f"{max(each.megabytes for each in one):.0f} MB; goal < 2 s",
        )
    ]
    snapshot, _ = check(CheckSnapshot(ROOT, cores()))
    file = ROOT / "data" / "exercises" / "joint-sea-2013.yaml"
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        snapshot, _ = check(snapshot, [file])
        times.append(time.process_time() - begin)
    full = [each.cpu for each in one]
    rows.append(
        Row("check, after one file was saved", "a cold check", times, full, note="read and judged anew; goal < 0.3 s")
    )
    return rows


def growing(sizes: list[int], repeats: int) -> list[Row]:
    """Build streaming, at growing sizes and with one process: how its processor seconds grow."""
    rows: list[Row] = []
    points: list[tuple[float, float]] = []
    for size in sizes:
        with TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
            records = generate(Path(folder) / "p", size)
            words: list[str | Path] = [
                "build",
                "--stream",
                "--root",
                Path(folder) / "p",
                "--to",
                Path(folder) / "out",
                "--jobs",
            ]
            limit = LIMIT + size / 1000
            runs = [run(upheaval(*words, "1"), limit) for _ in range(repeats)]
            quads = int(runs[0].stdout.split()[0].replace(",", ""))
            rate = quads / min(one.cpu for one in runs)
            note = f"{records:,} records, {rate:,.0f} quads a processor second"
            points.append((quads, min(one.cpu for one in runs)))
            rows.append(Row(f"streaming build, {quads:,} quads", "–", [one.cpu for one in runs], [], note=note))
            rows.append(Row("  its memory", "2,048 MB allowed", [max(one.megabytes for one in runs)], [2048], "MB", 1))
            if size == sizes[-1] and cores() > 1:
                both = [run(upheaval(*words, "2"), limit) for _ in range(repeats)]
                mine, theirs = [one.seconds for one in both], [one.seconds for one in runs]
                rows.append(Row("  two processes", "one process", mine, theirs, "s", 1.7))
    if len(settled := [point for point in points if point[0] >= SETTLED]) > 1:
        rows.append(_growth(settled))
    return rows


def _growth(points: list[tuple[float, float]]) -> Row:
    exponent, steps = _exponents(points)
    each = ", ".join(f"{step:.2f}" for step in steps)
    note = f"least squares over all sizes from {SETTLED:,} quads on; from one size to the next {each}"
    return Row("growth, exponent", "1.05 allowed", [exponent], [1.05], "exponent", 1, note)


def _exponents(points: list[tuple[float, float]]) -> tuple[float, list[float]]:
    """Return how time grows with size: over all points, and from each to the next."""
    logs = [(math.log(size), math.log(time_)) for size, time_ in points]
    whole = statistics.linear_regression(*zip(*logs, strict=True)).slope
    return whole, [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(logs)]
