"""The command `upheaval validate`."""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upheaval.cli.options import collect_no_garbage, refusals
from upheaval.faults import Fault, Location, Refusal, Severity, refuse, syntax_location

if TYPE_CHECKING:
    from upheaval.schema.turtlepositions import TurtlePositions
    from upheaval.shacl.results import ValidationResult
    from upheaval.shacl.shapesplan import ShapesPlan

_INVENTED = re.compile("_:[0-9a-f]{20,32}")
"""The label of a blank node that has none in its file."""
_LARGE = 20_000_000
"""Files of at least this many bytes are not searched for lines."""


@click.command("validate", epilog="Example: upheaval validate data.ttl --shapes shapes.ttl --format ttl")
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA...")
@click.option(
    "--shapes",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file of shapes; may be repeated. Default: the shapes in DATA.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ttl", "jsonld", "sarif"]),
    default="text",
    show_default=True,
    help="ttl and jsonld give a sh:ValidationReport.",
)
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    help="SHACL engine; pyshacl is the slower reference, and is used by itself for SHACL Advanced Features.",
)
def validate_command(data: tuple[Path, ...], shapes: tuple[Path, ...], form: str, engine: str) -> None:
    """Validate RDF files against SHACL shapes; no publication is needed.

    The suffix of a file gives its format: .ttl, .nt, .nq, .trig, .n3, .rdf, .xml, .jsonld. All graphs of a file are
    taken together. SHACL Core and SHACL-SPARQL are evaluated, and nothing is fetched. Status 0: the data conform.
    Status 1: they do not; or, with a message and no report, they could not be validated.
    """
    with refusals():
        collect_no_garbage()
        lines = {path: _statements(path, number) for number, path in enumerate(dict.fromkeys((*data, *shapes)))}
        given = [line for path in data for line in lines[path]]
        plan = _plan(shapes or data, lines, engine)
        results = _reference(plan, given) if engine == "pyshacl" or plan.advanced else _compiled(plan, given)
        click.echo(_written(results, plan, data, form), nl=False)
        if form == "text":
            click.echo(_summary(results), err=True)
    sys.exit(1 if results else 0)


def _statements(path: Path, number: int) -> list[str]:
    """Read a file; its blank nodes get labels that no other file has, and that are the same the next time."""
    import pyoxigraph as ox

    from upheaval.rdf.terms import is_blank, split, statements

    form = None if path.suffix == ".txt" else ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
    if form is None:
        refuse(str(path), "the suffix is not one of an RDF format", "name it .ttl, .nt, .nq, .trig, .rdf or .jsonld")
    base = path.resolve().as_uri()
    try:
        lines = statements(quad.triple for quad in ox.parse(path.read_bytes(), format=form, base_iri=base))
    except SyntaxError as error:
        refuse(str(path), f"this is not {form.name}: {error.msg}", "fix the line", at=syntax_location(error))
    except OSError as error:
        refuse(str(path), f"cannot be read: {error.strerror}", "check the name of the file")
    labels: dict[str, str] = {}

    def relabelled(term: str) -> str:
        if not is_blank(term) or (number == 0 and not _INVENTED.fullmatch(term)):
            return term
        return labels.setdefault(term, f"_:b{number}x{len(labels)}")

    return [
        f"{relabelled(subject)} {predicate} {relabelled(value)} ." if "_:" in line else line
        for line in lines
        for subject, predicate, value in [split(line)]
    ]


def _plan(paths: Iterable[Path], lines: Mapping[Path, list[str]], engine: str) -> "ShapesPlan":
    """Compile the shapes; say what is wrong with them, and what makes them a matter for pySHACL."""
    from upheaval.schema.shapefaults import place_problems
    from upheaval.shacl.metashapes import compile_shapes
    from upheaval.shacl.shapesgraph import ShapesError

    texts = {str(path): path.read_text("utf-8", "replace") for path in paths if path.suffix in (".ttl", ".nt")}
    try:
        plan = compile_shapes((line for path in paths for line in lines[path]), advanced=True)
    except ShapesError as error:
        raise Refusal(place_problems(texts, error.problems, Severity.ERROR)) from None
    advanced = [replace(one, cure="validating with pySHACL") for one in plan.advanced if engine == "compiled"]
    notes = place_problems(texts, advanced, Severity.NOTE)
    for fault in sorted([*place_problems(texts, plan.notes, Severity.WARNING), *notes]):
        click.echo(str(fault), err=True)
    return plan


