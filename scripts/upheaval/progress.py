"""Progress with rates and time left, for whatever takes more than two seconds and has somebody to look at it."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")
PATIENCE = 2.0


def track(
    items: Iterable[Item], total: int, what: str, each: int = 1, console: Console | None = None
) -> Iterator[Item]:
    """Yield items, and show how far it has got.

    Args:
        items: what is waited for.
        total: how many units there are in all.
        what: what is being done, in a word or two.
        each: how many units an item stands for, about.
        console: where to show it; standard error if left out. Nothing is shown where that is no terminal.

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
