"""The dataset for assistants: a Model Context Protocol server with read-only tools, over standard input and output."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyoxigraph as ox

from upheaval.dataset import Dataset, Rows, open_dataset
from upheaval.faults import Refusal
from upheaval.graphs import write

if TYPE_CHECKING:
    from mcp.server import MCPServer

ROWS = 500


def make_server(dataset: Dataset, limit: int = ROWS) -> "MCPServer[Any]":
    """Return a server with four tools, none of which writes or contacts anybody.

    Args:
        dataset: what is asked.
        limit: the most rows or triples that an answer may have; more are cut off, and the answer says so.

    """
    from mcp.server import MCPServer

    server: MCPServer[Any] = MCPServer(
        "upheaval",
        instructions=f"Linked data of {dataset.iri}: prefer `ask` with an example question; cite records by their IRIs",
    )

    @server.tool()
    def list_questions() -> list[dict[str, Any]]:
        """List the example questions with what they answer and their parameters."""
        found = []
        for name in dataset.questions():
            question = dataset.question(name)
            parameters = {each.name: f"{each.kind}: {each.description}" for each in question.parameters}
            found.append({"name": name, "title": question.title, "answers": question.answers, "parameters": parameters})
        return found

    @server.tool()
    def ask(name: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
        """Ask an example question by its name; a record is given by its name, such as `russia`."""
        try:
            return _rows(dataset.query(name, **(parameters or {})), limit)
        except Refusal as refusal:
            return {"error": str(refusal)}

    @server.tool()
    def sparql(query: str) -> dict[str, Any]:
        """Run a SPARQL 1.1 SELECT, ASK or CONSTRUCT over data, derived facts and vocabulary; SERVICE is refused."""
        from upheaval.sparqlexamples import query_form

        try:
            form = query_form(query)
            if form == "DESCRIBE":
                return {"error": "DESCRIBE is not answered here: use the tool `describe`, or CONSTRUCT"}
            return _turtle(dataset.triples(query), limit) if form == "CONSTRUCT" else _rows(dataset.query(query), limit)
        except Refusal as refusal:
            return {"error": str(refusal)}

    @server.tool()
    def describe(record: str) -> dict[str, Any]:
        """Return what is said of a record (its name or its IRI), of its parts, and what refers to it, as Turtle."""
        try:
            iri = ox.NamedNode(record if record.startswith(dataset.iri) else dataset.iri + record)
        except ValueError:
            return {"error": f"`{record}` is no name of a record"}
        return _turtle(dataset.about(iri.value), limit)

    return server


def _rows(found: Rows, limit: int) -> dict[str, Any]:
    rows = [
        {name: value if isinstance(value, (int, float, bool)) else value and str(value) for name, value in row.items()}
        for row in found[:limit]
    ]
    return {"rows": rows, "total": len(found), "truncated": len(found) > limit}


def _turtle(found: list[ox.Triple], limit: int) -> dict[str, Any]:
    text = write(found[:limit], ox.RdfFormat.TURTLE).decode()
    return {"turtle": text, "total": len(found), "truncated": len(found) > limit}


@click.command("mcp", epilog="Example: upheaval mcp --path build")
@click.option(
    "--path", type=click.Path(path_type=Path), help="A build or a publication; `build`, or here, if left out."
)
def mcp_command(path: Path | None) -> None:
    """Serve the dataset to an assistant: a Model Context Protocol server on standard input and output."""
    try:
        server = make_server(open_dataset(path))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    except ImportError:
        raise click.ClickException("the MCP library is not installed: pip install 'upheaval[mcp]'") from None
    server.run("stdio")
