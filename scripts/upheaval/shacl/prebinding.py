"""What SPARQL constraints are run on: a store with the data, and the values to pre-bind, a row each, beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyoxigraph as ox

from upheaval.rdf import sparql
from upheaval.rdf.terms import Term, is_literal, to_oxigraph
from upheaval.shacl.queries import QueryText

Rows = Sequence[tuple[Term, ...]]
Solution = dict[str, Term]
SHAPES_GRAPH = "<urn:x-shacl:shapes-graph>"
_DATA_GRAPH = "urn:x-shacl:data-graph"
_ROWS = "urn:x-shacl:rows"
_VARIABLE = "urn:x-shacl:variable:"
_FEW = 50
"""For so few focus nodes it takes longer to find them all by the data than to look at each."""


@dataclass(slots=True)
class ConstraintStore:
    """A store with a data graph.

    Attributes:
        store: the store; what is put there for a query is taken away after it.
        graphs: the IRIs of its graphs that make the data graph together.
        shapes: the shapes graph as canonical N-Triples, put in a named graph when a query asks for it.

    """

    store: ox.Store
    graphs: Sequence[str]
    shapes: tuple[str, ...] = ()

    def select(self, query: QueryText, names: tuple[str, ...], rows: Rows, constants: Solution) -> Iterator[Solution]:
        """Run a SELECT query with variables pre-bound.

        Args:
            query: the query.
            names: the variables whose values the rows are; the first is `this`.
            rows: the values; for each row the query is run.
            constants: variables that have one value for all rows.

        Yields:
            The solutions, as the store writes literals.

        """
        if query.flat and len(rows) > _FEW:
            known = {row[0] for row in rows}
            for solution in _solutions(sparql.evaluate(self.store, query.text, default=self.graphs)):
                if solution.get("this") in known:
                    yield solution
            return
        used = {name: value for name, value in constants.items() if name in query.variables}
        text = query.within(self._pattern(names, used))
        for some in [[row] for row in rows] if query.alone else [rows]:
            with self._put(names, some, used):
                yield from list(_solutions(sparql.evaluate(self.store, text, default=self.graphs)))

    def ask(self, query: QueryText, names: tuple[str, ...], rows: Rows, constants: Solution) -> set[tuple[Term, ...]]:
        """Run an ASK query with variables pre-bound.

        Args:
            query: the query.
            names: the variables whose values the rows are.
            rows: the values.
            constants: variables that have one value for all rows.

        Returns:
            The rows for which it is true.

        """
        used = {name: value for name, value in constants.items() if name in query.variables}
        variables = " ".join(f"?{name}" for name in names)
        text = query.asked_of(self._pattern(names, used), variables)
        with self._put(names, rows, used):
            found = {
                tuple(solution[name] for name in names)
                for solution in _solutions(sparql.evaluate(self.store, text, default=self.graphs))
            }
        return {row for row in rows if tuple(map(as_stored, row)) in found}

    @staticmethod
    def _pattern(names: tuple[str, ...], constants: Solution) -> str:
        fields = " ; ".join(f"<{_VARIABLE}{name}> ?{name}" for name in names)
        once = "".join(f" _:constants <{_VARIABLE}{name}> ?{name} ." for name in constants)
        return f"GRAPH <{_ROWS}> {{ _:row {fields} .{once} }}"

    @contextmanager
    def _put(self, names: tuple[str, ...], rows: Iterable[tuple[Term, ...]], constants: Solution) -> Iterator[None]:
        """Put rows in a named graph, which the data graph does not have, and take it away again."""
        graph = ox.NamedNode(_ROWS)
        fields = [ox.NamedNode(_VARIABLE + name) for name in names]
        quads = [
            ox.Quad(ox.BlankNode(f"row{number}"), name, to_oxigraph(term), graph)
            for number, row in enumerate(dict.fromkeys(rows))
            for name, term in zip(fields, row, strict=True)
        ]
        quads.extend(
            ox.Quad(ox.BlankNode("constants"), ox.NamedNode(_VARIABLE + name), to_oxigraph(term), graph)
            for name, term in constants.items()
        )
        if SHAPES_GRAPH in constants.values():
            _fill(self.store, self.shapes, SHAPES_GRAPH[1:-1])
        try:
            self.store.extend(quads)
            yield
        finally:
            self.store.remove_graph(graph)
            self.store.remove_graph(ox.NamedNode(SHAPES_GRAPH[1:-1]))


def store_of(data: Iterable[str], shapes: tuple[str, ...] = ()) -> ConstraintStore:
    """Return a store of its own for a data graph.

    Args:
        data: canonical N-Triples, one statement each; blank nodes keep their labels.
        shapes: the shapes graph likewise.

    """
    store = ox.Store()
    _fill(store, data, _DATA_GRAPH)
    return ConstraintStore(store, (_DATA_GRAPH,), shapes)


def _fill(store: ox.Store, lines: Iterable[str], graph: str) -> None:
    text = "".join(f"{line[:-1]}<{graph}> .\n" for line in lines)
    store.bulk_extend(ox.parse(text, format=ox.RdfFormat.N_QUADS, lenient=True))


def _solutions(found: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> Iterator[Solution]:
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    for solution in found:
        yield {name: str(term) for name, term in zip(names, solution, strict=True) if term is not None}


def as_stored(term: Term) -> Term:
    """Return a term as a store gives it back, which writes numbers and dates in its own way."""
    if not is_literal(term) or "^^" not in term[term.rindex('"') :]:
        return term
    store = ox.Store()
    node = ox.NamedNode("x:x")
    store.add(ox.Quad(node, node, to_oxigraph(term)))
    return str(next(iter(store)).object)
