"""Load Virtuoso 7 with isql: the bulk loader fills temporary graphs, and one transaction renames them.

Questions go to Virtuoso's SPARQL endpoint over HTTP, as users' queries do; everything else goes through isql, where
ResultSetMaxRows does not truncate answers.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from upheaval.load.http import SparqlClient
from upheaval.load.process import run
from upheaval.load.sparqlstore import ask_each
from upheaval.load.stores import Progress, ResultRow
from upheaval.rdf.graphs import in_graph, write
from upheaval.store.builds import Build, Unloaded

OPTIONS = ("ERRORS=STDOUT", "BLOBS=ON", "VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF")
PROGRAMS = ("isql-vt", "isql-v")
INSTALL = "install it (Debian: apt-get install virtuoso-opensource-7-bin)"


class Virtuoso:
    """A Virtuoso server at its SQL port, on this machine or on one with access to the same folders."""

    def __init__(self, address: str, endpoint: SparqlClient, size: int, staging: Path | None = None) -> None:
        self.address, self.endpoint, self.size, self.staging = address, endpoint, size, staging

    def counts(self, build: Build) -> dict[str, int]:
        """Count the triples of each of the build's graphs."""
        return {graph: self._count(graph) for graph in build.counts}

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph."""
        text = self.sql(
            f'SPARQL define output:format "NT" CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}'
        )
        lines = [line for line in text.splitlines() if line.startswith(("<", "_:"))]
        content = "\n".join(lines).encode()
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES, lenient=True)]

    def answers(self, questions: Mapping[str, str], build: Build) -> dict[str, list[ResultRow] | str]:
        """Run each question on the SPARQL endpoint from the server's configuration."""
        endpoint = self.endpoint
        if not endpoint.query:
            port = self._setting("HTTPServer", "ServerPort").rpartition(":")[2] or "8890"
            endpoint = replace(endpoint, query=f"http://{self.address.rpartition(':')[0]}:{port}/sparql")
        return ask_each(replace(endpoint, user="", password=""), questions, build)

    def replace(self, build: Build, progress: Progress) -> None:
        """Bulk load files into temporary graphs, then rename all graphs in one transaction.

        Raises:
            Unloaded: the load failed; the graphs are unchanged.

        """
        folder = self._folder() / f"upheaval-{build.key}"
        beside = {graph: f"{graph}/loading/{build.key}" for graph in build.counts}
        try:
            sizes = _files(build, folder, beside, self.size)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise Unloaded(
                f"{folder} cannot be written: {error.strerror}",
                "free up disk space, or name another folder with --staging",
            ) from None
        done: list[str] = []
        try:
            self._load(folder, sizes, done, progress)
            if self._amiss(build, beside):  # a crash lost files that the list has as loaded
                self._forget(folder, beside)
                _files(build, folder, beside, self.size)
                done.clear()
                self._load(folder, sizes, done, progress)
            if amiss := self._amiss(build, beside):
                self._forget(folder, beside)
                raise Unloaded(f"not all triples arrived for {amiss}; they were dropped", "load again")
            self._publish(beside)
            self._mend(build, folder)
        except Unloaded as error:
            state = f"the old content is unchanged, {len(done)} of {len(sizes)} files were loaded"
            raise error.and_then(f"{state}; repeat the command to continue after the last complete file") from None
        self._forget(folder, {})

    def _load(self, folder: Path, sizes: dict[str, int], done: list[str], progress: Progress) -> None:
        """Load the remaining files, with a checkpoint after each, so that a crash loses at most one file."""
        ours = f"ll_file like '{folder}/%'"
        self.sql(f"delete from DB.DBA.load_list where {ours} and (ll_state <> 2 or ll_error is not null)")
        loaded = self.sql(f"select ll_file from DB.DBA.load_list where {ours}").split()
        for name, size in sizes.items():
            if str(folder / name) not in loaded:
                self.sql(f"ld_dir('{folder}', '{name}', 'urn:upheaval:unused')", "rdf_loader_run()", "checkpoint")
                wrong = self.sql(f"select ll_error from DB.DBA.load_list where {ours} and ll_error is not null").strip()
                if wrong:
                    raise Unloaded(f"Virtuoso's bulk loader: {wrong[:200]}", "read the message, then load again")
            done.append(name)
            progress(size)

    def _amiss(self, build: Build, beside: dict[str, str]) -> str:
        wrong = [graph for graph, count in build.counts.items() if self._count(beside[graph]) != count]
        return ", ".join(wrong)

    def _publish(self, beside: dict[str, str]) -> None:
        steps = "".join(
            f"  delete from DB.DBA.RDF_QUAD where g = iri_to_id ('{graph}', 0);\n"
            f"  update DB.DBA.RDF_QUAD table option (index RDF_QUAD_GS) set g = iri_to_id ('{graph}')"
            f" where g = iri_to_id ('{name}', 0);\n"
            for graph, name in beside.items()
        )
        self.sql(
            "create procedure DB.DBA.UPHEAVAL_PUBLISH () {\n"
            "  declare exit handler for sqlstate '*' { rollback work; resignal; };\n"
            f"  log_enable (1, 1);\n{steps}  commit work;\n}}",
            "DB.DBA.UPHEAVAL_PUBLISH ()",
            "drop procedure DB.DBA.UPHEAVAL_PUBLISH",
            "checkpoint",
        )

    def _mend(self, build: Build, folder: Path) -> None:
        """Rewrite dates for which Virtuoso kept the lexical form of the old content.

        Virtuoso considers 2024-11 and 2024-11-01 equal: if the old and the new graph have them for the same subject
        and property, the old form stays.
        """
        here, wrong, right = build.store(), [], []
        for graph in build.counts:
            held = {
                str(quad.triple): quad.triple for quad in here.quads_for_pattern(None, None, None, ox.NamedNode(graph))
            }
            found = {str(triple): triple for triple in self.triples(graph)}
            wrong += [(graph, text) for text, triple in found.items() if text not in held and _is_date(triple)]
            right += [
                ox.Quad(held[text].subject, held[text].predicate, held[text].object, ox.NamedNode(graph))
                for text in held
                if text not in found and _is_date(held[text])
            ]
        if wrong and right:
            (folder / "dates.nq").write_bytes(write(right, ox.RdfFormat.N_QUADS))
            drops = [f"SPARQL DELETE DATA FROM <{graph}> {{ {text} }}" for graph, text in wrong]
            loading = f"ld_dir('{folder}', 'dates.nq', 'urn:upheaval:unused')"
            self.sql(*drops, "checkpoint", loading, "rdf_loader_run()", "checkpoint")

    def _forget(self, folder: Path, beside: dict[str, str]) -> None:
        drops = [f"SPARQL CLEAR GRAPH <{name}>" for name in beside.values()]
        self.sql(f"delete from DB.DBA.load_list where ll_file like '{folder}/%'", *drops)
        shutil.rmtree(folder, ignore_errors=True)

    def _count(self, graph: str) -> int:
        return int(self.sql(f"SPARQL SELECT COUNT(*) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}").split()[0])

    def _setting(self, section: str, name: str) -> str:
        return self.sql(f"select cfg_item_value (virtuoso_ini_path (), '{section}', '{name}')").strip()

    def _folder(self) -> Path:
        """Return a folder that both sides can use: Virtuoso only reads folders in DirsAllowed."""
        allowed = [Path(each.strip()) for each in self._setting("Parameters", "DirsAllowed").split(",") if each.strip()]
        if self.staging is not None:
            return self.staging.resolve()
        for folder in allowed:
            if folder.is_absolute() and folder.is_dir() and os.access(folder, os.W_OK):
                return folder
        listed = ", ".join(map(str, allowed)) or "none"
        raise Unloaded(
            f"none of the folders that Virtuoso can read is writable (DirsAllowed: {listed})",
            "add one to DirsAllowed in virtuoso.ini, or name one with --staging",
        )

    def sql(self, *statements: str) -> str:
        """Run statements and return their output.

        Raises:
            Unloaded: isql is missing, there is no server, the password is wrong, or a statement fails.

        """
        program = next((each for each in PROGRAMS if shutil.which(each)), PROGRAMS[0])
        user, password = self.endpoint.user or "dba", self.endpoint.password or "dba"
        text = "".join(f"{statement};\n" for statement in statements)
        status, out, err = run(
            [program, self.address, user, password, *OPTIONS], text, self.endpoint.timeout, "Virtuoso's isql", INSTALL
        )
        output = " ".join(f"{out} {err}".split())
        if status and "Bad login" in output:
            raise Unloaded(f"{self.address} refuses user {user}", "set UPHEAVAL_USER and UPHEAVAL_PASSWORD")
        if status and "Connect failed" in output:
            raise Unloaded(
                f"Virtuoso does not answer at {self.address}", "start it, or correct the address of its SQL port"
            )
        if status or "*** Error" in out + err:
            found = output.partition("*** Error")[2].strip() or output
            raise Unloaded(f"Virtuoso at {self.address}: {found[:300]}", "see Virtuoso's log")
        return out


def _files(build: Build, folder: Path, beside: dict[str, str], size: int) -> dict[str, int]:
    """Write files for the bulk loader unless an earlier run has, and return their sizes in triples."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    sizes = {}
    for chunk in build.chunks(size):
        name = f"{chunk.number:06}.nq"
        sizes[name] = len(chunk.triples)
        if not (folder / name).exists():
            (folder / "partial").write_bytes(write(in_graph(chunk.triples, beside[chunk.graph]), ox.RdfFormat.N_QUADS))
            (folder / "partial").rename(folder / name)
    return sizes


def _is_date(triple: ox.Triple) -> bool:
    datatype = getattr(getattr(triple.object, "datatype", None), "value", "")
    return datatype.endswith(("#date", "#gYear", "#gYearMonth"))
