"""The dataset for AI assistants: a Model Context Protocol server with read-only tools, over standard input and output.

Queries run as in `upheaval serve`: in a worker process that cannot open files or connections, is killed after a time
limit, and truncates long answers.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from upheaval.faults import Refusal
from upheaval.query.dataset import OpenedDataset, to_python
from upheaval.query.known import KnownTerms
from upheaval.rdf.datatypes import IllFormed
from upheaval.schema.questions import Parameter, Question, default_of
from upheaval.serve.admission import Admission, Displaced, TimedOut
from upheaval.serve.admitted import run_admitted
from upheaval.serve.answering import answer
from upheaval.serve.channels import Crashed, Head
from upheaval.serve.problems import Problem
from upheaval.serve.workers import Pool

if TYPE_CHECKING:
    from mcp.server import MCPServer

Answer = dict[str, Any]


class QueryHandler:
    """Answers queries in a worker."""

    def __init__(self, dataset: OpenedDataset) -> None:
        self._store = dataset.store
        self.about: dict[str, Any] = {"iri": dataset.iri}

    def warm(self) -> None:
        """Prepare nothing."""

    def respond(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Answer a query; the head is the job."""
        return answer(self._store, head)


class WorkerClient:
    """Runs queries in the workers and returns their results, or an error, as a JSON object."""

    def __init__(self, dataset: OpenedDataset, pool: Pool) -> None:
        self.dataset, self.pool = dataset, pool
        self._admission = Admission(pool.limits)

    async def ask(self, query: str) -> Answer:
        """Run a query.

        Args:
            query: SPARQL 1.1; updates and SERVICE are refused.

        Returns:
            `rows` of a SELECT, `answer` of an ASK, or `turtle` of a graph, each with `truncated`, which is true if a
            limit cut the answer short, and `note` if names in the query are unknown; or `error`.

        """
        limits = self.pool.limits
        if len(query.encode("utf-8", "surrogatepass")) > limits.query_bytes:
            return {"error": f"the query is too long: the limit is {limits.query_bytes} bytes"}
        job = {
            "query": query, "prefixes": self.dataset.prefixes, "default": None, "named": None,
            "base": self.dataset.iri, "rows_form": "json", "graph_form": "ttl", "rows": limits.rows,
            "size": limits.answer_bytes, "note": self.dataset.iri,
        }  # fmt: skip
        try:
            header, body = await run_admitted(self.pool, self._admission, "", job, b"")
        except TimedOut:
            return {"error": f"the query ran longer than {limits.seconds:g} s and was stopped; ask for less"}
        except Crashed:
            return {"error": "the query used too much memory or crashed the engine, and was stopped"}
        except (Problem, Displaced):
            return {"error": "too many queries are waiting; try again shortly"}
        if header["status"] != 200:
            return {"error": header["detail"]}
        unknown = header.get("unknown")
        note = {"note": "; ".join(unknown)} if unknown else {}
        return _readable(header["kind"], body) | {"truncated": bool(header["cut"])} | note


def _readable(kind: str, body: bytes) -> Answer:
    if kind == "graph":
        return {"turtle": body.decode()}
    if kind == "boolean":
        return {"answer": json.loads(body)["boolean"]}
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions), found
    names = [variable.value for variable in found.variables]
    return {"rows": [{name: _plain(solution[name]) for name in names} for solution in found]}


def _plain(term: object) -> Any:
    value = to_python(term)
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)


def _need(question: Question, parameter: Parameter) -> Answer:
    if parameter.required or parameter.optional:
        return {"required": parameter.required}
    return {"default": default_of(question, parameter)}


def make_server(dataset: OpenedDataset, pool: Pool) -> "MCPServer[Any]":
    """Create a server with four tools, none of which writes anything or contacts other hosts.

    Args:
        dataset: the dataset.
        pool: workers launched with the same dataset; the server starts and stops them.

    """
    from mcp.server import MCPServer

    client = WorkerClient(dataset, pool)

    @contextlib.asynccontextmanager
    async def lifespan(server: "MCPServer[Any]") -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            await pool.close()

    server: MCPServer[Any] = MCPServer(
        "upheaval",
        instructions=f"Linked data of {dataset.iri}: prefer `ask` with an example question; cite records by their "
        f"IRIs. An answer has at most {pool.limits.rows} rows, a query {pool.limits.seconds:g} s.",
        lifespan=lifespan,
        log_level="WARNING",
    )

    @server.tool()
    def list_questions() -> list[dict[str, Any]]:
        """List the example questions, their answers and their parameters."""
        found = []
        for name in dataset.questions():
            question = dataset.question(name)
            parameters = {
                each.name: {
                    "type": each.written,
                    "description": each.description,
                    **_need(question, each),
                }
                for each in question.parameters
            }
            found.append({"name": name, "title": question.title, "answers": question.answers, "parameters": parameters})
        return found

    @server.tool()
    async def ask(name: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
        """Ask an example question by its name; give a record by the name of its file, as in its IRI."""
        try:
            notes: list[str] = []
            answer = await client.ask(dataset.text_of(name, parameters or {}, notes.append))
            return answer | ({"note": "; ".join(notes)} if notes else {})
        except Refusal as refusal:
            return {"error": str(refusal)}

    @server.tool()
    async def sparql(query: str) -> dict[str, Any]:
        """Run a SPARQL 1.1 query over the data, derived facts and vocabulary; SERVICE and updates are refused."""
        return await client.ask(query)

    @server.tool()
    async def describe(record: str) -> dict[str, Any]:
        """Describe a record, given by name or IRI: its statements, the links to it and its sources, as Turtle."""
        try:
            known = KnownTerms(dataset.store, dataset.iri)
            answer = await client.ask(f"DESCRIBE {known.record(record)}")
            notes = [followed.sentence for followed in known.followed]
            return answer | ({"note": "; ".join(notes)} if notes else {})
        except IllFormed as error:
            return {"error": f"{error.args[0]} ({error.args[1]})"}

    return server
