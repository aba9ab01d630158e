"""What is wrong with a shapes graph is said of each statement; nothing in one is passed over in silence."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.rdf.terms import split, statements
from upheaval.shacl.metashapes import compile_shapes
from upheaval.shacl.shaclterms import FALSE, FIRST, TYPE, sh
from upheaval.shacl.shapesgraph import ShapesError, ShapesProblem
from upheaval.shacl.shapesplan import ShapesPlan

PREFIXES = """
@prefix ex: <urn:x-test:> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
EVERY = statements(
    quad.triple for quad in ox.parse(path=Path(__file__).with_name("every.ttl"), format=ox.RdfFormat.TURTLE)
)
PLAN = compile_shapes(EVERY)
PARAMETER = "<urn:x-river:shape:starts-with-start>"
ANNOTATION = "<https://river.example/terms/remark>"
MEANT = [line for line in EVERY if split(line)[1] != ANNOTATION]
# A class alone may go where something else makes a shape of its node; `sh:deactivated false` says what is so anyhow;
# what a parameter asks of its values, these values satisfy.
NEEDED = [
    line
    for line in MEANT
    if split(line)[1] != TYPE and split(line)[2] != FALSE and not line.startswith(f"{PARAMETER} {sh('datatype')}")
]
SAME_KIND = {"<https://river.example/terms/Component>", sh("ConstraintComponent")}
"""A class and the one that it is below."""
NOTHING_MORE = (TYPE, sh("NodeShape"))
"""A class that asks for nothing by itself, and may stand where another class alone may go."""
TERMS = sorted({term for line in EVERY for term in split(line)})
PREDICATES = sorted({split(line)[1] for line in EVERY} - {ANNOTATION})
SUBJECTS = sorted({split(line)[0] for line in EVERY})
STRANGE = ["<urn:x-test:nothing>", "_:nothing", '"nothing"', '"5"^^<http://www.w3.org/2001/XMLSchema#integer>']


def compiled(turtle: str) -> ShapesPlan:
    return compile_shapes(statements(quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)))


def problems(turtle: str) -> tuple[ShapesProblem, ...]:
    with pytest.raises(ShapesError) as error:
        compiled(turtle)
    return error.value.problems


def makes_a_difference(lines: list[str]) -> bool:
    """Tell whether a graph is refused, compiled to something else, or said to have something without effect."""
    try:
        plan = compile_shapes(lines)
    except ShapesError:
        return True
    return plan.shapes != PLAN.shapes or plan.notes != PLAN.notes


def says_the_same(predicate: str, before: str, value: str) -> bool:
    return {before, value} == SAME_KIND or (predicate, value) == NOTHING_MORE


def test_every_statement_of_a_graph_with_every_feature_is_read() -> None:
    assert PLAN.notes == ()
    assert len(PLAN.shapes) == 4
    assert not makes_a_difference(EVERY)
    assert len(NEEDED) > 130


@pytest.mark.slow
@examples(400)
@given(st.sampled_from(MEANT), st.sampled_from([*TERMS, *STRANGE]))
def test_another_object_makes_a_difference(line: str, value: str) -> None:
    subject, predicate, before = split(line)
    if (
        value != before
        and f"{subject} {predicate} {value} ." not in EVERY
        and not says_the_same(predicate, before, value)
    ):
        assert makes_a_difference([one for one in EVERY if one != line] + [f"{subject} {predicate} {value} ."])


@pytest.mark.slow
@examples(200)
@given(
    st.sampled_from(NEEDED),
    st.sampled_from([*PREDICATES, ANNOTATION, sh("minCont"), sh("rule"), "<urn:x-test:unknown>"]),
)
def test_another_predicate_makes_a_difference(line: str, predicate: str) -> None:
    subject, before, value = split(line)
    if predicate != before:
        assert makes_a_difference([one for one in EVERY if one != line] + [f"{subject} {predicate} {value} ."])


@pytest.mark.slow
@examples(200)
@given(
    st.sampled_from(NEEDED),
    st.sampled_from([*SUBJECTS, "<urn:x-test:nothing>"]),
)
def test_another_subject_makes_a_difference(line: str, subject: str) -> None:
    before, predicate, value = split(line)
    if subject != before:
        assert makes_a_difference([one for one in EVERY if one != line] + [f"{subject} {predicate} {value} ."])


