"""Styles, scripts and data of the pages, with hashed file names so that browsers can cache them."""

import hashlib
import re
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
FOLDER = "assets/"
_IMPORT = re.compile(r'(from\s*"\./)([\w.-]+)(")')


class Assets:
    """The assets of a site, by the names that templates use.

    Attributes:
        files: the content by path in the site.

    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._paths: dict[str, str] = {}
        for file in sorted(ASSETS.iterdir()):
            if file.suffix in (".css", ".js", ".svg"):
                self._own(file.name)

    def add(self, name: str, content: bytes) -> str:
        """Add an asset and return its path in the site, which includes the start of its SHA-256."""
        stem, dot, suffix = name.partition(".")
        path = f"{FOLDER}{stem}-{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"
        self.files[path] = content
        self._paths[name] = path
        return path

    def place(self, name: str, path: str, content: bytes) -> None:
        """Add an asset whose file name is already hashed."""
        self.files[path] = content
        self._paths[name] = path

    def path(self, name: str) -> str:
        """Return the path of an asset.

        Raises:
            KeyError: there is no asset of that name.

        """
        return self._paths[name]

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def _own(self, name: str) -> str:
        """Add a file of the package; imports in a script are rewritten to hashed names."""
        if name in self._paths:
            return self._paths[name]
        text = (ASSETS / name).read_text(encoding="utf-8")
        if name.endswith(".js"):
            text = _IMPORT.sub(lambda m: m[1] + self._own(m[2]).removeprefix(FOLDER) + m[3], text)
        return self.add(name, text.encode())
