"""A release is made whole or not at all, from sources that are in order, and by anyone with the same bytes."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from tests.support import ROOT, WHOLE, examples, sampled
from upheaval.build.citation import citation_files
from upheaval.cli.main import main
from upheaval.curate import releasing
from upheaval.curate.publicationtext import with_values
from upheaval.curate.versioning import Level, Surface, SurfaceChange, compare, proposed, surface_of
from upheaval.schema.ledger import Entry, Fate, Ledger, read_ledger
from upheaval.schema.publication import open_publication
from upheaval.store.builds import open_build
from upheaval.store.integrity import verify
from upheaval.store.releases import read_releases, release_folder
from upheaval.store.snapshots import put
from upheaval.store.transactions import recover

IRI = "https://data.river.example/id/"
FIRST, SECOND = "3.1.0", "3.1.1"


def run(root: Path, *words: str) -> Result:
    done = CliRunner().invoke(main, [*words, "--root", str(root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def release(root: Path, version: str, *more: str, day: str = "2026-03-01") -> Result:
    return run(root, "release", version, "--date", day, *more)


def note(root: Path, version: str) -> None:
    with (root / "CHANGELOG.md").open("a") as file:
        file.write(f"\n## [{version}] - 2026-03-01\n\n- Something changes.\n")


def content(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith("lock")
    }


def refused(done: Result, says: str) -> None:
    lines = done.stderr.strip().splitlines()
    assert done.exit_code == 1, done.output
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert all(": error: " in line for line in lines), lines
    assert len(lines) <= 2


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a publication with one release; not to be changed."""
    root = tmp_path_factory.mktemp("first") / "river"
    shutil.copytree(ROOT / "tests" / "riverworld", root)
    (root / "CHANGELOG.md").write_text("# Changes\n")
    note(root, FIRST)
    done = release(root, FIRST)
    assert done.exit_code == 0, done.output
    return root


@pytest.fixture
def river(first: Path, tmp_path: Path) -> Path:
    """Return a copy of it, with a second entry in the changelog."""
    root = tmp_path / "river"
    shutil.copytree(first, root)
    note(root, SECOND)
    return root


@pytest.mark.slow
def test_a_release_says_what_it_is_and_can_be_built_again(first: Path, tmp_path: Path) -> None:
    found = read_releases(first)[FIRST]
    assert (found.version, found.date, found.state) == (FIRST, "2026-03-01", "released")
    assert verify(release_folder(first, FIRST)) == []
    root = tmp_path / "elsewhere"
    shutil.copytree(first, root, ignore=shutil.ignore_patterns(".upheaval"))
    assert run(root, "build", "--to", str(root / "build")).exit_code == 0
    done = run(root, "verify", str(root / "build"), "--keep")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "release of 2026-03-01" in done.stdout
    assert content(release_folder(root, FIRST)) == content(release_folder(first, FIRST))


@pytest.mark.slow
def test_a_release_adds_new_names_to_the_ledger_and_keeps_the_comments(river: Path) -> None:
    metadata = river / "data" / "publication.yaml"
    text = metadata.read_text().replace("version: 3.1.0", "version: '3.1.0'  # of the data")
    metadata.write_text(f"# What it says of itself\n{text}")
    record = (river / "data/gauges").glob("*.yaml")
    origin = sorted(record)[0]
    (river / "data/gauges/another-gauge.yaml").write_text(
        re.sub(r"^label: .*", "label: {en: Another}", origin.read_text(), flags=re.M)
    )
    note(river, "3.2.0")
    done = release(river, "3.2.0", day="2026-03-02")
    assert done.exit_code == 0, done.output
    assert f"minor: <{IRI}another-gauge> is new" in done.stdout
    assert "version: 3.2.0  # of the data" in metadata.read_text()
    assert metadata.read_text().startswith("# What it says of itself\n")
    assert open_publication(river).prior_version == f"{IRI}{FIRST}"
    since = {entry.iri: entry.since for entry in read_ledger(river).entries.values()}
    assert since["another-gauge"] == "3.2.0"
    assert since[origin.stem] == FIRST
    assert {"graph/data", "https://river.example/def/Gauge"} <= since.keys()
    catalog = ox.Dataset(ox.parse(path=str(release_folder(river, "3.2.0") / "catalog.ttl")))
    said = {
        (quad.subject.value.removeprefix(IRI), quad.predicate.value.rpartition("#")[2]): quad.object.value
        for quad in catalog
        if quad.predicate.value.startswith("http://www.w3.org/ns/dcat#")
    }
    assert said["3.2.0", "previousVersion"] == f"{IRI}{FIRST}"
    assert said["", "hasCurrentVersion"] == f"{IRI}3.2.0"
    assert said[FIRST, "isVersionOf"] == IRI


