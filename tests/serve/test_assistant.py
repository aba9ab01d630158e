"""The server for assistants, by the protocol's own client over standard input and output."""

import asyncio
import json
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.serve.support import CRASH, CROSS, NAMESPACE, descend, gone, until
from tests.support import ROOT

pytestmark = pytest.mark.slow

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
def replies(world_build: Path) -> dict[str, Any]:
    """What one session has heard."""
    return asyncio.run(asyncio.wait_for(session(world_build), 120))


async def session(folder: Path) -> dict[str, Any]:
    options = ["--path", str(folder), "--seconds", str(SECONDS), "--rows", str(ROWS)]
    command = ["-c", "from upheaval.cli.main import main; main()", "mcp", *options]
    server = mcp.StdioServerParameters(command=sys.executable, args=command, env={"PYTHONPATH": str(ROOT / "scripts")})
    before = set(descend_self())
    async with mcp.Client(server, mode="legacy") as client:
        replies: dict[str, Any] = {"name": client.server_info.name, "instructions": client.instructions}
        replies["tools"] = {tool.name for tool in (await client.list_tools()).tools}

        async def call(tool: str, **arguments: object) -> Any:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, result
            return result.structured_content

        replies["questions"] = (await call("list_questions"))["result"]
        replies["ask"] = await call("ask", name="in-force", parameters={"at": "1991-06-01"})
        replies["unknown"] = await call("ask", name="no-such-question")
        replies["mistyped"] = await call("ask", name="members", parameters={"organization": "river-legue"})
        replies["unlike"] = await call("ask", name="members", parameters={"organization": "arvenia"})
        replies["rows"] = await call("sparql", query="SELECT * { ?s ?p ?o }")
        replies["few"] = await call("sparql", query="SELECT (1.5 AS ?d) (2 AS ?i) (true AS ?b) (?no AS ?n) {}")
        replies["truth"] = await call("sparql", query="ASK { ?s ?p ?o }")
        replies["describe"] = await call("describe", record="arvenia")
        replies["nobody"] = await call("describe", record="a b")
        replies["refused"] = [await call("sparql", query=query) for query in REFUSED]
        begin = time.monotonic()
        runaway, after = await asyncio.gather(call("sparql", query=CROSS), call("sparql", query="ASK {}"))
        replies["runaway"], replies["after"], replies["seconds"] = runaway, after, time.monotonic() - begin
        replies["crash"] = await call("sparql", query=CRASH)
        replies["again"] = await call("ask", name="in-force", parameters={"at": "1991-06-01"})
        processes = [pid for pid in descend_self() if pid not in before]
        processes += [pid for process in processes for pid in descend(process)]
        processes += [pid for process in processes for pid in descend(process)]
    replies["processes"] = set(processes)
    return replies


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\ud83d\\ud83d\\ude00"])
def test_half_a_surrogate_pair_has_an_answer(half: str, world_build: Path) -> None:
    def message(number: int, method: str, **params: object) -> str:
        return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).replace("@", half)

    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    asked = [
        message(0, "initialize", **client),
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        message(1, "tools/call", name="describe", arguments={"record": "a@"}),
        message(2, "tools/call", name="sparql", arguments={"query": "ASK { ?s ?p '@' }"}),
        message(3, "tools/call", name="ask", arguments={"name": "in-force", "parameters": {"at": "@"}}),
    ]
    command = [sys.executable, "-m", "upheaval", "mcp", "--path", str(world_build)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("\n".join(asked) + "\n")
        server.stdin.flush()
        answers = {found["id"]: found["result"] for found in map(json.loads, islice(server.stdout, 4))}
    texts = [answers[number]["structuredContent"] for number in (1, 2, 3)]
    assert "no record is named" in texts[0]["error"]
    assert texts[1] == {"answer": False, "truncated": False}
    assert "is not a date" in texts[2]["error"]


def descend_self() -> list[int]:
    import os

    return descend(os.getpid())


def test_the_server_introduces_itself_and_its_tools(replies: dict[str, Any]) -> None:
    assert replies["name"] == "upheaval"
    assert f"at most {ROWS} rows" in replies["instructions"]
    assert replies["tools"] == {"list_questions", "ask", "sparql", "describe"}


def test_questions_are_listed_and_answered(replies: dict[str, Any]) -> None:
    assert len(replies["questions"]) >= 20
    assert {"name", "title", "answers", "parameters"} <= set(replies["questions"][0])
    assert replies["ask"]["rows"]
    assert replies["ask"]["truncated"] is False
    assert "there is no question" in replies["unknown"]["error"]
    assert "no record is named `river-legue` (did you mean `river-league`?)" in replies["mistyped"]["error"]
    assert "`arvenia` is of the class State, not Organization or Coalition" in replies["unlike"]["error"]
    (members,) = (one for one in replies["questions"] if one["name"] == "members")
    assert members["parameters"]["organization"]["type"] == "record(Organization Coalition)"
    assert members["parameters"]["at"] == {
        "type": "date",
        "description": "the day asked about",
        "default": "2024-12-31",
    }


def test_answers_beyond_the_limit_are_truncated_and_say_so(replies: dict[str, Any]) -> None:
    assert (len(replies["rows"]["rows"]), replies["rows"]["truncated"]) == (ROWS, True)
    assert replies["few"] == {"rows": [{"d": "1.5", "i": 2, "b": True, "n": None}], "truncated": False}
    assert replies["truth"] == {"answer": True, "truncated": False}


def test_a_record_is_described(replies: dict[str, Any]) -> None:
    assert f"<{NAMESPACE}" in replies["describe"]["turtle"]
    assert replies["describe"]["truncated"] is True
    assert "no record is named `a b`" in replies["nobody"]["error"]


def test_updates_federation_and_nonsense_are_refused(replies: dict[str, Any]) -> None:
    for query, answer in zip(REFUSED, replies["refused"], strict=True):
        assert set(answer) == {"error"}, query


def test_runaway_query_is_stopped_and_others_go_on(replies: dict[str, Any]) -> None:
    assert f"ran longer than {SECONDS} s and was stopped" in replies["runaway"]["error"]
    assert replies["after"]["answer"] is True
    assert replies["seconds"] < 60
    assert "was stopped" in replies["crash"]["error"]
    assert replies["again"] == replies["ask"]


def test_no_process_is_left_after_the_server_stops(replies: dict[str, Any]) -> None:
    assert len(replies["processes"]) >= 3
    until(lambda: all(gone(pid) for pid in replies["processes"]), "a process is left")
