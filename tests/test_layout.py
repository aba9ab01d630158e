"""A name means one thing, and nothing private to a library is imported."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGE = ROOT / "scripts" / "upheaval"
OLD = frozenset({"importers/sources.py"})
"""Paths that only other people's files still import."""

Finder = Callable[[Path], Iterator[tuple[str, str]]]


def modules(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the place of each package and module.

    The module of a command may bear the name of another package, and any module that of its own; OLD are not counted.
    """
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    yield from ((name, name) for name in packages)
    for path in folder.rglob("*.py"):
        name, home, place = path.stem, path.parent.name, path.relative_to(folder).as_posix()
        if place in OLD:
            continue
        if not name.startswith("__") and name != home and not (home == "cli" and name.rstrip("_") in packages):
            yield name, place


def classes(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the place of each class."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, f"{path.relative_to(folder)}:{node.lineno}"


def twice(named: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for name, place in named:
        found[name].append(place)
    return {name: places for name, places in found.items() if len(places) > 1}


def test_no_two_modules_have_one_name() -> None:
    assert twice(modules(PACKAGE)) == {}


def test_no_two_classes_have_one_name() -> None:
    assert twice(classes(PACKAGE)) == {}


@pytest.mark.parametrize("finder", [modules, classes])
def test_repeated_names_are_found(finder: Finder, tmp_path: Path) -> None:
    for file in ("load/__init__.py", "load/stores.py", "serve/__init__.py", "serve/stores.py", "cli/load.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("class stores: ...\n" if file.endswith("stores.py") else "")
    assert list(twice(finder(tmp_path))) == ["stores"]


def test_no_module_imports_private_names_of_a_library() -> None:
    private = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            parts = [part for name in names for part in name.split(".")]
            private += [f"{path.name}: {part}" for part in parts if part.startswith("_") and part[:2] != "__"]
    assert private == []
