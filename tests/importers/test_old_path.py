"""The module that declarations written for version 0.1 import from."""

import importlib
import sys

import pytest

from upheaval.importers import declaration


def test_old_path_answers_and_names_the_new_one() -> None:
    sys.modules.pop("upheaval.importers.sources", None)
    with pytest.warns(DeprecationWarning, match=r"from upheaval\.importers\.declaration"):
        old = importlib.import_module("upheaval.importers.sources")
    assert (old.Sources, old.our) == (declaration.Sources, declaration.our)
