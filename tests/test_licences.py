"""What is installed with the package, or shipped in its pages, may be used and passed on by everybody."""

import json
import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

import pytest

from tests.support import ROOT, skip_or_fail

ALLOWED = re.compile(
    r"MIT|MIT-0|MIT-CMU|BSD|BSD-2-Clause|BSD-3-Clause|0BSD|Apache-2\.0|ISC|PSF-2\.0|Python-2\.0|Unicode-3\.0|Zlib"
    r"|W3C-20150513|CC0-1\.0|CC-BY-4\.0|BlueOak-1\.0\.0|Unlicense|MPL-2\.0|LGPL"
)
"""Permissive licences, and two that ask for changes to their own files alone; everybody can replace the packages."""
NAMES = {
    "MIT License": "MIT", "BSD License": "BSD", "Apache Software License": "Apache-2.0", "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}  # fmt: skip
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?!.*emscripten)", re.MULTILINE)
LOCKED = _PIN.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))
SHIPPED = json.loads((ROOT / "scripts/upheaval/site/client/package-lock.json").read_text(encoding="utf-8"))["packages"]


def alternatives(expression: str) -> list[list[str]]:
    """Split an SPDX expression into alternatives, each of licences that hold together."""
    return [re.split(r"\s+AND\s+", one.strip("() ")) for one in re.split(r"\s+OR\s+", expression)]


def is_allowed(expression: str) -> bool:
    return any(all(ALLOWED.fullmatch(one.strip("() ")) for one in together) for together in alternatives(expression))


def _field(about: PackageMetadata, name: str) -> str:
    return about[name] if name in about else ""  # noqa: SIM401


@pytest.mark.parametrize(("name", "version"), LOCKED, ids=[name for name, _ in LOCKED])
def test_a_dependency_is_free_to_use(name: str, version: str) -> None:
    try:
        about = metadata(name)
    except PackageNotFoundError:
        skip_or_fail(f"{name} is not installed")
        return
    classified = [
        each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License ::")
    ]
    stated = _field(about, "License-Expression") or next((NAMES[one] for one in classified if one in NAMES), "")
    stated = stated or _field(about, "License").partition("\n")[0]
    assert is_allowed(NAMES.get(stated, stated)), f"{name} {version}: {stated or 'no licence'}"


@pytest.mark.parametrize("path", [path for path, about in SHIPPED.items() if path and not about.get("dev")])
def test_what_the_pages_ship_is_free_to_use(path: str) -> None:
    assert is_allowed(str(SHIPPED[path].get("license", ""))), SHIPPED[path].get("license")


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [("MIT", True), ("GPL-3.0-only", False), ("MIT OR GPL-2.0", True), ("MIT AND GPL-2.0", False), ("", False)],
)
def test_expressions_are_read(expression: str, allowed: bool) -> None:
    assert is_allowed(expression) is allowed
