"""Compare two builds by what people rely on, and propose the number of the later version.

The rules are those of Semantic Versioning 2.0.0. What somebody may cite, join or script against can break: an IRI of a
record or a term, a file, a column, a question with its parameters and columns, a key of records.

- *major*: one of them is gone, or a question asks for more. In versions before 1.0.0 the second number counts these
  (section 4).
- *minor*: one of them is new, or an IRI was renamed, merged or split: it still leads to what took its place.
- *patch*: anything else, such as a corrected date.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import pyoxigraph as ox
from semver import Version

from upheaval.faults import Fault
from upheaval.rdf.namespaces import OWL, RDF, SKOS
from upheaval.schema.ledger import Ledger, relative
from upheaval.schema.questions import read_question
from upheaval.schema.termpaths import document_of, owner_of
from upheaval.store.builds import Build, opened
from upheaval.store.integrity import read_manifest

RELIED_ON = ("data", "vocabulary")
"""The graphs whose subjects people cite; what is derived is named by what it is derived from."""


class Level(IntEnum):
    """How much a change asks of those who use the data."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


_TYPE = ox.NamedNode(str(RDF.type))
_DOCUMENTS = {ox.NamedNode(str(cls)) for cls in (OWL.Ontology, SKOS.ConceptScheme)}
_VERSION_IRI = ox.NamedNode("http://www.w3.org/2002/07/owl#versionIRI")
_PRIOR_VERSION = ox.NamedNode("http://www.w3.org/2002/07/owl#priorVersion")


