"""One import from beginning to end: read, screen, make records, check them, write them; all of it or nothing."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from traceback import walk_tb

import pyoxigraph as ox

from upheaval.build.folder import is_build, swap
from upheaval.faults import Fault, Refusal, refuse
from upheaval.importers.actorrecords import describe
from upheaval.importers.actors import ActorIndex
from upheaval.importers.coding import Broadened, Coder
from upheaval.importers.conformance import validate_rows, validate_sample
from upheaval.importers.countries import read_countries
from upheaval.importers.crosswalk import read_crosswalk
from upheaval.importers.declaration import Dataset, Rows, is_declaration
from upheaval.importers.engines import Engine, open_engine
from upheaval.importers.expressions import union
from upheaval.importers.identity import fingerprint
from upheaval.importers.inputs import Sources
from upheaval.importers.provenance import provenance
from upheaval.importers.quads import Terms, quads
from upheaval.importers.quarantine import RowCounts, admit
from upheaval.importers.staging import Staged, stage
from upheaval.importers.target import ImportTarget
from upheaval.schema.contract import local

SHARD = 50_000
TOLERANCE = 0.5
"""More faults than this suggest the wrong file, edition or encoding."""
Advance = Callable[[int], None]
Step = Callable[[str, int, str], AbstractContextManager[Advance]]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of an import.

    Attributes:
        files: the input files.
        out: the folder to write.
        form: `nq` or `parquet`.
        compression: an empty text, `gzip` or `zstd`.
        engine: as `open_engine` takes it.
        memory, threads: bounds for DuckDB.
        tolerance: the largest share of rows with faults at which the others are imported.
        encoding: of the files; empty to detect it.
        edition: the version of the dataset; if empty, from its `version` column or the declaration.
        options: of the declaration, such as `every-vote`.
        shard: rows of a table in one file.

    """

    files: tuple[Path, ...]
    out: Path
    form: str = "nq"
    compression: str = ""
    engine: str = "duckdb"
    memory: str = "500MB"
    threads: int = 2
    tolerance: float = TOLERANCE
    encoding: str = ""
    edition: str = ""
    options: frozenset[str] = frozenset()
    shard: int = SHARD


