"""The bundle: made once, the same bytes everywhere, its licences listed, and a plain reason where it cannot be made."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.support import ROOT, skip_or_fail
from upheaval.site import client

FREE = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"}


@pytest.fixture(scope="module")
def made() -> client.Bundle:
    found, reason = client.bundle(client.cache_folder())
    if found is None:
        skip_or_fail(f"no bundle: {reason}")
    assert found
    return found


def test_every_file_is_named_by_its_content(made: client.Bundle) -> None:
    assert {Path(name).suffix for name in made.files} == {".js", ".wasm", ".json"}
    assert [name for name in made.files if not re.fullmatch(r"[\w]+-[A-Z0-9]{8}\.(js|wasm|json)", name)] == []
    assert set(made.entries) == {"ask", "engine", "search", "worldmap", "world"}
    assert set(made.entries.values()) <= made.files.keys()


@pytest.mark.slow
def test_another_folder_gives_the_same_bytes(made: client.Bundle, tmp_path: Path) -> None:
    target = tmp_path / "a" / "deeper" / "folder"
    shutil.copytree(made.folder, target, symlinks=True)
    node = shutil.which("node")
    assert node
    client._run([node, "build.js", "again"], target)
    again = {path.name: path.read_bytes() for path in (target / "again").iterdir()}
    assert {name: content for name, content in again.items() if name in made.files} == made.files


def test_each_bundled_library_is_listed_with_its_licence(made: client.Bundle) -> None:
    libraries = json.loads((made.folder / "bundle" / "client.json").read_text())["libraries"]
    names = {each["name"] for each in libraries}
    assert {
        "oxigraph",
        "codemirror-lang-sparql",
        "@codemirror/view",
        "d3-force",
        "d3-geo",
        "topojson-client",
        "world-atlas",
    } <= names
    notices = made.licences.decode()
    for each in libraries:
        assert FREE & set(re.split(r" OR | AND |[()]", each["licence"])), each
        assert f"{each['name']} {each['version']} ({each['licence']})" in notices
    assert notices.count("WITHOUT WARRANTY") + notices.count("DISCLAIMS ALL WARRANTIES") >= len(libraries)


def test_cached_bundle_needs_no_node(made: client.Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert client.bundle(client.cache_folder()) == (made, "")


def test_missing_node_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found, reason = client.bundle(tmp_path)
    assert found is None
    assert reason == "Node is not installed; install Node 18 or later"


def test_error_of_npm_is_reported_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("node", ""), ("npm", "echo 'npm error code ENOTFOUND' >&2; exit 1")):
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin")
    found, reason = client.bundle(tmp_path / "cache")
    assert (found, reason) == (None, "npm failed: npm error code ENOTFOUND")
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_cache_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert client.cache_folder() == Path("/elsewhere/upheaval/client")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert client.cache_folder() == Path.home() / ".cache" / "upheaval" / "client"


def test_lock_file_has_every_checksum_and_no_address() -> None:
    lock = json.loads((client.CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert "http" not in re.sub(r'"funding": \{[^}]*\}|"url": "[^"]*"', "", json.dumps(packages))
    assert [name for name, each in packages.items() if "resolved" in each or "integrity" not in each] == []
    assert not list(ROOT.glob("scripts/**/node_modules"))
