"""The page on validation: its files are validated by its commands, and these say what it says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import ROOT
from upheaval.cli.main import main
from upheaval.shacl.unread import ADVANCED

PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`(\w+\.ttl)`:\n\n((?:    .*\n|\n(?=    ))+)", PAGE))
SHOWN = re.findall(r"^    \$ upheaval (.*)\n((?:    (?!\$).*\n)+)", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=lambda text: text.partition("\n")[0][:60])
def test_output_is_that_of_the_documentation(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(SHOWN) == 4
    for name, text in FILES.items():
        (tmp_path / name).write_text(re.sub("^    ", "", text, flags=re.MULTILINE), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, command.split())
    wanted = re.sub("^    ", "", output, flags=re.MULTILINE)
    assert result.exit_code == 1
    if wanted.endswith("…\n"):
        assert result.stdout.startswith(wanted[:-2])
    else:
        assert sorted(result.output.splitlines()) == sorted(wanted.splitlines())


def test_documentation_lists_what_is_refused() -> None:
    names = {name for name in re.findall(r"`sh:(\w+)`", PAGE) if name in ADVANCED}
    properties = {name for name in ADVANCED if name[0].islower()} - {"js"}
    assert names == properties