def _compiled(plan: "ShapesPlan", given: list[str]) -> list["ValidationResult"]:
    from upheaval.shacl.engine import evaluate
    from upheaval.shacl.index import DataGraph
    from upheaval.shacl.prebinding import store_of
    from upheaval.shacl.sparqlconstraints import ReportedFailure

    try:
        return evaluate(plan, DataGraph(given), lambda: store_of(given, plan.lines))
    except ReportedFailure as error:
        refuse("shapes", str(error), "fix the query, or the data that it reads")


def _reference(plan: "ShapesPlan", given: list[str]) -> list["ValidationResult"]:
    from upheaval.shacl.reference import ReferenceFailure, validate

    try:
        return validate(given, plan.lines)
    except ReferenceFailure as error:
        cure = "correct them at the lines named above" if plan.advanced else "validate with --engine compiled"
        refuse("shapes", f"pySHACL cannot evaluate them: {error}", cure)


def _written(results: list["ValidationResult"], plan: "ShapesPlan", data: tuple[Path, ...], form: str) -> str:
    if form in ("ttl", "jsonld"):
        import pyoxigraph as ox

        from upheaval.rdf.graphs import write
        from upheaval.shacl.reports import report

        prefixes = {"sh": "http://www.w3.org/ns/shacl#", "xsd": "http://www.w3.org/2001/XMLSchema#"}
        return write(report(results), ox.RdfFormat.from_extension(form) or ox.RdfFormat.TURTLE, prefixes).decode()
    from upheaval.cli.reporting import FORMATS

    return FORMATS[form](_faults(results, plan, data))


def _faults(results: list["ValidationResult"], plan: "ShapesPlan", data: tuple[Path, ...]) -> list[Fault]:
    """Return results as faults, at the lines of the data where these can be found."""
    from upheaval.rdf.terms import text_of
    from upheaval.schema.turtlepositions import TurtlePositions
    from upheaval.shacl.paths import Predicate, to_sparql
    from upheaval.shacl.results import ValidationResult
    from upheaval.shacl.shaclterms import INFO, WARNING, short

    files = [path for path in data if path.suffix in (".ttl", ".nt", ".trig", ".nq") and path.stat().st_size < _LARGE]
    positions = {str(path): TurtlePositions(path.read_text("utf-8", "replace")) for path in files} if results else {}
    severities = {WARNING: Severity.WARNING, INFO: Severity.NOTE}
    found = []
    for one in sorted(results, key=ValidationResult.sort_key):
        property_ = one.path.iri if isinstance(one.path, Predicate) else None
        file, at = _place(positions, text_of(one.focus), property_, one.value, str(data[0]))
        path = f" {to_sparql(one.path)}" if one.path is not None else ""
        value = "" if one.value is None or one.value == one.focus else f": {short(one.value)}"
        message = f"{short(one.focus)}{path} {one.message}{value}"
        rule = text_of(one.constraint or plan.name_of(one.shape))
        found.append(Fault(file, message, at=at, severity=severities.get(one.severity, Severity.ERROR), rule=rule))
    return found


def _place(
    positions: Mapping[str, "TurtlePositions"], subject: str, predicate: str | None, value: str | None, file: str
) -> tuple[str, Location | None]:
    places = [
        (*place, name) for name, one in positions.items() if (place := one.find(subject, predicate, value)) is not None
    ]
    _, at, name = max(places, default=(0, None, file), key=lambda one: one[0])
    return name, at


def _summary(results: list["ValidationResult"]) -> str:
    if not results:
        return "the data conform to the shapes"
    return f"the data do not conform to the shapes: {len(results)} result{'s' if len(results) != 1 else ''}"
