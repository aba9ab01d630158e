"""How a side reports what its work took."""

import gc
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress


def report(work: Callable[[], tuple[int, ...]]) -> None:
    """Do a piece of work, and print its processor seconds, children's included, and what it counts.

    The first argument of the process is its limit: a work that takes more processor seconds ends the process with
    SIGPROF, in whatever language it is written.
    """
    gc.collect()
    begin = _cpu()
    signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
    counts = work()
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(_cpu() - begin, *counts, flush=True)


def words() -> list[str]:
    """Return the arguments after the limit."""
    return sys.argv[2:]


def within(gigabytes: int) -> None:
    """Let this process have no more memory than that: it then fails, instead of the machine."""
    with suppress(ValueError):  # less is allowed anyway
        resource.setrlimit(resource.RLIMIT_AS, (gigabytes << 30, gigabytes << 30))


def _cpu() -> float:
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)
