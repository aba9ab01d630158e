"""Run another program with a time limit."""

import subprocess
from collections.abc import Sequence

from upheaval.store.builds import Unloaded


def run(command: Sequence[str], stdin: str, timeout: float, name: str, cure: str) -> tuple[int, str, str]:
    """Run a program and wait for it to finish.

    Args:
        command: the program and its arguments.
        stdin: its input.
        timeout: the time limit in seconds, after which it is killed.
        name, cure: its name in messages, and the cure if it is missing.

    Returns:
        Its exit status, output and error output.

    Raises:
        Unloaded: it is missing, or did not finish in time.

    """
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except FileNotFoundError:
        raise Unloaded(f"{name} is missing: there is no program {command[0]}", cure) from None
    except subprocess.TimeoutExpired:
        raise Unloaded(
            f"{name} did not finish within {timeout:g} s and was stopped", "try again, or raise --timeout"
        ) from None
    except OSError as error:
        raise Unloaded(f"{name} cannot be run: {error.strerror}", cure) from None
    return done.returncode, done.stdout, done.stderr
