"""Running another program with a time limit."""

import subprocess
from collections.abc import Sequence

from upheaval.store.builds import Unloaded


def run(command: Sequence[str], stdin: str, timeout: float, name: str, cure: str) -> tuple[int, str, str]:
    """Run a program to its end.

    Args:
        command: the program and its arguments.
        stdin: what it reads.
        timeout: after how many seconds it is killed.
        name, cure: how messages name it, and what to do where it is missing.

    Returns:
        Its status, output and error output.

    Raises:
        Unloaded: it is missing, or it has not ended in time.

    """
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except FileNotFoundError:
        raise Unloaded(f"{name} is missing: no program {command[0]}", cure) from None
    except subprocess.TimeoutExpired:
        raise Unloaded(
            f"{name} has not ended in {timeout:g} s and was stopped", "try again, or raise --timeout"
        ) from None
    except OSError as error:
        raise Unloaded(f"{name} cannot be run: {error.strerror}", cure) from None
    return done.returncode, done.stdout, done.stderr
