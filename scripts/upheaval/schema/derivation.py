"""Derive the contract for records from the ontology and the shapes, or say why no record could be read with them."""

import re
from collections.abc import Callable, Iterable
from itertools import combinations

from rdflib import Graph, URIRef
from rdflib.term import Node

from upheaval.faults import Fault, Location, Refusal
from upheaval.rdf.graphs import nodes, value_of
from upheaval.rdf.namespaces import CODES, FOLDER, MATCH_ON, OWL, RDF, RDFS, SH, SKOS, STATECRAFT
from upheaval.schema.contract import Contract, Form, Key, Kind, local
from upheaval.schema.keyshapes import KeyReader

Place = Callable[[str], tuple[str, Location | None]]
"""Finds the file and the position at which a term is described."""

_FOLDER = re.compile(r"[^\W_]+(-[^\W_]+)*")

RESERVED = {"id": "the IRI of a node", "type": "the class of a node", "xsd": "the prefix of datatypes"}
"""What the JSON-LD context uses names for, so that no key can have them."""


def _anywhere(_iri: str) -> tuple[str, Location | None]:
    return "ontology", None


def derive_contract(graph: Graph, place: Place = _anywhere) -> Contract:
    """Derive the contract from an ontology and its shapes.

    Args:
        graph: the ontology and the shapes together.
        place: where faults are shown.

    Returns:
        The contract. A class that a node shape targets, or that is a shape, is a kind; its keys are the property
        shapes of all node shapes that target it or a superclass (SHACL sections 2.1.3.2 and 2.1.3.3), merged by path.

    Raises:
        Refusal: names are missing, reserved or ambiguous, a class has no label, or a key takes nodes of a class that
            no shape targets.

    """
    faults = _Faults(place)
    targets: dict[str, list[Node]] = {}
    for shape, target in graph.subject_objects(SH.targetClass):
        targets.setdefault(str(target), []).append(shape)
    for shape in _classes_that_are_shapes(graph):
        targets.setdefault(str(shape), []).append(shape)
    wider = {str(cls): frozenset(_ancestors(graph, str(cls))) for cls in graph.subjects(RDFS.subClassOf)}
    ancestors = {cls: wider.get(cls, frozenset({cls})) for cls in targets}
    folders = {cls: folder for cls, shapes in targets.items() if (folder := _folder(graph, shapes))}
    names = _class_names(graph, targets)
    codes = _codes(graph, faults)
    reader = KeyReader(graph, codes, {one for cls in folders for one in ancestors[cls]}, set(targets))
    kinds: dict[str, Kind] = {}
    for cls in sorted(targets):
        narrowest_first = sorted(ancestors[cls], key=lambda one: (-len(wider.get(one, (one,))), one))
        shapes = [shape for one in narrowest_first for shape in nodes(targets.get(one, []))]
        own = sorted(targets[cls], key=lambda shape: ((shape, FOLDER, None) not in graph, foreign_last(str(shape))))
        keys = reader.keys(shapes)
        kinds[cls] = Kind(
            iri=cls,
            name=names[cls],
            label=next((text for node in (URIRef(cls), *own) if (text := value_of(graph, node, RDFS.label))), ""),
            comment=next((text for node in own if (text := value_of(graph, node, RDFS.comment))), ""),
            folder=folders.get(cls),
            ancestors=ancestors[cls],
            keys=_by_name(keys, faults),
            matches=_matches(graph, shapes, keys, faults),
        )
    _check(kinds, graph, faults)
    faults.refuse()
    by_folder = {kind.folder: kind for kind in kinds.values() if kind.folder}
    return Contract(kinds, by_folder, codes, wider, names)