ROLES = {
    *("<urn:x-river:shape:river>", "<urn:x-river:shape:length>", "<urn:x-river:shape:no-circle>", PARAMETER),
    *("<urn:x-river:shape:starts-with>", "<urn:x-river:shape:starts-with-validator>"),
    *(node for node in SUBJECTS if node.startswith("_:") and f"{node} {FIRST}" not in "\n".join(EVERY)),
}
"""Every node that is a shape, a constraint, a component, a parameter, a validator, a path or a prefix declaration."""
FOREIGN = [
    *map(sh, ("rule", "values", "expression", "target", "filterShape", "nodes", "union", "condition", "returnType")),
    *map(sh, ("js", "jsFunctionName", "entailment", "resultAnnotation", "annotationProperty", "subject", "construct")),
    *map(sh, ("reifierShape", "reificationRequired", "memberShape", "someValue", "singleLine", "uniqueMembers")),
    *map(sh, ("minCont", "Path", "nothing", "detail", "focusNode", "conforms", "result")),
    *(f"<http://datashapes.org/dash#{name}>" for name in ("editor", "rootClass", "singleLine", "closedByTypes")),
]
"""Properties of SHACL's advanced features, of reports, of SHACL 1.2, of DASH, and of nobody."""
KINDS = ("SPARQLTarget", "TripleRule", "Rule", "SPARQLFunction", "JSConstraint", "TargetType", "SPARQLAskExecutable")


@pytest.mark.slow
@examples(300)
@given(
    st.sampled_from(sorted(ROLES)), st.sampled_from(FOREIGN), st.sampled_from([*STRANGE, "<urn:x-river:shape:long>"])
)
def test_what_is_added_makes_a_difference(node: str, predicate: str, value: str) -> None:
    assert makes_a_difference([*EVERY, f"{node} {predicate} {value} ."])


@pytest.mark.slow
@examples(60)
@given(st.sampled_from(sorted(ROLES)), st.sampled_from(KINDS))
def test_another_class_makes_a_difference(node: str, cls: str) -> None:
    assert makes_a_difference([*EVERY, f"{node} {TYPE} {sh(cls)} ."])


@pytest.mark.slow
def test_removing_a_statement_makes_a_difference() -> None:
    assert [line for line in NEEDED if not makes_a_difference([one for one in EVERY if one != line])] == []


