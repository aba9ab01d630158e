"""A site on a small web server in a subfolder, and Debian's Chromium on it, watched for what must not happen."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from upheaval.serve.policy import PAGES
from upheaval.site.client import bundle, cache_folder

FOLDER = "/some/where/"
PATIENCE = 30_000
"""Milliseconds after which a test gives up; machines that run tests may be slow."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-wasm-tier-up --wasm-lazy-compilation",  # most of a module is not run in a test
]


def chromium() -> str | None:
    """Return the browser's path, or None where there is none."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def launch(playwright: Playwright, path: str) -> Browser:
    """Start the browser; nothing is downloaded."""
    return playwright.chromium.launch(executable_path=path, args=SWITCHES)


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 (never changed)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".gz": "application/gzip",
    }

    def translate_path(self, path: str) -> str:
        where = urlsplit(path).path
        if not where.startswith(FOLDER):
            return str(Path(self.directory) / "no-such-folder")
        return super().translate_path(where.removeprefix(FOLDER[:-1]))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", PAGES)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder below FOLDER, with the policy as a header, and yield its address."""

    def handler(*args: Any) -> _Handler:
        return _Handler(*args, directory=str(folder))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{FOLDER}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class Watched:
    """A page with the list of what went wrong on it: console errors, page errors, failed and foreign requests."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.on("page", self._watch)
        context.on("request", lambda request: self._requested(request.url))
        context.on("response", lambda response: self._answered(response.status, response.url))
        self.page = context.new_page()

    def open(self, path: str = "") -> Page:
        """Go to a path of the site and wait until it is there."""
        self.page.goto(self.address + path)
        return self.page

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"console {kind}: {text}")

    def _requested(self, url: str) -> None:
        if not url.startswith((self.address, "blob:", "data:")):
            self.faults.append(f"request leaves the site: {url}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{status}: {url}")


@cache
def _axe() -> str:
    made, reason = bundle(cache_folder())
    assert made, reason
    return (made.folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, one line a rule with the elements that break it."""
    page.evaluate(_axe())
    found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.help, v.nodes.map(n => n.html)])")
    return [f"{rule}: {help_} {json.dumps(nodes[:3])}" for rule, help_, nodes in found]


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
