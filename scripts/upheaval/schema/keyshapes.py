"""Read keys from property shapes: all shapes of one path on a class and its superclasses make one key."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from upheaval.rdf.graphs import nodes, value_of
from upheaval.rdf.namespaces import IDENTIFYING, OWL, RDF, RDFS, SH, XSD
from upheaval.schema.contract import Form, Key, local

_BOUNDS = (SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive)
_OF_RESOURCES = {SH.IRI, SH.BlankNode, SH.BlankNodeOrIRI}
_LANG_STRING = str(RDF.langString)


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
        named = {str(path) for shape in shapes for path in self.graph.objects(shape, IDENTIFYING)}
        keys = [self._key(path, props) for path, props in by_path.items()]
        keys = [replace(key, identifying=True) if key.iri in named else key for key in keys]
        return sorted((key for key in keys if key.maximum != 0), key=lambda key: (key.order, key.name))

    def _read_properties(self, shape: Node) -> list[tuple[str, Node]]:
        props = nodes(self.graph.objects(shape, SH.property))
        paths = [self.graph.value(prop, SH.path) for prop in props]
        return [(str(path), prop) for path, prop in zip(paths, props, strict=True) if isinstance(path, URIRef)]

    def _read_key(self, path: str, props: tuple[Node, ...]) -> Key:
        stated = [str(cls) for cls in self._all(props, SH["class"])]
        datatypes = self._datatypes(props)
        if not stated and not datatypes:
            stated, datatypes = self._implied(URIRef(path), props)
        form, classes = self._form(stated, datatypes)
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
        found = [*self._all(props, SH.datatype), *self._all(self._alternatives(props), SH.datatype)]
        return tuple(dict.fromkeys(map(str, found)))

    def _alternatives(self, props: Sequence[Node]) -> list[Node]:
        """Return the shapes of which values conform to one, by sh:or or sh:xone there or at sh:node."""
        holders = [*props, *self._all(props, SH.node)]
        heads = (*self._all(holders, SH["or"]), *self._all(holders, SH.xone))
        return [shape for head in heads for shape in Collection(self.graph, head)]

    def _implied(self, path: URIRef, props: Sequence[Node]) -> tuple[list[str], tuple[str, ...]]:
        """Return the classes or the datatypes of values where no shape states any.

        They follow from the literals that other constraints compare values with, from languages, or from the ontology:
        whether it is a datatype property, and its range (RDF Schema 1.1 section 3.1).
        """
        kinds = set(self._all(props, SH.nodeKind))
        ranges = [str(one) for one in nodes(self.graph.objects(path, RDFS.range))]
        if not kinds & _OF_RESOURCES:
            if literals := [_datatype(value) for value in self._compared(props) if isinstance(value, Literal)]:
                plain = [one for one in literals if one != _LANG_STRING]
                return [], tuple(dict.fromkeys(plain or literals))
            if self._all(props, SH.languageIn) or any(self.graph.value(prop, SH.uniqueLang) for prop in props):
                return [], (_LANG_STRING,)
            if (path, RDF.type, OWL.DatatypeProperty) in self.graph or SH.Literal in kinds:
                known = [one for one in ranges if one.startswith(str(XSD)) or one == _LANG_STRING]
                return [], tuple(known) or (str(XSD.string),)
        candidates = [*map(str, self._all(self._alternatives(props), SH["class"])), *ranges]
        deciding = (*self.codes, *self.with_records, *self.shaped)
        return [cls for cls in dict.fromkeys(candidates) if cls in deciding], ()

    def _compared(self, props: Sequence[Node]) -> list[Node]:
        """Return the values that sh:in, sh:hasValue and ranges name."""
        members = [value for head in self._all(props, SH["in"]) for value in Collection(self.graph, head)]
        return [*members, *(value for name in (SH.hasValue, *_BOUNDS) for value in self._all(props, name))]

    def _form(self, classes: list[str], datatypes: tuple[str, ...]) -> tuple[Form, tuple[str, ...]]:
        """Return how values are written, and their classes, beginning with one that decides it."""
        if datatypes:
            return Form.LANGUAGE if str(RDF.langString) in datatypes else Form.LITERAL, tuple(classes)
        for form, deciding in ((Form.CODE, self.codes), (Form.RECORD, self.with_records), (Form.NODE, self.shaped)):
            if fitting := [cls for cls in classes if cls in deciding]:
                return form, (*fitting, *(cls for cls in classes if cls not in fitting))
        return Form.NODE if classes else Form.IRI, tuple(classes)


def _datatype(literal: Literal) -> str:
    return _LANG_STRING if literal.language else str(literal.datatype or XSD.string)
