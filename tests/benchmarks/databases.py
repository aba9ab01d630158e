"""Loading into stores on disk, and the example questions there: Oxigraph, Jena TDB2 and Virtuoso.

Ours is what `upheaval serve` does: the build in memory. Questions are timed by the clock, each side in its own process
or server; a question that one side does not answer in time counts for neither.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from tests.benchmarks import jena
from tests.benchmarks.rows import Row, run, taken
from tests.load.stores import Server, http_port, start_virtuoso
from upheaval.load.http import SparqlClient
from upheaval.load.virtuoso import Virtuoso
from upheaval.populate.assembly import assemble
from upheaval.query.answers import ask
from upheaval.schema.packagedquestions import read_questions
from upheaval.store.builds import Unloaded

SECONDS = 60
"""How long a question may take."""
Times = dict[str, list[float]]
Counts = dict[str, int]


def measure(root: Path, size: str, repeats: int) -> list[Row]:
    """Load a publication's three graphs into each store, and ask every SELECT among the example questions."""
    assembly = assemble(root)
    graphs = [assembly.publication.graph(name) for name in ("data", "derived", "vocabulary")]
    found = {name: question.text for name, question in read_questions(assembly.publication).items()}
    with TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        file = folder / "all.nq"
        assembly.store.dump(str(file), format=ox.RdfFormat.N_QUADS)
        stores: list[ox.Store] = []
        loaded = [taken(lambda: stores.append(_loaded(file))) for _ in range(repeats)]
        store = stores.pop()
        texts = {
            name: text
            for name, text in found.items()
            if isinstance(store.query(text, use_default_graph_as_union=True), ox.QuerySolutions)
        }
        counts, ours = _asked(texts, lambda text: len(list(ask(store, text, "bench"))), repeats)  # type: ignore[arg-type]
        beside = Beside(size, folder, file, repeats, texts, graphs, loaded, ours, counts)
        return [*beside.oxigraph(), *beside.tdb2(), *beside.virtuoso()]


def _loaded(file: Path, location: Path | None = None) -> ox.Store:
    store = ox.Store(None if location is None else str(location))
    store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    store.flush()
    return store


