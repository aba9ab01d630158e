"""Watch the sources for changes."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchfiles import Change
from watchfiles import watch as changes

from upheaval.check.incremental import stamp
from upheaval.schema.ledgerlines import FILE as LEDGER
from upheaval.sources.ignored import is_ignored

FOLDERS = ("data", "ontology", "shapes")


def watch(root: Path, do: Callable[[list[Path]], object]) -> None:
    """Call a function now, and again after every change in the sources, until interrupted.

    Args:
        root: the publication's folder.
        do: called with the files that have changed; at first, with none.

    """
    folders = [root / name for name in FOLDERS if (root / name).is_dir()] or [root]
    begun, top, ledger = False, root.resolve(), root / LEDGER
    before = stamp(ledger)

    def concerns(_change: Change, path: str) -> bool:
        return _is_source(top, Path(path))

    with suppress(KeyboardInterrupt):
        for changed in changes(*folders, watch_filter=concerns, yield_on_timeout=True, rust_timeout=100):
            files = [Path(path) for _, path in changed]
            if (now := stamp(ledger)) != before:  # beside the folders, and replaced whole: no watch would stay on it
                before = now
                files.append(ledger)
            if files or not begun:
                begun = True
                do(files)


def _is_source(root: Path, path: Path) -> bool:
    """Return whether a file that has changed is one that a check reads."""
    return not is_ignored(path.relative_to(root) if path.is_relative_to(root) else path.name)
