"""What `releases/` says is read in the order of versions, and a version's files are opened or refused with a cure."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from tests.store.test_snapshots import FILES, written
from upheaval.faults import Refusal
from upheaval.store.releases import Release, latest, read_releases, release_file, release_folder, sources_of
from upheaval.store.snapshots import put

HASH = "0" * 64


def released(root: Path, version: str, **more: Any) -> Release:
    release = Release(version, "2026-01-01", **{"manifest_sha256": HASH, "rdfc10_sha256": HASH, **more})
    release_file(root, version).parent.mkdir(exist_ok=True)
    release_file(root, version).write_bytes(release.render())
    return release


def test_releases_are_in_the_order_of_versions(tmp_path: Path) -> None:
    # the examples of Semantic Versioning 2.0.0, section 11
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    order += ["1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "2.10.0"]
    for version in sorted(order):
        released(tmp_path, version)
    assert list(read_releases(tmp_path)) == order


versions = st.builds(
    lambda numbers, more: ".".join(map(str, numbers)) + (f"-{more}" if more else ""),
    st.tuples(*[st.integers(0, 12)] * 3),
    st.sampled_from(["", "alpha", "alpha.1", "rc.2", "rc.11", "1"]),
)


def precedence(version: str) -> tuple[object, ...]:
    """Return a key for the order, written from section 11 of the specification."""
    numbers, _, more = version.partition("-")
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in more.split(".")] if more else []
    return tuple(map(int, numbers.split("."))), not more, parts


@given(versions, versions)
def test_the_order_is_that_of_the_specification(one: str, other: str) -> None:
    assert (Version.parse(one) < Version.parse(other)) == (precedence(one) < precedence(other))


def test_the_latest_is_neither_withdrawn_nor_a_prerelease(tmp_path: Path) -> None:
    assert latest(read_releases(tmp_path)) is None
    for version in ("0.1.0", "0.2.0", "0.3.0-rc.1"):
        released(tmp_path, version)
    assert getattr(latest(read_releases(tmp_path)), "version", "") == "0.2.0"
    released(tmp_path, "0.2.0", state="withdrawn", why="a source was forged", withdrawn="2026-02-01")
    assert getattr(latest(read_releases(tmp_path)), "version", "") == "0.1.0"


def test_the_files_of_a_release_are_found_or_refused(tmp_path: Path) -> None:
    released(tmp_path, "1.0.0")
    with pytest.raises(Refusal, match=r"the files of version 1\.0\.0 are not here .*--keep"):
        release_folder(tmp_path, "1.0.0")
    with pytest.raises(Refusal, match=r"there is no release 1\.0\.1 \(the releases are: 1\.0\.0\)"):
        release_folder(tmp_path, "1.0.1")
    stored = put(tmp_path, written(tmp_path / "build", FILES))
    released(tmp_path, "1.0.0", manifest_sha256=stored.hash)
    assert release_folder(tmp_path, "1.0.0") == stored.folder
    (stored.folder / "a.ttl").chmod(0o644)
    (stored.folder / "a.ttl").write_bytes(b"")
    with pytest.raises(Refusal, match="has 0 bytes instead of 14"):
        release_folder(tmp_path, "1.0.0")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": "1.0.1"}, "is about version 1.0.1"),
        ({"version": "1.0"}, "is not about a release: 1.0 is not valid SemVer string"),
        ({"date": "soon"}, "is not about a release"),
        ({"manifest_sha256": "../../etc"}, "has a hash that is not a SHA-256"),
        ({"state": "gone"}, "has the state `gone`"),
        ({"state": "withdrawn"}, "is withdrawn without a reason"),
        ({"more": "x"}, "is not about a release"),
        ({"why": 1}, "a value is not a string"),
    ],
)
def test_a_tampered_file_is_refused(change: dict[str, object], says: str, tmp_path: Path) -> None:
    content = json.loads(released(tmp_path, "1.0.0").render())
    release_file(tmp_path, "1.0.0").write_text(json.dumps({**content, **change}))
    with pytest.raises(Refusal) as refusal:
        read_releases(tmp_path)
    assert says in str(refusal.value)
    assert "releases/1.0.0.json: error: " in str(refusal.value)


def test_the_sources_of_a_release_are_in_the_commit_that_made_it(tmp_path: Path) -> None:
    def commit() -> str:
        as_somebody = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        for words in (["add", "-A"], [*as_somebody, "commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
        head = subprocess.run(
            ["git", "-C", str(tmp_path), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
        return head.stdout.strip()

    assert sources_of(tmp_path, released(tmp_path, "0.9.0", commit="abc")) == "abc"
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    first = commit()
    later = commit()
    entered = released(tmp_path, "1.0.0", commit=first)
    made = released(tmp_path, "1.1.0", commit=later)
    release = commit()
    released(tmp_path, "1.1.0", commit=later, state="withdrawn", why="forged", withdrawn="2026-02-01")
    commit()
    assert (sources_of(tmp_path, entered), sources_of(tmp_path, made)) == (first, release)
    with pytest.raises(Refusal, match=f"build commit {release[:12]}"):
        release_folder(tmp_path, "1.1.0")
