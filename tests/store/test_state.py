"""What commands remember: found again, limited, never trusted when damaged, and safe with two processes at once."""

import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.store.fingerprint import fingerprint
from upheaval.store.snapshots import FOLDER as SNAPSHOTS
from upheaval.store.snapshots import hold, open_snapshot, put_made
from upheaval.store.state import LIMITS, State


@pytest.fixture(autouse=True)
def _remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPHEAVAL_NO_STATE", raising=False)


def content(state: State, kind: str, key: str) -> bytes | None:
    kept = state.get(kind, key)
    return None if kept is None else kept.content


def test_what_is_kept_is_found_under_its_kind_and_key_alone(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert content(state, "check", "a") is None
    state.put("check", "a", b"one")
    state.put("check", "a", b"two")
    assert content(State(tmp_path), "check", "a") == b"two"
    assert content(state, "check", "b") is content(state, "dataset", "a") is None
    assert (tmp_path / ".upheaval" / ".gitignore").read_text() == "*\n"


def test_the_oldest_of_a_kind_go_first_with_their_snapshots(tmp_path: Path) -> None:
    state = State(tmp_path)
    names = []
    for number in range(LIMITS["dataset"] + 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "x").write_text(str(number))
        names.append(put_made(tmp_path, folder).hash)
        held = hold(open_snapshot(tmp_path, names[0])) if number == 0 else 0
        state.put("dataset", str(number), b"", names[-1])
        state.put("check", "a", b"")
    os.close(held)
    kept = {path.name for path in (tmp_path / SNAPSHOTS).iterdir()}
    assert kept == {names[0], *names[2:]}, "one that is held stays, of the others the newest"
    assert [content(state, "dataset", str(number)) for number in range(4)] == [None, None, b"", b""]
    assert content(state, "check", "a") == b""
    state.forget("dataset", "3")
    assert names[3] not in {path.name for path in (tmp_path / SNAPSHOTS).iterdir()}


@pytest.mark.parametrize("column", ["kind", "key", "content", "snapshot", "sha256"])
def test_what_does_not_agree_with_its_checksum_is_forgotten(tmp_path: Path, column: str) -> None:
    state = State(tmp_path)
    state.put("check", "a", b"content", "")
    with sqlite3.connect(tmp_path / ".upheaval" / "state.sqlite") as database:
        database.execute(f"UPDATE entry SET {column} = ?", (b"other" if column in ("content", "sha256") else "other",))
    database.close()
    kind, key = ("other" if column == name else value for name, value in (("kind", "check"), ("key", "a")))
    assert state.get(kind, key) is None
    state.put("check", "a", b"again")
    assert content(state, "check", "a") == b"again"


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000, None])
def test_a_damaged_database_is_replaced(tmp_path: Path, damage: bytes | None) -> None:
    state = State(tmp_path)
    state.put("check", "a", b"content" * 3000)
    file = tmp_path / ".upheaval" / "state.sqlite"
    file.write_bytes(file.read_bytes()[:5000] if damage is None else damage)
    assert state.get("check", "a") is None
    state.put("check", "a", b"again")
    state.put("check", "a", b"again")
    assert content(state, "check", "a") == b"again"


def test_a_database_of_another_format_is_replaced(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.put("check", "a", b"content")
    with sqlite3.connect(tmp_path / ".upheaval" / "state.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert state.get("check", "a") is None
    state.put("check", "b", b"again")
    assert (content(state, "check", "a"), content(state, "check", "b")) == (None, b"again")


def test_nothing_is_remembered_where_nothing_can_be_written_or_where_it_is_turned_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".upheaval").write_text("not a folder")
    state = State(tmp_path)
    state.put("check", "a", b"content")
    assert state.get("check", "a") is None
    other = tmp_path / "other"
    other.mkdir()
    State(other, enabled=False).put("check", "a", b"content")
    assert fingerprint(State(other, enabled=False), [other]) == ""
    monkeypatch.setenv("UPHEAVAL_NO_STATE", "1")
    State(other).put("check", "a", b"content")
    assert list(other.iterdir()) == []


def _write(root: Path, number: int) -> None:
    state = State(root)
    for each in range(30):
        state.put("check", f"{number}-{each}", bytes([number]) * 10_000)
        state.put("shared", "", bytes([number]) * 10_000)
        kept = state.get("shared", "")
        assert kept is None or kept.content == kept.content[:1] * 10_000


def test_two_processes_at_once_keep_whole_entries(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(tmp_path, number)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert content(State(tmp_path), "shared", "") in (b"\1" * 10_000, b"\2" * 10_000)


EDITS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("", "x", "y", "xy"))), min_size=1, max_size=6)


@given(before=EDITS, after=EDITS)
@examples(100)
def test_a_fingerprint_tells_what_files_contain(
    tmp_path_factory: pytest.TempPathFactory, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("root")
    data = root / "data"
    data.mkdir()
    state = State(root)

    def edited(edits: list[tuple[str, str]]) -> tuple[str, dict[str, str]]:
        for name, text in edits:
            file = data / name
            times = (file.stat().st_atime_ns, file.stat().st_mtime_ns) if file.exists() else None
            file.write_text(text) if text else file.unlink(missing_ok=True)
            if times and text:
                os.utime(file, ns=times)  # as `rsync --times` and `cp --preserve` do
        return fingerprint(state, [data]), {file.name: file.read_text() for file in data.iterdir()}

    first, held = edited(before)
    second, then = edited(after)
    assert (first == second) is (held == then)
    assert fingerprint(State(root), [data]) == second


def test_a_settled_file_is_not_read_again_until_its_times_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("upheaval.store.fingerprint._RACY", 0)
    read: list[str] = []

    def contents(file: str) -> str:
        read.append(file)
        return Path(file).read_text()

    monkeypatch.setattr("upheaval.store.fingerprint._sha256", contents)
    for name in "ab":
        (tmp_path / f"data{name}").mkdir()
        (tmp_path / f"data{name}" / name).write_text(name)
    folders = [tmp_path / "dataa", tmp_path / "datab"]
    state = State(tmp_path)
    first = fingerprint(state, folders)
    assert fingerprint(state, folders) == first
    assert len(read) == 2
    (tmp_path / "dataa" / "a").touch()
    assert fingerprint(state, folders) == first
    assert [Path(file).name for file in read[2:]] == ["a"]
    (tmp_path / "dataa" / "a").rename(tmp_path / "dataa" / "c")
    assert fingerprint(state, folders) != first


def test_what_cannot_be_told_has_no_fingerprint(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / ".#pact.yaml").symlink_to("somebody@host.123")
    state = State(tmp_path)
    before = fingerprint(state, [data])
    assert before, "a lock of Emacs is a link to nothing"
    (data / "round").symlink_to(data)
    assert fingerprint(state, [data]) == ""
    (data / "round").unlink()
    assert fingerprint(state, [data]) == before
    os.mkfifo(data / "pipe")
    assert fingerprint(state, [data]) == ""
    (data / "pipe").unlink()
    (data / ".#pact.yaml").unlink()
    (data / ".#pact.yaml").symlink_to("elsewhere")
    assert fingerprint(state, [data]) not in ("", before)
