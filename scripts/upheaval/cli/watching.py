"""Doing something again whenever a source is saved."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchfiles import watch as changes

ROOMS = ("data", "ontology", "shapes")


def watch(root: Path, do: Callable[[list[Path]], object]) -> None:
    """Do something now, and again after every change in the sources, until interrupted.

    Args:
        root: the publication's folder.
        do: what to do with the files that have changed, of which there are none at first; it reports by itself.

    """
    rooms = [root / room for room in ROOMS if (root / room).is_dir()] or [root]
    begun = False
    with suppress(KeyboardInterrupt):
        for changed in changes(*rooms, yield_on_timeout=True, rust_timeout=100):
            if changed or not begun:
                begun = True
                do([Path(path) for _, path in changed])
