"""A site that is as rendering would make it is left alone, and any other is rendered."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import copy_of_world
from upheaval.cli.main import main


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("UPHEAVAL_NO_STATE", raising=False)
    root = copy_of_world(tmp_path / "world")
    (root / "build").mkdir()
    (root / "build" / "manifest.json").write_text('{"rdfc10_sha256": "", "files": {}}')
    return root


@pytest.fixture
def rendered(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders that have been rendered so far, by a rendering that writes one file."""
    folders: list[Path] = []

    def render(_root: Path, build: Path, target: Path) -> tuple[int, int, str]:
        target.mkdir(exist_ok=True)
        if not (target / "manifest.json").exists():  # which gives the manifest of the build another time of change
            os.link(build / "manifest.json", target / "manifest.json")
        (target / "index.html").write_text("a page")
        folders.append(target)
        return 1, 1, "a remark"

    monkeypatch.setattr("upheaval.site.rendering.render", render)
    return folders


def site(root: Path, *options: str) -> tuple[str, str]:
    done = CliRunner().invoke(main, ["site", "--root", str(root), *options], catch_exceptions=False)
    return done.stdout, done.stderr


def told(root: Path, written: int, folder: str = "build/site") -> tuple[str, str]:
    return f"1 files in {root / folder}, {written} of them written\n", "a remark\n"


def test_what_has_not_changed_is_not_rendered(root: Path, rendered: list[Path]) -> None:
    assert site(root) == told(root, 1)
    assert site(root) == site(root) == told(root, 0)
    assert len(rendered) == 1
    other = str(root / "other")
    assert site(root, "--to", other) == told(root, 1, "other")
    assert site(root, "--to", other) == told(root, 0, "other")
    assert site(root, "--no-state") == told(root, 1)


def add(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text((file.read_text() if file.exists() else "") + text)


CHANGES: dict[str, Callable[[Path], None]] = {
    "record": lambda root: add(root / "data/states/arvenia.yaml", "# so\n"),
    "build": lambda root: add(root / "build/manifest.json", "\n"),
    "text": lambda root: add(root / "CHANGELOG.md", "# Changes\n"),
    "release": lambda root: add(root / "releases/1.json", '{"manifest_sha256": "a"}'),
    "page edited": lambda root: add(root / "build/site/index.html", "."),
    "page gone": lambda root: (root / "build/site/index.html").unlink(),
    "page more": lambda root: add(root / "build/site/more.html", "more"),
    "site gone": lambda root: shutil.rmtree(root / "build/site"),
    "state gone": lambda root: shutil.rmtree(root / ".upheaval"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_rendered(root: Path, rendered: list[Path], change: str) -> None:
    site(root)
    CHANGES[change](root)
    assert site(root) == told(root, 1)
    assert len(rendered) == 2


def test_a_release_whose_files_come_is_rendered(root: Path, rendered: list[Path]) -> None:
    CHANGES["release"](root)
    site(root)
    (root / ".upheaval" / "snapshots" / "a").mkdir(parents=True)
    assert site(root) == told(root, 1)
    assert site(root) == told(root, 0)
    assert len(rendered) == 2
