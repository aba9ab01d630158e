"""Options and helpers shared by the commands."""

import atexit
import gc
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from upheaval.faults import Fault, Refusal, Severity

ROOT = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    show_default="the current folder",
    help="The publication's folder.",
)
JOBS = click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Worker processes (default: one per CPU).",
)
STATE = click.option(
    "--no-state",
    "state",
    flag_value=False,
    default=True,
    type=bool,
    help="Neither use nor keep what was computed before (in .upheaval; also UPHEAVAL_NO_STATE=1).",
)


@contextmanager
def refusals() -> Iterator[None]:
    """Print refusals, one line per fault, and exit with status 1."""
    try:
        yield
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("interrupted; nothing written", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def collect_no_garbage() -> None:
    """Turn off garbage collection, which takes a tenth of the time: one pass over the records leaves few cycles.

    The last collection, at exit, finds nothing to look at either.
    """
    gc.disable()
    atexit.register(gc.freeze)


def terminal_width() -> int:
    """Return the width of the terminal in characters, or 100 if there is none."""
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


def has_errors(faults: Iterable[Fault]) -> bool:
    """Return whether any fault is an error."""
    return any(fault.severity is Severity.ERROR for fault in faults)
