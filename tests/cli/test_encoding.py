"""What is written is UTF-8 on every system, whatever code page or locale it has."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.support import WORLD, copy_of_world, sampled

FORMS = ("table", "csv", "json", "md")
ENCODINGS = ("cp1252", "ascii", "utf-16")
QUERY = 'SELECT ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER (LANG(?l) = "ru") } ORDER BY ?l'


def run(root: Path, encoding: str, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "upheaval", *words, "--root", str(root)]
    environment = {"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": encoding, "LC_ALL": "C", "HOME": str(root)}
    return subprocess.run(command, env=environment, capture_output=True, input=text, encoding="utf-8", timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "encoding"), sampled([*product(FORMS, ENCODINGS)], 4))
def test_answers_are_utf_8(form: str, encoding: str) -> None:
    asked = QUERY.replace('"ru")', '"ru" && CONTAINS(?l, "р"))')  # standard input is UTF-8 as well
    result = run(WORLD, encoding, "query", "-", "--format", form, text=asked)
    assert result.returncode == 0
    assert "Арвения" in result.stdout


@pytest.mark.slow
def test_faults_are_utf_8(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / "data/states/эдения.yaml").write_text("label: [")
    for form in ("text", "json", "github"):
        result = run(root, "cp1252", "check", "--format", form)
        assert (result.returncode, "Traceback" in result.stderr) == (1, False)
        assert "эдения.yaml" in result.stdout


@pytest.mark.slow
def test_names_that_are_not_utf_8_are_escaped(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    try:
        (root / "data/states/caf\udce9.yaml").write_text("label: [")
    except OSError:
        pytest.skip("the file system takes UTF-8 alone")
    for form in ("text", "json", "github"):
        result = run(root, "ascii", "check", "--format", form)
        assert (result.returncode, "Traceback" in result.stderr) == (1, False)
        assert "caf\\udce9.yaml" in result.stdout
    result = run(root, "ascii", "check", "--format", "sarif")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    (found,) = json.loads(result.stdout)["runs"][0]["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "data/states/caf%E9.yaml"


FULL = Path("/dev/full")


@pytest.mark.slow
@pytest.mark.parametrize("words", [("query",), ("check", "--format", "sarif"), ("--help",), ("query", "phases")])
def test_output_that_cannot_be_written_is_one_line(words: tuple[str, ...]) -> None:
    if not FULL.is_char_device():
        pytest.skip("this system has no /dev/full")
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "upheaval", *words]
        result = subprocess.run(command, cwd=WORLD, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1:] == ["error: the output cannot be written: No space left on device"]
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
