"""Watching calls for a check when a source changes, and not when an editor leaves something beside it."""

from pathlib import Path

import pytest
from watchfiles import Change

from upheaval.cli import watching

LEFT = ("data/states/.#x.yaml", "data/states/x.yaml~", "data/.git/index", "data/states/4913", "ontology/._core.ttl")
SOURCES = ("data/states/x.yaml", "ontology/core.ttl", "shapes/core.ttl")


@pytest.mark.parametrize("hidden", ["", ".cache/"])
def test_what_is_ignored_elsewhere_is_ignored_here(
    tmp_path: Path, hidden: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, bool] = {}
    root = tmp_path / hidden / "pub"
    for folder in watching.FOLDERS:
        (root / folder).mkdir(parents=True)

    def changes(*_folders: Path, watch_filter: object, **_options: object) -> list[set[tuple[Change, str]]]:
        assert callable(watch_filter)
        for file in (*LEFT, *SOURCES):
            asked[file] = watch_filter(Change.modified, str(root / file))
        return [set()]

    monkeypatch.setattr(watching, "changes", changes)
    done: list[list[Path]] = []
    watching.watch(root, done.append)
    assert done == [[]]
    assert asked == dict.fromkeys(LEFT, False) | dict.fromkeys(SOURCES, True)
