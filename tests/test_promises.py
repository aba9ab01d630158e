"""Each promise of security names a test that exists."""

import ast
import re

import pytest

from tests.support import ROOT

NAMED = re.findall(r"\| (tests/\S+)::(\w+) \|", (ROOT / "docs/security.md").read_text(encoding="utf-8"))


def test_promises_are_listed() -> None:
    assert len(NAMED) > 15


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_promise_has_its_test(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
