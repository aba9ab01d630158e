"""What people script against, as a list of lines: `docs/interface.txt`.

`python -m tests.interface` writes it anew from the working tree. `{…}` stands for any name in an address.
"""

import ast
import csv
import inspect
import json
import tempfile
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import click
import pyoxigraph as ox

from tests.support import ROOT, WORLD
from upheaval.build.export import Files, export
from upheaval.build.folder import write_build
from upheaval.cli.main import main
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.questions import read_question
from upheaval.serve.app import create_app
from upheaval.serve.gateway import PATHS
from upheaval.serve.resources import OFFERS
from upheaval.site.rendering import render

LIST = ROOT / "docs" / "interface.txt"
HEAD = """\
# What people script against: addresses, commands with arguments, options and exit statuses, files, columns of CSV,
# keys of records, and questions with their parameters and result columns. {…} stands for any name.
# A line that goes or changes breaks somebody's script: it needs a line in CHANGELOG.md and a version (releasing.md).
# Written by `python -m tests.interface`.
"""
STATUSES = {
    0: "the command did what it was asked",
    1: "something is wrong, and a message says what; nothing is half-written",
    2: "the command line is wrong",
    3: "`diff --exit-code` found differences",
}


def interface(assembly: Assembly, files: Files, pages: Iterable[str]) -> list[str]:
    """Return the lines of the list, sorted.

    Args:
        assembly: the project's own publication.
        files: its build.
        pages: the addresses of pages.

    """
    found = {f"address {path}" for path in (*_routes(), *_documents(), *pages)}
    found.update(f"exit {status}: {meaning}" for status, meaning in STATUSES.items())
    found.update(_commands())
    for path, content in files.items():
        found.add(f"file {path}")
        if path.startswith("csv/") and path.endswith(".csv"):
            header = next(csv.reader(content.decode("utf-8-sig").splitlines()))
            found.update(f"column {path} {name}" for name in header)
        if path.startswith("schema/") and path.endswith(".json"):
            kind = path.removeprefix("schema/").removesuffix(".json")
            found.update(f"key {kind} {name}" for name in json.loads(content).get("properties", {}))
    for query in assembly.publication.files("queries", "*.rq"):
        found.update(_question(query))
    return sorted(found)


def addresses(assembly: Assembly, build: Path, folder: Path) -> set[str]:
    """Render the pages of a build into a folder, and return their addresses.

    Args:
        assembly: the publication.
        build: its build.
        folder: the folder.

    """
    render(assembly.publication.root, build, folder)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    built = {path for path in files if (build / path).is_file()}
    # Files under assets/ bear the hash of their content.
    return {
        _generalized(path, assembly.listing.entries) for path in files - built if not path.startswith(("assets/", "."))
    }


def _routes() -> list[str]:
    """Return the paths of the server's routes, as its source writes them."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(create_app))) if isinstance(node, ast.Call)]
    routes = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Route"]
    paths = [ast.literal_eval(path.args[0] if isinstance(path, ast.Call) else path) for path in routes]
    return [*(path for path in paths if path != "/{path:path}"), *PATHS]


def _documents() -> list[str]:
    """Return the addresses of a record, and of the documents about it in each format."""
    return ["/{record}", "/doc/{record}", *(f"/doc/{{record}}.{offer.name}" for offer in OFFERS)]


def _generalized(path: str, records: Container[str]) -> str:
    """Return the address of a file of a site, with `{…}` in place of what names a record, a question or a term."""
    first, *rest = path.removesuffix("index.html").split("/")
    if first in records:
        return "/".join(["", "{record}", *rest])
    if (name := _NAMED.get(first) or _NAMED.get(f"{first}/{rest[0]}" if rest else "")) is None:
        return "/".join(["", first, *rest])
    at = 0 if first in _NAMED else 1
    if rest[at]:
        _, dot, suffix = rest[at].partition(".")
        rest[at] = f"{{{name}}}{dot}{suffix}"
    if rest[at + 1 :] not in ([], [""]):
        rest[at + 1] = "{code}"
    return "/".join(["", first, *rest])


_NAMED = {
    "explore": "selection",
    "ask/answers": "question",
    "csv/spreadsheet": "table",
    "charts": "chart",
    "doc": "record",
    "dyad": "pair",
    "queries": "question",
    "records": "kind",
    "statecraft": "term",
}


def _commands() -> Iterator[str]:
    assert isinstance(main, click.Group)
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield from _parameters(f"command {name}", command)


def _parameters(prefix: str, command: click.Command) -> Iterator[str]:
    yield prefix
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            flags = "/".join([*parameter.opts, *parameter.secondary_opts])
            takes = "" if parameter.is_flag else f" {_type(parameter)}"
            yield f"{prefix} {flags}{takes}{' (required)' if parameter.required else ''}"
        else:
            many = "…" if parameter.nargs == -1 else ""
            name = (parameter.name or "").upper()
            yield f"{prefix} {name}{many}{' (required)' if parameter.required else ''}"
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _parameters(f"{prefix} {name}", inner)


def _type(option: click.Option) -> str:
    return "|".join(map(str, option.type.choices)) if isinstance(option.type, click.Choice) else option.type.name


def _question(path: Path) -> Iterator[str]:
    question = read_question(path.stem, path.read_text(encoding="utf-8"))
    yield f"question {path.stem}"
    for one in question.parameters:
        classes = f"({' '.join(one.classes)})" if one.classes else ""
        need = " (required)" if one.required else " (optional)" if one.optional else ""
        yield f"question {path.stem} parameter {one.name} {one.type}{classes}{need}"
    answer = ox.Store().query(question.text)
    if isinstance(answer, ox.QuerySolutions):
        yield from (f"question {path.stem} column {variable.value}" for variable in answer.variables)


def text(lines: Iterable[str]) -> str:
    """Return the content of the file."""
    return HEAD + "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        world, own = assemble(WORLD), assemble(ROOT)
        write_build(export(world), Path(place) / "build")
        found = addresses(world, Path(place) / "build", Path(place) / "site")
        LIST.write_text(text(interface(own, export(own), found)), encoding="utf-8")