class _Faults:
    """What is wrong with the terms of an ontology, each thing once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.found: dict[str, Fault] = {}

    def add(self, iri: str, message: str, cure: str, rule: str, other: str = "") -> None:
        """Note a fault about a term, and where another is that it clashes with."""
        if message not in self.found:
            file, at = self.place(iri)
            if other:
                there, line = self.place(other)
                cure += f"; the other is in {there}" + (f":{line[0]}" if line else "")
            self.found[message] = Fault(file, message, cure, at=at, rule=rule)

    def refuse(self) -> None:
        """Raise a refusal if there is any fault."""
        if self.found:
            raise Refusal(sorted(self.found.values(), key=Fault.sort_key))


def _classes_that_are_shapes(graph: Graph) -> list[URIRef]:
    kinds = {OWL.Class, *graph.transitive_subjects(RDFS.subClassOf, RDFS.Class)}
    shapes = {shape for shape in graph.subjects(SH.property) if isinstance(shape, URIRef)}
    return sorted(shape for shape in shapes if not kinds.isdisjoint(graph.objects(shape, RDF.type)))


def _ancestors(graph: Graph, cls: str) -> set[str]:
    return {str(wider) for wider in graph.transitive_objects(URIRef(cls), RDFS.subClassOf) if isinstance(wider, URIRef)}


def _folder(graph: Graph, shapes: Iterable[Node]) -> str:
    return next((str(folder) for shape in nodes(shapes) if (folder := graph.value(shape, FOLDER))), "")


def described(graph: Graph, kind: URIRef) -> list[str]:
    """Return the terms of a kind that an ontology describes, in order.

    Args:
        graph: the ontology.
        kind: such as owl:Class.

    """
    terms = (term for term in graph.subjects(RDF.type, kind) if isinstance(term, URIRef))
    return sorted(str(term) for term in terms if is_described(graph, term))


def is_described(graph: Graph, term: Node | None) -> bool:
    """Tell whether an ontology describes a term, and not only declares it as somebody else's.

    Args:
        graph: the ontology.
        term: a class or property; it is described if it has a label, or is in the namespace of an ontology of the
            graph.

    """
    if (term, RDFS.label, None) in graph:
        return True
    return any((ontology, RDF.type, OWL.Ontology) in graph for ontology in graph.objects(term, RDFS.isDefinedBy))


def foreign_last(iri: str) -> tuple[bool, str]:
    """Return the key that sorts terms of Statecraft before those of others, for names that they share."""
    return not iri.startswith((str(STATECRAFT), CODES)), iri


def _class_names(graph: Graph, targets: Iterable[str]) -> dict[str, str]:
    """Return a name for each class: the local name, and for those that come second to it the IRI."""
    names: dict[str, str] = {}
    for cls in sorted({*described(graph, OWL.Class), *targets}, key=foreign_last):
        name = local(cls)
        names[cls] = cls if name in names.values() or name in RESERVED or _unusable(name) else name
    return names


def _codes(graph: Graph, faults: _Faults) -> dict[str, dict[str, str]]:
    """Return the concepts of each class of concepts, those of its subclasses included, by code."""
    found: dict[str, dict[str, str]] = {}
    for cls in graph.transitive_subjects(RDFS.subClassOf, SKOS.Concept):
        if cls == SKOS.Concept or (cls, RDF.type, OWL.Class) not in graph:
            continue
        narrower = graph.transitive_subjects(RDFS.subClassOf, cls)
        concepts = sorted({str(code) for narrow in narrower for code in graph.subjects(RDF.type, narrow)}, key=str)
        codes: dict[str, str] = {}
        for iri in sorted(concepts, key=foreign_last):
            code = local(iri)
            if _unusable(code):
                faults.add(iri, f"<{iri}> gives no code: `{code}` is not a name", "rename the concept", "ontology/name")
            elif code in codes:
                message = f"the code `{code}` of <{cls}> stands for both <{codes[code]}> and <{iri}>"
                faults.add(iri, message, "rename one of the two concepts", "ontology/name-twice", codes[code])
            else:
                codes[code] = iri
        if codes:
            found[str(cls)] = {local(iri): iri for iri in sorted(codes.values())}
    return found


def _unusable(name: str) -> bool:
    """Tell whether a name is empty, no term of JSON-LD (JSON-LD 1.1 section 9.1), or lost by JavaScript."""
    return not name or name.startswith("@") or name == "__proto__"


def _by_name(keys: list[Key], faults: _Faults) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for key in keys:
        if _unusable(key.name):
            message = f"<{key.iri}> cannot be a key: `{key.name}` is not a name"
            faults.add(key.iri, message, "rename the property", "ontology/name")
        elif key.name in RESERVED:
            message = f"<{key.iri}> cannot be a key: `{key.name}` is reserved for {RESERVED[key.name]}"
            faults.add(key.iri, message, "rename the property", "ontology/name")
        elif key.name in found:
            first, second = sorted((found[key.name].iri, key.iri), key=foreign_last)
            message = f"the key `{key.name}` would stand for both <{first}> and <{second}> in one record"
            faults.add(second, message, "rename one of the two properties", "ontology/name-twice", first)
        found.setdefault(key.name, key)
    return found


def _matches(graph: Graph, shapes: list[Node], keys: list[Key], faults: _Faults) -> tuple[tuple[str, ...], ...]:
    """Return the lists of keys in which duplicates are alike; a longer list replaces one that it includes."""
    names = {key.iri: key.name for key in keys}
    found: list[list[str]] = []
    for shape in shapes:
        for head in sorted(graph.objects(shape, MATCH_ON), key=lambda head: [*map(str, graph.items(head))]):
            listed = [str(prop) for prop in graph.items(head)]
            if unknown := [prop for prop in listed if prop not in names]:
                message = f"<{shape}> matches on <{unknown[0]}>, which is not a key of its records"
                faults.add(str(shape), message, "add a property shape for it, or correct the list", "shapes/match-on")
            elif listed and not any(set(listed) <= set(one) for one in found):
                found.append(listed)
    return tuple(tuple(names[prop] for prop in listed) for listed in found)


def _check(kinds: dict[str, Kind], graph: Graph, faults: _Faults) -> None:
    """Find classes without a label, folders that two have, and nodes of a class that no shape targets."""
    parts = {key.classes[0] for kind in kinds.values() for key in kind.keys.values() if key.form is Form.NODE}
    for kind in kinds.values():
        if kind.folder and not _FOLDER.fullmatch(kind.folder):
            message = f"`{kind.folder}` cannot be the folder of <{kind.iri}>"
            faults.add(kind.iri, message, "use only letters, digits and single hyphens", "shapes/folder")
        if not kind.label and (kind.folder or kind.iri in parts):
            cure = f'add `rdfs:label "{local(kind.iri)}"@en`'
            faults.add(kind.iri, f"the class <{kind.iri}> has no label", cure, "ontology/label")
        for key in kind.keys.values():
            cls = key.classes[0] if key.form is Form.NODE else kind.iri
            if cls in kinds:
                continue
            if str(SKOS.Concept) in _ancestors(graph, cls):
                message = f"<{key.shapes[0]}> requires codes of <{cls}>, which has none"
                faults.add(key.shapes[0], message, "add a concept of that class, or correct sh:class", "shapes/codes")
            else:
                message = f"<{key.shapes[0]}> requires nodes of <{cls}>, which no shape targets"
                cure = "correct the sh:targetClass of a shape, or add a shape for the class"
                faults.add(key.shapes[0], message, cure, "shapes/unshaped")
    for one, other in combinations(sorted(kinds.values(), key=lambda kind: foreign_last(kind.iri)), 2):
        if one.folder and one.folder == other.folder:
            message = f"the folder `{one.folder}` belongs to both <{one.iri}> and <{other.iri}>"
            faults.add(other.iri, message, "give one of the two classes another folder", "shapes/folder", one.iri)
