"""The engines that run a declaration's expressions: DuckDB on one machine, Spark on one or many."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from upheaval.faults import refuse
from upheaval.importers.expressions import Expression, Table

Text = Callable[[Table], Expression]
COMPRESSION = {"": "uncompressed", "gzip": "gzip", "zstd": "zstd"}
ENDING = {"": "", "gzip": ".gz", "zstd": ".zst"}


class Engine(Protocol):
    """Runs Ibis expressions."""

    def read(self, files: list[Path]) -> Table:
        """Return the rows of Parquet files."""

    def keep(self, name: str, table: Table, order: tuple[str, ...]) -> Table:
        """Work a table out once, in an order, and return the result as a table."""

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Return a small table's rows."""

    def memtable(self, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
        """Return rows of texts as a table."""

    def write(
        self, table: Table, text: Text | None, order: tuple[str, ...], stem: Path, size: int, compression: str
    ) -> Iterator[tuple[list[Path], int]]:
        """Write a kept table in shards, as text or as Parquet; yield the files and the number of rows of each step."""

    def close(self) -> None:
        """Let everything go."""


def open_engine(name: str, folder: Path, memory: str, threads: int) -> Engine:
    """Return the engine of a name.

    Args:
        name: `duckdb`, `spark` for two threads of this machine, or `spark:` and a master such as
            `spark:local-cluster[2,1,1024]` or `spark:spark://host:7077`.
        folder: for what it keeps on disk.
        memory: the most that DuckDB takes before it turns to disk, such as `600MB`.
        threads: for DuckDB.

    Raises:
        Refusal: its library is not installed.

    """
    kind, _, master = name.partition(":")
    needed = {"duckdb": ("duckdb", "ibis", "pyarrow"), "spark": ("duckdb", "ibis", "pyarrow", "pyspark")}
    if kind not in needed:
        refuse("import", f"there is no engine `{name}`", "use duckdb or spark")
    missing = [module for module in needed[kind] if find_spec(module) is None]
    if missing:
        extra = "spark" if kind == "spark" else "import"
        message = f"importing with {kind} needs {', '.join(missing)}"
        refuse("import", message, f"pip install 'upheaval[{extra}]'", rule="import/extra")
    if kind == "duckdb":
        return DuckDB(folder, memory, threads)
    return Spark(folder, master or f"local[{os.cpu_count() or 2}]")


def _texts(rows: list[dict[str, Any]], columns: tuple[str, ...], target: Path) -> Path:
    """Write rows of texts as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns}), target)
    return target


class DuckDB:
    """DuckDB through Ibis, in a file of its own, with a bound on its memory."""

    def __init__(self, folder: Path, memory: str, threads: int) -> None:
        import ibis

        self.folder, self.small = folder, 0
        self.con = ibis.duckdb.connect(
            folder / "work.duckdb",
            threads=threads,
            memory_limit=memory,
            temp_directory=str(folder / "spill"),
            preserve_insertion_order=True,
        )
        self.con.raw_sql("SET enable_progress_bar = false")

    def read(self, files: list[Path]) -> Table:
        """Return the rows of Parquet files."""
        return self.con.read_parquet([str(file) for file in files])

    def keep(self, name: str, table: Table, order: tuple[str, ...]) -> Table:
        """Work a table out once, in an order, and return the result as a table."""
        return self.con.create_table(name, table.order_by(list(order)) if order else table)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Return a small table's rows; a relation of DuckDB would parse the query a second time, in Python."""
        found = self.con.raw_sql(self.con.compile(table))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def memtable(self, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
        """Return rows of texts as a table."""
        self.small += 1
        return self.read([_texts(rows, columns, self.folder / f"small-{self.small}.parquet")])

    def write(
        self, table: Table, text: Text | None, order: tuple[str, ...], stem: Path, size: int, compression: str
    ) -> Iterator[tuple[list[Path], int]]:
        """Write a kept table in shards; a table keeps its order, so a shard is a range of its row ids."""
        name = str(table.get_name()).rpartition(".")[2]
        total = int(self.con.raw_sql(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])
        self.con.raw_sql(f'CREATE OR REPLACE VIEW "{name}_placed" AS SELECT *, rowid AS place_ FROM "{name}"')
        numbered = self.con.table(f"{name}_placed")
        for number, begin in enumerate(range(0, total, size), 1):
            part = numbered.filter((numbered.place_ >= begin) & (numbered.place_ < begin + size)).drop("place_")
            if text is None:
                path = stem.with_name(f"{stem.name}-{number:04}.parquet")
                form = "FORMAT parquet, COMPRESSION zstd"
            else:
                path = stem.with_name(f"{stem.name}-{number:04}.nq{ENDING[compression]}")
                part = part.select(text=text(part))
                form = (
                    "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', "
                    f"COMPRESSION {COMPRESSION[compression]}"
                )
            target = str(path).replace("'", "''")
            self.con.raw_sql(f"COPY ({self.con.compile(part)}) TO '{target}' ({form})")
            yield [path], min(size, total - begin)

    def close(self) -> None:
        """Close the database."""
        self.con.disconnect()


class Spark:
    """Spark through Ibis; the driver reads the files, the executors do the rest."""

    def __init__(self, folder: Path, master: str) -> None:
        import ibis
        from pyspark.sql import SparkSession

        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1" if master.startswith("local") else "0.0.0.0")
        builder = SparkSession.builder.master(master).appName("upheaval import")
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "FATAL",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.local.dir": str(folder / "spill"),
            "spark.sql.ansi.enabled": "true",
        }
        if master.startswith("local"):
            settings["spark.sql.shuffle.partitions"] = "4"
        if master.startswith("local-cluster"):
            settings["spark.executor.memory"] = master.rstrip("]").rpartition(",")[2] + "m"
        for key, value in settings.items():
            builder = builder.config(key, value)
        try:
            self.session = builder.getOrCreate()
        except Exception as error:
            message = " ".join(str(error).split())[:200]
            cure = "install Java 17 or newer, and check the master's address"
            refuse("import", f"Spark does not start: {message}", cure)
        self.con = ibis.pyspark.connect(self.session)
        self.folder = folder
        self.small = 0

    def read(self, files: list[Path]) -> Table:
        """Return the rows of Parquet files."""
        return self._view(f"read_{files[0].stem.replace('-', '_')}", *files)

    def keep(self, name: str, table: Table, order: tuple[str, ...]) -> Table:
        """Work a table out once; files keep no order, so it is made when it is written."""
        target = self.folder / f"{name}.parquet"
        self._frame(table).write.parquet(str(target))
        return self._view(name, target)

    def _view(self, name: str, *files: Path) -> Table:
        self.session.read.parquet(*map(str, files)).createOrReplaceTempView(name)
        return self.con.table(name)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Return a small table's rows."""
        found: list[dict[str, Any]] = self.con.to_pyarrow(table).to_pylist()
        return found

    def memtable(self, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
        """Return rows of texts as a table."""
        self.small += 1
        target = self.folder / f"small-{self.small}.parquet"
        return self._view(f"small_{self.small}", _texts(rows, columns, target))

    def write(
        self, table: Table, text: Text | None, order: tuple[str, ...], stem: Path, size: int, compression: str
    ) -> Iterator[tuple[list[Path], int]]:
        """Write a kept table; Spark's partitions are the shards, one after the other in the table's order."""
        ordered = table.order_by(list(order)) if order else table
        target = stem.with_name(f".{stem.name}")
        if text is None:
            self._frame(ordered).write.parquet(str(target), compression="zstd")
            ending = ".parquet"
        else:
            writer = self._frame(ordered.select(text=text(ordered))).write
            writer.text(str(target), compression=compression or "none")
            ending = f".nq{ENDING[compression]}"
        parts = sorted(part for part in target.iterdir() if part.name.startswith("part-") and part.stat().st_size)
        files = [stem.with_name(f"{stem.name}-{number:04}{ending}") for number in range(1, len(parts) + 1)]
        for part, file in zip(parts, files, strict=True):
            part.rename(file)
        shutil.rmtree(target)
        yield files, int(self.con.execute(table.count()))

    def _frame(self, table: Table) -> Any:
        self.con.create_view("written", table, overwrite=True)
        return self.session.table("written")

    def close(self) -> None:
        """Stop the session."""
        self.session.stop()
