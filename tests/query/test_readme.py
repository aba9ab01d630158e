"""What README says about questions is true of the dataset that comes with it."""

import re
import shlex

import pytest

from tests.support import ROOT
from upheaval.populate.assembly import Assembly
from upheaval.query import execution

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ {4}(?:\$ \.venv/bin/)?upheaval query (\w[^#|>\n]*)", README, re.MULTILINE)
SHOWN = re.compile(r"^ {4}\$ \.venv/bin/upheaval query (.*)\n((?: {4}.+\n)+?) {4}…$", re.MULTILINE)


def asked(axis: Assembly, command: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run a question as the command line does, on the dataset that is in memory already."""
    monkeypatch.setattr(execution, "assemble", lambda root: axis)
    name, *words = shlex.split(command)
    options = {name.removeprefix("--"): text for name, text in zip(words[::2], words[1::2], strict=True)}
    options.pop("with", None)
    form = options.pop("format", "table")
    return execution.answer(ROOT, name, options, form, 80).splitlines()


def test_readme_prints_questions() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_question_of_the_readme_has_rows(axis: Assembly, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(axis, command, monkeypatch)
    assert len(lines) >= 3 or "--with" in command


def test_answer_is_as_the_readme_prints_it(axis: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    ((command, printed),) = SHOWN.findall(README)
    wanted = [line.removeprefix("    ").rstrip() for line in printed.splitlines()]
    assert [line.rstrip() for line in asked(axis, command, monkeypatch)][: len(wanted)] == wanted
