"""The server for assistants, by the protocol's own client over standard input and output."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.serve.support import CRASH, CROSS, NAMESPACE, descend, gone, until
from tests.support import ROOT

mcp = pytest.importorskip("mcp")
SECONDS, ROWS = 2, 5
REFUSED = (
    "DELETE WHERE { ?s ?p ?o }",
    "LOAD <file:///etc/passwd>",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * {",
    "ASK {} #" + "x" * 70_000,
)


@pytest.fixture(scope="module")
def said(world_build: Path) -> dict[str, Any]:
    """What one session has heard."""
    return asyncio.run(asyncio.wait_for(session(world_build), 120))


async def session(folder: Path) -> dict[str, Any]:
    options = ["--path", str(folder), "--seconds", str(SECONDS), "--rows", str(ROWS)]
    command = ["-c", "from upheaval.cli.main import main; main()", "mcp", *options]
    server = mcp.StdioServerParameters(command=sys.executable, args=command, env={"PYTHONPATH": str(ROOT / "scripts")})
    before = set(descend_self())
    async with mcp.Client(server, mode="legacy") as client:
        said: dict[str, Any] = {"name": client.server_info.name, "instructions": client.instructions}
        said["tools"] = {tool.name for tool in (await client.list_tools()).tools}

        async def call(tool: str, **arguments: object) -> Any:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, result
            return result.structured_content

        said["questions"] = (await call("list_questions"))["result"]
        said["ask"] = await call("ask", name="in-force", parameters={"at": "1991-06-01"})
        said["unknown"] = await call("ask", name="no-such-question")
        said["mistyped"] = await call("ask", name="members", parameters={"organization": "river-legue"})
        said["unlike"] = await call("ask", name="members", parameters={"organization": "arvenia"})
        said["rows"] = await call("sparql", query="SELECT * { ?s ?p ?o }")
        said["few"] = await call("sparql", query="SELECT (1.5 AS ?d) (2 AS ?i) (true AS ?b) (?no AS ?n) {}")
        said["truth"] = await call("sparql", query="ASK { ?s ?p ?o }")
        said["describe"] = await call("describe", record="arvenia")
        said["nobody"] = await call("describe", record="a b")
        said["refused"] = [await call("sparql", query=query) for query in REFUSED]
        begin = time.monotonic()
        runaway, after = await asyncio.gather(call("sparql", query=CROSS), call("sparql", query="ASK {}"))
        said["runaway"], said["after"], said["seconds"] = runaway, after, time.monotonic() - begin
        said["crash"] = await call("sparql", query=CRASH)
        said["again"] = await call("ask", name="in-force", parameters={"at": "1991-06-01"})
        processes = [pid for pid in descend_self() if pid not in before]
        processes += [pid for process in processes for pid in descend(process)]
        processes += [pid for process in processes for pid in descend(process)]
    said["processes"] = set(processes)
    return said


def descend_self() -> list[int]:
    import os

    return descend(os.getpid())


def test_the_server_introduces_itself_and_its_tools(said: dict[str, Any]) -> None:
    assert said["name"] == "upheaval"
    assert f"at most {ROWS} rows" in said["instructions"]
    assert said["tools"] == {"list_questions", "ask", "sparql", "describe"}


def test_questions_are_listed_and_answered(said: dict[str, Any]) -> None:
    assert len(said["questions"]) >= 20
    assert {"name", "title", "answers", "parameters"} <= set(said["questions"][0])
    assert said["ask"]["rows"]
    assert said["ask"]["truncated"] is False
    assert "there is no question" in said["unknown"]["error"]
    assert "no record is named `river-legue` (did you mean `river-league`?)" in said["mistyped"]["error"]
    assert "`arvenia` is of the class State, not Organization or Coalition" in said["unlike"]["error"]
    (members,) = (one for one in said["questions"] if one["name"] == "members")
    assert members["parameters"]["organization"]["type"] == "record(Organization Coalition)"
    assert members["parameters"]["at"] == {
        "type": "date",
        "description": "the day asked about",
        "default": "2024-12-31",
    }


def test_answers_beyond_the_limit_are_truncated_and_say_so(said: dict[str, Any]) -> None:
    assert (len(said["rows"]["rows"]), said["rows"]["truncated"]) == (ROWS, True)
    assert said["few"] == {"rows": [{"d": "1.5", "i": 2, "b": True, "n": None}], "truncated": False}
    assert said["truth"] == {"answer": True, "truncated": False}


def test_a_record_is_described(said: dict[str, Any]) -> None:
    assert f"<{NAMESPACE}" in said["describe"]["turtle"]
    assert said["describe"]["truncated"] is True
    assert "no record is named `a b`" in said["nobody"]["error"]


def test_updates_federation_and_nonsense_are_refused(said: dict[str, Any]) -> None:
    for query, answer in zip(REFUSED, said["refused"], strict=True):
        assert set(answer) == {"error"}, query


def test_runaway_query_is_stopped_and_others_go_on(said: dict[str, Any]) -> None:
    assert f"ran longer than {SECONDS} s and was stopped" in said["runaway"]["error"]
    assert said["after"]["answer"] is True
    assert said["seconds"] < 60
    assert "was stopped" in said["crash"]["error"]
    assert said["again"] == said["ask"]


def test_no_process_is_left_after_the_server_stops(said: dict[str, Any]) -> None:
    assert len(said["processes"]) >= 3
    until(lambda: all(gone(pid) for pid in said["processes"]), "a process is left")
