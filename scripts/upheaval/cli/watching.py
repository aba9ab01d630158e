"""Watch the sources for changes."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchfiles import Change
from watchfiles import watch as changes

from upheaval.sources.ignored import is_ignored

FOLDERS = ("data", "ontology", "shapes")


def watch(root: Path, do: Callable[[list[Path]], object]) -> None:
    """Call a function now, and again after every change in the sources, until interrupted.

    Args:
        root: the publication's folder.
        do: called with the files that have changed; at first, with none.

    """
    folders = [root / name for name in FOLDERS if (root / name).is_dir()] or [root]
    begun, top = False, root.resolve()

    def concerns(_change: Change, path: str) -> bool:
        return _is_source(top, Path(path))

    with suppress(KeyboardInterrupt):
        for changed in changes(*folders, watch_filter=concerns, yield_on_timeout=True, rust_timeout=100):
            if changed or not begun:
                begun = True
                do([Path(path) for _, path in changed])


def _is_source(root: Path, path: Path) -> bool:
    """Return whether a file that has changed is one that a check reads."""
    return not is_ignored(path.relative_to(root) if path.is_relative_to(root) else path.name)
