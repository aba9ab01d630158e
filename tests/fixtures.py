"""The records of tests/shapes: one a file, which a shape lets pass or finds a fault in, and a publication of them all.

A file opens with comments: `# folder:` says where such records stand; a file that fails also has `# because:`,
one `# expects: SHAPE LINE:COLUMN` a fault and, where it takes two records to make the fault, `# with:` the other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph

from tests.support import ROOT, copy_of_world
from upheaval.check.checking import check
from upheaval.check.dataview import classes_of, lines_in
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.namespaces import SHAPES
from upheaval.rdf.terms import statements
from upheaval.schema.vocabulary import plan_for
from upheaval.shacl.index import DataGraph

Place = tuple[str, int, int]


@dataclass(frozen=True)
class Fixture:
    """One file of tests/shapes; `expects` holds the shape, line and column of each fault."""

    path: Path
    text: str

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        return re.findall(r"^# (\w+): (.*)$", self.text, re.MULTILINE)

    def field(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name), "")

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def passes(self) -> bool:
        return self.name.startswith("pass_")

    @property
    def file(self) -> str:
        return f"data/{self.field('folder')}/{self.name.replace('_', '-')}.yaml"

    @property
    def expects(self) -> set[Place]:
        found = (re.fullmatch(r"([\w-]+) (\d+):(\d+)", value) for key, value in self.fields if key == "expects")
        return {(f"{SHAPES}#{one[1]}", int(one[2]), int(one[3])) for one in found if one}


def read_fixtures() -> list[Fixture]:
    """Return every fixture, by topic and name."""
    return [Fixture(path, path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("tests/shapes/*/*.yaml"))]


@dataclass(frozen=True)
class Trial:
    """The invented publication with every fixture among its records, and what was found in it."""

    fixtures: list[Fixture]
    assembly: Assembly
    faults: list[Fault]

    @property
    def shapes(self) -> Graph:
        return self.assembly.vocabulary.graph

    def faults_in(self, files: Iterable[str]) -> list[Fault]:
        wanted = set(files)
        return [fault for fault in self.faults if fault.file in wanted]

    def iri(self, fixture: Fixture) -> str:
        return self.assembly.publication.iri + Path(fixture.file).stem


def try_fixtures(folder: Path) -> Trial:
    """Put the fixtures among the records of the invented publication, in a folder, and check them all."""
    root = copy_of_world(folder)
    fixtures = read_fixtures()
    for fixture in fixtures:
        target = root / fixture.file
        target.parent.mkdir(parents=True, exist_ok=True)
        assert not target.exists(), f"{fixture.name}: the name is taken"
        target.write_text(fixture.text, encoding="utf-8")
    assembly = assemble(root)
    return Trial(fixtures, assembly, without_likeness(check(assembly)))


def without_likeness(faults: Iterable[Fault]) -> list[Fault]:
    """Leave out that records are alike: fixtures are varied from one another."""
    return [fault for fault in faults if fault.rule != "record/duplicate"]


def data_of(assembly: Assembly) -> DataGraph:
    """Return the data as the compiled engine looks things up in them."""
    derived = lines_in(assembly.store, assembly.publication.graph("derived"))
    return DataGraph([*assembly.statements, *derived], classes_of(assembly.contract))


def altered(assembly: Assembly, without: Iterable[ox.Quad] = (), more: Iterable[ox.Quad] = ()) -> Assembly:
    """Return an assembly whose store, a copy, lacks some quads and has some more; nothing is derived anew."""
    without, more = list(without), list(more)
    data = ox.NamedNode(assembly.publication.graph("data"))
    store = ox.Store()
    store.bulk_extend(assembly.store)
    for quad in without:
        store.remove(quad)
    kept = lines_in(store, data.value)
    store.extend(more)
    added = statements(quad.triple for quad in more if quad.graph_name == data)
    return replace(assembly, store=store, statements=[*kept, *added])


def with_shapes(assembly: Assembly, triples: Iterable[ox.Triple]) -> Assembly:
    """Return an assembly with some shapes more, compiled anew."""
    vocabulary = assembly.vocabulary
    shapes = [*vocabulary.shapes, *triples]
    plan = plan_for(assembly.publication, shapes, vocabulary.ontology)
    schema = replace(assembly.schema, vocabulary=replace(vocabulary, shapes=shapes, plan=plan))
    return replace(assembly, schema=schema)
