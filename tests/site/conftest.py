"""What the tests of the pages share: sites that are rendered once, and a browser that is watched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.site.browser import PATIENCE, Watched, chromium, launch, served
from tests.support import ROOT, WORLD, once, skip_or_fail
from upheaval.site.client import bundle, cache_folder


def render(root: Path, folder: Path, **environment: str) -> Path:
    """Build a publication into a folder, render its pages, and return where they are."""
    build = folder / "build"
    upheaval("build", "--to", str(build), "--root", str(root), **environment)
    return pages_of(root, build, **environment)


def pages_of(root: Path, build: Path, **environment: str) -> Path:
    """Render the pages of a build, and return where they are."""
    upheaval("site", "--build", str(build), "--root", str(root), **environment)
    return build / "site"


def upheaval(*words: str, **environment: str) -> None:
    command = [sys.executable, "-m", "upheaval", *words]
    done = subprocess.run(command, timeout=600, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the Ask page loads is in the cache: npm runs in one worker, while the others wait."""
    once(tmp_path_factory, "client", lambda _: bundle(cache_folder()))


@pytest.fixture(scope="session")
def world_site(client: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the invented publication; not to be changed."""
    return once(tmp_path_factory, "world-site", lambda folder: render(WORLD, folder)) / "build" / "site"


@pytest.fixture(scope="session")
def axis_site(client: None, axis_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the project's own publication; not to be changed."""

    def make(folder: Path) -> None:
        pages_of(ROOT, shutil.copytree(axis_build, folder / "build"))

    return once(tmp_path_factory, "axis-site", make) / "build" / "site"


@pytest.fixture(scope="package")
def browser(client: None) -> Iterator[Browser]:
    """A browser for the tests of the pages alone: while it runs, its event loop is the thread's."""
    path = chromium()
    if path is None:
        skip_or_fail("no Chromium here; install it (Debian: apt install chromium)")
    assert path
    made, reason = bundle(cache_folder())
    if made is None:
        skip_or_fail(f"no bundle for the Ask page: {reason}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = launch(playwright, path)
        yield started
        started.close()


@pytest.fixture(scope="session")
def world_address(world_site: Path) -> Iterator[str]:
    with served(world_site) as address:
        yield address


@pytest.fixture(scope="session")
def axis_address(axis_site: Path) -> Iterator[str]:
    with served(axis_site) as address:
        yield address


Visit = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open windows on a site; whatever one of them complains of fails the test.

    Called with the site's address and options of a browser context, such as `color_scheme` and `viewport`.
    """
    opened: list[tuple[Any, Watched]] = []

    def start(address: str, **options: Any) -> Watched:
        context = browser.new_context(**options)
        opened.append((context, Watched(context, address)))
        return opened[-1][1]

    yield start
    faults = [fault for _, watched in opened for fault in watched.faults]
    for context, _ in opened:
        context.close()
    assert faults == []
