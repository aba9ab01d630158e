"""The `upheaval query` command."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from upheaval.cli.options import ROOT, STATE, refusals, terminal_width

if TYPE_CHECKING:
    from pyoxigraph import Store


def _complete(ctx: click.Context, _param: click.Parameter | None, incomplete: str) -> list[CompletionItem]:
    from upheaval.query.completion import complete

    found = complete(ctx.params.get("root") or Path("."), ctx.params.get("words") or (), incomplete)
    return [CompletionItem(word, help=meaning) for word, meaning in found]


class QueryCommand(click.Command):
    """The command, whose options are also the parameters of the question."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the parameters of the question that is named, and the command's own options."""
        return [*_complete(ctx, None, incomplete), *super().shell_complete(ctx, incomplete)]


@click.command(
    "query",
    cls=QueryCommand,
    context_settings={"ignore_unknown_options": True},
    epilog="Example: upheaval query in-force --at 2014-03-18 --format csv",
)
@click.argument(
    "words",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[NAME] [--PARAMETER VALUE]...",
    shell_complete=_complete,
)
@ROOT
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "ttl", "md"]), default="table")
@click.option("--width", type=int, help="Width of the table in characters; by default that of the terminal.")
@click.option(
    "--with",
    "imports",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder from `upheaval import` to query as well; may be repeated.",
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="NAME=URL",
    help="The address of another endpoint that may be asked, such as wikidata=https://query.wikidata.org/sparql.",
)
@click.option("--version", default="", metavar="VERSION", help="A released version to ask, instead of the sources.")
@STATE
def query_command(
    words: tuple[str, ...],
    root: Path,
    form: str,
    width: int | None,
    imports: tuple[Path, ...],
    endpoints: tuple[str, ...],
    version: str,
    state: bool,
) -> None:
    """Run an example question or a SPARQL query.

    NAME is the name of an example, the path of a file, or - for standard input; without it, the examples are listed.
    Set the parameters of a question as options, such as --at 2014-03-18 or --state russia.
    """
    with refusals():
        from upheaval.query.execution import answer, listing
        from upheaval.query.federation import Federation, read_endpoints
        from upheaval.query.origins import current, released
        from upheaval.store.state import State

        name, values = _parameters(words)
        federation = Federation(root, read_endpoints(endpoints))
        wide = width or terminal_width()
        stdin = sys.stdin.read() if name == "-" else None
        extend = _imports(imports)
        # What is kept cannot be added to.
        origin = released(root, version) if version else current(root, State(root, state and extend is None))
        if name is None:
            click.echo(listing(origin.questions, wide), nl=False)
            return
        found = answer(origin, name, values, form, wide, stdin, extend, _note, federation)
        if version and (notice := _withdrawal(root, version)):
            _note(notice)
        click.echo(found, nl=False)
        origin.keep()


def _withdrawal(root: Path, version: str) -> str:
    from upheaval.store.releases import withdrawal

    return withdrawal(root, version)


def _note(text: str) -> None:
    click.echo(f"note: {text}", err=True)


def _imports(folders: tuple[Path, ...]) -> "Callable[[Store], None] | None":
    """Verify imports and return a function that adds them to a store, or None if there are none."""
    if not folders:
        return None
    from upheaval.store.builds import open_build

    builds = [open_build(folder) for folder in folders]

    def extend(store: "Store") -> None:
        for build in builds:
            build.into(store)

    return extend


def _parameters(words: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    question: str | None = None
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--"):
            given = value if equals else next(rest, None)
            if given is None:
                raise click.UsageError(f"`{word}` has no value; write parameters as --name value")
            values[name] = given
        elif question is None:
            question = word
        else:
            raise click.UsageError(f"`{word}` is not an option; write parameters as --name value")
    return question, values
