"""Run a job in a worker when it is its turn."""

import asyncio
import time

from upheaval.serve.admission import Admission, TimedOut
from upheaval.serve.channels import Crashed, Head
from upheaval.serve.workers import Pool


async def run_admitted(pool: Pool, admission: Admission, address: str, head: Head, body: bytes) -> tuple[Head, bytes]:
    """Run a job when it is its turn; once more if its worker dies, as somebody else may have killed it.

    Args:
        pool: the workers.
        admission: decides whose turn it is.
        address: the client's.
        head, body: the job, which changes nothing.

    Raises:
        Problem: it is not admitted.
        TimedOut, Displaced, Crashed: as `Pool.run`.

    """
    try:
        return await _run_once(pool, admission, address, head, body)
    except Crashed:
        return await _run_once(pool, admission, address, head, body)


async def _run_once(pool: Pool, admission: Admission, address: str, head: Head, body: bytes) -> tuple[Head, bytes]:
    turn = await admission.enter(address)
    seconds: float | None = None
    penalty = False
    try:
        found = await pool.run(head, body, turn)
        seconds = found[0]["seconds"]
        return found
    except (TimedOut, Crashed, asyncio.CancelledError):  # each costs a process
        penalty = True
        raise
    finally:
        admission.leave(turn, time.monotonic() - turn.began if seconds is None else seconds, penalty)
