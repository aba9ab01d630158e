"""A build is there whole or not at all, and whatever stands in its way is said in one line."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import WHOLE, WORLD, command, copy_of_world
from upheaval.build import folder as building
from upheaval.build.folder import write_build
from upheaval.faults import Refusal

FILES = {"manifest.json": b"{}", "csv/a.csv": b"a\r\n", "x.ttl": b"new"}
BEFORE = {"manifest.json": b"before", "csv/b.csv": b"b\r\n"}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def messages(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines of a run's output that state faults, after checking that it failed as it should."""
    output = result.stdout + result.stderr
    assert result.returncode == 1, output
    assert "Traceback" not in output
    return [line for line in output.splitlines() if ": error: " in line]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    write_build(BEFORE, tmp_path / "build")
    return tmp_path / "build"


@pytest.fixture
def untouched(target: Path) -> Iterator[None]:
    """Check afterwards that the build before is as it was, and that nothing lies beside it."""
    yield
    assert content(target) == BEFORE
    assert os.listdir(target.parent) == ["build"]


def failing(code: int, after: int, function: Callable[..., Any]) -> Callable[..., Any]:
    calls = iter(range(1000))

    def fail(*args: Any, **keywords: Any) -> Any:
        if next(calls) == after:
            raise OSError(code, os.strerror(code))
        return function(*args, **keywords)

    return fail


def test_build_replaces_the_previous_one(target: Path) -> None:
    write_build(FILES, target)
    assert content(target) == FILES
    assert os.listdir(target.parent) == ["build"]
    assert target.stat().st_mode & 0o777 == 0o755


