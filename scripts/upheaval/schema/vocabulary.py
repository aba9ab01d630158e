"""Load the vocabulary, the shapes and the rules of a publication."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef

from upheaval.faults import Fault, Refusal, Severity, refuse, syntax_location
from upheaval.rdf.graphs import to_rdflib
from upheaval.rdf.namespaces import OWL, RDF, RDFS
from upheaval.rdf.terms import statements
from upheaval.schema.implied import completion
from upheaval.schema.publication import Publication
from upheaval.schema.shapefaults import place_problems
from upheaval.shacl.compiling import ShapesPlan
from upheaval.shacl.metashapes import compile_shapes
from upheaval.shacl.shapesgraph import ShapesError, ShapesProblem

_TYPE, _ANNOTATION = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(OWL.AnnotationProperty))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """An ontology with its alignments, shapes and rules.

    Attributes:
        ontology: the triples of the Turtle files in ontology/ and its subfolders, except alignments/, with their
            completion.
        alignments: the triples of ontology/alignments/*.ttl.
        shapes: the triples of shapes/*.ttl.
        plan: the shapes, compiled.
        graph: the ontology and the shapes together, for lookups.
        files: the names of the files read, as messages show them.
        rules: the texts of ontology/rules/*.rq by file name, in order.

    """

    ontology: list[ox.Triple]
    alignments: list[ox.Triple]
    shapes: list[ox.Triple]
    plan: ShapesPlan
    graph: Graph
    files: tuple[str, ...]
    rules: dict[str, str]


def load_vocabulary(publication: Publication) -> Vocabulary:
    """Read the ontology, the shapes and the rules that a publication uses.

    Args:
        publication: the publication.

    Returns:
        The vocabulary.

    Raises:
        Refusal: a file cannot be read or is not Turtle, or the shapes are ill-formed.

    """
    stated = _read(publication, _ontology_files(publication))
    ontology = [*chain.from_iterable(stated.values()), *completion(list(stated.values()))]
    aligned = _read(publication, _files(publication, "ontology", "alignments/*.ttl"))
    shaped = _read(publication, _files(publication, "shapes", "*.ttl"))
    alignments, shapes = (list(chain.from_iterable(files.values())) for files in (aligned, shaped))
    plan = plan_for(publication, shapes, ontology)
    graph = to_rdflib(shapes, to_rdflib(ontology))
    rules = {
        path.name: _text(path)
        for path in sorted(_files(publication, "ontology", "rules/*.rq"), key=lambda path: path.name)
    }
    return Vocabulary(ontology, alignments, shapes, plan, graph, (*stated, *aligned, *shaped), rules)


def plan_for(publication: Publication, shapes: list[ox.Triple], ontology: list[ox.Triple]) -> ShapesPlan:
    """Compile the shapes of a publication.

    Args:
        publication: whose shapes.
        shapes: the shapes.
        ontology: whose annotation properties say nothing to a validation.

    Raises:
        Refusal: the shapes are ill-formed; one fault each, at its line.

    """
    annotations = {
        str(triple.subject) for triple in ontology if triple.predicate == _TYPE and triple.object == _ANNOTATION
    }
    try:
        return compile_shapes(statements(shapes), annotations)
    except ShapesError as error:
        raise Refusal(shape_faults(publication, error.problems)) from None


def shape_faults(
    publication: Publication, problems: Collection[ShapesProblem], severity: Severity = Severity.ERROR
) -> list[Fault]:
    """Return what is wrong with shapes as faults, at the lines of the files that say so.

    Args:
        publication: whose shapes.
        problems: as the SHACL engine reports them.
        severity: how much they matter.

    Returns:
        The faults, by file and line.

    """
    files = _names(publication, _files(publication, "shapes", "*.ttl"))
    texts = {name: path.read_text(encoding="utf-8") for path, name in files.items()} if problems else {}
    return place_problems(texts, problems, severity)


def wider_properties(graph: Graph) -> dict[str, frozenset[str]]:
    """Return every property that is narrower than others, with those (RDF Schema 1.1 section 3.5)."""
    narrower = {str(prop) for prop in graph.subjects(RDFS.subPropertyOf)}
    return {
        prop: frozenset(map(str, graph.transitive_objects(URIRef(prop), RDFS.subPropertyOf))) - {prop}
        for prop in sorted(narrower)
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        name = f"ontology/rules/{path.name}"
        refuse(name, f"cannot be read: {error}", "save the rule as UTF-8")


def _files(publication: Publication, name: str, pattern: str) -> list[Path]:
    return [path for folder in publication.folders(name) for path in sorted(folder.glob(pattern))]


def _ontology_files(publication: Publication) -> list[Path]:
    alignments = {folder / "alignments" for folder in publication.folders("ontology")}
    return [path for path in _files(publication, "ontology", "**/*.ttl") if path.parent not in alignments]


def _read(publication: Publication, paths: list[Path]) -> dict[str, list[ox.Triple]]:
    """Return the triples of files by the name that messages show."""
    return {name: read_turtle(path, name) for path, name in _names(publication, paths).items()}


def _names(publication: Publication, paths: list[Path]) -> dict[Path, str]:
    root = publication.root
    return {path: path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path) for path in paths}


def read_turtle(path: Path, name: str) -> list[ox.Triple]:
    """Parse one Turtle file.

    Args:
        path: the file.
        name: its name in messages.

    Returns:
        Its triples, in file order.

    Raises:
        Refusal: the file cannot be read or is not Turtle; with line and column.

    """
    try:
        return [quad.triple for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        refuse(
            name,
            f"this is not Turtle: {error.msg}",
            "fix the line, or restore the file",
            at=syntax_location(error),
            rule="turtle/syntax",
        )
    except OSError as error:
        refuse(name, f"cannot be read: {error.strerror}", "check the file")
