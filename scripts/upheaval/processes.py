"""Parallel work in forked processes, which inherit everything that the parent has read."""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar, cast

from upheaval.faults import refuse

Item = TypeVar("Item")
Result = TypeVar("Result")

_work: Callable[[object], object] | None = None


def cores() -> int:
    """Return the number of CPUs available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_out(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """Apply a function to each item, in several processes.

    Args:
        work: the function. It may be a closure, because processes are forked; its results must be picklable.
        items: its arguments; they must be picklable.
        jobs: the number of processes. With one, or where processes cannot be forked, the work runs in this process.

    Yields:
        The results in the order of the items, each as soon as it and all earlier ones are ready.

    Raises:
        Refusal: a worker process died, for example because memory ran out. Exceptions from `work` are passed on.

    """
    jobs = min(jobs, len(items))
    if jobs < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, items)
        return
    global _work  # noqa: PLW0603 (forked processes inherit it; closures cannot be pickled)
    _work = cast(Callable[[object], object], work)
    gc.freeze()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _begin)
    try:
        yield from pool.map(cast(Callable[[Item], Result], _do), items)
    except BrokenProcessPool:
        refuse("data", "a worker process died", "free some memory, or lower --jobs")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        gc.unfreeze()
        _work = None


def _begin() -> None:
    """Leave Ctrl-C to the parent process, and exit when it exits, even if it is killed.

    Garbage collection is off, because the work creates no reference cycles worth collecting.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _do(item: object) -> object:
    assert _work is not None
    return _work(item)
