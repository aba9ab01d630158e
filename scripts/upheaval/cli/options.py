"""What the commands share: options, refusals on standard error, and the width of the terminal."""

import gc
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size

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
    help="How many processes share the work; one a processor if left out.",
)


@contextmanager
def refusals() -> Iterator[None]:
    """Print what stages refuse, one line a fault, and leave with status 1."""
    try:
        yield
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("interrupted; nothing was written", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def collect_no_garbage() -> None:
    """Leave out what takes a tenth of the time or more: one pass over the records makes no cycles worth collecting."""
    gc.disable()


def terminal_width() -> int:
    """Return how many characters a line of the terminal has, or 100 where there is none."""
    return get_terminal_size((100, 24)).columns


def has_errors(faults: Iterable[Fault]) -> bool:
    """Tell whether there is an error among faults."""
    return any(fault.severity is Severity.ERROR for fault in faults)
