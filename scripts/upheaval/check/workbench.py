"""Where portions of records are worked on: what they are read by, which records there are, and a store."""

import re
from collections.abc import Iterable
from functools import cached_property

import pyoxigraph as ox
from rdflib import Graph

from upheaval.check.reach import Reach, reach_of
from upheaval.populate.records import RecordFile
from upheaval.rdf.graphs import iri_of, to_rdflib, write
from upheaval.rdf.jsonld import Statements
from upheaval.rdf.namespaces import RDF, SH
from upheaval.schema.contract import Kind, local
from upheaval.schema.schema import Schema
from upheaval.shacl.core import PropertyShape, compile_shapes
from upheaval.shacl.index import NodeIndex


class Workbench:
    """Where portions are worked on: a setting, the names of all records, and a store for the portion at hand."""

    def __init__(self, setting: Schema, entries: Iterable[RecordFile]) -> None:
        """Take a setting, and which records there are."""
        self.setting = setting
        self.store = ox.Store()
        self.place(entries)

    def place(self, entries: Iterable[RecordFile]) -> None:
        """Say anew which records there are."""
        self.entries = {entry.slug: entry for entry in entries}
        self.__dict__.pop("kinds", None)

    def warm(self) -> None:
        """Make what judging needs of the vocabulary, so that processes that are forked hereafter have it."""
        _ = self.property_shapes, self.checked, self._vocabulary

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
    def property_shapes(self) -> list[PropertyShape]:
        """The property shapes, compiled."""
        return compile_shapes(self.shapes)

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
        for text, graph in ((self._vocabulary, self.setting.publication.graph("vocabulary")), (b"".join(lines), data)):
            self.store.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)
        return derived

    def slug(self, node: str) -> str:
        """Return the name of the record that a node belongs to, if it belongs to any."""
        return node.removeprefix(self.setting.publication.iri).partition("#")[0]

    def is_whole(self, slug: str) -> bool:
        """Tell whether a record is there for every other."""
        return not self.reach.whole.isdisjoint(self.kinds[slug].ancestors)

    def type_records(self, index: NodeIndex) -> None:
        """Give an index the classes of the records that are in it, or that something in it points at."""
        objects = (iri_of(value) for said in index.nodes.values() for values in said.values() for value in values)
        for node in {*index.nodes, *objects}:
            kind = self.kinds.get(node.removeprefix(self.setting.publication.iri))
            if kind is not None:
                index.add_type(node, kind.ancestors)
