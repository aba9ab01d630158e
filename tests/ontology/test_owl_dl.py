"""The vocabulary is OWL 2 DL: the rules of the structural specification, checked statement by statement.

The section numbers are those of the OWL 2 Web Ontology Language Structural Specification (second edition) and, where
so marked, of its Mapping to RDF Graphs. A full check by OWLAPI agrees; these run without Java.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import pyoxigraph as ox
import pytest

from tests.ontology.test_hygiene import listed, merged

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = f"""
@prefix ex: <http://example.org/> .
@prefix owl: <{OWL}> .
@prefix rdf: <{RDF}> .
@prefix rdfs: <{RDFS}> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix xsd: <{XSD}> .
"""


def iris(namespace: str, names: str) -> set[str]:
    """Take a namespace and local names, separated by spaces, and give the IRIs."""
    return {namespace + name for name in names.split()}


# Section 4: the datatype map. xsd:date, xsd:gYear and their like are not in it.
DATATYPES = (
    iris(OWL, "real rational")
    | iris(RDF, "PlainLiteral XMLLiteral langString")
    | iris(RDFS, "Literal")
    | iris(XSD, "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger")
    | iris(XSD, "long int short byte unsignedLong unsignedInt unsignedShort unsignedByte double float")
    | iris(XSD, "string normalizedString token language Name NCName NMTOKEN")
    | iris(XSD, "boolean hexBinary base64Binary anyURI dateTime dateTimeStamp")
)
PROPERTY_KINDS = iris(OWL, "ObjectProperty DatatypeProperty AnnotationProperty")
KINDS = PROPERTY_KINDS | iris(OWL, "Class")
# Section 5.5 and, for the header, 3.5: annotation properties that need no declaration
ANNOTATIONS = iris(RDFS, "label comment seeAlso isDefinedBy") | iris(
    OWL, "deprecated versionInfo priorVersion backwardCompatibleWith incompatibleWith"
)
# Mapping to RDF Graphs, tables 1 and 16: what axioms are written with
NUMBERS = iris(OWL, "cardinality minCardinality maxCardinality qualifiedCardinality") | iris(
    OWL, "minQualifiedCardinality maxQualifiedCardinality hasSelf"
)
SYNTAX = (
    iris(RDF, "type first rest")
    | iris(RDFS, "subClassOf subPropertyOf domain range")
    | iris(OWL, "allValuesFrom annotatedProperty annotatedSource annotatedTarget complementOf differentFrom")
    | iris(OWL, "disjointUnionOf disjointWith distinctMembers equivalentClass equivalentProperty hasKey hasValue")
    | iris(OWL, "imports intersectionOf inverseOf members onClass onDataRange onDatatype onProperty oneOf")
    | iris(OWL, "propertyChainAxiom propertyDisjointWith sameAs someValuesFrom unionOf versionIRI")
    | iris(OWL, "withRestrictions")
    | NUMBERS
)
AXIOMS = iris(OWL, "AllDifferent AllDisjointClasses AllDisjointProperties Axiom Class Restriction")
OF_OBJECTS = iris(OWL, "SymmetricProperty AsymmetricProperty TransitiveProperty ReflexiveProperty") | iris(
    OWL, "IrreflexiveProperty InverseFunctionalProperty"
)
BUILT_IN_TYPES = (
    AXIOMS
    | KINDS
    | OF_OBJECTS
    | iris(OWL, "FunctionalProperty NamedIndividual Ontology")
    | iris(RDFS, "Datatype")
    | iris(RDF, "List")
)
RESERVED = (OWL, RDF, RDFS, XSD)
NON_SIMPLE = f"{OWL}TransitiveProperty"
NEEDS_SIMPLE = iris(OWL, "FunctionalProperty InverseFunctionalProperty IrreflexiveProperty AsymmetricProperty")

Graph = list[ox.Triple]
Rule = Callable[[Graph], Iterator[str]]


def types(graph: Graph) -> dict[str, set[str]]:
    """Take a graph and give the types of each node that has any, by IRI or blank node label."""
    found: dict[str, set[str]] = {}
    for subject, predicate, value in graph:
        if predicate.value == f"{RDF}type" and isinstance(value, ox.NamedNode):
            found.setdefault(subject.value, set()).add(value.value)
    return found


def values(graph: Graph, *predicates: str) -> Iterator[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal]]:
    """Take a graph and properties, and give who has which value of them."""
    wanted = set(predicates)
    return ((s.value, o) for s, p, o in graph if p.value in wanted)


def properties_declared(graph: Graph) -> Iterator[str]:
    """Section 5.8.1: every property that is used is declared, or built in."""
    kinds = types(graph)
    for property in sorted({p.value for _, p, _ in graph}):
        if property not in SYNTAX | ANNOTATIONS and not kinds.get(property, set()) & PROPERTY_KINDS:
            yield f"{property} is used and not declared as a property"


def classes_declared(graph: Graph) -> Iterator[str]:
    """Section 5.8.1: every class that is used is declared, or built in."""
    kinds = types(graph)
    used = {o.value for _, o in values(graph, f"{RDF}type") if isinstance(o, ox.NamedNode)} - BUILT_IN_TYPES
    used |= {
        o.value
        for _, o in values(graph, f"{RDFS}subClassOf", f"{RDFS}domain", f"{OWL}disjointWith")
        if isinstance(o, ox.NamedNode)
    }
    used |= {s for s, _ in values(graph, f"{RDFS}subClassOf", f"{OWL}disjointWith")}
    heads = [o.value for s, o in values(graph, f"{OWL}members") if f"{OWL}AllDisjointClasses" in kinds.get(s, ())]
    used |= {item.value for head in heads for item in members(graph, head) if isinstance(item, ox.NamedNode)}
    used |= {o.value for s, o in values(graph, f"{RDFS}range") if f"{OWL}ObjectProperty" in kinds.get(s, ())}
    for name in sorted(used):
        if name not in {f"{OWL}Thing", f"{OWL}Nothing"} and f"{OWL}Class" not in kinds.get(name, ()):
            yield f"{name} is used and not declared as a class"


def properties_above_declared(graph: Graph) -> Iterator[str]:
    """Section 5.8.1, 9.2.1, 9.3.1: a property and the one above it are declared, and of the same kind."""
    kinds = types(graph)
    for name, above in values(graph, f"{RDFS}subPropertyOf"):
        if not kinds.get(name, set()) & kinds.get(above.value, set()) & PROPERTY_KINDS:
            yield f"{name} is below {above.value}, which is not declared as the same kind of property"


def kinds_apart(graph: Graph) -> Iterator[str]:
    """Section 5.8.1: no IRI is two kinds of property, nor both a class and a datatype."""
    for name, kinds in types(graph).items():
        if len(kinds & PROPERTY_KINDS) > 1 or {f"{OWL}Class", f"{RDFS}Datatype"} <= kinds:
            yield f"{name} is declared as {sorted(kinds)}"


def no_punning(graph: Graph) -> Iterator[str]:
    """Allowed by section 5.9, but not wanted: no code is a class or a property as well."""
    kinds = types(graph)
    for name, found in kinds.items():
        if found & KINDS and found - KINDS - BUILT_IN_TYPES:
            yield f"{name} is both a term and an individual: {sorted(found)}"


def literals_known(graph: Graph) -> Iterator[str]:
    """Section 4: literals have datatypes of the OWL 2 datatype map."""
    for subject, predicate, value in graph:
        if isinstance(value, ox.Literal) and value.datatype.value not in DATATYPES:
            yield f"{subject} {predicate} {value}"


def ranges_known(graph: Graph) -> Iterator[str]:
    """Section 4: the range of a datatype property is a datatype of the OWL 2 datatype map."""
    kinds = types(graph)
    for name, value in values(graph, f"{RDFS}range"):
        if f"{OWL}DatatypeProperty" in kinds.get(name, ()) and value.value not in DATATYPES:
            yield f"{name} has the range {value}"


def annotations_annotate(graph: Graph) -> Iterator[str]:
    """Sections 9.2 and 9.3: what an object property relates to is no literal; what a datatype property has is one."""
    kinds = types(graph)
    for subject, predicate, value in graph:
        found = kinds.get(predicate.value, set())
        literal = isinstance(value, ox.Literal)
        if (f"{OWL}ObjectProperty" in found and literal) or (f"{OWL}DatatypeProperty" in found and not literal):
            yield f"{subject} {predicate} {value}"


def facts_on_individuals(graph: Graph) -> Iterator[str]:
    """Section 9.6: object and datatype properties relate individuals, never a class, a property or the ontology."""
    kinds = types(graph)
    terms = {name for name, found in kinds.items() if found & (KINDS | {f"{OWL}Ontology"})}
    relations = {name for name, found in kinds.items() if found & iris(OWL, "ObjectProperty DatatypeProperty")}
    for subject, predicate, value in graph:
        ends = {subject.value} | ({value.value} if isinstance(value, ox.NamedNode) else set())
        if predicate.value in relations and ends & terms:
            yield f"{subject} {predicate} {value}"


def reserved_untouched(graph: Graph) -> Iterator[str]:
    """Section 2.4: no IRI of the reserved vocabulary is described or invented."""
    for name, kinds in types(graph).items():
        if name.startswith(RESERVED):
            yield f"{name} is declared as {sorted(kinds)}"
    for subject, predicate, value in graph:
        if predicate.value.startswith(RESERVED) and predicate.value not in SYNTAX | ANNOTATIONS:
            yield f"{predicate} is no property of OWL 2 for {subject}"
        if predicate.value == f"{RDF}type" and value.value.startswith(RESERVED) and value.value not in BUILT_IN_TYPES:
            yield f"{value} is no type of OWL 2 for {subject}"


def annotations_plain(graph: Graph) -> Iterator[str]:
    """Mapping to RDF Graphs, table 6: an annotation property is neither symmetric, functional nor the like."""
    for name, kinds in types(graph).items():
        if f"{OWL}AnnotationProperty" in kinds and len(kinds) > 1:
            yield f"{name} is {sorted(kinds)}"


def characteristics_fit(graph: Graph) -> Iterator[str]:
    """Section 9.2: only object properties are symmetric, transitive and the like; only functional may data be."""
    for name, kinds in types(graph).items():
        if kinds & OF_OBJECTS and f"{OWL}ObjectProperty" not in kinds:
            yield f"{name} is {sorted(kinds)}"


def non_simple_unrestricted(graph: Graph) -> Iterator[str]:
    """Section 11: what is transitive, a chain or above one is in no number restriction and not functional."""
    kinds = types(graph)
    above: dict[str, set[str]] = {}
    for name, value in values(graph, f"{RDFS}subPropertyOf"):
        above.setdefault(name, set()).add(value.value)
    waiting = [name for name, found in kinds.items() if NON_SIMPLE in found]
    waiting += [name for name, _ in values(graph, f"{OWL}propertyChainAxiom")]
    composite: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in composite:
            composite.add(name)
            waiting.extend(above.get(name, ()))
    counted = {name for name, _ in values(graph, *NUMBERS)}
    for name, value in values(graph, f"{OWL}onProperty"):
        if name in counted and value.value in composite:
            yield f"{value} is counted in a restriction"
    for name in sorted(composite):
        if kinds.get(name, set()) & NEEDS_SIMPLE:
            yield f"{name} is {sorted(kinds[name])}"


def hierarchy_regular(graph: Graph) -> Iterator[str]:
    """Section 11.2: no property chain leads back to a property that it is made of, but for plain transitivity."""
    for name, head in values(graph, f"{OWL}propertyChainAxiom"):
        chain = [item.value for item in members(graph, head.value)]
        if name in chain and chain not in ([name, name],) and name not in (chain[0], chain[-1]):
            yield f"{name} stands inside its own chain"


def members(graph: Graph, head: str) -> Iterator[ox.NamedNode | ox.BlankNode | ox.Literal]:
    """Take a graph and the head of a list, and give the items, as far as the list is well-formed."""
    seen: set[str] = set()
    first = dict(values(graph, f"{RDF}first"))
    rest = dict(values(graph, f"{RDF}rest"))
    while head in first and head not in seen:
        seen.add(head)
        yield first[head]
        head = rest[head].value if head in rest else ""


def lists_well_formed(graph: Graph) -> Iterator[str]:
    """Mapping to RDF Graphs, section 3: a list has one first and one rest a node, is used once, ends in rdf:nil."""
    first = Counter(name for name, _ in values(graph, f"{RDF}first"))
    rest = [(name, value.value) for name, value in values(graph, f"{RDF}rest")]
    rests = Counter(name for name, _ in rest)
    uses = Counter(value.value for _, _, value in graph if isinstance(value, ox.BlankNode))
    nodes = {s.value for s, _, _ in graph if isinstance(s, ox.BlankNode)}
    for name in sorted(first.keys() | rests.keys()):
        if name not in nodes:
            yield f"{name} is a list with an IRI"
        if (first[name], rests[name], uses[name]) != (1, 1, 1):
            yield f"a node of a list has {first[name]} items and {rests[name]} rests, and is used {uses[name]} times"
    known = set(first) | {f"{RDF}nil"}
    yield from ("a list breaks off" for _, tail in rest if tail not in known)
    for _, head in values(graph, f"{OWL}members", f"{OWL}unionOf", f"{OWL}intersectionOf", f"{OWL}oneOf"):
        if head.value not in known:
            yield "what should be a list is none"


def disjoint_classes_several(graph: Graph) -> Iterator[str]:
    """Section 9.1.3: an axiom of disjointness has a list of at least two classes, no two the same."""
    for name, kinds in types(graph).items():
        if f"{OWL}AllDisjointClasses" in kinds:
            lists = [value.value for node, value in values(graph, f"{OWL}members") if node == name]
            items = [str(item) for head in lists for item in members(graph, head)]
            if len(lists) != 1 or len(items) < 2 or len(items) != len(set(items)):
                yield f"disjoint: {items}"


def blank_nodes_explained(graph: Graph) -> Iterator[str]:
    """Section 5.6.2: a blank node is part of an axiom or an individual in no cycle; here only parts of axioms."""
    kinds = types(graph)
    lists = {name for name, _ in values(graph, f"{RDF}first")}
    for name in sorted({s.value for s, _, _ in graph if isinstance(s, ox.BlankNode)}):
        if name not in lists and not kinds.get(name, set()) & AXIOMS:
            yield f"a blank node of the types {sorted(kinds.get(name, set()))}"


def ontology_versioned(graph: Graph) -> Iterator[str]:
    """Section 3.1: one ontology with at most one version IRI, neither of them of the reserved vocabulary."""
    ontologies = [name for name, kinds in types(graph).items() if f"{OWL}Ontology" in kinds]
    if len(ontologies) != 1:
        yield f"{len(ontologies)} ontologies: {ontologies}"
    versions = [value.value for _, value in values(graph, f"{OWL}versionIRI")]
    if len(versions) > 1:
        yield f"several version IRIs: {versions}"
    yield from (f"{iri} is reserved" for iri in [*ontologies, *versions] if iri.startswith(RESERVED))


# Each rule, and the least that breaks it
RULES: list[tuple[Rule, str]] = [
    (properties_declared, "statecraft:State ex:undeclared 'x' ."),
    (classes_declared, "statecraft:Treaty rdfs:subClassOf ex:Undeclared ."),
    (classes_declared, "ex:thing a ex:Undeclared ."),
    (classes_declared, "[] a owl:AllDisjointClasses ; owl:members ( statecraft:Actor ex:Undeclared ) ."),
    (properties_above_declared, "statecraft:party rdfs:subPropertyOf ex:undeclared ."),
    (properties_above_declared, "statecraft:party rdfs:subPropertyOf statecraft:locator ."),
    (kinds_apart, "statecraft:party a owl:DatatypeProperty ."),
    (kinds_apart, "skos:exactMatch a owl:ObjectProperty ."),
    (no_punning, "statecraft:State a skos:Concept ."),
    (literals_known, "<https://w3id.org/statecraft> rdfs:comment '2026-11-23'^^xsd:date ."),
    (ranges_known, "statecraft:date rdfs:range xsd:date ."),
    (annotations_annotate, "ex:pact statecraft:party 'Arcadia' ."),
    (annotations_annotate, "ex:pact statecraft:date ex:monday ."),
    (facts_on_individuals, "statecraft:State statecraft:citation ex:page ."),
    (reserved_untouched, "owl:Thing a owl:Class ."),
    (reserved_untouched, "ex:thing a owl:Individual ."),
    (reserved_untouched, "ex:thing rdfs:comentary 'x' ."),
    (annotations_plain, "skos:closeMatch a owl:SymmetricProperty ."),
    (characteristics_fit, "statecraft:date a owl:TransitiveProperty ."),
    (non_simple_unrestricted, "statecraft:within a owl:TransitiveProperty, owl:FunctionalProperty ."),
    (
        non_simple_unrestricted,
        "statecraft:within a owl:TransitiveProperty . statecraft:Place rdfs:subClassOf "
        "[ a owl:Restriction ; owl:onProperty statecraft:within ; owl:maxCardinality 1 ] .",
    ),
    (hierarchy_regular, "ex:p owl:propertyChainAxiom ( ex:q ex:p ex:r ) ."),
    (lists_well_formed, "[] a owl:AllDisjointClasses ; owl:members [ rdf:first statecraft:State ] ."),
    (lists_well_formed, "[] owl:members [ rdf:first ex:a, ex:b ; rdf:rest () ] ."),
    (lists_well_formed, "[] owl:members ex:none ."),
    (lists_well_formed, "[] owl:members ex:list . ex:list rdf:first ex:a ; rdf:rest () ."),
    (disjoint_classes_several, "[] a owl:AllDisjointClasses ; owl:members ( statecraft:State ) ."),
    (disjoint_classes_several, "[] a owl:AllDisjointClasses ; owl:members ( ex:A ex:A ) ."),
    (blank_nodes_explained, "[] rdfs:comment 'x' ."),
    (ontology_versioned, "ex:second a owl:Ontology ."),
    (ontology_versioned, "<https://w3id.org/statecraft> owl:versionIRI ex:second ."),
]
CHECKED = list(dict.fromkeys(rule for rule, _ in RULES))


def graph_of(parts: str, extra: str = "") -> Graph:
    """Take the names of parts and some Turtle more, and give the statements of all."""
    return [quad.triple for quad in merged(parts, PREFIXES + extra)]


@pytest.mark.parametrize("parts", ["ontology", "ontology alignments"])
@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.__name__)
def test_vocabulary_is_owl_2_dl(rule: Rule, parts: str) -> None:
    found = list(rule(graph_of(parts)))
    assert not found, f"not so: {rule.__doc__}{listed(found)}"


@pytest.mark.parametrize(("rule", "bad"), RULES, ids=lambda value: getattr(value, "__name__", "bad"))
def test_rule_finds_a_violation(rule: Rule, bad: str) -> None:
    assert set(rule(graph_of("ontology", bad))) - set(rule(graph_of("ontology")))


def test_every_rule_is_listed() -> None:
    checks = {
        value
        for name, value in globals().items()
        if callable(value) and getattr(value, "__annotations__", {}).get("return") == Iterator[str]
    }
    assert checks == set(CHECKED)
