"""Paths and small helpers that tests share."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from upheaval.check.checking import check
from upheaval.faults import Fault
from upheaval.populate.assembly import assemble

ROOT = Path(__file__).resolve().parents[1]
WORLD = ROOT / "tests" / "world"
STRICT = os.environ.get("UPHEAVAL_REQUIRE_ENGINES") == "1"


def skip_or_fail(reason: str) -> None:
    """Skip a test whose engine is missing, or fail it where nothing may be missing."""
    if STRICT:
        pytest.fail(reason)
    pytest.skip(reason)


def copy_of_world(folder: Path) -> Path:
    """Copy the invented publication into a folder and return it."""
    shutil.copytree(WORLD / "data", folder / "data")
    return folder


def faults_of(root: Path) -> list[Fault]:
    """Return every fault of a publication."""
    return check(assemble(root))


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that was installed beside this Python."""
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
