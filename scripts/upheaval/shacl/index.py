"""What is said of each node, and which classes it has, looked up by name: the data as shapes are run over them."""

from collections.abc import Iterable, Set
from copy import copy
from functools import cached_property

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import RDF
from upheaval.schema.contract import Contract

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Properties = dict[str, list[Term]]
Types = dict[str, frozenset[str]]
_TYPE = str(RDF.type)


class NodeIndex:
    """The data by node: what is said of each, and which classes it has, wider ones included."""

    def __init__(
        self, store: ox.Store, graphs: Iterable[str], contract: Contract, beside: Set[str] = frozenset()
    ) -> None:
        """Read the named graphs of a store.

        Args:
            store: the data.
            graphs: which of its graphs.
            contract: for wider classes, and for the classes of codes.
            beside: IRIs of records that are there to be looked up; neither they nor their parts are focus nodes.

        """
        self._beside = beside
        self.nodes: dict[str, Properties] = {}
        for graph in graphs:
            for subject, predicate, value, _ in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
                values = self.nodes.setdefault(subject.value, {}).setdefault(predicate.value, [])
                if value not in values:
                    values.append(value)
        wider: dict[tuple[str, ...], frozenset[str]] = {(): frozenset()}
        self.types: Types = {}
        for node, said in self.nodes.items():
            classes = tuple(iri_of(cls) for cls in said.get(_TYPE, ()))
            if classes not in wider:
                wider[classes] = frozenset().union(*(contract.wider.get(cls, {cls}) for cls in classes))
            self.types[node] = wider[classes]
        for cls, codes in contract.codes.items():
            for iri in codes.values():
                self.add_type(iri, contract.wider.get(cls, frozenset({cls})))

    def add_type(self, node: str, classes: frozenset[str]) -> None:
        """Say that a node has some classes more."""
        self.types[node] = self.types.get(node, frozenset()) | classes

    @cached_property
    def _instances(self) -> dict[str, list[tuple[str, Properties]]]:
        found: dict[str, list[tuple[str, Properties]]] = {}
        for node, said in self.nodes.items():
            if not self.is_beside(node):
                for cls in self.types[node]:
                    found.setdefault(cls, []).append((node, said))
        return found

    def instances(self, cls: str) -> list[tuple[str, Properties]]:
        """Return the focus nodes of a class and what is said of them."""
        return self._instances.get(cls, [])

    def without(self, beside: Set[str]) -> "NodeIndex":
        """Return the same index with other records that are there only to be looked up."""
        other = copy(self)
        other.__dict__.pop("_instances", None)
        other._beside = beside
        return other

    def is_beside(self, node: str) -> bool:
        """Tell whether a node is there only to be looked up."""
        return bool(self._beside) and node.partition("#")[0] in self._beside
