"""Where portions of records are worked on: what they are read by, which records there are, and a store."""

import re
from collections.abc import Iterable
from functools import cached_property

import pyoxigraph as ox
from rdflib import Graph

from upheaval.check.dataview import classes_of, lines_in
from upheaval.check.reach import Reach, reach_of
from upheaval.populate.records import RecordFile
from upheaval.rdf.graphs import to_rdflib, write
from upheaval.rdf.jsonld import Statements
from upheaval.rdf.namespaces import RDF, SH
from upheaval.rdf.terms import lines_of, named
from upheaval.schema.contract import Kind, local
from upheaval.schema.schema import Schema
from upheaval.shacl.compiling import Unit
from upheaval.shacl.index import Classes, DataGraph
from upheaval.shacl.prebinding import ConstraintStore


class Workbench:
    """Where portions are worked on: a setting, the names of all records, and a store for the portion at hand."""

    def __init__(self, setting: Schema, entries: Iterable[RecordFile]) -> None:
        """Take a setting, and which records there are."""
        self.setting = setting
        self.store = ox.Store()
        self._data = b""
        self.place(entries)

    def place(self, entries: Iterable[RecordFile]) -> None:
        """Say anew which records there are."""
        self.entries = {entry.slug: entry for entry in entries}
        self.__dict__.pop("kinds", None)

    def warm(self) -> None:
        """Make what judging needs of the vocabulary, so that processes that are forked hereafter have it."""
        _ = self.units, self.classes, self.checked, self._vocabulary

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The classes of all records, by name."""
        return {slug: entry.kind for slug, entry in self.entries.items()}

    @cached_property
    def reach(self) -> Reach:
        """What rules and constraints see."""
        return reach_of(self.setting.vocabulary)

    @cached_property
    def statements(self) -> Statements:
        """What writes documents."""
        return Statements(self.setting.context)

    @cached_property
    def shapes(self) -> Graph:
        """The shapes by themselves."""
        return to_rdflib(self.setting.vocabulary.shapes)

    @cached_property
    def units(self) -> tuple[list[Unit], list[Unit]]:
        """What shapes ask: of a portion by itself, and of all records at once."""
        at_once = {named(iri) for iri in self.reach.constraints_at_once}
        units = self.setting.vocabulary.plan.units()
        return [unit for unit in units if unit.name not in at_once], [unit for unit in units if unit.name in at_once]

    @cached_property
    def classes(self) -> Classes:
        """What the contract says of classes."""
        return classes_of(self.setting.contract)

    @cached_property
    def checked(self) -> set[str]:
        """The properties that shapes read of a record, or that look as if they did."""
        names = set(re.findall(r"\w+", " ".join(str(text) for text in self.shapes.objects(None, SH.select))))
        paths = {str(path) for path in self.shapes.objects(None, SH.path)}
        return (
            paths
            | {str(RDF.type)}
            | {str(term) for term in self.setting.vocabulary.graph.subjects() if local(str(term)) in names}
        )

    @cached_property
    def _vocabulary(self) -> bytes:
        vocabulary = self.setting.vocabulary
        return write([*vocabulary.ontology, *vocabulary.alignments], ox.RdfFormat.N_TRIPLES)

    @property
    def graphs(self) -> tuple[str, str]:
        """The named graphs for data and for what is derived."""
        return self.setting.publication.graph("data"), self.setting.publication.graph("derived")

    def fill(self, lines: Iterable[bytes]) -> str:
        """Begin a store with the vocabulary and N-Triples, and return the graph for what is derived, which is empty.

        A store that is cleared and filled again keeps every text that it ever held.
        """
        data, derived = self.graphs
        self.store = ox.Store()
        self._data = b"".join(lines)
        for text, graph in ((self._vocabulary, self.setting.publication.graph("vocabulary")), (self._data, data)):
            self.store.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)
        return derived

    def slug(self, node: str) -> str:
        """Return the name of the record that a node belongs to, if it belongs to any."""
        return node.removeprefix(self.setting.publication.iri).partition("#")[0]

    def is_whole(self, slug: str) -> bool:
        """Tell whether a record is there for every other."""
        return not self.reach.whole.isdisjoint(self.kinds[slug].ancestors)

    def all_classes(self) -> Classes:
        """Return what the contract says of classes, and of which the records are."""
        base = self.setting.publication.iri
        return classes_of(self.setting.contract, ((base + slug, kind.iri) for slug, kind in self.kinds.items()))

    def data(self, classes: Classes) -> DataGraph:
        """Return the data as they were written, and what is derived of them."""
        return DataGraph([*lines_of(self._data), *lines_in(self.store, self.graphs[1])], classes)

    def constraint_store(self) -> ConstraintStore:
        """Return what SPARQL constraints are run on."""
        vocabulary = self.setting.publication.graph("vocabulary")
        return ConstraintStore(self.store, (*self.graphs, vocabulary), self.setting.vocabulary.plan.lines)
