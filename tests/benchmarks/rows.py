"""One row of the table, and how it is measured."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Work = Callable[[], object]
ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-bench" / "bin" / "python"
LIMIT = 1800


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

    """

    step: str
    beside: str
    ours: Sequence[float]
    peer: Sequence[float]
    unit: str = "cpu s"
    goal: float | None = None
    note: str = field(default="")

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


def run(command: Sequence[str | Path], **environment: str) -> Run:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed.

    """
    begin = time.perf_counter()
    measured = [sys.executable, "-c", _MEASURED, *map(str, command)]
    done = subprocess.run(
        measured, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=True
    )
    out, _, used = done.stdout.rpartition("\n#")
    seconds, kilobytes = used.split()
    return Run(time.perf_counter() - begin, float(seconds), float(kilobytes) / 1024, out)


_MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"\\n#{used.ru_utime + used.ru_stime} {used.ru_maxrss}")
sys.exit(code)
"""


def upheaval(*words: str | Path) -> list[str | Path]:
    """Return the command line of `upheaval`."""
    return [sys.executable, "-m", "upheaval", *words]


def peer(name: str, *words: str | Path) -> float | None:
    """Run a peer's script in the environment of the peers, and return its processor seconds; None where it is not."""
    if not PEERS.exists():
        return None
    return float(run([PEERS, Path(__file__).parent / "peers" / f"{name}.py", *words]).stdout.split()[-1])
