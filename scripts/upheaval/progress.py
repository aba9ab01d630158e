"""Progress bars with rate and time left, for work that takes more than two seconds on a terminal."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")
PATIENCE = 2.0
"""Seconds before a bar appears."""


def track(
    items: Iterable[Item], total: int, what: str, each: int = 1, console: Console | None = None
) -> Iterator[Item]:
    """Yield the items unchanged and show a progress bar.

    Args:
        items: the items to pass through.
        total: the total number of units.
        what: a label for the bar, in a word or two.
        each: the approximate number of units per item.
        console: where to draw the bar; standard error by default. Nothing is drawn if it is not a terminal.

    """
    console = console or Console(stderr=True)
    begin, done = time.monotonic(), 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, auto_refresh=False, disable=quiet) as shown:
        task = None
        for item in items:
            done = min(total, done + each)
            elapsed = time.monotonic() - begin
            if elapsed > PATIENCE and not quiet:
                rate = f"{done / elapsed:,.0f}/s"
                if task is None:
                    task = shown.add_task(what, total=total, completed=0, rate=rate)
                shown.update(task, completed=done, rate=rate, refresh=True)
            yield item