def test_build_follows_a_symbolic_link(target: Path) -> None:
    link = target.parent / "link"
    link.symlink_to(target)
    write_build(FILES, link)
    assert link.is_symlink()
    assert content(target) == FILES
    assert sorted(os.listdir(target.parent)) == ["build", "link"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.usefixtures("untouched")
def test_failed_write_keeps_the_previous_build(
    code: int, after: int, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_bytes", failing(code, after, Path.write_bytes))
    with pytest.raises(Refusal, match=os.strerror(code)) as refused:
        write_build(FILES, target)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.usefixtures("untouched")
def test_failed_rename_keeps_the_previous_build(after: int, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building.os, "rename", failing(errno.EIO, after, os.rename))  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="cannot be written"):
        write_build(FILES, target)


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("name", ["write_bytes", "rename"])
@pytest.mark.usefixtures("untouched")
def test_interruption_keeps_the_previous_build(
    name: str, after: int, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(1000))
    owner = Path if name == "write_bytes" else os
    function = getattr(owner, name)

    def interrupted(*args: Any) -> Any:
        if next(calls) == min(after, 1 if name == "rename" else 2):
            raise KeyboardInterrupt
        return function(*args)

    monkeypatch.setattr(owner, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_build(FILES, target)


@pytest.mark.usefixtures("untouched")
def test_only_a_build_is_replaced(target: Path) -> None:
    with pytest.raises(Refusal, match="is not a build"):
        write_build(FILES, target.parent)


def test_sources_are_never_replaced_by_a_build(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    before = content(root)
    for folder in ("data", "."):
        assert len(messages(command("build", "--to", folder, cwd=root))) == 1
    assert content(root) == before


def test_full_disk_keeps_the_previous_build(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        not mount
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode
    ):
        pytest.skip("a small disk cannot be mounted here")
    try:
        write_build(BEFORE, disk / "build")
        with pytest.raises(Refusal, match="No space left"):
            write_build({**FILES, "large.nt": b"x" * 100_000}, disk / "build")
        assert content(disk) == {f"build/{path}": text for path, text in BEFORE.items()}
        subprocess.run([mount, "-o", "remount,ro", disk], check=True)
        with pytest.raises(Refusal, match="Read-only"):
            write_build(FILES, disk / "build")
        assert content(disk) == {f"build/{path}": text for path, text in BEFORE.items()}
    finally:
        subprocess.run(["umount", disk], check=True)


def test_faulty_record_keeps_the_previous_build(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    shutil.copytree(WORLD / "data", root / "build")
    (root / "build" / "manifest.json").write_text("{}")
    before = content(root / "build")
    record = root / "data/states/dorland.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("citation", "citaton"), encoding="utf-8")
    result = command("build", cwd=root)
    assert any(line.startswith("data/states/dorland.yaml:2:1: error: ") for line in messages(result))
    assert "your previous build is unchanged" in result.stderr
    assert content(root / "build") == before
    assert sorted(os.listdir(root)) == ["build", "data"]


def not_utf_8(root: Path) -> None:
    (root / "data/states/dorland.yaml").write_bytes(b"label: {en: Dorl\xe4nd}\n")


def a_folder_with_a_record_in_it(root: Path) -> None:
    (root / "data/states/x.yaml").mkdir()
    (root / "data/states/x.yaml/y.txt").write_text("x")


def link_out(root: Path) -> None:
    (root.parent / "x.yaml").write_text("label: {en: Secret}\n", encoding="utf-8")
    (root / "data/states/x.yaml").symlink_to(root.parent / "x.yaml")


def link_out_of_the_vocabulary(root: Path) -> None:
    (root / "shapes").mkdir()
    (root / "shapes/x.ttl").symlink_to("/etc/passwd")


def link_to_a_folder(root: Path) -> None:
    (root / "data/more").symlink_to(root / "data/states")


def data_elsewhere(root: Path) -> None:
    (root / "data").rename(root.parent / "elsewhere")
    (root / "data").symlink_to(root.parent / "elsewhere")


def pipe(path: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).unlink(missing_ok=True)
        os.mkfifo(root / path)

    return make


def empty_dataset(root: Path) -> None:
    for folder in (root / "data").iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def publication_not_utf_8(root: Path) -> None:
    (root / "data/publication.yaml").write_bytes(b"\xff\xfe")


def ontology_not_turtle(root: Path) -> None:
    (root / "ontology").mkdir()
    (root / "ontology/x.ttl").write_text("@prefix here", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "place", "message"),
    [
        (not_utf_8, "data/states/dorland.yaml:1:17", "is not valid UTF-8"),
        (a_folder_with_a_record_in_it, "data/states/x.yaml/y.txt: error: ", "must end in .yaml"),
        (link_out, "data/states/x.yaml: error: ", "is a link that leads out of the publication's folder"),
        (link_out_of_the_vocabulary, "shapes/x.ttl: error: ", "is a link that leads out of the publication's folder"),
        (link_to_a_folder, "data/more: error: ", "a link to a folder is not followed"),
        (data_elsewhere, "data", "is a link that leads out of the publication's folder"),
        (pipe("data/states/x.yaml"), "data/states/x.yaml: error: ", "cannot be read: it is not a regular file"),
        (pipe("ontology/x.ttl"), "ontology/x.ttl: error: ", "cannot be read: it is not a regular file"),
        (pipe("queries/x.rq"), "queries/x.rq: error: ", "cannot be read: it is not a regular file"),
        (pipe("data/publication.yaml"), "data/publication.yaml: error: ", "it is not a regular file"),
        (empty_dataset, "data: error: ", "the dataset is empty"),
        (lambda root: (root / "data/publication.yaml").unlink(), "data/publication.yaml: error: ", "no publication in"),
        (lambda root: shutil.rmtree(root / "data"), "data/publication.yaml: error: ", "no publication in"),
        (publication_not_utf_8, "data/publication.yaml:1:1: error: ", "not UTF-8"),
        (ontology_not_turtle, "ontology/x.ttl:1:", "not Turtle"),
    ],
)
@pytest.mark.parametrize("name", ["check", "build"] if WHOLE else ["build"])
def test_each_problem_is_reported_in_one_line(
    name: str, spoil: Callable[[Path], None], place: str, message: str, tmp_path: Path
) -> None:
    root = copy_of_world(tmp_path)
    spoil(root)
    result = command(name, cwd=root)
    lines = [line for line in messages(result) if line.startswith(place)]
    assert len(lines) == 1, result.stdout + result.stderr
    assert message in lines[0]
    assert not (root / "build").exists()


@pytest.mark.parametrize("what", ["folder", "link"])
def test_folder_or_broken_link_named_like_a_record_is_a_fault(what: str, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data/states/x.yaml"
    if what == "folder":
        file.mkdir()
    else:
        file.symlink_to("nowhere.yaml")
    assert [line for line in messages(command("check", cwd=root)) if line.startswith("data/states/x.yaml: ")]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("data/publication.yaml", b"issued: 2020-12-31", b"issued: soon"),
        ("data/publication.yaml", b"https://creativecommons.org/licenses/by/4.0/", b"CC BY 4.0"),
        pytest.param("ontology/rules/99-x.rq", b"", b"# \xff"),
    ],
)
def test_publication_that_cannot_be_exported_is_refused(file: str, old: bytes, new: bytes, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    before = (root / file).read_bytes() if (root / file).is_file() else b""
    (root / file).write_bytes(before.replace(old, new))
    assert len(messages(command("build", cwd=root))) == 1


def test_a_query_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / "queries").mkdir()
    (root / "queries/x.rq").write_bytes(b"# \xff")
    (line,) = messages(command("build", cwd=root))
    assert line.startswith("queries/x.rq:1:3: error: the file is not UTF-8")
    assert not (root / "build").exists()


@pytest.mark.parametrize("root", ["nowhere", "data/publication.yaml"])
def test_a_missing_folder_is_reported(root: str, tmp_path: Path) -> None:
    result = command("check", "--root", root, cwd=copy_of_world(tmp_path))
    assert result.returncode in (1, 2)
    assert "Traceback" not in result.stderr
    assert root in result.stdout + result.stderr


INTERRUPTED = """
import signal
from upheaval.cli.main import main
from upheaval.schema import publication
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs, such as a test run, ignore it
publication.open_publication = lambda root: signal.raise_signal(signal.SIGINT)
main(prog_name="upheaval")
"""


@pytest.mark.parametrize("words", ["build", "check", "query phases"])
def test_interrupted_process_prints_one_line(words: str, tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    process = [sys.executable, "-c", INTERRUPTED, *words.split()]
    done = subprocess.run(process, cwd=root, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "interrupted; nothing written\n")
