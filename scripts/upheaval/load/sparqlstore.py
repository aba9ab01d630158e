"""Load over HTTP: Oxigraph's server, and any store with SPARQL Update or the Graph Store Protocol.

With Update, chunks go into temporary graphs, each with a triple that records it, so that an interrupted load can
continue; a single update request then moves all graphs into place. Without Update, graphs are replaced one by one.
"""

from collections.abc import Mapping

import pyoxigraph as ox

from upheaval.load.http import SparqlClient
from upheaval.load.stores import Progress, ResultRow, rows
from upheaval.rdf.graphs import write
from upheaval.rdf.xsd import XSD
from upheaval.store.builds import Build, Chunk, Unloaded

PART = "http://purl.org/dc/terms/hasPart"
_INTEGER = ox.NamedNode(XSD + "integer")


class SparqlStore:
    """A store accessed over HTTP."""

    def __init__(self, endpoint: SparqlClient, size: int) -> None:
        self.endpoint, self.size = endpoint, size

    def counts(self, build: Build) -> dict[str, int]:
        """Count the triples of each of the build's graphs."""
        return {
            graph: self._number(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
            for graph in build.counts
        }

    def triples(self, graph: str) -> list[ox.Triple]:
        """Return all triples of a graph."""
        return self.endpoint.triples(graph)

    def answers(self, questions: Mapping[str, str], build: Build) -> dict[str, list[ResultRow] | str]:
        """Run each question over the build's graphs."""
        return ask_each(self.endpoint, questions, build)

    def replace(self, build: Build, progress: Progress) -> None:
        """Load into temporary graphs and move them, or replace graphs one by one if the store has no updates.

        Raises:
            Unloaded: the load failed; the message says what the store holds.

        """
        if not self.endpoint.update:
            self._put(build, progress)
            return
        beside = {graph: f"{graph}/loading/{build.key}" for graph in build.counts}
        done = self._begun(build, beside)
        loaded = 0
        try:
            for chunk in build.chunks(self.size):
                if chunk.number not in done:
                    self._add(chunk, beside[chunk.graph])
                loaded += 1
                progress(len(chunk.triples))
            self._whole(build, beside)
            self.endpoint.change(self._moves(build, beside))
        except Unloaded as error:
            raise error.and_then(
                f"the old content is unchanged, {loaded} chunks are loaded beside it; repeat the command to continue"
            ) from None

    def _number(self, text: str) -> int:
        found = rows(self.endpoint.select(text))
        number = found[0][0].split('"')[1:2] if len(found) == 1 and found[0] else []
        if not number or not (number[0].isascii() and number[0].isdigit()):
            said = f"`{found[0][0]}`" if found and found[0] else "nothing"
            raise Unloaded(f"{self.endpoint.query} returns {said} where a number is counted", "check the address")
        return int(number[0])

    def _add(self, chunk: Chunk, graph: str) -> None:
        count = ox.Literal(str(chunk.number), datatype=_INTEGER)
        triples = [*chunk.triples, ox.Triple(ox.NamedNode(graph), ox.NamedNode(PART), count)]
        if self.endpoint.graphs:
            self.endpoint.add(graph, triples)
        else:
            text = write(triples, ox.RdfFormat.N_TRIPLES).decode()
            self.endpoint.change(f"INSERT DATA {{ GRAPH <{graph}> {{\n{text}}} }}")

    def _begun(self, build: Build, beside: dict[str, str]) -> set[int]:
        """Return the chunks loaded by an earlier run, and drop those of other builds."""
        text = f'SELECT ?g ?n WHERE {{ GRAPH ?g {{ ?g <{PART}> ?n }} FILTER (CONTAINS(STR(?g), "/loading/")) }}'
        done: set[int] = set()
        stale: set[str] = set()
        for solution in self.endpoint.select(text):
            graph = str(getattr(solution["g"], "value", ""))
            if graph in beside.values():
                number = str(getattr(solution["n"], "value", ""))
                if number.isascii() and number.isdigit():
                    done.add(int(number))
            elif any(graph.startswith(f"{own}/loading/") for own in build.counts):
                stale.add(graph)
        for graph in sorted(stale):
            self.endpoint.change(f"DROP SILENT GRAPH <{graph}>")
        return done

    def _whole(self, build: Build, beside: dict[str, str]) -> None:
        for graph, count in build.counts.items():
            name = beside[graph]
            but = f"FILTER (?p != <{PART}> || ?s != <{name}>)"
            text = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o {but} }} }}"
            if (found := self._number(text)) != count:
                for each in beside.values():
                    self.endpoint.change(f"DROP SILENT GRAPH <{each}>")
                raise Unloaded(
                    f"{found} triples arrived for {graph} instead of {count}; they were dropped", "load again"
                )

    def _moves(self, build: Build, beside: dict[str, str]) -> str:
        steps = []
        for graph, count in build.counts.items():
            name = beside[graph]
            steps.append(f"DELETE WHERE {{ GRAPH <{name}> {{ <{name}> <{PART}> ?n }} }}")
            steps.append(f"MOVE GRAPH <{name}> TO GRAPH <{graph}>" if count else f"DROP SILENT GRAPH <{graph}>")
        return " ;\n".join(steps)

    def _put(self, build: Build, progress: Progress) -> None:
        here = build.store()
        done: list[str] = []
        for graph in build.counts:
            found = [quad.triple for quad in here.quads_for_pattern(None, None, None, ox.NamedNode(graph))]
            try:
                self.endpoint.add(graph, found, "PUT")
            except Unloaded as error:
                old = [name for name in build.counts if name not in done]
                state = (
                    f"new: {', '.join(done) or 'none'}; unchanged: {', '.join(old)}; repeat the command to do the rest"
                )
                raise error.and_then(state) from None
            done.append(graph)
            progress(len(found))


def ask_each(endpoint: SparqlClient, questions: Mapping[str, str], build: Build) -> dict[str, list[ResultRow] | str]:
    """Run each question separately; the answer of a failing one is its error message."""
    found: dict[str, list[ResultRow] | str] = {}
    for name, text in questions.items():
        try:
            found[name] = rows(endpoint.select(text, build.counts))
        except Unloaded as error:
            found[name] = str(error)
    return found
