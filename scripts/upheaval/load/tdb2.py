"""Load Jena TDB2 with Debian's jars: a new database is built beside the old one and replaces it when complete."""

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox

from upheaval.load.process import run
from upheaval.load.stores import Progress, ResultRow, rows
from upheaval.rdf.graphs import in_graph, write
from upheaval.rdf.sparql import select
from upheaval.store.builds import Build, Unloaded, opened

JARS = Path("/usr/share/java")
NAMES = (
    *("jena-arq", "jena-base", "jena-cmds", "jena-core", "jena-dboe-base", "jena-dboe-index", "jena-dboe-storage"),
    *(
        "jena-dboe-trans-data",
        "jena-dboe-transaction",
        "jena-iri",
        "jena-shacl",
        "jena-shex",
        "jena-rdfconnection",
        "jena-tdb2",
        "jena-tdb",
    ),
    *("slf4j-api", "slf4j-nop", "commons-lang3", "commons-csv", "commons-codec", "commons-compress", "commons-cli"),
    *("commons-io", "thrift", "jsonld-java", "jackson-core", "jackson-databind", "jackson-annotations", "httpclient"),
    *("httpcore", "guava", "protobuf", "gson", "jakarta.json-api", "titanium-json-ld", "dexx.collection"),
)
INSTALL = "install it (Debian: apt-get install libapache-jena-java default-jre-headless)"
_PREFIX = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
_NAME = "question__"