@dataclass(slots=True)
class ImportReport:
    """The result of an import.

    Attributes:
        dataset, edition, graph: the dataset and its named graph.
        rows: the counts of rows.
        imported: the number of rows in records.
        records: the number of records and nodes, by class.
        triples: the number of N-Quads, with provenance.
        files: the files written, with size and SHA-256.
        sampled: the number of records checked against the shapes.
        notes: what was corrected or skipped in the files.
        broadened: unlisted codes read as a broader kind.

    """

    dataset: Dataset
    edition: str
    graph: str
    rows: RowCounts = field(default_factory=RowCounts)
    imported: int = 0
    records: dict[str, int] = field(default_factory=dict)
    triples: int = 0
    files: dict[str, dict[str, object]] = field(default_factory=dict)
    sampled: int = 0
    notes: list[str] = field(default_factory=list)
    broadened: list[Broadened] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of rows, by what happened to them."""
        left_out = {f"excluded, {name}": count for name, count in self.rows.excluded.items()}
        rows = self.rows
        return {"rows read": rows.read, "imported": self.imported, "quarantined": rows.quarantined, **left_out}


def run(target: ImportTarget, dataset: Dataset, options: ImportOptions, step: Step) -> ImportReport:
    """Import a dataset.

    Args:
        target: the publication.
        dataset: the declaration.
        options: files, output and settings.
        step: opens a step for progress display, by name, size and unit.

    Returns:
        The report.

    Raises:
        Refusal: a file cannot be read or has faults, or the records do not conform; nothing has been written then.

    """
    out = options.out.resolve()
    if out.exists() and not is_build(out):
        message = f"{options.out} is there already and holds something else"
        refuse(out.name, message, "name an empty or a new folder", rule="import/target")
    beside: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        report = _Import(target, dataset, options, step, beside).run()
        beside.joinpath("new").chmod(0o755)
        swap(beside / "new", out)
    except OSError as error:
        message = f"the import cannot be written to {options.out}: {error.strerror}"
        refuse(out.name, message, "free up disk space, or check the permissions", rule="import/write")
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return report


class _Import:
    def __init__(
        self, target: ImportTarget, dataset: Dataset, options: ImportOptions, step: Step, folder: Path
    ) -> None:
        self.target, self.dataset, self.options, self.step = target, dataset, options, step
        self.work, self.new = folder / "work", folder / "new"
        self.work.mkdir()
        self.new.mkdir()
        self.terms: Terms = target.terms(dataset)
        self.engine: Engine = open_engine(options.engine, self.work, options.memory, options.threads)

    def run(self) -> ImportReport:
        try:
            return self._run()
        except (Refusal, OSError):
            raise
        except Exception as error:
            _refuse_declaration(error)
            raise
        finally:
            self.engine.close()

    def _run(self) -> ImportReport:
        countries = read_countries()
        crosswalk = read_crosswalk(self.dataset.crosswalk, self.target.contract, (one.iri for one in countries))
        base, name = self.target.publication.iri, self.dataset.name
        index = ActorIndex(self.dataset.actors, crosswalk, countries, self.target.known, base, name)
        coder = Coder(index, crosswalk)
        staged = self._stage(coder)
        sources = Sources({}, self.terms.base, coder, self.engine, self.options.options)
        with self.step("checking rows", 0, ""):
            rows = admit(self.dataset, staged, sources, self.options.tolerance, self.new)
            report = ImportReport(self.dataset, self._edition(sources), self.terms.graph, rows)
            report.notes = [note for one in staged for note in one.notes]
            report.broadened = coder.broadened
        with self.step("making records", 0, ""):
            kept = self._keep(sources)
            actors = index.actors
            kept += self._keep_rows(describe(kept, actors, sources, self.target.contract, self.terms), len(kept))
            report.imported = self._imported(sources, kept)
            self._refuse_lost_rows(report)
        with self.step("checking records", 0, ""):
            report.records = validate_rows(kept, self.target, self.terms, self.engine, actors)
        self._write(kept, report)
        with self.step("checking a sample", 0, ""):
            about = self._provenance(report)
            report.sampled = validate_sample(kept, self.target, self.terms, self.engine, actors, about)
        self._finish(report)
        return report

    def _stage(self, coder: Coder) -> list[Staged]:
        staged: list[Staged] = []
        total = sum(path.stat().st_size for path in self.options.files if path.is_file())
        with self.step("reading", total, "bytes") as advance:
            for path in self.options.files:
                staged.extend(stage(path, self.dataset, coder, self.work, self.options.encoding, advance))
        there = {one.file.name for one in staged}
        missing = [file for file in self.dataset.files if not file.optional and file.name not in there]
        faults = [
            Fault(
                "import",
                f"`{self.dataset.name}` also needs the file of {file.name}",
                f"name it too; its columns are {', '.join(list(file.columns)[:5])}",
                rule="import/files",
            )
            for file in missing
        ]
        if faults:
            raise Refusal(faults)
        return staged

    def _edition(self, sources: Sources) -> str:
        for file in self.dataset.files:
            if not self.options.edition and "version" in file.columns and sources.has(file.name):
                table = sources.table(file.name)
                found = self.engine.rows(table.agg(version=table.version.max()))
                if found[0]["version"]:
                    return str(found[0]["version"]).replace(",", ".")
        return self.options.edition or self.dataset.edition

    def _keep(self, sources: Sources) -> list[Rows]:
        return self._keep_rows(self.dataset.records(sources), 0)

    def _keep_rows(self, tables: list[Rows], begin: int) -> list[Rows]:
        kept = []
        for number, rows in enumerate(tables, begin):
            quads(rows, rows.table, self.terms)
            table = self.engine.keep(f"rows_{number:02}", rows.table, rows.order)
            kept.append(replace(rows, table=table))
        return kept

    def _imported(self, sources: Sources, kept: list[Rows]) -> int:
        """Count the rows that are in a record, of the files that the import accounts for."""
        tables = [rows.table.select("file", "row") for rows in kept if {"file", "row"} <= set(rows.table.columns)]
        if self.dataset.counted is not None:
            tables = [self.dataset.counted(sources).select("file", "row")]
        counted = [file.name for file in self.dataset.files if self.dataset.accounts_for(file)]
        rows = union(sources.table(name).select("file", "row") for name in counted if sources.has(name))
        found = rows.semi_join(union(tables).distinct(), ["file", "row"])
        return int(self.engine.rows(found.agg(n=found.count()))[0]["n"])

    def _refuse_lost_rows(self, report: ImportReport) -> None:
        rows = report.rows
        lost = rows.read - rows.quarantined - sum(rows.excluded.values()) - report.imported
        if lost:
            message = f"of {rows.read} rows, {lost} are in no record, though they have no fault"
            cure = "give the declaration an exclusion that names them, or a record"
            refuse("import", message, cure, rule="import/lost")

    def _write(self, kept: list[Rows], report: ImportReport) -> None:
        total = sum(int(self.engine.rows(rows.table.agg(n=rows.table.count()))[0]["n"]) for rows in kept)
        with self.step("writing", total, "rows") as advance:
            for number, rows in enumerate(kept, 1):
                stem = self.new / f"{number:02}-{local(rows.kind)}"
                text = self._text(rows) if self.options.form == "nq" else None
                written = self.engine.write(
                    rows.table, text, rows.order, stem, self.options.shard, self.options.compression
                )
                for _, count in written:
                    advance(count)

    def _text(self, rows: Rows) -> Callable[[object], object]:
        return lambda table: quads(rows, table, self.terms)

    def _provenance(self, report: ImportReport) -> list[ox.Quad]:
        return list(provenance(self.dataset, report.edition, self.terms, self.options.files, report.counts))

    def _finish(self, report: ImportReport) -> None:
        about = sorted(map(str, self._provenance(report)))
        (self.new / "00-provenance-0001.nq").write_text("".join(f"{line} .\n" for line in about), encoding="utf-8")
        paths = sorted(self.new.iterdir())
        with self.step("hashing", sum(path.stat().st_size for path in paths), "bytes") as advance:
            for path in paths:
                digest, lines = fingerprint(path, advance)
                report.files[path.name] = {"bytes": path.stat().st_size, "sha256": digest}
                report.triples += lines
        text = json.dumps(_manifest(self.target, report, self.options), indent=2, ensure_ascii=False)
        (self.new / "manifest.json").write_text(f"{text}\n", encoding="utf-8")


def _refuse_declaration(error: Exception) -> None:
    """Report an error at the line of the declaration that raised it, if one did."""
    frames = [frame for frame in walk_tb(error.__traceback__) if is_declaration(frame[0].f_globals)]
    if frames:
        frame, line = frames[-1]
        what = " ".join(str(error).split())[:300]
        name = Path(frame.f_code.co_filename).name
        refuse(name, f"{type(error).__name__}: {what}", "fix the declaration", at=(line, 1), rule="import/dataset")


def _manifest(target: ImportTarget, report: ImportReport, options: ImportOptions) -> dict[str, object]:
    return {
        "kind": "import",
        "publication": target.publication.iri,
        "dataset": report.dataset.name,
        "edition": report.edition,
        "graph": report.graph,
        "form": options.form,
        "rows": report.counts,
        "faults": [fault.text for fault in report.rows.faults],
        "broadened": [asdict(one) for one in report.broadened],
        "records": report.records,
        "triples": {report.graph: report.triples},
        "sampled": report.sampled,
        "caveats": list(report.dataset.caveats),
        "files": report.files,
    }
