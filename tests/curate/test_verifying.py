"""A copy is verified file by file and by its canonical hash, from a folder or over HTTP within limits."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from upheaval.cli.main import main
from upheaval.store.integrity import file_hash
from upheaval.store.releases import Release, release_file, release_folder


@pytest.fixture
def copy(world_build: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world_build, tmp_path / "copy"))


@pytest.fixture
def root(world_build: Path, tmp_path: Path) -> Path:
    """Return a folder that knows the build as a release."""
    manifest = json.loads((world_build / "manifest.json").read_bytes())
    release = Release(
        manifest["version"], "2026-01-01", file_hash(world_build / "manifest.json"), manifest["rdfc10_sha256"]
    )
    file = release_file(tmp_path / "root", release.version)
    file.parent.mkdir(parents=True)
    file.write_bytes(release.render())
    return tmp_path / "root"


@pytest.fixture
def served(copy: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

    yield from serving(partial(Quiet, directory=str(copy)))


def serving(handler: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def verify(root: Path, *words: str) -> Result:
    done = CliRunner().invoke(main, ["verify", *words, "--root", str(root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.mark.slow
def test_a_true_copy_is_verified_and_kept(copy: Path, root: Path, served: str) -> None:
    for what in (str(copy), served, f"{served}manifest.json"):
        done = verify(root, what)
        assert (done.exit_code, done.stderr) == (0, "")
        assert "release of 2026-01-01" in done.stdout
    assert verify(root, served, "--keep").exit_code == 0
    assert file_hash(release_folder(root, "1.0.0") / "manifest.json") == file_hash(copy / "manifest.json")


@pytest.mark.slow
def test_a_copy_of_no_known_release_is_verified_and_not_kept(copy: Path, tmp_path: Path) -> None:
    done = verify(tmp_path, str(copy))
    assert (done.exit_code, "no release of this version is known" in done.stdout) == (0, True)
    assert verify(tmp_path, str(copy), "--keep").exit_code == 1
    assert not (tmp_path / ".upheaval").exists()


def test_a_changed_file_is_found(copy: Path, root: Path, served: str) -> None:
    changed = copy / "csv" / "states.csv"
    changed.write_bytes(changed.read_bytes().replace(b"a", b"b", 1))
    for what in (str(copy), served):
        done = verify(root, what)
        assert done.exit_code == 1
        assert "csv/states.csv: error: has another SHA-256" in done.stderr


def test_a_forged_manifest_is_found_by_the_canonical_hash_and_by_the_release(copy: Path, root: Path) -> None:
    quads = next(copy.glob("*.nq"))
    lines = quads.read_bytes().splitlines(keepends=True)
    forged = [line for line in lines if b"graph/data>" in line]
    quads.write_bytes(b"".join(line for line in lines if line != forged[0]))
    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest["files"][quads.name] = {"bytes": quads.stat().st_size, "sha256": file_hash(quads)}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    done = verify(root, str(copy))
    assert done.exit_code == 1
    assert "the data has the RDFC-1.0 hash" in done.stderr
    assert "is not release 1.0.0" in done.stderr


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file:///etc/", "is neither a folder nor an address"),
        ("ftp://a.example/", "is neither a folder nor an address"),
        ("http://127.0.0.1:1/", "cannot be fetched"),
        ("http://[/", "cannot be fetched"),
        ("nothing", "has no readable manifest.json"),
    ],
)
def test_what_is_not_a_copy_is_refused(address: str, says: str, tmp_path: Path) -> None:
    done = verify(tmp_path, address)
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1) or says in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_limits_hold(root: Path, served: str) -> None:
    assert "lists " in verify(root, served, "--bytes", "1000").stderr


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("round", "cannot be fetched"),
        ("file", "cannot be fetched"),
        ("slow", "takes too long"),
        ("endless", "is longer than"),
        ("climbing", "which is not a file in its folder"),
        ("missing", "answers 404"),
    ],
)
def test_a_hostile_server_is_refused(kind: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheaval.curate.verifying._MANIFEST_BYTES", 100_000)

    class Hostile(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_GET(self) -> None:
            if kind in ("round", "file"):
                self.send_response(302)
                self.send_header("Location", "/manifest.json" if kind == "round" else "file:///etc/passwd")
                self.end_headers()
                return
            self.send_response(404 if kind == "missing" else 200)
            self.end_headers()
            if kind == "climbing":
                self.wfile.write(b'{"files": {"../../x": {"bytes": 1, "sha256": ""}}}')
            elif kind != "missing":
                try:
                    for _ in range(100):
                        self.wfile.write(b"x" * (1 if kind == "slow" else 50_000))
                        time.sleep(0.05 if kind == "slow" else 0)
                except OSError:
                    pass

    server = serving(Hostile)
    done = verify(tmp_path, next(server), "--seconds", "1")
    next(server, None)
    assert done.exit_code == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
