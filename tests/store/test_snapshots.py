"""Snapshots are there whole or not at all, are verified file by file, and are collected when nobody keeps them."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.faults import Refusal
from upheaval.store.integrity import is_inside, verify
from upheaval.store.snapshots import FOLDER, collect, held, open_snapshot, put

FILES = {"a.ttl": b"<a> <b> <c> .\n", "csv/a.csv": b"a\r\n1\r\n", "empty": b""}


def manifest_of(files: dict[str, bytes]) -> bytes:
    listed = {path: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for path, text in files.items()}
    return json.dumps({"files": listed}).encode()


def written(folder: Path, files: dict[str, bytes], manifest: bytes | None = None) -> Path:
    for path, text in {**files, "manifest.json": manifest or manifest_of(files)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return written(tmp_path / "build", FILES)


def test_a_snapshot_is_the_folder_named_by_its_manifest(made: Path, tmp_path: Path) -> None:
    stored = put(tmp_path, made)
    assert stored.hash == hashlib.sha256(manifest_of(FILES)).hexdigest()
    assert content(stored.folder) == content(made)
    assert verify(stored.folder) == []
    assert put(tmp_path, made) == stored == open_snapshot(tmp_path, stored.hash)
    (made / "a.ttl").write_bytes(b"<a> <b> <d> .\n")  # the build is written over in place
    assert verify(stored.folder) == []


def test_versions_share_the_files_that_are_the_same(made: Path, tmp_path: Path) -> None:
    one = put(tmp_path, made)
    other = put(tmp_path, written(tmp_path / "other", {**FILES, "a.ttl": b"another"}))
    assert (one.folder / "csv/a.csv").samefile(other.folder / "csv/a.csv")
    assert not (one.folder / "a.ttl").samefile(other.folder / "a.ttl")
    damaged = one.folder / "csv/a.csv"
    damaged.chmod(0o644)
    damaged.write_bytes(b"a\r\n2\r\n")  # of equal size: a file that is no longer what it was is not shared
    third = put(tmp_path, written(tmp_path / "third", {**FILES, "a.ttl": b"a third"}))
    assert verify(third.folder) == []
    assert [fault.file for fault in verify(one.folder)] == ["csv/a.csv"]
    assert verify(put(tmp_path, made).folder) == []  # put again, the damaged one is replaced


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda made: (made / "a.ttl").write_bytes(b"<a> <b> <d> .\n"), "a.ttl: error: has another SHA-256"),
        (lambda made: (made / "a.ttl").write_bytes(b""), "a.ttl: error: has 0 bytes instead of 14"),
        (lambda made: (made / "empty").unlink(), "empty: error: is missing"),
        (lambda made: (made / "csv/more.csv").write_bytes(b""), "csv/more.csv: error: the manifest does not list"),
        (lambda made: (made / "more").symlink_to("a.ttl"), "more: error: the manifest does not list"),
        (lambda made: ((made / "empty").unlink(), (made / "empty").symlink_to("/dev/null")), "empty: error: is a symb"),
        (
            lambda made: ((made / "csv").rename(made.parent / "c"), (made / "csv").symlink_to(made.parent / "c")),
            "csv/a.csv: error: is a symbolic link, or in one",
        ),
        (lambda made: (made / "manifest.json").write_bytes(b"[]"), "is not the manifest of a build"),
        (lambda made: (made / "manifest.json").unlink(), "has no readable manifest.json"),
        (lambda made: written(made, {}, b"[" * 100_000), "is not the manifest of a build"),
        *(
            (lambda made, path=path: written(made, {}, manifest_of({path: b""})), "which is not a file in its folder")
            for path in ("../a.ttl", "/etc/passwd", "csv/../../a", "a//b", ".", "", "csv\\a", "manifest.json")
        ),
    ],
)
def test_whatever_differs_from_the_manifest_is_found(damage: Callable[[Path], Any], says: str, made: Path) -> None:
    assert verify(made) == []
    damage(made)
    assert [says in str(fault) for fault in verify(made)].count(True) >= 1, verify(made)


@given(st.text("ab./\\\0", max_size=8))
def test_no_path_of_a_manifest_leads_out_of_its_folder(path: str) -> None:
    if is_inside(path):
        folder = Path("/srv/build")
        assert os.path.normpath(folder / path).startswith("/srv/build/")
        assert Path(os.path.normpath(folder / path)).relative_to(folder).as_posix() == path


def test_pages_around_or_inside_a_build_are_no_strangers(made: Path) -> None:
    pages = {"index.html": hashlib.sha256(b"page").hexdigest(), "a.ttl": ""}
    (made / "site").mkdir()
    (made / "site" / "site.json").write_text("{}")
    (made / "site.json").write_text(json.dumps({"files": pages}))
    (made / "index.html").write_bytes(b"page")
    assert verify(made) == []
    (made / "index.html").write_bytes(b"defaced")
    assert [fault.file for fault in verify(made)] == ["index.html"]


def test_a_damaged_build_is_not_stored(made: Path, tmp_path: Path) -> None:
    (made / "csv/a.csv").write_bytes(b"a\r\n2\r\n")
    with pytest.raises(Refusal, match=r"a\.csv: error: has another SHA-256"):
        put(tmp_path, made)
    assert list((tmp_path / FOLDER).iterdir()) == []


@pytest.mark.parametrize("place", ["fsync", "rename", "link", "open"])
def test_a_full_disk_leaves_nothing(place: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, written(tmp_path / "first", {"other": b""}))
    before = content(tmp_path / FOLDER)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if place == "open":
        monkeypatch.setattr(Path, "open", full)
    else:
        monkeypatch.setattr(os, place, full)
    if place == "link":  # where nothing can be linked, everything is copied
        assert verify(put(tmp_path, made).folder) == []
        return
    with pytest.raises(Refusal, match="No space left on device"):
        put(tmp_path, made)
    monkeypatch.undo()
    assert content(tmp_path / FOLDER) == before
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_several_at_once_store_one(made: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        stored = list(threads.map(lambda _: put(tmp_path, made), range(24)))
    assert len({one.hash for one in stored}) == 1
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [stored[0].hash]
    assert verify(stored[0].folder) == []


@pytest.mark.slow
def test_a_killed_process_leaves_no_snapshot_that_is_not_whole(tmp_path: Path) -> None:
    files = {f"{number}.bin": bytes([number]) * 200_000 for number in range(60)}
    made = written(tmp_path / "build", files)
    code = (
        "import sys; from pathlib import Path; from upheaval.store.snapshots import put; print(flush=True);"
        "put(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    whole = hashlib.sha256(manifest_of(files)).hexdigest()
    for number in range(12):
        running = subprocess.Popen([sys.executable, "-c", code, tmp_path, made], stdout=subprocess.PIPE)
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(number * 0.006)
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        if (tmp_path / FOLDER / whole).exists():
            assert verify(tmp_path / FOLDER / whole) == []
        collect(tmp_path, [whole])
        assert {path.name for path in (tmp_path / FOLDER).glob("*")} <= {whole}
        assert not list((tmp_path / FOLDER).glob(".new-*"))
        collect(tmp_path, [])


def test_what_is_kept_or_held_is_not_collected(tmp_path: Path) -> None:
    stored = [put(tmp_path, written(tmp_path / name, {name: b""})) for name in ("a", "b", "c")]
    with held(stored[1]):
        assert collect(tmp_path, [stored[0].hash]) == [stored[2].hash]
    assert collect(tmp_path, [stored[0].hash]) == [stored[1].hash]
    with pytest.raises(Refusal, match="there is no such snapshot"):
        open_snapshot(tmp_path, stored[1].hash)
    assert open_snapshot(tmp_path, stored[0].hash) == stored[0]


@examples(50)
@given(st.binary(max_size=30), st.integers(0, 29))
def test_any_changed_byte_is_found(text: bytes, place: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        made = written(Path(name), {"file": text})
        changed = bytearray(text or b"x")
        changed[place % len(changed)] ^= 1
        (made / "file").write_bytes(bytes(changed))
        assert [fault.file for fault in verify(made)] == ["file"]