@dataclass(frozen=True, slots=True)
class SurfaceChange:
    """A change of something that people rely on, in words."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Surface:
    """What people rely on in a build.

    Attributes:
        iris: the subjects of the data and the vocabulary.
        parts: files, columns, keys, and questions with their columns and parameters, in words.
        demands: what a question requires, in words.

    """

    iris: frozenset[str]
    parts: frozenset[str]
    demands: frozenset[str]


def surface_of(build: Build) -> Surface:
    """Read what people rely on from the files of a build."""
    parts: set[str] = set()
    demands: set[str] = set()
    _, files = read_manifest(build.folder)
    for path in files:
        parts.add(f"the file {path}")
        if path.startswith("csv/") and path.endswith(".csv"):
            parts.update(f"the column `{name}` of {path}" for name in _header(build.folder / path))
        if path.startswith("schema/") and path.endswith(".json"):
            kind = path.removeprefix("schema/").removesuffix(".json")
            parts.update(f"the key `{key}` of {kind}" for key in _keys(build.folder / path))
    for name, text in build.questions().items():
        question = read_question(name, text)
        parts.add(f"the question `{name}`")
        for parameter in question.parameters:
            what = f"the parameter `{parameter.name}` of the question `{name}`"
            parts.add(what)
            if parameter.required:
                demands.add(what)
    return Surface(frozenset(_subjects(build)), frozenset(parts), frozenset(demands))


def compare(before: Surface, after: Surface, ledger: Ledger, namespace: str) -> list[SurfaceChange]:
    """List the changes of what people rely on.

    Args:
        before, after: the two surfaces.
        ledger: what became of IRIs.
        namespace: of the publication.

    Returns:
        The changes, those that ask most first.

    """
    changes = [SurfaceChange(Level.MAJOR, f"{part} is gone") for part in before.parts - after.parts]
    changes += [SurfaceChange(Level.MINOR, f"{part} is new") for part in after.parts - before.parts]
    changes += [
        SurfaceChange(Level.MAJOR, f"{what} is required now")
        for what in (after.demands - before.demands) & before.parts
    ]
    for iri in before.iris - after.iris:
        fate = ledger.resolve(relative(iri, namespace))
        if fate is not None and fate.annotated and fate.successors:
            changes.append(SurfaceChange(Level.MINOR, f"<{iri}> is {fate.state}"))
        else:
            changes.append(SurfaceChange(Level.MAJOR, f"<{iri}> is gone"))
    changes += [SurfaceChange(Level.MINOR, f"<{iri}> is new") for iri in after.iris - before.iris]
    return sorted(changes, key=lambda change: (-change.level, change.text))


def proposed(previous: Version, changes: Iterable[SurfaceChange]) -> Version:
    """Return the lowest version that may follow another after some changes."""
    level = max((change.level for change in changes), default=Level.PATCH)
    if level is Level.PATCH:
        return previous.bump_patch() if not previous.prerelease else previous.finalize_version()
    return previous.bump_major() if level is Level.MAJOR and previous.major else previous.bump_minor()


def vocabulary_faults(before: Build, after: Build) -> Iterator[Fault]:
    """Yield a fault for each ontology that has changed and kept its version, or does not name the one before.

    Its version is its own: it is not that of the data, nor that of the package.
    """
    old, new = _terms(before), _terms(after)
    versions = {triple.subject: triple.object for triple in old if triple.predicate == _VERSION_IRI}
    for triple in sorted((one for one in new if one.predicate == _VERSION_IRI), key=str):
        ontology, version, earlier = triple.subject, triple.object, versions.get(triple.subject)
        if earlier is None or not isinstance(ontology, ox.NamedNode):
            continue
        here = [{one for one in terms if str(one.subject).startswith(f"<{ontology.value}")} for terms in (old, new)]
        name = ontology.value
        if earlier == version and here[0] != here[1]:
            message = f"the vocabulary <{name}> has changed since {version}, which is still its version"
            cure = "raise owl:versionIRI and owl:versionInfo, and name the one before with owl:priorVersion"
            yield Fault("ontology/", message, cure, rule="release/vocabulary")
        elif earlier != version and ox.Triple(ontology, _PRIOR_VERSION, earlier) not in new:
            message = f"the vocabulary <{name}> does not say which version came before {version}"
            yield Fault("ontology/", message, f"add `owl:priorVersion {earlier}`", rule="release/vocabulary")


def summary(changes: Iterable[SurfaceChange], most: int = 12) -> list[str]:
    """Return a line for each change, at most so many a level; the rest is counted."""
    lines = []
    listed = list(changes)
    for level in sorted(Level, reverse=True):
        found = [change.text for change in listed if change.level is level]
        lines += [f"{level.name.lower()}: {text}" for text in found[:most]]
        if len(found) > most:
            lines.append(f"{level.name.lower()}: and {len(found) - most} more")
    return lines


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _keys(path: Path) -> Iterable[str]:
    properties: Mapping[str, object] = json.loads(path.read_bytes()).get("properties", {})
    return properties.keys()


def _subjects(build: Build) -> Iterator[str]:
    """Yield what the data and the vocabulary are about, but for the terms of others that the vocabulary describes."""
    vocabulary = ox.NamedNode(f"{build.iri}graph/vocabulary")
    terms: set[str] = set()
    documents: set[str] = set()
    last: object = None
    for quad in _quads(build, RELIED_ON):
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        if quad.graph_name == vocabulary:
            terms.add(quad.subject.value)
            if quad.predicate == _TYPE and quad.object in _DOCUMENTS:
                documents.add(document_of(quad.subject.value))
        elif quad.subject != last:
            last = quad.subject
            yield quad.subject.value
    yield from (term for term in terms if document_of(term) in documents or owner_of(term, documents))


def _terms(build: Build) -> set[ox.Triple]:
    return {quad.triple for quad in _quads(build, ("vocabulary",))}


def _quads(build: Build, names: Iterable[str]) -> Iterator[ox.Quad]:
    graphs = {ox.NamedNode(f"{build.iri}graph/{name}") for name in names}
    for path in build.quads:
        with opened(path) as stream:
            for quad in ox.parse(stream, format=ox.RdfFormat.N_QUADS, lenient=True):
                if quad.graph_name in graphs:
                    yield quad
