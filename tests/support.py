"""Paths and small helpers that tests share."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner
from hypothesis import settings

from upheaval.check.checking import check
from upheaval.cli.main import main
from upheaval.faults import Fault
from upheaval.populate.assembly import assemble
from upheaval.store.releases import read_releases, sources_of

ROOT = Path(__file__).resolve().parents[1]
WORLD = ROOT / "tests" / "world"
SUITES = Path(os.environ.get("UPHEAVAL_SUITES", ROOT.parent / "shared" / "suites"))
STRICT = os.environ.get("UPHEAVAL_REQUIRE_ENGINES") == "1"
WHOLE = os.environ.get("UPHEAVAL_SWEEP") == "whole"
_Case = TypeVar("_Case")
sweep = pytest.mark.skipif(not WHOLE, reason="part of a sweep: UPHEAVAL_SWEEP=whole runs it")


def sampled(cases: Sequence[_Case], number: int) -> list[_Case]:
    """Return so many cases, spread evenly; all of them where sweeps are whole."""
    if WHOLE or len(cases) <= number:
        return list(cases)
    return [cases[at * len(cases) // number] for at in range(number)]


def examples(whole: int) -> settings:
    """Return the settings of a property that is tried on so many examples, and on a tenth where sweeps are sampled."""
    return settings(max_examples=whole if WHOLE else max(whole // 10, 3), deadline=None)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first worker of the run makes, while the others wait for it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, made = base / name, base / f"{name}.made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def rebuilt(factory: pytest.TempPathFactory, version: str) -> Path:
    """Return a publication that has the files of a release of the project's own, built from its commit by its own code.

    This needs the history of the repository. If the manifest differs, use the requirements that the commit has pinned.
    """
    release = read_releases(ROOT)[version]

    def make(folder: Path) -> None:
        commit = sources_of(ROOT, release)
        archive = subprocess.run(["git", "-C", str(ROOT), "archive", commit], capture_output=True)
        if archive.returncode:
            skip_or_fail(f"commit {commit} is not in this clone: git fetch --unshallow")
        sources = folder / "sources"
        sources.mkdir()
        subprocess.run(["tar", "-x", "-C", str(sources)], input=archive.stdout, check=True)
        own = {**os.environ, "PYTHONPATH": str(sources / "scripts")}
        build = [sys.executable, "-m", "upheaval", "build", "--root", str(sources), "--to", str(folder / "build")]
        subprocess.run(build, cwd=sources, env=own, check=True, capture_output=True)
        root = folder / "root"
        shutil.copytree(ROOT / "releases", root / "releases")
        (root / "data").mkdir()
        shutil.copy(ROOT / "data" / "publication.yaml", root / "data")
        keep = [sys.executable, "-m", "upheaval", "verify", str(folder / "build"), "--keep", "--root", str(root)]
        subprocess.run(keep, check=True, capture_output=True)

    return once(factory, f"release-{version}", make) / "root"


def skip_or_fail(reason: str) -> None:
    """Skip a test whose engine is missing, or fail it where nothing may be missing."""
    if STRICT:
        pytest.fail(reason)
    pytest.skip(reason)


def suite(*parts: str) -> Path:
    """Return a file of other people's suites, which are not in the repository.

    Without UPHEAVAL_SUITES, a test that needs a missing suite is skipped; a suite missing from the folder that it names
    is treated like a missing engine.
    """
    path = SUITES.joinpath(*parts)
    if not path.exists():
        reason = f"{path} is missing; CONTRIBUTING.md says where the suites are"
        if "UPHEAVAL_SUITES" in os.environ:
            skip_or_fail(reason)
        pytest.skip(reason)
    return path


def copy_of_world(folder: Path) -> Path:
    """Copy the invented publication into a folder and return it."""
    shutil.copytree(WORLD / "data", folder / "data")
    return folder


def faults_of(root: Path) -> list[Fault]:
    """Return every fault of a publication."""
    return check(assemble(root))


def command(*words: str, cwd: Path | None = None, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `upheaval` in this process, which saves the start; what it lets through is raised."""
    with contextlib.chdir(cwd or os.curdir):
        done = CliRunner().invoke(main, words, input=text, catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that was installed beside this Python."""
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
