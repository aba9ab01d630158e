"""The `upheaval` command. Subcommands are imported only when they are called or listed."""

import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from traceback import walk_tb
from typing import Any

import click

COMMANDS = {
    "build": "build",
    "check": "check",
    "compare": "compare",
    "deploy": "deploy",
    "diff": "diff",
    "feed": "feed",
    "import": "import_",
    "link": "link",
    "load": "load",
    "match": "match",
    "mcp": "mcp",
    "merge": "merge",
    "migrate": "migrate",
    "new": "new",
    "query": "query",
    "release": "release",
    "rename": "rename",
    "retire": "retire",
    "serve": "serve",
    "site": "site",
    "split": "split",
    "validate": "validate",
    "verify": "verify",
}
"""The module of each command in `upheaval.cli`; its function has the command's name and `_command`."""


class Commands(click.Group):
    """A group whose commands are imported only when they are called or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the sorted names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"upheaval.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; what is read and written is UTF-8, whatever the system's code page or locale.

        What the system refuses, and no command expects, is reported in one line.
        """
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="strict" if stream is sys.stdin else "backslashreplace")
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            _report(error)
            sys.exit(1)


def _report(error: OSError) -> None:
    """Print what the system refused: to write the output, such as to a full disk, or something else."""
    what = f"{os.fsdecode(error.filename)}: " if error.filename else ""
    *_, (frame, _) = walk_tb(error.__traceback__)
    if frame.f_code is click.echo.__code__:
        what = "the output cannot be written: "
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains again at its end
    with suppress(OSError):
        click.echo(f"error: {what}{error.strerror or error}", err=True)


@click.group(cls=Commands, epilog="Example: upheaval build && upheaval query in-force --at 2014-03-18")
@click.version_option(package_name="upheaval")
def main() -> None:
    """Turn a folder of YAML records into validated, queryable linked data."""