@pytest.mark.parametrize(
    ("turtle", "says", "at"),
    [
        ('ex:s sh:targetClass ex:C ; sh:minLength "one" .', 'sh:minLength is "one", which is not an xsd:integer', ""),
        ("ex:s sh:targetClass ex:C ; sh:minLength 1.0 .", "which is not an xsd:integer", ""),
        ('ex:s sh:targetClass ex:C ; sh:pattern "(" .', 'the pattern "(" does not compile', ""),
        ('ex:s sh:targetClass ex:C ; sh:pattern "a" ; sh:flags "g" .', "`g` is not a flag", ""),
        ('ex:s sh:targetClass ex:C ; sh:pattern "a"@en .', "not an xsd:string", ""),
        ("ex:s sh:targetClass ex:C ; sh:nodeKind sh:Iri .", "sh:Iri is not a kind of node", ""),
        ("ex:s sh:targetClass ex:C ; sh:datatype xsd:date, xsd:gYear .", "has 2 values for sh:datatype", ""),
        ('ex:s sh:targetClass "C" .', "which is not an IRI", ""),
        ("ex:s sh:targetNode [] .", "a target of <urn:x-test:s> is a blank node", ""),
        ("ex:s sh:targetClass ex:C ; sh:in _:a . _:a rdf:first 1 ; rdf:rest _:a .", "it comes back to itself", ""),
        ("ex:s sh:targetClass ex:C ; sh:in _:a . _:a rdf:first 1 .", "it is not a list", ""),
        ("ex:s sh:targetClass ex:C ; sh:in _:a . _:a rdf:first 1, 2 ; rdf:rest () .", "it is not a list", ""),
        ('ex:s sh:targetClass ex:C ; sh:languageIn ( "e_n" ) .', '"e_n" is not a language range', ""),
        ("ex:s sh:targetClass ex:C ; sh:minInclusive ex:five .", "with which nothing can be compared", ""),
        ('ex:s sh:targetClass ex:C ; sh:minInclusive "soon"^^xsd:date .', "with which nothing can be compared", ""),
        ("ex:s sh:targetClass ex:C ; sh:minCount 1 .", "which only property shapes may have", ""),
        ("ex:s sh:targetClass ex:C ; sh:node ex:t .", "which is not there", ""),
        ("ex:s sh:targetClass ex:C ; sh:node ex:t . ex:t sh:path ex:p .", "which is a property shape", ""),
        ("ex:s sh:targetClass ex:C ; sh:property ex:t . ex:t sh:minCount 1 .", "which has no sh:path", ""),
        ("ex:s sh:targetClass ex:C ; sh:node ex:s .", "in a circle: <urn:x-test:s> → <urn:x-test:s>", ""),
        ("ex:s sh:targetClass ex:C ; sh:not [ sh:property [ sh:path ex:p ; sh:node ex:s ] ] .", "in a circle", ""),
        ("ex:s sh:targetClass ex:C ; sh:or ( ex:s ) .", "in a circle", ""),
        ("ex:s sh:targetClass ex:C ; sh:or ( 1 ) .", "which cannot be a shape", ""),
        (
            "ex:s sh:targetClass ex:C ; sh:path [ sh:inversePath ex:p ; sh:zeroOrMorePath ex:p ] .",
            "exactly one kind",
            "",
        ),
        ("ex:s sh:targetClass ex:C ; sh:path _:p . _:p sh:inversePath _:p .", "it contains itself", ""),
        ("ex:s sh:targetClass ex:C ; sh:path ( ex:p ) .", "at least two members", ""),
        ('ex:s sh:targetClass ex:C ; sh:path "p" .', 'ill-formed: "p" is not one', ""),
        ("ex:s a sh:PropertyShape ; sh:targetClass ex:C .", "has no sh:path", ""),
        ("ex:s a sh:NodeShape ; sh:targetClass ex:C ; sh:path ex:p .", "is a sh:NodeShape with a sh:path", ""),
        ("ex:s sh:targetClass ex:C ; sh:severity 1 .", "which is not an IRI", ""),
        ("ex:s sh:targetClass ex:C ; sh:message 1 .", "which is not a text", ""),
        ("ex:s sh:targetClass ex:C ; sh:deactivated 1 .", "neither true nor false", ""),
        ('ex:s sh:targetClass ex:C ; sh:order "first" .', 'sh:order is "first", which is not a number', ""),
        ("ex:s sh:targetClass ex:C ; sh:minCont 1 .", "sh:minCont, which is not evaluated there (did you mean", ""),
        (
            "ex:s sh:targetClass ex:C ; sh:rule [ a sh:TripleRule ] .",
            "SHACL rules are not evaluated by this",
            "",
        ),
        (
            "ex:s sh:target [ a sh:SPARQLTarget ] ; sh:class ex:C .",
            "targets by query are not evaluated by this",
            "",
        ),
        ("ex:f a sh:SPARQLFunction .", "SHACL functions are not evaluated by this", ""),
        ("[] a sh:NodeShape, rdfs:Class ; sh:class ex:C .", "is a blank node", "_"),
        ("ex:s sh:targetClass ex:C ; sh:sparql [ ] .", "has no sh:select", ""),
        (
            'ex:s sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this {" ] .',
            "cannot be used: this `{` is never closed",
            "",
        ),
        ('ex:s sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT ?x { ?x ?y ?z }" ] .', "does not select $this", ""),
        (
            'ex:s sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this { $this $PATH ?z }" ] .',
            "uses $PATH, which only property shapes have",
            "",
        ),
        (
            "ex:s sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex:d ; sh:select 'SELECT $this { ?this ?p a:x }' ] ."
            "ex:d sh:declare [ sh:prefix 'a' ; sh:namespace 'urn:a:' ], [ sh:prefix 'a' ; sh:namespace 'urn:b:' ] .",
            "the prefix `a` stands for two namespaces",
            "",
        ),
        (
            "ex:c a sh:ConstraintComponent ; sh:parameter [ sh:path ex:p ; sh:maxLength 2 ; sh:minCount 5 ] ;"
            "sh:validator [ sh:ask 'ASK { }' ] . ex:s sh:targetClass ex:C ; ex:p 'abc' .",
            "has a value for <urn:x-test:p> that has more than 2 characters",
            "",
        ),
        ("ex:d sh:declare [ sh:prefix 'a' ] .", "lacks its sh:prefix or its sh:namespace", "<urn:x-test:d>"),
        ("ex:c a sh:ConstraintComponent .", "has no parameter that is not optional", "<urn:x-test:c>"),
        (
            "ex:c a sh:ConstraintComponent ; sh:parameter [ sh:path ex:this ] .",
            "cannot be the name of a variable",
            "<urn:x-test:c>",
        ),
    ],
)
def test_ill_formed_shapes_are_refused_at_the_node(turtle: str, says: str, at: str) -> None:
    found = problems(turtle)
    assert [str(one) for one in found if says in str(one)], list(map(str, found))
    assert all(one.cure for one in found)
    if at != "_":
        assert {one.at for one in found} <= {at or "<urn:x-test:s>", *(f"<urn:x-test:{name}>" for name in "fdt")}


