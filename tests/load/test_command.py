"""What `upheaval load` says and refuses, with no store or with a small stand-in that wants a password."""

import base64
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.load.stores import Server
from upheaval.cli.load import load_command
from upheaval.load.process import run
from upheaval.load.targets import Options, open_target, sends_password_openly
from upheaval.store.builds import Build, Unloaded, open_build


@pytest.fixture
def guarded() -> Iterator[str]:
    """An endpoint that answers nobody but ada."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            wanted = "Basic " + base64.b64encode(b"ada:lovelace").decode()
            right = self.headers.get("Authorization") == wanted
            self.send_response(200 if right else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            number = '{"n":{"type":"literal","value":"0","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}'
            self.wfile.write(f'{{"head":{{"vars":["n"]}},"results":{{"bindings":[{number}]}}}}'.encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_password_is_asked_for_and_used(guarded: str, build: Build) -> None:
    for user, password in (("", ""), ("ada", "byron")):
        store = open_target(f"oxigraph:{guarded}", Options(), {"UPHEAVAL_USER": user, "UPHEAVAL_PASSWORD": password})
        with pytest.raises(Unloaded, match=r"refuses .*401.*set UPHEAVAL_USER and UPHEAVAL_PASSWORD") as refused:
            store.counts(build)
        assert "byron" not in str(refused.value)
    right = {"UPHEAVAL_USER": "ada", "UPHEAVAL_PASSWORD": "lovelace"}
    counts = open_target(f"oxigraph:{guarded}", Options(), right).counts(build)
    assert set(counts.values()) == {0}


def test_password_over_plain_http_is_flagged() -> None:
    secret = {"UPHEAVAL_PASSWORD": "x"}
    assert sends_password_openly("oxigraph:http://example.org", Options(), secret)
    assert not sends_password_openly("oxigraph:http://localhost:1", Options(), secret)
    assert not sends_password_openly("oxigraph:https://example.org", Options(), secret)


def test_command_loads_and_shows(oxigraph: tuple[Server, str], build: Build) -> None:
    arguments = [f"oxigraph:{oxigraph[1]}", "--build", str(build.folder)]
    done = CliRunner().invoke(load_command, arguments)
    assert done.exit_code == 0, done.output
    assert "27 of 27 questions" in done.output.replace(
        f"{len(build.questions())} of {len(build.questions())}", "27 of 27"
    )
    assert build.identity in done.output
    again = CliRunner().invoke(load_command, [*arguments, "--check"])
    assert again.exit_code == 0
    assert "nothing was written" in again.output


@pytest.mark.parametrize(
    "target",
    [
        "",
        "mysql:x",
        "oxigraph:localhost:1",
        "virtuoso:localhost",
        "virtuoso:localhost:http",
        "tdb2:",
        "oxigraph:http://[",
        "sparql:http://localhost/",
    ],
)
def test_an_invalid_target_is_refused_in_one_line(target: str, build: Build) -> None:
    done = CliRunner().invoke(load_command, [target, "--build", str(build.folder)])
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert done.output.startswith("error: ")


def test_help_has_examples() -> None:
    text = CliRunner().invoke(load_command, ["--help"]).output
    assert "upheaval load oxigraph:http://localhost:7878" in text


def test_a_missing_or_damaged_build_is_refused(build: Build, tmp_path: Path) -> None:
    with pytest.raises(Unloaded, match="there is no build in"):
        open_build(tmp_path)
    shutil.copytree(build.folder, tmp_path / "build")
    with (tmp_path / "build" / build.quads[0].name).open("a") as file:
        file.write("# more\n")
    with pytest.raises(Unloaded, match="not the file that"):
        open_build(tmp_path / "build")


@pytest.mark.parametrize("file", ["queries.ttl", "context.jsonld"])
def test_a_file_that_is_not_the_manifests_is_refused_before_any_contact(
    file: str, build: Build, tmp_path: Path
) -> None:
    folder = tmp_path / "build"
    shutil.copytree(build.folder, folder)
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text.replace("SELECT", "SELECT ", 1) + " ", encoding="utf-8")
    result = CliRunner().invoke(load_command, ["oxigraph:http://127.0.0.1:9", "--build", str(folder)])
    assert result.exit_code == 1
    assert file in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be reached" not in result.stderr


def test_chunks_hold_everything_once_and_keep_blank_nodes_together(build: Build) -> None:
    chunks = list(build.chunks(300))
    assert sum(len(chunk.triples) for chunk in chunks) == sum(build.counts.values())
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert [[str(triple) for triple in chunk.triples] for chunk in build.chunks(300)] == [
        [str(triple) for triple in chunk.triples] for chunk in chunks
    ]
    for graph in build.counts:
        blank = [
            chunk.number
            for chunk in chunks
            if chunk.graph == graph and any("_:" in str(t.subject)[:2] for t in chunk.triples)
        ]
        assert len(blank) <= 1


def test_a_missing_program_and_a_slow_one_are_reported() -> None:
    with pytest.raises(Unloaded, match="Java is missing"):
        run(["no-such-program"], "", 5, "Java", "install it")
    with pytest.raises(Unloaded, match=r"did not finish within 0\.2 s"):
        run(["sleep", "5"], "", 0.2, "Java", "install it")


def test_silent_server_times_out(build: Build) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        target = f"oxigraph:http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unloaded, match=r"did not answer within 0\.3 s"):
            open_target(target, Options(timeout=0.3), {}).counts(build)
