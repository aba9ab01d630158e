"""The identity of N-Quads without blank nodes, of any size: their number, and the SHA-256 of their sorted lines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

_BLOCK = 1 << 22


def fingerprint(path: Path, progress: Callable[[int], None]) -> tuple[str, int]:
    """Return the SHA-256 of a file and, for N-Quads, compressed or not, the number of its lines.

    Args:
        path: the file.
        progress: called with the number of bytes just read.

    """
    with path.open("rb") as file:
        found = hashlib.sha256()
        lines = 0
        while block := file.read(_BLOCK):
            found.update(block)
            lines += block.count(b"\n") if path.suffix == ".nq" else 0
            progress(len(block))
    if path.suffix in COMPRESSED and path.stem.endswith(".nq"):
        with opened(path) as stream:
            while block := stream.read(_BLOCK):
                lines += block.count(b"\n")
    return found.hexdigest(), lines


COMPRESSED = {".gz": "gzip", ".zst": "zstd"}


def opened(path: Path) -> pa.NativeFile:
    """Open a file of N-Quads for reading, compressed or not."""
    return pa.input_stream(str(path), compression=COMPRESSED.get(path.suffix))


def identity(files: list[Path], folder: Path, memory: str = "500MB") -> tuple[int, str]:
    """Count and hash the quads of several files, regardless of how they are split and ordered.

    Args:
        files: N-Quads, compressed or not.
        folder: a folder for spilling during the sort.
        memory: the memory limit of the sort.

    Returns:
        The number of distinct quads, and the SHA-256 of their lines in the order of their bytes:
        `cat *.nq | LC_ALL=C sort -u | sha256sum` gives the same.

    """
    found = hashlib.sha256()
    count = 0
    last = ""
    settings = {"memory_limit": memory, "temp_directory": str(folder / "sorting"), "threads": 1}
    with duckdb.connect(config=settings) as con:
        con.execute("SET preserve_insertion_order = false")
        lines = con.sql(
            "SELECT line FROM read_csv(?, columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '', "
            "escape = '', comment = '', auto_detect = false, max_line_size = 16777216) ORDER BY line",
            params=[[str(file) for file in files]],
        )
        for batch in lines.to_arrow_reader(50_000):
            for line in batch.column(0).to_pylist():
                if line != last:
                    found.update(f"{line}\n".encode())
                    count += 1
                last = line
    return count, found.hexdigest()