@pytest.mark.parametrize(
    ("turtle", "says"),
    [
        ("ex:d sh:declare [ a ex:X ; sh:prefix 'a' ; sh:namespace 'urn:a:' ] .", "the prefix declaration"),
        ("ex:s sh:targetClass ex:C ; ex:p 1 .", "has <urn:x-test:p>, which has no effect here"),
        ("ex:s a sh:NodeShape ; sh:class ex:C .", "is never evaluated"),
        ("ex:s sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:qualifiedMinCount 1 ] .", "of which no shape"),
        ('ex:s sh:targetClass ex:C ; sh:flags "i" .', "has sh:flags, of which no shape makes use"),
        ("ex:s sh:targetClass ex:C ; sh:ignoredProperties ( ex:p ) .", "sh:ignoredProperties, of which no shape"),
        ('ex:s sh:targetClass ex:C ; sh:path ex:p ; sh:uniqueLang "1"^^xsd:boolean .', "only `true` switches it on"),
        ("ex:s sh:targetClass ex:C . <urn:x> owl:imports <urn:y> .", "nothing is fetched"),
        ("ex:s sh:targetClass ex:C ; a ex:Thing .", "is a <urn:x-test:Thing>, which has no effect here"),
        ("ex:x sh:minCont 1 .", "has sh:minCont, of which no shape makes use"),
        ("ex:x a sh:NodeShap .", "has sh:NodeShap, of which no shape makes use"),
        (
            "ex:c a sh:ConstraintComponent ; sh:parameter [ sh:path ex:p ] . ex:s sh:targetClass ex:C ; ex:p 1 .",
            "has no validator for node shapes",
        ),
    ],
)
def test_statements_without_effect_are_noted(turtle: str, says: str) -> None:
    notes = compiled(turtle).notes
    assert [str(note) for note in notes if says in str(note)], list(map(str, notes))


@pytest.mark.parametrize(
    "turtle",
    [
        "ex:s sh:targetClass ex:C ; rdfs:label 'x' ; rdfs:comment 'x' ; sh:name 'x' ; sh:order 1.5 ; sh:group ex:g ."
        "ex:g a sh:PropertyGroup ; rdfs:label 'x' ; sh:order 1 .",
        "ex:s sh:targetClass ex:C ; ex:note 'x' . ex:note a owl:AnnotationProperty .",
        "ex:s a sh:NodeShape, owl:Class ; rdfs:subClassOf ex:D ; sh:class ex:C .",
        "ex:r a sh:ValidationReport ; sh:conforms true . ex:s sh:targetClass ex:C .",
        "ex:s sh:targetClass ex:C ; sh:deactivated true ; sh:class ex:D .",
    ],
)
def test_annotations_for_people_are_ignored(turtle: str) -> None:
    assert compiled(turtle).notes == ()


def test_annotations_of_the_caller_are_ignored() -> None:
    text = PREFIXES + "ex:s sh:targetClass ex:C ; ex:folder 'x' ."
    lines = statements(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert len(compile_shapes(lines).notes) == 1
    assert compile_shapes(lines, {"<urn:x-test:folder>"}).notes == ()


def test_only_shacl_for_shacl_finds_what_the_compiler_lets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is run over each graph: break the compiler's own look at something, and it still is found."""
    monkeypatch.setattr("upheaval.shacl.parameters.PROPERTY_SHAPES_ONLY", ())
    monkeypatch.setattr("upheaval.shacl.compiling.PROPERTY_SHAPES_ONLY", ())
    (problem,) = problems("ex:s sh:targetClass ex:C ; sh:maxCount 1 .")
    assert str(problem).startswith("<urn:x-test:s> is not a well-formed shape: ")


def test_all_problems_are_reported() -> None:
    found = problems('ex:s sh:targetClass "C" ; sh:minLength "x" . ex:t sh:targetClass ex:C ; sh:nodeKind 5 .')
    assert [one.at for one in found] == ["<urn:x-test:s>", "<urn:x-test:s>", "<urn:x-test:t>"]
