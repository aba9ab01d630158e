"""Every command and every line of Python in the tutorials gives the output that stands below it."""

import doctest
import fnmatch
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

TUTORIALS = ROOT / "docs" / "tutorials"
NAMED = [path.stem for path in sorted(TUTORIALS.glob("*.md")) if path.stem != "README"]
_FILE = re.compile(r"Save this as `([^`]+)`:\n\n```\w+\n(.*?)```\n", re.DOTALL)
_BLOCK = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)


@pytest.fixture
def folder(axis_build: Path, tmp_path: Path) -> Path:
    (tmp_path / "build").symlink_to(axis_build)
    (tmp_path / "queries").symlink_to(ROOT / "queries")
    (tmp_path / "CITATION.cff").symlink_to(ROOT / "CITATION.cff")
    return tmp_path


@pytest.mark.parametrize("name", NAMED)
def test_tutorial_does_what_it_says(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (TUTORIALS / f"{name}.md").read_text(encoding="utf-8")
    monkeypatch.chdir(folder)
    for at, kind, match in sorted(
        [(match.start(), "file", match) for match in _FILE.finditer(text)]
        + [(match.start(), "block", match) for match in _BLOCK.finditer(text)],
        key=lambda one: one[0],
    ):
        assert at >= 0
        if kind == "file":
            Path(match[1]).write_text(match[2], encoding="utf-8")
        elif "    $ " in match[0]:
            for command, output in commands(match[0]):
                assert_alike(run(command), output, command)
    assert doctest.DocTestRunner(optionflags=OPTIONS).run(python(text, name)).failed == 0


OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(block: str) -> list[tuple[str, str]]:
    found = re.findall(r"^    \$ (.*)\n((?:    (?!\$ ).*\n)*)", block, re.MULTILINE)
    return [(command, "".join(line[4:] + "\n" for line in output.splitlines())) for command, output in found]


def run(command: str) -> str:
    if command.startswith("cd "):
        os.chdir(command[3:])
        return ""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "scripts"),
        "COLUMNS": "80",
    }
    done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, timeout=120)
    notes = "".join(line for line in done.stderr.splitlines(True) if not line.startswith("note: "))
    return done.stdout + notes


def assert_alike(found: str, wanted: str, command: str) -> None:
    """Compare line by line; `…` stands for anything."""
    assert len(found.splitlines()) == len(wanted.splitlines()), f"{command}\n{found}"
    for line, pattern in zip(found.splitlines(), wanted.splitlines(), strict=True):
        escaped = re.sub(r"([\[\]?*])", r"[\1]", pattern).replace("…", "*")
        assert fnmatch.fnmatchcase(line, escaped), f"{command}\n{found}"


def python(text: str, name: str) -> doctest.DocTest:
    lines = re.sub(r"^    ", "", "".join(_BLOCK.findall(text)), flags=re.MULTILINE)
    session = "\n".join(one for one in lines.split("\n") if not one.startswith("$ ")).replace("…", "...")
    return doctest.DocTestParser().get_doctest(session, {}, name, f"{name}.md", 0)
