"""`upheaval serve` under attack from one address, and what innocents at another notice.

For each attack the same innocents ask twice: beside as many polite clients as the attack has, then beside the attack. A
row has the 99th percentile of their seconds in both; the note says how many got no answer, and what the attacker got.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote

from tests.benchmarks.attacks import ACCEPTED, ATTACKS, Attack
from tests.benchmarks.crowds import INNOCENT, POLITE, Seen, get, read_slowly, request, resources, visit_together
from tests.benchmarks.rows import ROOT, Row, run, upheaval
from tests.load.stores import free_port

RECORD = "russia"
INNOCENTS, PAUSE = 2, 0.05
TIMES = 3.0
"""How much longer the innocents may wait than beside polite clients, at the 99th percentile."""
SLOW = 50_000
_LARGE = (
    "SELECT ?s ?p ?o (REPLACE(STR(?s), '.', 'abcdefgh') AS ?x) (REPLACE(STR(?p), '.', 'abcdefgh') AS ?y) { ?s ?p ?o }"
)


def compare(port: int, pid: int, attack: Attack, seconds: float, record: str = RECORD) -> tuple[Seen, Seen, Seen]:
    """Have innocents ask beside polite clients and beside an attack.

    Returns:
        What the innocents got beside the polite, what they got beside the attack, and what the attacker got.

    """
    innocents = [INNOCENT] * INNOCENTS
    polite = [POLITE.format(number + 1) for number in range(attack.clients)]

    def ask() -> Seen:
        time.sleep(1)
        return asyncio.run(visit_together(port, record, seconds - 1, innocents, PAUSE))

    with ProcessPoolExecutor(1, get_context("spawn")) as crowd:  # of its own, so that the innocents' clock is their own
        crowd.submit(time.sleep, 0).result()
        others = crowd.submit(_polite, port, record, seconds, polite)
        calm = ask()
        others.result()
        others = crowd.submit(_hostile, port, pid, seconds, attack)
        under = ask()
        return calm, under, others.result()


def _polite(port: int, record: str, seconds: float, sources: list[str]) -> Seen:
    return asyncio.run(visit_together(port, record, seconds, sources, 0.5))


def _hostile(port: int, pid: int, seconds: float, attack: Attack) -> Seen:
    return asyncio.run(attack.run(port, pid, seconds))


def row(attack: Attack, calm: Seen, under: Seen, attacker: Seen) -> Row:
    """Return the row of an attack."""
    wrong = sorted(set(attacker.statuses) - ACCEPTED)
    reasons = sum(1 for one in attacker.got if one.status in (429, 503) and b"retry-after: " not in one.head)
    notes = [
        f"{len(under.got)} asked, {len(under.lost)} not answered" + (f" {under.statuses}" if under.lost else ""),
        f"slowest {max(one.seconds for one in under.got):.2f} s",
        f"the attacker got {attacker.statuses}",
    ]
    if wrong or reasons:
        notes.append(f"NOT ALLOWED: {wrong}, {reasons} without Retry-After")
    return Row(
        f"hostile: {attack.name}",
        f"{attack.clients} polite clients",
        [under.p99()],
        [calm.p99()],
        "s at the 99th percentile",
        1 / TIMES,
        "; ".join(notes),
    )


def measure(seconds: float, soak: float, rate: int = SLOW, attacks: Sequence[Attack] = ATTACKS) -> list[Row]:
    """Attack a server on a build of the shipped data.

    Args:
        seconds: how long each attack lasts.
        soak: how long all of them last together, in turn, while memory and open files are watched.
        rate: the bytes a second of a slow reader.
        attacks: the attacks.

    """
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(upheaval("build", "--root", ROOT, "--to", folder / "build"))
        with serving(folder / "build", folder, port) as pid:
            rows = [row(attack, *compare(port, pid, attack, seconds)) for attack in attacks]
            rows.append(_slow_reader(port, rate))
            rows.append(_soaked(port, pid, soak, attacks))
            rows.append(_rebuilt(port, folder / "build"))
    return rows


@contextlib.contextmanager
def serving(build: Path, store: Path, port: int) -> Iterator[int]:
    """Run a server, and yield its process id once it has prepared everything."""
    options = ["--build", str(build), "--store", str(store), "--port", str(port), "--watch"]
    command = [sys.executable, "-m", "upheaval", "serve", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while asyncio.run(request(port, get("/reconcile"), INNOCENT)).status != 200:
            if process.poll() is not None:
                raise RuntimeError("the server does not start")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _slow_reader(port: int, rate: int) -> Row:
    raw = get(f"/sparql?query={quote(_LARGE)}", "text/csv")
    size, declared, seconds = read_slowly(port, raw, rate)
    note = f"{size:,} of {declared:,} bytes at {rate:,} a second"
    return Row("hostile: a slow reader", "–", [seconds], [], "s", note=note)


def _soaked(port: int, pid: int, seconds: float, attacks: Sequence[Attack]) -> Row:
    """Attack in turn, and see that memory and open files are flat."""
    each = max(2.0, seconds / (2 * len(attacks)))
    seen: list[tuple[float, int]] = []
    asked = Seen()
    for _ in range(2):
        for attack in attacks:
            _, under, _ = asyncio.run(_only(port, pid, attack, each))
            asked.got += under.got
        asyncio.run(asyncio.sleep(6))
        seen.append(resources(pid))
    (before, files), (after, files_after) = seen
    opened = f"open files {files_after} : {files}"
    note = f"{len(asked.got)} asked, {len(asked.lost)} not answered; {opened}; second half beside first"
    return Row(f"hostile: all attacks for {seconds:.0f} s", "its first half", [after], [before], "MB", 0.9, note)


async def _only(port: int, pid: int, attack: Attack, seconds: float) -> tuple[Seen, Seen, Seen]:
    crowd = asyncio.ensure_future(attack.run(port, pid, seconds))
    under = await visit_together(port, RECORD, seconds, [INNOCENT], PAUSE)
    return Seen(), under, await crowd


def _rebuilt(port: int, build: Path) -> Row:
    """Build into the served folder while innocents ask, then leave it half written."""

    async def ask() -> Seen:
        building = asyncio.create_task(asyncio.to_thread(run, upheaval("build", "--root", ROOT, "--to", build)))
        seen = Seen()
        while not building.done():
            seen.got += (await visit_together(port, RECORD, 1, [INNOCENT], PAUSE)).got
        quads = next(build.glob("*.nq"))
        quads.write_bytes(quads.read_bytes()[:1000])
        (build / "manifest.json").touch()
        seen.got += (await visit_together(port, RECORD, 4, [INNOCENT], PAUSE)).got
        return seen

    seen = asyncio.run(ask())
    health = asyncio.run(request(port, get("/health"), INNOCENT))
    note = f"{len(seen.got)} asked, {len(seen.lost)} not answered; /health {health.status}"
    return Row("hostile: built into the served folder, then half written", "–", [seen.p99()], [], "s", note=note)