def _asked(texts: dict[str, str], ask_it: Callable[[str], int], repeats: int) -> tuple[Counts, Times]:
    """Ask each question once to warm up, and then as often as asked for; leave out what gives no answer."""
    counts: Counts = {}
    times: Times = {}
    for name, text in texts.items():
        try:
            counts[name] = ask_it(text)
            for _ in range(repeats):
                begin = time.perf_counter()
                ask_it(text)
                times.setdefault(name, []).append(time.perf_counter() - begin)
        except Unloaded:
            times.pop(name, None)
    return counts, times


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows beside each store, on the same file.

    Attributes:
        size: how rows name it.
        folder: for the stores' files.
        file: the N-Quads.
        repeats: how often each question is asked.
        texts: the questions, by name.
        graphs: the named graphs of the file.
        loaded, ours, counts: what ours took for loading and for each question, and how many rows it gave.

    """

    size: str
    folder: Path
    file: Path
    repeats: int
    texts: dict[str, str]
    graphs: list[str]
    loaded: list[float]
    ours: Times
    counts: Counts

    def oxigraph(self) -> list[Row]:
        """Load and ask pyoxigraph with its files on disk; each question in a process of its own."""
        peer = f"Oxigraph {version('pyoxigraph')}, on disk"
        folder = self.folder / "oxigraph"
        loads = [taken(lambda: _loaded(self.file, folder))]
        counts: Counts = {}
        times: Times = {}
        for file in self._files():
            command: list[str | Path] = [
                sys.executable,
                "-m",
                "tests.benchmarks.sides.ondisk",
                folder,
                file,
                str(self.repeats),
            ]
            with suppress(subprocess.TimeoutExpired):
                lines = run(command, limit=SECONDS * (self.repeats + 1)).stdout.splitlines()
                times[file.stem] = [float(line.split()[1]) for line in lines if line]
                counts[file.stem] = int(lines[0].split()[0])
        return [self._load(peer, loads), self._ask(peer, counts, times)]

    def _files(self) -> list[Path]:
        """Write the questions into files."""
        files = [self.folder / f"{name}.rq" for name in self.texts]
        for file, text in zip(files, self.texts.values(), strict=True):
            file.write_text(text, encoding="utf-8")
        return files

    def tdb2(self) -> list[Row]:
        """Load and ask TDB2; all questions in one Java process."""
        if not jena.installed():
            return self._absent("Jena TDB2", jena.ABSENT)
        peer = f"Jena TDB2 {jena.version()}"
        java = jena.java(self.folder)
        nothing = self.folder / "nothing.nq"
        nothing.write_bytes(b"")
        start = run([*java, "tdb2.tdbloader", f"--loc={self.folder / 'none'}", nothing])
        whole = run([*java, "tdb2.tdbloader", f"--loc={self.folder / 'tdb2'}", self.file])
        note = f"{whole.cpu:.1f} cpu s in all, without {start.cpu:.1f} of its start"
        rows = [self._load(peer, [max(0.01, whole.cpu - start.cpu)], note, whole.megabytes)]
        if not shutil.which("javac"):
            return [*rows, Row(f"ask, {self.size}", peer, [], [], "s", note="no Java compiler: default-jdk-headless")]
        files = self._files()
        program = Path(__file__).parent / "sides" / "Ask.java"
        words: list[str | Path] = [program, self.folder / "tdb2", str(self.repeats), str(SECONDS), *files]
        limit = SECONDS * len(files) * (self.repeats + 1) + 60
        counts: Counts = {}
        times: Times = {}
        for line in run([*java, *words], limit=limit).stdout.splitlines():
            name, count, seconds = line.split()
            counts[name.removesuffix(".rq")] = int(count)
            times.setdefault(name.removesuffix(".rq"), []).append(float(seconds))
        return [*rows, self._ask(peer, counts, times, "one Java process, warm")]

    def virtuoso(self) -> list[Row]:
        """Load and ask a Virtuoso server of its own; its processor seconds are those that the system counts for it."""
        if not shutil.which("virtuoso-t") or not shutil.which("isql-vt"):
            return self._absent("Virtuoso", "not installed: apt-get install virtuoso-opensource-7-bin")
        folder = self.folder / "virtuoso"
        folder.mkdir()
        server, address = start_virtuoso(folder)
        try:
            return self._virtuoso(server, address)
        finally:
            server.stop()

    def _virtuoso(self, server: Server, address: str) -> list[Row]:
        printed = subprocess.run(["virtuoso-t", "-?"], capture_output=True, text=True, timeout=30)
        number = re.search(r"Version ([0-9.]+)", printed.stdout + printed.stderr)
        peer = f"Virtuoso {number[1] if number else '?'}"
        staging = server.folder / "staging"
        shutil.copy(self.file, staging / "all.nq")
        target = Virtuoso(address, SparqlClient("", "", "", "", "", 3600), 100_000)
        begin = _used(server.process.pid)
        target.sql(f"ld_dir('{staging}', 'all.nq', 'urn:unused')", "rdf_loader_run()", "checkpoint")
        loads = [max(0.01, _used(server.process.pid) - begin)]
        if wrong := target.sql("select ll_error from DB.DBA.load_list where ll_error is not null").strip():
            return self._absent(peer, f"its loader: {wrong[:100]}")
        endpoint = SparqlClient(f"http://127.0.0.1:{http_port(server)}/sparql", "", "", "", "", SECONDS)

        def asked(text: str) -> int:
            return len(list(endpoint.select(text, self.graphs)))

        counts, times = _asked(self.texts, asked, self.repeats)
        way = statistics.median(_asked({"": "SELECT ?x { VALUES ?x { 1 } }"}, asked, 20)[1][""])
        times = {name: [max(1e-5, one - way) for one in some] for name, some in times.items()}
        note = f"over HTTP, without {1000 * way:.1f} ms that an empty question takes; 160 MB of buffers"
        return [self._load(peer, loads, "one loader"), self._ask(peer, counts, times, note)]

    def _absent(self, peer: str, note: str) -> list[Row]:
        return [Row(f"{what}, {self.size}", peer, [], [], note=note) for what in ("load", "ask")]

    def _load(self, peer: str, loads: list[float], note: str = "", megabytes: float | None = None) -> Row:
        step = f"load N-Quads, {self.size}"
        note = "; ".join(filter(None, ("ours: Oxigraph in memory", note)))
        return Row(step, peer, self.loaded, loads, note=note, memory=(None, megabytes))

    def _ask(self, peer: str, counts: Counts, times: Times, note: str = "") -> Row:
        """Make a row of the geometric means over all questions that both sides have answered."""
        both = [name for name in self.ours if times.get(name)]
        same = sum(counts[name] == self.counts[name] for name in both)
        mine, theirs = (
            [statistics.geometric_mean(side[name][turn] for name in both) for turn in range(self.repeats)]
            for side in (self.ours, times)
        )
        summary = f"geometric mean of {len(both)} of {len(self.texts)} questions, {same} with as many rows"
        return Row(f"ask, {self.size}", peer, mine, theirs, "s", note="; ".join(filter(None, (summary, note))))


def _used(pid: int) -> float:
    """Return the processor seconds of a living process (Linux: proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