@pytest.mark.slow
def test_a_release_renews_what_says_how_to_cite_it_unless_somebody_edited_it(river: Path) -> None:
    files = citation_files(open_publication(river))
    (river / "CITATION.cff").write_bytes(files["CITATION.cff"])
    (river / ".zenodo.json").write_bytes(files[".zenodo.json"] + b" ")
    done = release(river, SECOND)
    assert done.exit_code == 0, done.output
    renewed = citation_files(open_publication(river))
    assert f"version: {SECOND}\n".encode() in renewed["CITATION.cff"]
    assert (river / "CITATION.cff").read_bytes() == renewed["CITATION.cff"]
    assert (river / ".zenodo.json").read_bytes() == files[".zenodo.json"] + b" "
    assert not (river / "datacite.json").exists()


@pytest.mark.slow
def test_a_dry_run_writes_nothing(river: Path) -> None:
    before = content(river)
    done = release(river, SECOND, "--dry-run")
    assert done.exit_code == 0
    assert "the lowest number for these changes is 3.1.1" in done.stdout
    assert content(river) == before


@pytest.mark.slow
def test_the_same_release_made_elsewhere_has_the_same_bytes(first: Path, tmp_path: Path) -> None:
    made = []
    for name, seed, zone, mask in (
        ("one", "1", "UTC", 0o22),
        ("a place with blanks", "4711", "Pacific/Kiritimati", 0o77),
    ):
        root = tmp_path / name
        shutil.copytree(first, root)
        note(root, SECOND)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        command = [sys.executable, "-m", "upheaval", "release", SECOND, "--date", "2026-03-01"]
        subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, umask=mask)
        made.append(content(root))
        folders = [path for path in release_folder(root, SECOND).rglob("*") if path.is_dir()]
        assert {path.stat().st_mode & 0o777 for path in folders} == {0o755}, "others may read it whatever the umask"
    assert made[0] == made[1]
    assert f"releases/{SECOND}.json" in made[0]


@pytest.mark.parametrize(
    ("change", "words", "says"),
    [
        (lambda root: None, [FIRST], "version 3.1.0 has been released"),
        (lambda root: None, ["3.0.9"], "version 3.0.9 is not newer than 3.1.0"),
        (lambda root: None, ["3.2"], "`3.2` is not a semantic version"),
        (lambda root: None, ["3.01.0"], "is not a semantic version"),
        (lambda root: None, ["3.1.1+a"], "has build metadata"),
        (lambda root: note(root, "3.1.0-rc.1"), ["3.1.0-rc.1"], "is not newer than 3.1.0"),
        (lambda root: None, ["9.9.9"], "CHANGELOG.md: error: there is no entry for version 9.9.9"),
        (lambda root: (root / "CHANGELOG.md").unlink(), [SECOND], "there is no changelog"),
        (lambda root: (root / "CHANGELOG.md").write_text(f"## {SECOND}\n\n## 1\n\ntext\n"), [SECOND], "is empty"),
        (lambda root: (root / "CHANGELOG.md").write_text("## [Unreleased]\n"), [SECOND], "change the line `## [Unrel"),
        (lambda root: (root / "CHANGELOG.md").write_bytes(b"\xff"), [SECOND], "write it in UTF-8"),
        (lambda root: shutil.rmtree(root / ".upheaval"), [SECOND], "the files of version 3.1.0 are not here"),
        (lambda root: (root / "releases/3.1.0.json").write_text("{}"), [SECOND], "is not about a release"),
        (lambda root: (root / "ledger.tsv").write_text("iri\n"), [SECOND], "ledger.tsv:1:1: error: "),
    ],
)
def test_what_is_not_in_order_is_refused(
    change: Callable[[Path], object], words: list[str], says: str, river: Path
) -> None:
    change(river)
    before = content(river)
    refused(release(river, *words), says)
    assert content(river) == before


