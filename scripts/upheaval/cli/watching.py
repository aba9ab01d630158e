"""Watch the sources for changes."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchfiles import watch as changes

FOLDERS = ("data", "ontology", "shapes")


def watch(root: Path, do: Callable[[list[Path]], object]) -> None:
    """Call a function now, and again after every change in the sources, until interrupted.

    Args:
        root: the publication's folder.
        do: called with the files that have changed; at first, with none.

    """
    folders = [root / name for name in FOLDERS if (root / name).is_dir()] or [root]
    begun = False
    with suppress(KeyboardInterrupt):
        for changed in changes(*folders, yield_on_timeout=True, rust_timeout=100):
            if changed or not begun:
                begun = True
                do([Path(path) for _, path in changed])
