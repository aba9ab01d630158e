"""The benchmark itself: it runs, both sides of it do the same work, and the made records are sound. Never its speed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.generate import generate
from tests.benchmarks.rows import Row
from tests.support import ROOT, faults_of
from upheaval.assembly import assemble


def test_made_records_are_sound_and_always_the_same(tmp_path: Path) -> None:
    assert generate(tmp_path / "a", 3000) == generate(tmp_path / "b", 3000)
    one, other = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.yaml")}
        for root in (tmp_path / "a", tmp_path / "b")
    )
    assert one == other
    assert faults_of(tmp_path / "a") == []
    vocabulary = 4266
    assert 0.5 < (len(assemble(tmp_path / "a").store) - vocabulary) / 3000 < 3


@pytest.mark.parametrize("steps", ["read,populate,export", "validate,ask,growth"])
def test_quick_run(steps: str) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--steps", steps]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stderr
    assert "times as good" in result.stdout
    for step in steps.replace("growth", "streaming").replace("populate", "YAML to store").split(","):
        assert step in result.stdout


def test_unknown_step_is_named() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--steps", "reed"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert "no step is named reed" in result.stderr


def test_ratio_is_of_medians() -> None:
    assert Row("x", "y", [1.0, 2.0, 30.0], [8.0, 8.0, 1.0]).ratio == 4.0
    assert Row("x", "y", [1.0], []).ratio is None
