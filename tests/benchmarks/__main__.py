"""`make bench`: ratios against named peers on the same work, both sides measured in this run.

Read ratios, not seconds: machines are noisy. Each side runs REPEATS times, interleaved; the medians are compared.
pySHACL on the whole dataset takes minutes, and so runs once.
"""

import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from upheaval.assembly import Assembly, assemble
from upheaval.checking import find
from upheaval.reading import read

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 5
Work = Callable[[], object]


def timed(work: Work) -> float:
    """Return the seconds that a piece of work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def interleaved(ours: Work, peer: Work, repeats: int) -> tuple[list[float], list[float]]:
    """Time two pieces of work in turn."""
    pairs = [(timed(ours), timed(peer)) for _ in range(repeats)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def read_all(texts: dict[str, bytes]) -> None:
    """Read every record, positions and strictness included."""
    for name, text in texts.items():
        read(text, name)


def tokens(texts: dict[str, bytes]) -> None:
    """Let libyaml make tokens of every record."""
    for text in texts.values():
        for _ in yaml.scan(text, Loader=yaml.CLoader):
            pass


def constructed(texts: dict[str, bytes]) -> None:
    """Let PyYAML's fastest loader read every record."""
    for text in texts.values():
        yaml.load(text, Loader=yaml.CBaseLoader)


def validated(assembly: Assembly, engine: str) -> Work:
    """Return the validation of a dataset by one engine."""
    return lambda: find(assembly, engine)


def main() -> None:
    """Print one table."""
    files = sorted((ROOT / "data").glob("*/*.yaml"))
    texts = {path.name: path.read_bytes() for path in files}
    assembly = assemble(ROOT)
    triples = len(assembly.store)
    rows = [
        (
            "read YAML",
            f"PyYAML {version('pyyaml')}, libyaml's tokens",
            lambda: read_all(texts),
            lambda: tokens(texts),
            REPEATS,
        ),
        ("read YAML", "PyYAML, CBaseLoader", lambda: read_all(texts), lambda: constructed(texts), REPEATS),
        (
            "validate, all shapes",
            f"pySHACL {version('pyshacl')}, plain",
            validated(assembly, "compiled"),
            validated(assembly, "pyshacl"),
            1,
        ),
    ]
    table = Table(title=f"{len(texts)} records, {triples} triples; Python {platform.python_version()}, {sys.platform}")
    for column in ("step", "beside", "ours, s", "peer, s", "times as fast", "spread"):
        table.add_column(column)
    for step, beside, ours, peer, repeats in rows:
        mine, theirs = interleaved(ours, peer, repeats)
        ratio = statistics.median(theirs) / statistics.median(mine)
        spread = f"{min(mine):.3f}–{max(mine):.3f}"
        table.add_row(
            step, beside, f"{statistics.median(mine):.3f}", f"{statistics.median(theirs):.3f}", f"{ratio:.1f}", spread
        )
    Console().print(table)


if __name__ == "__main__":
    main()