def test_a_wrong_clock_is_noticed(river: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(release(river, SECOND, day="2026-02-27"), "2026-02-27 is before 2026-03-01, the day of release 3.1.0")
    refused(release(river, SECOND, day="9999-01-01"), "9999-01-01 has not come yet")
    import upheaval.cli.release as command

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Stopped":
            return cls(1970, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(command, "datetime", Stopped)
    refused(run(river, "release", SECOND), "1970-01-01 is before 2026-03-01")
    refused(run(river, "release", "--withdraw", FIRST, "--why", "x"), "today is 1970-01-01")


@pytest.mark.slow
def test_a_fault_or_a_warning_in_the_sources_stops_a_release(river: Path) -> None:
    record = sorted((river / "data/gauges").glob("*.yaml"))[0]
    record.write_text(record.read_text() + "unknownKey: x\n")
    done = release(river, SECOND)
    assert done.exit_code == 1
    assert f"{record.relative_to(river).as_posix()}:" in done.stderr
    assert not (river / f"releases/{SECOND}.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda lines: [line for line in lines if not line.startswith("flood-")][:-1], "` is gone"),
        (lambda lines: [line.replace(FIRST, "0.0.1") for line in lines], "is not as it was released"),
    ],
)
def test_a_tampered_ledger_is_noticed(damage: Callable[[list[str]], list[str]], says: str, river: Path) -> None:
    ledger = river / "ledger.tsv"
    ledger.write_text("\n".join(damage(ledger.read_text().splitlines())) + "\n")
    done = release(river, SECOND)
    assert done.exit_code == 1
    assert says in done.stderr
    assert all(line.startswith("ledger.tsv") for line in done.stderr.splitlines())


@pytest.mark.slow
def test_a_name_that_is_lost_is_noticed_and_one_that_is_retired_is_major(river: Path) -> None:
    record = sorted((river / "data/floods").glob("*.yaml"))[-1]
    name = record.stem
    record.unlink()
    done = release(river, SECOND)
    assert done.exit_code == 1
    assert f"`{name}`" in done.stderr or record.name in done.stderr
    ledger = river / "ledger.tsv"
    retired = [
        f"{line.rstrip()}\tretired\t\t2026-03-01\tnever happened" if line.startswith(f"{name}\t") else line
        for line in ledger.read_text().splitlines()
    ]
    ledger.write_text("\n".join(retired) + "\n")
    refused(release(river, SECOND), f"3.1.1 is too low: since 3.1.0, <{IRI}{name}")
    note(river, "4.0.0")
    assert release(river, "4.0.0", day="2026-03-02").exit_code == 0


@pytest.mark.slow
def test_two_at_once_are_kept_apart(river: Path) -> None:
    with releasing.one_release(river):
        refused(release(river, SECOND), "another release is being made")
    assert release(river, SECOND).exit_code == 0


@pytest.mark.slow
def test_uncommitted_files_are_refused(river: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words]
        return subprocess.run(command, cwd=river, check=True, capture_output=True, text=True).stdout

    (river / ".gitignore").write_text("/.upheaval/\n")
    git("init", "-q")
    refused(release(river, SECOND), "is not committed")
    git("add", ".")
    git("commit", "-qm", "First")
    assert release(river, SECOND).exit_code == 0
    assert read_releases(river)[SECOND].commit == git("rev-parse", "HEAD").strip()
    assert len(git("status", "--porcelain").splitlines()) == 2, git("status", "--porcelain")


@pytest.mark.slow
@pytest.mark.parametrize("place", sampled(["fsync", "rename", "replace"], 2))
def test_a_full_disk_leaves_nothing_half_published(place: str, river: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(river)
    whole = getattr(os, place)

    def full(*words: Any, **more: Any) -> Any:
        if str(river) in str(words) or place == "fsync":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(*words, **more)

    monkeypatch.setattr(os, place, full)
    done = release(river, SECOND)
    monkeypatch.undo()
    assert done.exit_code == 1
    assert "No space left on device" in done.stderr
    after = content(river)
    snapshots = {path for path in after if path.startswith(".upheaval/")}
    assert {path: after[path] for path in after if path not in snapshots} == {
        path: before[path] for path in before if not path.startswith(".upheaval/")
    }
    assert release(river, SECOND).exit_code == 0


@pytest.mark.slow
def test_a_killed_release_is_made_or_not(river: Path) -> None:
    sources = {path: text for path, text in content(river).items() if not path.startswith(".upheaval/")}
    command = [sys.executable, "-m", "upheaval", "release", SECOND, "--date", "2026-03-01"]
    begun = time.monotonic()
    subprocess.run([*command, "--dry-run"], cwd=river, check=True, capture_output=True)
    long = time.monotonic() - begun
    for part in sampled((0.2, 0.6, 0.85, 0.95, 1.0, 1.03, 1.06, 1.1), 4):
        running = subprocess.Popen(command, cwd=river, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(long * part)
        running.send_signal(signal.SIGKILL)
        running.wait()
        if (river / f"releases/{SECOND}.json").exists() and not (river / ".upheaval/journal").exists():
            assert verify(release_folder(river, SECOND)) == []
            assert open_publication(river).version == SECOND
            return
    assert release(river, SECOND).exit_code == 0  # whatever was left is undone first
    assert sources.keys() < content(river).keys()


@pytest.mark.slow
def test_a_withdrawn_release_stays_and_is_never_the_latest(river: Path) -> None:
    assert release(river, SECOND).exit_code == 0
    refused(run(river, "release", "--withdraw", SECOND), "a version is withdrawn for a reason")
    refused(run(river, "release", "--withdraw", "9.9.9", "--why", "x"), "there is no release 9.9.9")
    assert run(river, "release", "--withdraw", SECOND, "--why", "a forged source").exit_code == 0
    refused(run(river, "release", "--withdraw", SECOND, "--why", "x"), "a forged source")
    assert verify(release_folder(river, SECOND)) == []
    done = run(river, "verify", str(release_folder(river, SECOND)))
    assert (done.exit_code, "withdrawn on" in done.stdout) == (0, True)
    note(river, "3.1.2")
    assert release(river, "3.1.2").exit_code == 0, "a withdrawn version is passed over, not used again"
    assert open_publication(river).prior_version == f"{IRI}{FIRST}"
    catalog = (release_folder(river, "3.1.2") / "catalog.ttl").read_text()
    assert "Withdrawn: a forged source" in catalog


@pytest.mark.slow
def test_a_changed_vocabulary_needs_a_version_of_its_own(river: Path) -> None:
    file = river / "ontology" / "river.ttl"
    text = file.read_text()
    changed = text.replace("that the commission looks after", "that the commission cares for")
    assert changed != text
    file.write_text(changed)
    note(river, "3.2.0")
    refused(release(river, "3.2.0"), "the vocabulary <https://river.example/def> has changed since")
    file.write_text(changed.replace("/2.0>", "/2.1>"))
    refused(release(river, "3.2.0"), "add `owl:priorVersion <https://river.example/def/2.0>`")
    named = "    owl:priorVersion <https://river.example/def/2.0> ;\n    owl:versionInfo"
    file.write_text(changed.replace("/2.0>", "/2.1>").replace("    owl:versionInfo", named))
    assert release(river, "3.2.0").exit_code == 0


def test_terms_of_others_are_not_what_people_rely_on(first: Path) -> None:
    iris = surface_of(open_build(release_folder(first, FIRST))).iris
    foreign = r"http://www\.w3\.org|http://purl\.org|https://schema\.org"
    assert any(iri.startswith("https://river.example/def") for iri in iris)
    assert [iri for iri in iris if re.match(foreign, iri)] == []


@pytest.mark.parametrize(("stored", "stride"), [(True, 1), (False, 1 if WHOLE else 11)])
def test_a_release_killed_at_any_step_is_whole_or_not_there(
    stored: bool, stride: int, river: Path, tmp_path: Path
) -> None:
    """The process is killed at each call that changes the disk, or at some of those that store the files."""
    steps = ("mkdir", "link", "fsync", "rename", "replace", "unlink", "rmdir", "chmod")
    released = date(2026, 3, 1)
    sources = {path: text for path, text in content(river).items() if not path.startswith(".upheaval/")}
    outcomes = []
    with releasing.planned(river, SECOND, released, released) as plan:
        after = sources | {path: bytes(text) for path, text in plan.after.items()}
        if stored:
            put(river, plan.folder)
        for number in range(0, 2000, stride):
            root = tmp_path / f"killed-{number}"
            shutil.copytree(river, root)
            if (process := os.fork()) == 0:
                dying(number, steps)
                releasing.make_release(root, plan)
                os._exit(0)
            _, status = os.waitpid(process, 0)
            made = (root / f"releases/{SECOND}.json").exists() and not (root / ".upheaval/journal").exists()
            recover(root)
            found = {path: text for path, text in content(root).items() if not path.startswith(".upheaval/")}
            assert found == (after if made else sources), number
            assert not made or verify(release_folder(root, SECOND)) == []
            outcomes.append(made)
            if not made:
                releasing.make_release(root, plan)
                assert verify(release_folder(root, SECOND)) == []
            shutil.rmtree(root)
            if os.WIFEXITED(status):
                assert os.WEXITSTATUS(status) == 0
                break
    assert outcomes == sorted(outcomes), "once it is released, it stays so"
    assert outcomes[0] is False
    assert outcomes[-1] is True
    assert len(outcomes) > 10


def dying(number: int, steps: Sequence[str]) -> None:
    """Let this process be killed at its n-th call of one of some functions that change the disk."""
    left = [number]

    def wrapped(whole: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return whole(*words, **more)

        return call

    for name in steps:
        setattr(os, name, wrapped(getattr(os, name)))


PARTS = st.frozensets(st.sampled_from(["the file a", "the column `b` of c", "the question `d`"]))
IRIS = st.frozensets(st.sampled_from([f"{IRI}{name}" for name in ("a", "b", "c", "b#x")]))
SURFACES = st.builds(Surface, IRIS, PARTS, st.just(frozenset()))
VERSIONS = st.builds(Version, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@given(SURFACES, SURFACES, VERSIONS)
def test_what_is_lost_is_major_and_what_is_new_is_minor(before: Surface, after: Surface, version: Version) -> None:
    changes = compare(before, after, Ledger({}), IRI)
    lost = (before.iris - after.iris) | (before.parts - after.parts)
    new = (after.iris - before.iris) | (after.parts - before.parts)
    assert len(changes) == len(lost) + len(new)
    number = proposed(version, changes)
    assert number > version
    if not changes:
        assert number == version.bump_patch()
    elif lost and version.major:
        assert number == version.bump_major()
    else:
        assert number == version.bump_minor()


@given(VERSIONS, st.lists(st.sampled_from(Level)), st.lists(st.sampled_from(Level)))
def test_more_changes_never_lower_the_number(version: Version, some: list[Level], more: list[Level]) -> None:
    few = [SurfaceChange(level, "x") for level in some]
    assert proposed(version, few) <= proposed(version, [*few, *(SurfaceChange(level, "x") for level in more)])


def test_a_renamed_name_is_minor_and_takes_its_parts_along() -> None:
    ledger = Ledger({"a": Entry("a", "1.0.0", Fate.RENAMED, ("b",), "2026-03-01")})
    before, after = (Surface(frozenset(f"{IRI}{x}" for x in names), frozenset(), frozenset()) for names in ("ab", "b"))
    assert [change.level for change in compare(before, after, ledger, IRI)] == [Level.MINOR]
    gone = Surface(frozenset({f"{IRI}a#x"}), frozenset(), frozenset())
    assert [change.level for change in compare(gone, after, ledger, IRI)] == [Level.MINOR, Level.MINOR]


@examples(50)
@given(st.from_regex(r"[0-9a-z][0-9a-z.]{0,8}", fullmatch=True), st.sampled_from(["", "  # why", "   "]))
def test_only_the_value_of_a_key_is_changed(old: str, after: str) -> None:
    text = f"# first\niri: https://a.example/\nversion: {old}{after}\nissued: '2026-01-01'\n# last\n".encode()
    changed = with_values(text, {"version": "2.0.0", "issued": "2026-02-02", "priorVersion": "https://a.example/1"})
    assert changed.decode() == (
        f"# first\niri: https://a.example/\nversion: 2.0.0{after}\npriorVersion: https://a.example/1\n"
        "issued: 2026-02-02\n# last\n"
    )


def test_the_numbers_of_a_manifest_are_those_of_the_release(first: Path) -> None:
    manifest = json.loads((release_folder(first, FIRST) / "manifest.json").read_bytes())
    assert manifest["rdfc10_sha256"] == read_releases(first)[FIRST].rdfc10_sha256
    assert "ledger.tsv" in manifest["files"]


@pytest.mark.slow
def test_without_a_number_the_lowest_is_proposed_and_nothing_written(river: Path) -> None:
    def proposed_number(root: Path) -> str:
        before = content(root)
        done = run(root, "release")
        assert done.exit_code == 0, done.output
        assert content(root) == before
        found = re.search(
            r"the lowest number for the next release is (\S+), (?:after \S+|the first)$", done.stdout.strip()
        )
        assert found, done.stdout
        return found[1]

    assert proposed_number(river) == "3.1.1"
    gauge = sorted((river / "data/gauges").glob("*.yaml"))[0]
    text = re.sub(r"^label: .*", "label: {en: Another}", gauge.read_text(), flags=re.M)
    (river / "data/gauges/another-gauge.yaml").write_text(text)
    assert proposed_number(river) == "3.2.0"
    note(river, "3.2.0")
    assert release(river, "3.2.0").exit_code == 0
    assert run(river, "release", "--withdraw", "3.2.0", "--why", "a forged source").exit_code == 0
    assert proposed_number(river) == "3.2.1", "3.2.0 is taken, although what it added is compared with 3.1.0"
    shutil.rmtree(river / "releases")
    assert proposed_number(river) == "3.2.0"
