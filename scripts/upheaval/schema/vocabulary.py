"""Load the vocabulary, the shapes and the rules of a publication."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
from rdflib import Graph

from upheaval.faults import Fault, Location, Refusal, Severity, refuse, syntax_location
from upheaval.rdf.graphs import nodes, to_rdflib
from upheaval.rdf.namespaces import OWL, RDF, RDFS, SH
from upheaval.rdf.terms import statements
from upheaval.schema.derivation import is_described
from upheaval.schema.implied import completion
from upheaval.schema.legibility import unpublishable
from upheaval.schema.publication import Publication
from upheaval.schema.shapefaults import place_problems
from upheaval.schema.turtlepositions import TurtlePositions
from upheaval.shacl.metashapes import compile_shapes
from upheaval.shacl.shapesgraph import ShapesError, ShapesProblem
from upheaval.shacl.shapesplan import ShapesPlan
from upheaval.sources.textfiles import read_text

Read = TypeVar("Read")

_IMPORTS = ox.NamedNode(str(OWL.imports))
_OF_PREFIXES = [ox.NamedNode(str(SH[name])) for name in ("declare", "prefix", "namespace")]
_DECLARE = _OF_PREFIXES[0]
_TYPE, _ANNOTATION = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(OWL.AnnotationProperty))
_ONTOLOGY = ox.NamedNode(str(OWL.Ontology))
_CATALOGUED = ox.NamedNode("https://schema.org/includedInDataCatalog")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """An ontology with its alignments, shapes and rules.

    Attributes:
        ontology: the triples of the Turtle files in ontology/ and its subfolders, except alignments/, with their
            completion.
        alignments: the triples of ontology/alignments/*.ttl.
        shapes: the triples of shapes/*.ttl.
        plan: the shapes, compiled.
        documents: the triples of the ontology by the file that they are published in: what comes with the package in
            `statecraft`, the rest in `vocabulary`; all in `statecraft` if nothing comes with the package.
        graph: the ontology and the shapes together, for lookups.
        files: the files read, by the name that messages show.
        rules: the texts of ontology/rules/*.rq by file name, in order.

    """

    ontology: list[ox.Triple]
    alignments: list[ox.Triple]
    shapes: list[ox.Triple]
    plan: ShapesPlan
    documents: dict[str, list[ox.Triple]]
    graph: Graph
    files: dict[str, Path]
    rules: dict[str, str]

    def place(self, iri: str) -> tuple[str, Location | None]:
        """Return the file and the position at which a term is described, or else mentioned, for messages."""
        files = {
            name: TurtlePositions(path.read_text(encoding="utf-8", errors="replace"))
            for name, path in self.files.items()
        }
        for name, positions in files.items():
            if found := positions.find(iri):
                return name, found[1]
        mentions = ((name, at) for name, positions in files.items() if (at := positions.mention(iri)))
        return next(mentions, ("ontology", None))


def load_vocabulary(publication: Publication) -> Vocabulary:
    """Read the ontology, the shapes and the rules that a publication uses.

    Args:
        publication: the publication.

    Returns:
        The vocabulary.

    Raises:
        Refusal: files cannot be read or are not Turtle, or the shapes are ill-formed; all such faults together.

    """
    faults: list[Fault] = []
    stated, aligned, shaped, ruled = (
        _named(publication, paths)
        for paths in (
            _ontology_files(publication),
            publication.files("ontology", "alignments/*.ttl"),
            publication.files("shapes", "*.ttl"),
            sorted(publication.files("ontology", "rules/*.rq"), key=lambda path: path.name),
        )
    )
    terms, links, forms = (_read(files, read_turtle, faults) for files in (stated, aligned, shaped))
    rules = _read(ruled, read_text, faults)
    if faults:
        raise Refusal(sorted(faults))
    ontology = [*chain.from_iterable(terms), *completion(terms)]
    alignments, shapes = (list(chain.from_iterable(files)) for files in (links, forms))
    plan = plan_for(publication, shapes, ontology)
    graph = to_rdflib(shapes, to_rdflib(ontology))
    base = [triples for path, triples in zip(stated.values(), terms, strict=True) if publication.is_packaged(path)]
    documents = _documents(ontology, base, publication)
    ontology = list(chain.from_iterable(documents.values()))
    texts = {path.name: text for path, text in zip(ruled.values(), rules, strict=True)}
    return Vocabulary(ontology, alignments, shapes, plan, documents, graph, stated | aligned | shaped, texts)


def _documents(
    ontology: list[ox.Triple], packaged: list[list[ox.Triple]], publication: Publication
) -> dict[str, list[ox.Triple]]:
    """Return what each file of the vocabulary says; the publication's catalogue lists what is its own."""
    if not packaged:
        return {"statecraft": [*ontology, *_catalogued(ontology, publication)]}
    base = {*chain.from_iterable(packaged), *completion(packaged)}
    own = [triple for triple in ontology if triple not in base]
    described = {"statecraft": [triple for triple in ontology if triple in base]}
    return described | ({"vocabulary": [*own, *_catalogued(own, publication)]} if own else {})


def _catalogued(own: Collection[ox.Triple], publication: Publication) -> list[ox.Triple]:
    """Return that the publication's catalogue lists each of its own ontologies."""
    catalog = ox.NamedNode(f"{publication.iri}catalog")
    found = (triple.subject for triple in own if triple.predicate == _TYPE and triple.object == _ONTOLOGY)
    return [ox.Triple(node, _CATALOGUED, catalog) for node in found if isinstance(node, ox.NamedNode)]


def plan_for(publication: Publication, shapes: list[ox.Triple], ontology: list[ox.Triple]) -> ShapesPlan:
    """Compile the shapes of a publication.

    Args:
        publication: whose shapes.
        shapes: the shapes.
        ontology: whose annotation properties say nothing to a validation, and whose prefixes queries may use.

    Raises:
        Refusal: the shapes are ill-formed; one fault each, at its line.

    """
    annotations = {
        str(triple.subject) for triple in ontology if triple.predicate == _TYPE and triple.object == _ANNOTATION
    }
    try:
        return compile_shapes(statements((*shapes, *_declared_prefixes(ontology))), annotations, advanced=True)
    except ShapesError as error:
        raise Refusal(shape_faults(publication, error.problems)) from None


def _declared_prefixes(ontology: list[ox.Triple]) -> list[ox.Triple]:
    """Return the declarations of prefixes in an ontology, and which document has those of another (SHACL 5.2.1)."""
    documents = {triple.subject for triple in ontology if triple.predicate == _DECLARE}
    return [
        triple
        for triple in ontology
        if triple.predicate in _OF_PREFIXES or (triple.predicate == _IMPORTS and triple.object in documents)
    ]


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
    files = _named(publication, publication.files("shapes", "*.ttl"))
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()} if problems else {}
    return place_problems(texts, problems, severity)


def wider_properties(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return the wider properties of each property (RDF Schema 1.1 section 3.5).

    Args:
        graph: the ontology.

    Returns:
        For each property that is narrower than others, those of them that the ontology describes, in order.

    """
    return {
        str(prop): tuple(
            sorted(
                str(wider)
                for wider in graph.transitive_objects(prop, RDFS.subPropertyOf)
                if wider != prop and is_described(graph, wider)
            )
        )
        for prop in nodes(set(graph.subjects(RDFS.subPropertyOf)))
    }


def _ontology_files(publication: Publication) -> list[Path]:
    alignments = {folder / "alignments" for folder in publication.folders("ontology")}
    return [path for path in publication.files("ontology", "**/*.ttl") if path.parent not in alignments]


def _read(files: dict[str, Path], reader: Callable[[Path, str], Read], faults: list[Fault]) -> list[Read]:
    """Return what a function reads of files, in order; add what it refuses to the faults."""
    found: list[Read] = []
    for name, path in files.items():
        try:
            found.append(reader(path, name))
        except Refusal as refusal:
            faults.extend(refusal.faults)
    return found


def _named(publication: Publication, paths: list[Path]) -> dict[str, Path]:
    """Return files by the name that messages show."""
    root = publication.root
    return {path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path): path for path in paths}


def read_turtle(path: Path, name: str) -> list[ox.Triple]:
    """Parse one Turtle file.

    Args:
        path: the file.
        name: its name in messages.

    Returns:
        Its triples, in file order.

    Raises:
        Refusal: the file cannot be read, has a merge conflict, is not Turtle, or has terms that not every reader reads
            alike; with line and column.

    """
    try:
        text = read_text(path, name)
        triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        refuse(
            name,
            f"this is not Turtle: {error.msg}",
            "fix the line, or restore the file",
            at=syntax_location(error),
            rule="turtle/syntax",
        )
    if faults := unpublishable(text, triples, name):
        raise Refusal(tuple(faults))
    return triples
