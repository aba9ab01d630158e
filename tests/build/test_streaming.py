"""A streaming build holds what the ordinary one holds, leaves nothing half-made, and can be resumed."""

import gzip
import io
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.fixtures import Trial, without_likeness
from tests.support import ROOT, WORLD, copy_of_world, sampled, sweep
from upheaval import progress
from upheaval.build.export import export
from upheaval.build.shards import cut, fault_from_json, fault_to_json, native
from upheaval.build.streaming import partial_folder, stream
from upheaval.cli.main import main
from upheaval.faults import Fault, Refusal, Severity
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import RecordFile
from upheaval.schema.contract import Kind

KIND = Kind("x", "X", "x", "", "xs", frozenset(), {})


def untracked(items: Iterable[None], _total: int, _what: str, _each: int) -> Iterable[None]:
    return items


def quads(target: Path) -> list[bytes]:
    (file,) = target.glob("*.nq.gz")
    return gzip.decompress(file.read_bytes()).splitlines(keepends=True)


@pytest.mark.parametrize(
    ("which", "jobs", "size"), [pytest.param("axis", 2, 700, marks=sweep), ("world", 1, 5), ("world", 2, 1000)]
)
def test_a_streaming_build_equals_the_ordinary_one(
    which: str, jobs: int, size: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(which)
    expected = export(assembly)
    done = stream(assembly.publication.root, tmp_path / "out", jobs, False, untracked, size)
    assert (done.faults, done.records) == ([], len(assembly.records))
    manifest, ordinary = (
        json.loads(text) for text in ((tmp_path / "out/manifest.json").read_bytes(), expected["manifest.json"])
    )
    assert manifest["rdfc10_sha256"] == ordinary["rdfc10_sha256"]
    lines = quads(tmp_path / "out")
    own = [line for line in lines if b"/graph/data> ." in line or b"/graph/derived> ." in line]
    assert own == sorted(own)
    stem = assembly.publication.name
    difference = set(expected[f"{stem}.nq"].splitlines(keepends=True)) ^ set(lines)
    assert {line.split()[1] for line in difference} == {b"<http://rdfs.org/ns/void#distinctObjects>"}
    assert len(lines) == len(set(lines)) == done.quads
    assert (tmp_path / "out" / f"{stem}.all.nt").exists()
    described = gzip.decompress((tmp_path / "out" / f"{stem}.12.nt.gz").read_bytes()).splitlines(keepends=True)
    assert sorted(described) == expected[f"{stem}.12.nt"].splitlines(keepends=True)
    for file in (tmp_path / "out").rglob("*.*"):
        name = file.relative_to(tmp_path / "out").as_posix()
        assert (
            name in {f"{stem}.nq.gz", f"{stem}.12.nt.gz", "manifest.json"}
            or name.startswith("catalog")
            or expected[name] == file.read_bytes()
        )
    assert not partial_folder(tmp_path / "out").exists()


def test_a_streaming_build_reports_the_same_faults_and_writes_nothing(trial: Trial, tmp_path: Path) -> None:
    done = stream(trial.assembly.publication.root, tmp_path / "out", 1, False, untracked, 40)
    found = without_likeness(done.faults)
    assert [f"{one} {one.rule}" for one in found] == [f"{one} {one.rule}" for one in trial.faults]
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from upheaval.build.streaming import stream
def track(items, total, what, each):
    for number, item in enumerate(items):
        if (what, number) == (sys.argv[3], int(sys.argv[4])):
            os.kill(os.getpid(), signal.SIGKILL)
        yield item
stream(Path(sys.argv[1]), Path(sys.argv[2]), 1, False, track, 8)
"""


@pytest.mark.parametrize(("step", "number"), sampled([("populate", 3), ("validate", 0), ("write", 4)], 2))
def test_a_killed_build_can_be_resumed(step: str, number: int, tmp_path: Path) -> None:
    target = tmp_path / "out"
    stream(WORLD, tmp_path / "whole", 1, False, untracked, 8)
    target.mkdir()
    (target / "manifest.json").write_text("{}")
    command = [sys.executable, "-c", KILLED, str(WORLD), str(target), step, str(number)]
    assert subprocess.run(command, timeout=60).returncode == -signal.SIGKILL
    assert [file.name for file in target.iterdir()] == ["manifest.json"]
    left = partial_folder(target)
    before = {file.name: file.stat().st_mtime_ns for file in left.glob(f"*.{step}.json")}
    assert len(before) == number + 1
    again: dict[str, int] = {}

    def counting(items: Iterable[None], total: int, what: str, _each: int) -> Iterable[None]:
        again[what] = total
        return items

    done = stream(WORLD, target, 1, True, counting, 8)
    assert done.quads == len(quads(target))
    assert 0 < again[step] < 57
    steps = ["populate", "validate", "write"]
    assert all(again[earlier] == 0 for earlier in steps[: steps.index(step)])
    for file in (tmp_path / "whole").rglob("*.*"):
        assert (target / file.relative_to(tmp_path / "whole")).read_bytes() == file.read_bytes()
    assert not left.exists()


@pytest.mark.parametrize("left", [[], ["3.write.json"], ["0.populate.json", "0.nt", "mistrusted"]])
def test_a_build_that_was_interrupted_before_it_began_or_while_it_was_removed_begins(
    left: list[str], tmp_path: Path
) -> None:
    folder = partial_folder(tmp_path / "out")
    for name in left:
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
    assert stream(WORLD, tmp_path / "out", 1, True, untracked).quads == len(quads(tmp_path / "out"))
    assert not folder.exists()


def test_resuming_after_a_change_is_refused(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    command = [sys.executable, "-c", KILLED, str(root), str(tmp_path / "out"), "populate", "1"]
    subprocess.run(command, timeout=60)
    file = root / "data/states/arvenia.yaml"
    file.write_text(file.read_text() + "\n")
    with pytest.raises(Refusal, match="have changed since"):
        stream(root, tmp_path / "out", 1, True, untracked, 8)


def test_the_command_builds_and_reports(tmp_path: Path) -> None:
    words = ["build", "--stream", "--root", str(WORLD), "--to", str(tmp_path / "out"), "--jobs", "1"]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "60 records checked, no problems found\n")
    assert result.stdout == f"{len(quads(tmp_path / 'out')):,} quads in {tmp_path / 'out'}\n"


@given(st.sets(st.from_regex(r"[ab1]+(-[ab1]+)*", fullmatch=True), min_size=1, max_size=40), st.integers(1, 5))
def test_sorted_shards_are_a_sorted_whole(slugs: set[str], size: int) -> None:
    ends = ("> <p> 1 .", "#part> <p> 1 .", "#part/more> <p> 1 .")
    shards = cut([RecordFile(slug, KIND, f"data/xs/{slug}.yaml") for slug in slugs], size)
    lines = [sorted(f"<x:{entry.slug}{end}".encode() for entry in shard for end in ends) for shard in shards]
    assert [line for shard in lines for line in shard] == sorted(line for shard in lines for line in shard)
    assert {entry.slug for shard in shards for entry in shard} == slugs


@given(
    st.from_regex(r"[+-]?([0-9]{1,22}(\.[0-9]{1,22})?|\.[0-9]{1,4})", fullmatch=True),
    st.sampled_from(("decimal", "integer")),
)
def test_numbers_are_written_as_a_store_gives_them_back(text: str, datatype: str) -> None:
    line = f'<x:x> <x:x> "{text}"^^<http://www.w3.org/2001/XMLSchema#{datatype}> .\n'.encode()
    store = ox.Store()
    store.load(line, format=ox.RdfFormat.N_TRIPLES)
    assert native(line) == store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())


@pytest.mark.parametrize("at", [None, (3, 7)])
def test_faults_are_kept_between_steps_with_their_locations(at: tuple[int, int] | None) -> None:
    fault = Fault("data/x.yaml", "odd", "change it", at=at, severity=Severity.WARNING, rule="x/y")
    assert fault_from_json(json.loads(json.dumps(fault_to_json(fault)))) == fault


def test_progress_is_shown_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    for terminal in (True, False):
        out = io.StringIO()
        console = Console(file=out, force_terminal=terminal, width=100)
        numbers = random.Random(1).sample(range(10), 5)
        assert list(progress.track(numbers, 50, "populate", 10, console)) == numbers
        assert ("populate" in out.getvalue() and "/s" in out.getvalue() and "50/50" in out.getvalue()) == terminal


def test_shipped_publication_has_several_shards() -> None:
    assert len(cut([RecordFile(path.stem, KIND, "") for path in ROOT.glob("data/*/*.yaml")])) > 1
