"""One row of the table, and how it is measured."""

import contextlib
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Work = Callable[[], object]
ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1800
"""Seconds by the clock after which a process that nobody limits otherwise is stopped."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        step: what is done, on how much.
        beside: the peer, with its version.
        ours, peer: what each run took, in the row's unit; empty where that side was not run, and `note` says why.
        unit: `cpu s` (processor seconds, children included), `s` (by the clock), `MB`, or another.
        goal: the least that ours is to be times better, or None.
        note: what else has to be known.
        memory: megabytes at the peak, ours and the peer's, each of a process that did nothing else; None if not known.
        least: whether the peer was stopped at its limit, so that its time is a lower bound.

    """

    step: str
    beside: str
    ours: Sequence[float]
    peer: Sequence[float]
    unit: str = "cpu s"
    goal: float | None = None
    note: str = field(default="")
    memory: tuple[float | None, float | None] = (None, None)
    least: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times as much the peer takes."""
        return statistics.median(self.peer) / statistics.median(self.ours) if self.ours and self.peer else None


def cpu() -> float:
    """Return the processor seconds of this process and of all its children that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


def taken(work: Work) -> float:
    """Return the processor seconds of a piece of work."""
    begin = cpu()
    work()
    return cpu() - begin


def interleaved(ours: Work, peer: Work, repeats: int) -> tuple[list[float], list[float]]:
    """Measure two pieces of work in turn."""
    pairs = [(taken(ours), taken(peer)) for _ in range(repeats)]
    return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]


@dataclass(frozen=True, slots=True)
class Run:
    """What a whole process took: by the clock, of processors, and of memory at its peak (of its largest process)."""

    seconds: float
    cpu: float
    megabytes: float
    stdout: str


def run(command: Sequence[str | Path], limit: float = LIMIT, folder: Path = ROOT, **environment: str) -> Run:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        limit: seconds by the clock, after which it and its children are killed.
        folder: the folder that it is run in; the repository if left out.
        environment: what is set in its environment.

    Raises:
        subprocess.CalledProcessError: it failed.
        subprocess.TimeoutExpired: it took too long.

    """
    begin = time.perf_counter()
    measured = [sys.executable, "-c", _MEASURED, *map(str, command)]
    process = subprocess.Popen(
        measured,
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        done, _ = process.communicate(timeout=limit)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    out, _, used = done.rpartition("\n#")
    seconds, kilobytes = used.split()
    return Run(time.perf_counter() - begin, float(seconds), float(kilobytes) / 1024, out)


_MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"\\n#{used.ru_utime + used.ru_stime} {used.ru_maxrss}")
sys.exit(code if code >= 0 else 128 - code)
"""


def upheaval(*words: str | Path) -> list[str | Path]:
    """Return the command line of `upheaval`."""
    return [sys.executable, "-m", "upheaval", *words]


@dataclass(frozen=True, slots=True)
class Side:
    """What one side took in a process of its own.

    Attributes:
        cpu: processor seconds of the work, without the start and without what is made ready; of a side that was
            stopped, its limit.
        megabytes: of the whole process at its peak; None of a side that was stopped.
        counts: what the work made or found, such as a number of triples.
        stopped: whether it was stopped at its limit.

    """

    cpu: float
    megabytes: float | None
    counts: tuple[int, ...] = ()
    stopped: bool = False


def side(
    name: str, *words: str | Path, environment: str = "", limit: float = LIMIT, folder: Path = ROOT
) -> Side | None:
    """Run one side of a comparison in a process of its own.

    Args:
        name: a module in tests/benchmarks/sides/, which reports by `tests.benchmarks.sides.timing`.
        words: its arguments.
        environment: the peers' environment it runs in, such as `.venv-bench`; that of the tests if left out.
        limit: processor seconds of its work, after which it is stopped.
        folder: the repository, or a checkout of another version, whose packages it imports then.

    Returns:
        What it took; None where the environment is not there.

    Raises:
        subprocess.SubprocessError: it failed, or hangs.

    """
    python = folder / environment / "bin" / "python" if environment else Path(sys.executable)
    if not python.exists():
        return None
    try:
        command = [python, "-m", f"tests.benchmarks.sides.{name}", str(limit), *words]
        done = run(command, 3 * limit + LIMIT, folder, PYTHONPATH=f"{folder / 'scripts'}:{folder}")
    except subprocess.CalledProcessError as failed:
        if failed.returncode == STOPPED:
            return Side(limit, None, stopped=True)
        raise
    seconds, *counts = done.stdout.splitlines()[-1].split()
    return Side(float(seconds), done.megabytes, tuple(map(int, counts)))


STOPPED = 128 + signal.SIGPROF
"""The status of a process that has used up the processor seconds it was given."""


def beside(
    step: str, peer: str, ours: Sequence[Side], theirs: Sequence[Side | None], goal: float | None = None, note: str = ""
) -> Row:
    """Make a row of what two sides took; a peer that is not installed gives a row that says so."""
    ran = [one for one in theirs if one is not None]
    stopped = next((one for one in ran if one.stopped), None)
    if not ran:
        note = "not installed"
    if stopped:
        note = "; ".join(filter(None, (f"not finished after {stopped.cpu:.4g} cpu s: a lower bound", note)))
    return Row(
        step,
        peer,
        [one.cpu for one in ours],
        [one.cpu for one in ran],
        goal=goal,
        note=note,
        memory=(_most(ours), _most(ran)),
        least=stopped is not None,
    )


def _most(sides: Sequence[Side]) -> float | None:
    return max((one.megabytes for one in sides if one.megabytes is not None), default=None)


def pinned(name: str) -> str:
    """Return a peer's name with the version that is pinned for it."""
    for file in ("requirements-bench.txt", "requirements-bench-rml.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}=="):
                return f"{name} {line.partition('==')[2].split()[0]}"
    raise LookupError(name)
