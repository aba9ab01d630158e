"""Read keys from property shapes: all shapes of one path on a class and its superclasses make one key."""

from collections.abc import Mapping, Sequence
from functools import cache

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from upheaval.rdf.graphs import nodes, value_of
from upheaval.rdf.namespaces import IDENTIFYING, RDF, SH
from upheaval.schema.contract import Form, Key, local


class KeyReader:
    """Reads keys from the property shapes of node shapes."""

    def __init__(
        self,
        graph: Graph,
        codes: Mapping[str, Mapping[str, str]],
        with_records: set[str],
        shaped: set[str],
    ) -> None:
        """Take what tells the forms of values apart.

        Args:
            graph: the ontology and the shapes.
            codes: the classes that have codes.
            with_records: the classes whose instances are records.
            shaped: the classes that a shape targets.

        """
        self.graph = graph
        self.codes = codes
        self.with_records = with_records
        self.shaped = shaped
        # Classes inherit most of their shapes.
        self._properties = cache(self._read_properties)
        self._key = cache(self._read_key)

    def keys(self, shapes: list[Node]) -> list[Key]:
        """Return the keys of a class.

        Args:
            shapes: the node shapes that apply to it, the narrowest class's first.

        Returns:
            The keys, in the recommended order, without those that are not allowed (`sh:maxCount 0`).

        """
        by_path: dict[str, tuple[Node, ...]] = {}
        for shape in shapes:
            for path, prop in self._properties(shape):
                by_path[path] = (*by_path.get(path, ()), prop)
        keys = [self._key(path, props) for path, props in by_path.items()]
        return sorted((key for key in keys if key.maximum != 0), key=lambda key: (key.order, key.name))

    def _read_properties(self, shape: Node) -> list[tuple[str, Node]]:
        props = nodes(self.graph.objects(shape, SH.property))
        paths = [self.graph.value(prop, SH.path) for prop in props]
        return [(str(path), prop) for path, prop in zip(paths, props, strict=True) if isinstance(path, URIRef)]

    def _read_key(self, path: str, props: tuple[Node, ...]) -> Key:
        datatypes = self._datatypes(props)
        form, classes = self._form([str(cls) for cls in self._all(props, SH["class"])], datatypes)
        default = self._first(props, SH.defaultValue)
        return Key(
            name=local(path),
            iri=path,
            form=form,
            datatypes=datatypes,
            classes=classes,
            minimum=max(self._numbers(props, SH.minCount), default=0),
            maximum=min(self._numbers(props, SH.maxCount), default=None),
            per_language=any(self.graph.value(prop, SH.uniqueLang) for prop in props),
            default=str(default) if default else None,
            pattern=str(self._first(props, SH.pattern) or ""),
            identifying=any(self.graph.value(prop, IDENTIFYING) for prop in props),
            label=self._text(props, SH.name) or local(path),
            description=self._text(props, SH.description),
            message=self._text(props, SH.message),
            group=str(self._first(props, SH.group) or ""),
            order=self._order(props),
            shapes=tuple(str(prop) for prop in props),
        )

    def _all(self, props: Sequence[Node], predicate: URIRef) -> list[Node]:
        return [value for prop in props for value in nodes(self.graph.objects(prop, predicate))]

    def _first(self, props: Sequence[Node], predicate: URIRef) -> Node | None:
        return next(iter(self._all(props, predicate)), None)

    def _text(self, props: Sequence[Node], predicate: URIRef) -> str:
        return next((text for prop in props if (text := value_of(self.graph, prop, predicate))), "")

    def _numbers(self, props: Sequence[Node], predicate: URIRef) -> list[int]:
        return [int(str(value)) for value in self._all(props, predicate)]

    def _order(self, props: Sequence[Node]) -> float:
        """Return the first `sh:order`; SHACL leaves open what it is (section 2.3.2), so a word counts as none."""
        value = self._first(props, SH.order)
        try:
            return float(str(value or 0))
        except ValueError:
            return 0

    def _datatypes(self, props: Sequence[Node]) -> tuple[str, ...]:
        direct = self._all(props, SH.datatype)
        holders = [*props, *self._all(props, SH.node)]
        for choice in (*self._all(holders, SH["or"]), *self._all(holders, SH.xone)):
            direct.extend(self._all(list(Collection(self.graph, choice)), SH.datatype))
        return tuple(dict.fromkeys(map(str, direct)))

    def _form(self, classes: list[str], datatypes: tuple[str, ...]) -> tuple[Form, tuple[str, ...]]:
        """Return how values are written, and their classes, beginning with one that decides it."""
        if datatypes:
            return Form.LANGUAGE if str(RDF.langString) in datatypes else Form.LITERAL, tuple(classes)
        for form, deciding in ((Form.CODE, self.codes), (Form.RECORD, self.with_records), (Form.NODE, self.shaped)):
            if fitting := [cls for cls in classes if cls in deciding]:
                return form, (*fitting, *(cls for cls in classes if cls not in fitting))
        return Form.NODE if classes else Form.IRI, tuple(classes)
