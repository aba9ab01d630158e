"""The `upheaval` command. Subcommands are imported only when they are called or listed."""

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

COMMANDS = {
    "build": "build",
    "check": "check",
    "deploy": "deploy",
    "diff": "diff",
    "feed": "feed",
    "import": "import_",
    "link": "link",
    "load": "load",
    "match": "match",
    "mcp": "mcp",
    "merge": "merge",
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
        """Run a command; what is read and written is UTF-8, whatever the system's code page or locale."""
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="strict" if stream is sys.stdin else "backslashreplace")
        return super().main(*args, **kwargs)


@click.group(cls=Commands, epilog="Example: upheaval build && upheaval query in-force --at 2014-03-18")
@click.version_option(package_name="upheaval")
def main() -> None:
    """Turn a folder of YAML records into validated, queryable linked data."""
