"""Whether a site is still what rendering it again would give: then there is nothing to do."""

import json
import os
from pathlib import Path

from upheaval.sources.inputkey import source_paths
from upheaval.store.fingerprint import Fingerprint, Unknown, digest, stamps
from upheaval.store.state import State

KIND = "site"
_PACKAGE = Path(__file__).parent
_BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "releases")


class KeptSite:
    """What is remembered of a site.

    Args:
        state: where it is kept.
        root: the publication's folder.
        build: the build that the pages are made from; its manifest stands for its files, which are linked.
        target: the folder of the site.

    """

    def __init__(self, state: State, root: Path, build: Path, target: Path) -> None:
        self._state, self._root, self._target = state, root, target
        self._sources: Fingerprint | None = None
        beside = [root / name for name in _BESIDE]
        package = [_PACKAGE / name for name in ("assets", "client", "templates")]
        try:
            if state.enabled:
                paths = [*source_paths(root), *beside, build / "manifest.json", *package]
                self._sources = Fingerprint(state, paths)
                self._key = digest({str(target.resolve()): [self._sources.key, self._releases()]})
        except (OSError, Unknown, ValueError, KeyError):
            self._sources = None

    def find(self) -> tuple[int, str] | None:
        """Return the number of files and the remark of the rendering that made the site as it is, or None."""
        kept = self._state.get(KIND, self._key) if self._sources else None
        if kept is None:
            return None
        about = json.loads(kept.content)
        return (about["total"], about["remark"]) if about["stamps"] == self._stamps() else None

    def keep(self, total: int, remark: str) -> None:
        """Remember the site as it is now, if nothing that it was made from has changed meanwhile."""
        if self._sources and self._sources.holds():
            about = {"stamps": self._stamps(), "total": total, "remark": remark}
            self._state.put(KIND, self._key, json.dumps(about).encode())

    def _stamps(self) -> str:
        """Return what changes when any file of the site does, or comes or goes."""
        try:
            return digest(stamps([self._target]))
        except (OSError, Unknown):
            return ""

    def _releases(self) -> list[bool]:
        """Tell of each release whether its files are at hand."""
        files = sorted((self._root / "releases").glob("*.json"))
        names = [json.loads(file.read_bytes())["manifest_sha256"] for file in files]
        return [os.path.isdir(self._root / ".upheaval" / "snapshots" / name) for name in names]
