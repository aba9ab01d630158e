"""Watching calls for a check when a source changes, and not when an editor leaves something beside it."""

from collections.abc import Iterator
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


def test_a_change_of_the_ledger_calls_for_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "pub"
    (root / "data").mkdir(parents=True)
    ledger = root / "ledger.tsv"

    def changes(*_folders: Path, **_options: object) -> Iterator[set[tuple[Change, str]]]:
        yield set()
        yield set()
        ledger.write_text("one\n")
        yield set()
        yield set()
        ledger.write_text("another\n")
        yield {(Change.modified, str(root / "data/states/x.yaml"))}

    monkeypatch.setattr(watching, "changes", changes)
    done: list[list[Path]] = []
    watching.watch(root, done.append)
    assert done == [[], [ledger], [root / "data/states/x.yaml", ledger]]
