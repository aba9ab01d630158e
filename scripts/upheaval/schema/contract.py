"""The contract for records, derived from the ontology and the shapes: which keys a record has and their values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from upheaval.faults import Fault, Refusal
from upheaval.rdf.graphs import nodes
from upheaval.rdf.namespaces import FOLDER, IDENTIFYING, OWL, RDF, RDFS, SH, SKOS


class Form(StrEnum):
    """How the values of a key are written."""

    LITERAL = "literal"
    LANGUAGE = "language"
    IRI = "iri"
    CODE = "code"
    RECORD = "record"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a kind of record: a property of the ontology together with its property shapes.

    Attributes:
        name: the key, which is the property's local name.
        iri: the property.
        form: how its values are written.
        datatypes: IRIs of a literal's datatypes; more than one for dates of varying precision and other choices.
        classes: the classes of a code, record or node.
        minimum, maximum: the number of values; a maximum of None means no limit.
        per_language: whether at most one text per language is allowed.
        default: the IRI that applies if the key is missing.
        pattern: a regular expression for the text of a value, or an empty string.
        identifying: whether its values become part of the name of a node inside a record.
        label, description, message, group: the shape's texts for people.
        order: its rank among the keys.
        shapes: the IRIs of the property shapes, the narrowest class's first.

    """

    name: str
    iri: str
    form: Form
    datatypes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int | None = None
    per_language: bool = False
    default: str | None = None
    pattern: str = ""
    identifying: bool = False
    label: str = ""
    description: str = ""
    message: str = ""
    group: str = ""
    order: float = 0
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of records, or of nodes inside them.

    Attributes:
        iri: the class.
        name: its local name.
        label, comment: its label, and its shape's comment, for people.
        folder: the folder of its records; None for nodes inside records and for classes that only have subclasses.
        ancestors: the class and its superclasses.
        keys: the keys by name, in the recommended order.

    """

    iri: str
    name: str
    label: str
    comment: str
    folder: str | None
    ancestors: frozenset[str]
    keys: dict[str, Key]


@dataclass(frozen=True, slots=True)
class Contract:
    """The kinds of record and their keys.

    Attributes:
        kinds: every class that a shape targets, by IRI.
        folders: the kinds that have a folder of records, by folder.
        codes: for each class of concepts, the concepts' IRIs by the code that records use.
        wider: for each class of the ontology, the class and its superclasses.

    """

    kinds: dict[str, Kind]
    folders: dict[str, Kind]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    wider: dict[str, frozenset[str]] = field(default_factory=dict)


def local(iri: str) -> str:
    """Return the last part of an IRI, after its last slash, hash or colon."""
    return iri[max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1 :]


def derive_contract(graph: Graph) -> Contract:
    """Derive the contract from an ontology and its shapes.

    Args:
        graph: the ontology and the shapes together.

    Returns:
        The contract. A class that a node shape targets is a kind; its keys are the property shapes of all node
        shapes that target it or a superclass (SHACL section 2.1.3.2), merged by path.

    Raises:
        Refusal: a key takes nodes of a class that no shape targets.

    """
    codes = _codes(graph)
    targets: dict[str, list[Node]] = {}
    for shape, target in graph.subject_objects(SH.targetClass):
        targets.setdefault(str(target), []).append(shape)
    folders = {
        cls: str(graph.value(shape, FOLDER))
        for cls, targeting in targets.items()
        for shape in targeting
        if graph.value(shape, FOLDER)
    }
    wider = {str(cls): frozenset(_ancestors(graph, str(cls))) for cls in graph.subjects(RDFS.subClassOf)}
    ancestors = {cls: wider.get(cls, frozenset({cls})) for cls in targets}
    with_records = {one for cls in folders for one in ancestors[cls]}
    reader = _KeyReader(graph, codes, with_records)
    kinds: dict[str, Kind] = {}
    for cls in sorted(targets):
        narrowest_first = sorted(ancestors[cls], key=lambda one: (-len(wider.get(one, (one,))), one))
        shapes = [shape for one in narrowest_first for shape in nodes(targets.get(one, []))]
        own = nodes(targets[cls])[0]
        kinds[cls] = Kind(
            iri=cls,
            name=local(cls),
            label=str(graph.value(URIRef(cls), RDFS.label) or local(cls)),
            comment=str(graph.value(own, RDFS.comment) or ""),
            folder=folders.get(cls),
            ancestors=ancestors[cls],
            keys=reader.keys(shapes),
        )
    _refuse_unshaped(kinds)
    return Contract(kinds, {kind.folder: kind for kind in kinds.values() if kind.folder}, codes, wider)


def _refuse_unshaped(kinds: dict[str, Kind]) -> None:
    faults = {
        key.shapes[0]: Fault(
            "shapes",
            f"<{key.shapes[0]}> requires nodes of <{cls}>, which no shape targets",
            "correct the sh:targetClass of a shape, or add a shape for the class",
            rule="shapes/unshaped",
        )
        for kind in kinds.values()
        for key in kind.keys.values()
        if key.form is Form.NODE
        for cls in key.classes
        if cls not in kinds
    }
    if faults:
        raise Refusal(tuple(faults.values()))


def _ancestors(graph: Graph, cls: str) -> set[str]:
    return {str(wider) for wider in graph.transitive_objects(URIRef(cls), RDFS.subClassOf) if isinstance(wider, URIRef)}


def _codes(graph: Graph) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for cls in graph.transitive_subjects(RDFS.subClassOf, SKOS.Concept):
        instances = sorted(str(code) for code in graph.subjects(RDF.type, cls))
        if instances and (cls, RDF.type, OWL.Class) in graph and cls != SKOS.Concept:
            found[str(cls)] = {local(code): code for code in instances}
    return found


class _KeyReader:
    """Derives keys from the property shapes of node shapes."""

    def __init__(self, graph: Graph, codes: dict[str, dict[str, str]], with_records: set[str]) -> None:
        self.graph = graph
        self.codes = codes
        self.with_records = with_records
        # Classes inherit most of their shapes.
        self._properties = cache(self._read_properties)
        self._key = cache(self._read_key)

    def keys(self, shapes: list[Node]) -> dict[str, Key]:
        by_path: dict[str, tuple[Node, ...]] = {}
        for shape in shapes:
            for path, prop in self._properties(shape):
                by_path[path] = (*by_path.get(path, ()), prop)
        keys = [self._key(path, props) for path, props in by_path.items()]
        allowed = [key for key in keys if key.maximum != 0]
        return {key.name: key for key in sorted(allowed, key=lambda key: (key.order, key.name))}

    def _read_properties(self, shape: Node) -> list[tuple[str, Node]]:
        props = nodes(self.graph.objects(shape, SH.property))
        paths = [self.graph.value(prop, SH.path) for prop in props]
        return [(str(path), prop) for path, prop in zip(paths, props, strict=True) if isinstance(path, URIRef)]

    def _read_key(self, path: str, props: tuple[Node, ...]) -> Key:
        classes = tuple(str(cls) for cls in self._all(props, SH["class"]))
        datatypes = self._datatypes(props)
        default = self._first(props, SH.defaultValue)
        return Key(
            name=local(path),
            iri=path,
            form=self._form(classes, datatypes),
            datatypes=datatypes,
            classes=classes,
            minimum=max([self._number(prop, SH.minCount, 0) for prop in props]),
            maximum=min((int(str(top)) for top in self._all(props, SH.maxCount)), default=None),
            per_language=any(self.graph.value(prop, SH.uniqueLang) for prop in props),
            default=str(default) if default else None,
            pattern=str(self._first(props, SH.pattern) or ""),
            identifying=any(self.graph.value(prop, IDENTIFYING) for prop in props),
            label=str(self._first(props, SH.name) or local(path)),
            description=str(self._first(props, SH.description) or ""),
            message=str(self._first(props, SH.message) or ""),
            group=str(self._first(props, SH.group) or ""),
            order=float(str(self._first(props, SH.order) or 0)),
            shapes=tuple(str(prop) for prop in props),
        )

    def _all(self, props: Sequence[Node], predicate: URIRef) -> list[Node]:
        return [value for prop in props for value in nodes(self.graph.objects(prop, predicate))]

    def _first(self, props: Sequence[Node], predicate: URIRef) -> Node | None:
        return next(iter(self._all(props, predicate)), None)

    def _number(self, prop: Node, predicate: URIRef, otherwise: int) -> int:
        value = self.graph.value(prop, predicate)
        return int(str(value)) if isinstance(value, Literal) else otherwise

    def _datatypes(self, props: Sequence[Node]) -> tuple[str, ...]:
        direct = self._all(props, SH.datatype)
        holders = [*props, *self._all(props, SH.node)]
        for choice in (*self._all(holders, SH["or"]), *self._all(holders, SH.xone)):
            direct.extend(self._all(list(Collection(self.graph, choice)), SH.datatype))
        return tuple(dict.fromkeys(map(str, direct)))

    def _form(self, classes: tuple[str, ...], datatypes: tuple[str, ...]) -> Form:
        if str(RDF.langString) in datatypes:
            return Form.LANGUAGE
        if datatypes:
            return Form.LITERAL
        if not classes:
            return Form.IRI
        if any(cls in self.codes for cls in classes):
            return Form.CODE
        return Form.RECORD if any(cls in self.with_records for cls in classes) else Form.NODE
