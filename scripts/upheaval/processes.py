"""Work shared out to processes: forked, so that they start with all that was read before."""

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
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_out(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """Do the same to each of some items, in several processes.

    Args:
        work: what is done; it may be a closure, because processes are forked. Its results must be picklable.
        items: to what, picklable.
        jobs: the number of processes; with one, or where processes cannot be forked, no other is started.

    Yields:
        The results, in the order of the items, each as soon as it and those before it are there.

    Raises:
        Refusal: a process ended before it was done, as when memory runs out; and whatever the work raises.

    """
    jobs = min(jobs, len(items))
    if jobs < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, items)
        return
    global _work  # noqa: PLW0603 (processes inherit it: closures cannot be sent)
    _work = cast(Callable[[object], object], work)
    gc.freeze()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _begin)
    try:
        yield from pool.map(cast(Callable[[Item], Result], _do), items)
    except BrokenProcessPool:
        refuse("data", "a process ended before it was done", "give it more memory, or fewer --jobs")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        gc.unfreeze()
        _work = None


def _begin() -> None:
    """Leave Ctrl-C to the process that asked for the work, and end with it even if it is killed.

    What is done here makes no cycles worth collecting.
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
