"""Editors mark and complete records by the schemas of a build: tried with the language server that they use."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, copy_of_world, skip_or_fail
from upheaval.build.common import contract_files
from upheaval.curate.templates import editor_settings
from upheaval.populate.assembly import assemble
from upheaval.schema.schema import Schema

pytestmark = pytest.mark.slow

SERVER = ROOT / "tests" / "schema" / "editor" / "node_modules" / ".bin" / "yaml-language-server"
MODELINE = "# yaml-language-server: $schema=../../build/schema/treaties.json\n"
RECORD = """\
label: {en: A treaty}
party: [arvenia, belmorra]
cooperationType: alliance
step:
  - action: signed
    date: 2024-13-01
    citation: [{source: gazette, locator: p. 1}]
"""


class LanguageServer:
    """A session with the server over its standard input and output (LSP 3.17, base protocol)."""

    def __init__(self, process: subprocess.Popen[bytes], root: Path) -> None:
        self.process, self.root, self.number = process, root, 0
        self.ask("initialize", processId=None, rootUri=root.as_uri(), capabilities={}, workspaceFolders=None)
        self.send(method="initialized", params={})
        settings = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}
        self.send(method="workspace/didChangeConfiguration", params={"settings": settings})

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        found: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if found.get("method") == "workspace/configuration":
            self.send(id=found["id"], result=[{} for _ in found["params"]["items"]])
        elif "method" in found and "id" in found:
            self.send(id=found["id"], result=None)
        return found

    def ask(self, method: str, **params: Any) -> Any:
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        while (found := self.read()).get("id") != self.number or "method" in found:
            pass
        return found["result"]

    def open(self, file: str, text: str) -> list[dict[str, Any]]:
        """Open a document, and return its faults."""
        uri = (self.root / file).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": document})
        while (found := self.read()).get("method") != "textDocument/publishDiagnostics" or found["params"][
            "uri"
        ] != uri:
            pass
        faults: list[dict[str, Any]] = found["params"]["diagnostics"]
        return faults

    def at(self, method: str, file: str, text: str, before: str) -> Any:
        line, character = text[: text.index(before)].count("\n"), len(text[: text.index(before)].rpartition("\n")[2])
        place = {"line": line, "character": character}
        return self.ask(method, textDocument={"uri": (self.root / file).as_uri()}, position=place)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    if not SERVER.exists():
        skip_or_fail("no language server for YAML: npm ci --prefix tests/schema/editor")
    root = copy_of_world(tmp_path_factory.mktemp("editor"))
    assembly = assemble(root)
    schema = Schema(assembly.publication, assembly.vocabulary, assembly.contract, assembly.context)
    for path, content in contract_files(schema, assembly.listing).items():
        (root / "build" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "build" / path).write_bytes(content)
    with subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield LanguageServer(process, root)
        process.kill()


def test_names_and_dates_are_marked_as_they_are_typed(editor: LanguageServer) -> None:
    text = MODELINE + RECORD
    marked = {
        text.splitlines()[fault["range"]["start"]["line"]][
            fault["range"]["start"]["character"] : fault["range"]["end"]["character"]
        ]: fault["message"]
        for fault in editor.open("data/treaties/wrong.yaml", text)
    }
    assert {"belmorra", "2024-13-01"} <= set(marked)
    assert "no such record" in marked["belmorra"]
    assert "not a date" in marked["2024-13-01"]


def test_a_record_that_passes_is_not_marked(editor: LanguageServer) -> None:
    file = min((editor.root / "data" / "treaties").glob("*.yaml"))
    assert editor.open(f"data/treaties/{file.name}", MODELINE + file.read_text(encoding="utf-8")) == []


def test_names_of_records_are_completed_by_their_kind(editor: LanguageServer) -> None:
    text = f"{MODELINE}label: {{en: A}}\nparty:\n  - \n#"
    editor.open("data/treaties/new.yaml", text)
    found = editor.at("textDocument/completion", "data/treaties/new.yaml", text, "\n#")
    labels = {item["label"] for item in found["items"]}
    assert "arvenia" in labels
    assert "gazette" not in labels


def test_a_code_shows_its_definition(editor: LanguageServer) -> None:
    text = MODELINE + RECORD
    editor.open("data/treaties/hover.yaml", text)
    found = editor.at("textDocument/hover", "data/treaties/hover.yaml", text, "igned")
    assert "`signed`: Authorised representatives signed the agreement." in found["contents"]["value"]


def test_the_repository_has_the_settings_of_a_publication() -> None:
    contract = assemble(ROOT / "tests" / "world").contract
    for place, settings in editor_settings(contract).items():
        assert json.loads((ROOT / place).read_text(encoding="utf-8")) == settings