class Tdb2:
    """A TDB2 database in a folder of its own."""

    def __init__(self, folder: Path, timeout: float) -> None:
        self.folder, self.timeout = folder.resolve(), timeout
        self._held: dict[str, list[ox.Triple]] | None = None

    def counts(self, build: Build) -> dict[str, int]:
        """Count the triples of each of the build's graphs; refuse a database that holds other data."""
        held = self._read()
        if foreign := sorted(
            graph or "the default graph" for graph in held if not graph.startswith(f"{build.iri}graph/")
        ):
            cure = "use a separate folder for the publication, because it is replaced as a whole"
            raise Unloaded(f"{self.folder} also holds {', '.join(foreign[:3])}", cure)
        return {graph: len(held.get(graph, [])) for graph in build.counts}

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph."""
        return self._read().get(graph, [])

    def replace(self, build: Build, progress: Progress) -> None:
        """Load into a new database and replace the old one by renaming.

        Raises:
            Unloaded: the load failed; the old database is unchanged and the new one deleted.

        """
        self._free()
        new, old = (self.folder.with_name(f".{self.folder.name}-{word}") for word in ("new", "old"))
        shutil.rmtree(new, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory(prefix="upheaval-") as folder:
                files = [*self._readable(build, Path(folder)), *self._kept(build, Path(folder))]
                self._java("tdb2.tdbloader", f"--loc={new}", *map(str, files))
            beside = Tdb2(new, self.timeout)
            if (found := beside.counts(build)) != build.counts:
                raise Unloaded(
                    f"{sum(found.values())} triples arrived instead of {sum(build.counts.values())}", "load again"
                )
            self._free()
            shutil.rmtree(old, ignore_errors=True)
            if self.folder.exists():
                self.folder.rename(old)
            try:
                new.rename(self.folder)
            except OSError:
                if old.exists():
                    old.rename(self.folder)
                raise
        except Unloaded as error:
            raise error.and_then("the old database is unchanged") from None
        except OSError as error:
            message = f"{self.folder} cannot be replaced: {error.strerror}; the old database is unchanged"
            raise Unloaded(message, "check the permissions of its parent folder") from None
        finally:
            shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        self._held = beside._read()
        progress(sum(build.counts.values()))

    def _readable(self, build: Build, folder: Path) -> list[Path]:
        """Return the build's files in a form that Jena can read: plain or compressed with gzip."""
        files = []
        for path in build.quads:
            if path.suffix == ".zst":
                with opened(path) as stream, (folder / path.stem).open("wb") as plain:
                    shutil.copyfileobj(stream, plain)
                path = folder / path.stem
            files.append(path)
        return files

    def _kept(self, build: Build, folder: Path) -> list[Path]:
        """Write the rest of the database, which must be kept: imports, or the build that they belong to."""
        imported = all("/graph/import/" in graph for graph in build.counts)
        kept = {
            graph: triples
            for graph, triples in self._read().items()
            if graph not in build.counts and (imported or "/graph/import/" in graph)
        }
        if not kept:
            return []
        path = folder / "kept.nq"
        quads = (quad for graph, triples in kept.items() for quad in in_graph(triples, graph))
        path.write_bytes(write(quads, ox.RdfFormat.N_QUADS))
        return [path]

    def answers(self, questions: Mapping[str, str], build: Build) -> dict[str, list[ResultRow] | str]:
        """Run all questions in one Java process, as branches of a UNION; if that fails, one by one."""
        prefixes: dict[str, str] = {}
        branches: dict[str, str] = {}
        for name, text in questions.items():
            own = dict(_PREFIX.findall(text))
            if all(prefixes.get(prefix, iri) == iri for prefix, iri in own.items()):
                prefixes |= own
                branches[name] = f'{{ {{\n{_PREFIX.sub("", text)}\n}} BIND ("{name}" AS ?{_NAME}) }}'
        head = "".join(f"PREFIX {prefix}: {iri}\n" for prefix, iri in prefixes.items())
        found: dict[str, list[ResultRow] | str] = {}
        try:
            if branches:
                solutions = self._select(f"{head}SELECT * WHERE {{\n" + "\nUNION\n".join(branches.values()) + "\n}")
                found |= _apart(solutions, {name: questions[name] for name in branches}, build)
        except Unloaded:
            found = {}
        for name, text in questions.items():
            if name not in found:
                try:
                    found[name] = rows(self._select(text))
                except Unloaded as error:
                    found[name] = str(error)
        return found

    def _select(self, text: str) -> ox.QuerySolutions:
        with tempfile.TemporaryDirectory(prefix="upheaval-") as folder:
            file = Path(folder) / "query.rq"
            file.write_text(text, encoding="utf-8")
            options = (f"--loc={self.folder}", "--set=tdb2:unionDefaultGraph=true", "--results=JSON")
            out = self._java("tdb2.tdbquery", *options, f"--query={file}")
        solutions = ox.parse_query_results(out.encode(), format=ox.QueryResultsFormat.JSON)
        if not isinstance(solutions, ox.QuerySolutions):
            raise Unloaded("Jena did not return SPARQL results")
        return solutions

    def _read(self) -> dict[str, list[ox.Triple]]:
        """Return the number of triples by graph; empty if there is no database yet."""
        if self._held is not None:
            return self._held
        held: dict[str, list[ox.Triple]] = {}
        if self.folder.exists() and not (self.folder.is_dir() and not any(self.folder.iterdir())):
            if not (self.folder / "Data-0001").is_dir():
                raise Unloaded(f"{self.folder} is not a TDB2 database", "name a new or empty folder")
            self._free()
            text = self._java("tdb2.tdbdump", f"--loc={self.folder}")
            for quad in ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS, lenient=True):
                held.setdefault(str(getattr(quad.graph_name, "value", "")), []).append(quad.triple)
        self._held = held
        return held

    def _free(self) -> None:
        """Refuse a database that a running process has opened; the lock file holds its id."""
        try:
            holder = int((self.folder / "tdb.lock").read_text().strip() or 0)
            os.kill(holder, 0)
        except (OSError, ValueError):
            return
        if holder:
            raise Unloaded(f"{self.folder} is in use by process {holder}", "stop that server, load, and start it again")

    def _java(self, *arguments: str) -> str:
        missing = [name for name in ("jena-tdb2", "jena-cmds") if not (JARS / f"{name}.jar").exists()]
        if missing:
            raise Unloaded(f"Jena is missing: there is no {missing[0]}.jar in {JARS}", INSTALL)
        with tempfile.TemporaryDirectory(prefix="upheaval-") as folder:
            unpack_messages(Path(folder))
            path = ":".join([folder, *(str(JARS / f"{name}.jar") for name in NAMES)])
            command = ["java", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-cp", path, *arguments]
            status, out, err = run(command, "", self.timeout, "Java", INSTALL)
        if status:
            lines = [line for line in err.splitlines() if line.strip() and not line.startswith(("\t", "SLF4J"))]
            raise Unloaded(f"Jena's {arguments[0]}: {' '.join(lines)[:300]}", "read the message, then load again")
        return out


def unpack_messages(folder: Path) -> None:
    """Unpack the message files that Debian's jena-core 4.5 has moved away from the classes that need them.

    Args:
        folder: the target folder, which is added to Java's class path.

    """
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for name in jar.namelist():
            if "/ext/xerces/" in name and name.endswith(".properties"):
                file = folder / name.split("/ext/")[1]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(jar.read(name))


def _apart(
    solutions: ox.QuerySolutions, questions: Mapping[str, str], build: Build
) -> dict[str, list[ResultRow] | str]:
    """Split the combined rows by question; the embedded engine determines the columns of a question."""
    here = build.store()
    columns = {}
    for name, text in questions.items():
        columns[name] = select(here, text).variables
    found: dict[str, list[ResultRow]] = {name: [] for name in questions}
    for solution in solutions:
        name = str(getattr(solution[_NAME], "value", ""))
        terms = ((solution[column] if column in solutions.variables else None) for column in columns[name])
        found[name].append(tuple("" if term is None else str(term) for term in terms))
    return dict(found)
