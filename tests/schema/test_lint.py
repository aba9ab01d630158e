"""Whether the vocabulary hangs together is found out; and what the engines do not know, they refuse."""

from collections.abc import Iterable
from dataclasses import replace

import pyoxigraph as ox
import pytest
from pyshacl import validate as run_pyshacl
from rdflib import Graph

from tests.fixtures import Trial
from upheaval.check.checking import check, find
from upheaval.faults import Refusal
from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import iri_of, nodes, to_rdflib
from upheaval.rdf.namespaces import RDF, SH, SHAPES
from upheaval.schema.lint import STANDARD, unknown_terms
from upheaval.schema.vocabulary import Vocabulary
from upheaval.shacl.constraints import query_of

PREFIXES = """
@prefix bearing: <https://w3id.org/statecraft/bearing#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shapes: <https://w3id.org/statecraft/shapes#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
"""
STATE = """
shapes:Extra a sh:NodeShape ; sh:targetClass statecraft:State ; sh:property shapes:Extra-{name} .
shapes:Extra-{name} a sh:PropertyShape ; sh:path statecraft:cowCode ; {more} .
"""


def test_the_vocabulary_is_sound(world: Assembly) -> None:
    assert unknown_terms(world.vocabulary) == []


@pytest.mark.parametrize(
    ("turtle", "unknown", "near"),
    [
        ("shapes:State-cowCode sh:minCont 1 .", "shacl#minCont", "shacl#minCount"),
        ("shapes:State-cowCode sh:severity sh:Wraning .", "shacl#Wraning", "shacl#Warning"),
        ("shapes:State a sh:NodeShap .", "shacl#NodeShap", "shacl#NodeShape"),
        ("shapes:Extra sh:targetClass statecraft:Stat .", "statecraft#Stat", "statecraft#State"),
        ("shapes:State-cowCode sh:path statecraft:cowcode .", "statecraft#cowcode", "statecraft#cowCode"),
        ("shapes:State sh:property shapes:State-cowCod .", "shapes#State-cowCod", "shapes#State-cowCode"),
        ("shapes:State sh:sparql shapes:State-of-nothing .", "shapes#State-of-nothing", ""),
        ("shapes:Extra sh:node shapes:PartialDat .", "shapes#PartialDat", "shapes#PartialDate"),
        ("shapes:State-cowCode sh:group shapes:group-cods .", "shapes#group-cods", "shapes#group-codes"),
        ("shapes:State-cowCode sh:defaultValue bearing:suports .", "bearing#suports", "bearing#supports"),
    ],
)
def test_misspelt_word_in_the_shapes_is_found(world: Assembly, turtle: str, unknown: str, near: str) -> None:
    vocabulary = replace(world.vocabulary, shapes=[*world.vocabulary.shapes, *_triples(turtle)])
    _is_reported(vocabulary, unknown, near)


@pytest.mark.parametrize(
    ("turtle", "unknown", "near"),
    [
        ("statecraft:State rdfs:subClasOf statecraft:Actor .", "rdf-schema#subClasOf", "rdf-schema#subClassOf"),
        ("statecraft:State a owl:Clas .", "owl#Clas", "owl#Class"),
        ("statecraft:State skos:preferedLabel 'x' .", "core#preferedLabel", ""),
        ("statecraft:State rdfs:subClassOf statecraft:Aktor .", "statecraft#Aktor", "statecraft#Actor"),
        ("bearing:supports skos:related bearing:no-such-thing .", "bearing#no-such-thing", ""),
    ],
)
def test_misspelt_word_in_the_ontology_is_found(world: Assembly, turtle: str, unknown: str, near: str) -> None:
    vocabulary = replace(world.vocabulary, ontology=[*world.vocabulary.ontology, *_triples(turtle)])
    _is_reported(vocabulary, unknown, near)


def test_what_is_unsound_is_among_the_faults_of_a_check(world: Assembly) -> None:
    shapes = [*world.vocabulary.shapes, *_triples("shapes:State-cowCode sh:minCont 1 .")]
    faults = check(replace(world, vocabulary=replace(world.vocabulary, shapes=shapes)), "pyshacl")
    assert [fault.rule for fault in faults] == ["vocabulary/unknown"]


def test_known_words_are_those_of_the_standards() -> None:
    words = {iri.rpartition("#")[2] for terms in STANDARD.values() for iri in terms}
    assert {"minCount", "class", "in", "or", "targetClass", "prefLabel", "subClassOf", "type", "Class"} <= words
    assert not {iri for terms in STANDARD.values() for iri in terms if iri.endswith(("#_NS", "#_fail", "#_warn"))}


@pytest.mark.parametrize(
    "more",
    [
        "sh:hasValue '1'",
        "sh:in ( '1' '2' )",
        "sh:minLength 1",
        "sh:minInclusive 1",
        "sh:equals statecraft:gwCode",
        "sh:lessThan statecraft:gwCode",
        "sh:not shapes:IsDay",
        "sh:nodeKind sh:Literal",
        "sh:qualifiedMaxCount 1",
        "sh:languageIn ( 'en' )",
    ],
)
def test_component_that_is_not_compiled_is_refused(world: Assembly, more: str) -> None:
    with pytest.raises(Refusal, match=r"Extra-code> uses|is not evaluated here"):
        find(_with_shapes(world, STATE.format(name="code", more=more)), "compiled")


@pytest.mark.parametrize(
    "turtle",
    [
        "shapes:State sh:closed true .",
        "shapes:State sh:not shapes:IsDay .",
        "shapes:State sh:node shapes:IsDay .",
        "shapes:State sh:nodeKind sh:Literal .",
        "shapes:Extra a sh:NodeShape ; sh:targetNode statecraft:State ; sh:nodeKind sh:Literal .",
        "shapes:Extra a sh:NodeShape ; sh:targetSubjectsOf statecraft:cowCode ; sh:property shapes:State-cowCode .",
        "shapes:Extra a sh:NodeShape ; sh:targetObjectsOf statecraft:party ; sh:property shapes:State-cowCode .",
        "shapes:State-cowCode sh:property shapes:State-gwCode .",
        "shapes:State-cowCode sh:targetClass statecraft:State .",
        "shapes:PartialDate sh:deactivated true .",
        "shapes:IsDay sh:minLength 10 .",
        "shapes:InEnglish sh:minLength 1 .",
    ],
)
def test_node_shape_that_is_not_compiled_is_refused(world: Assembly, turtle: str) -> None:
    with pytest.raises(Refusal, match="is not evaluated here"):
        find(_with_shapes(world, turtle), "compiled")


@pytest.mark.parametrize(
    "more",
    [
        "sh:node shapes:State",
        "sh:qualifiedValueShape shapes:IsDay ; sh:qualifiedMinCount 1",
        "sh:path [ sh:inversePath statecraft:party ] ; sh:minCount 1",
    ],
)
def test_use_of_a_component_that_is_not_compiled_is_refused(world: Assembly, more: str) -> None:
    shape = STATE.format(name="code", more=more)
    if "inversePath" in more:
        shape = shape.replace("sh:path statecraft:cowCode ;", "")
    with pytest.raises(Refusal, match="is not evaluated here"):
        find(_with_shapes(world, shape), "compiled")


def test_constraint_without_this_is_refused(world: Assembly) -> None:
    constraint = _constraint("SELECT ?state WHERE { ?state a statecraft:State }")
    with pytest.raises(Refusal, match=r"does not select \$this"):
        find(_with_shapes(world, constraint), "compiled")


def test_constraint_that_is_no_sparql_is_refused(world: Assembly) -> None:
    with pytest.raises(Refusal, match="Extra-query> is no SPARQL"):
        find(_with_shapes(world, _constraint("SELECT $this WHERE { $this a }")), "compiled")


def test_constraint_that_only_asks_is_refused(world: Assembly) -> None:
    with pytest.raises(Refusal, match=r"does not select \$this"):
        find(_with_shapes(world, _constraint("ASK { $this a statecraft:State }")), "compiled")


def test_deactivated_shapes_are_passed_over_by_both_engines(world: Assembly) -> None:
    more = "sh:minCount 9 ; sh:deactivated true"
    turtle = STATE.format(name="code", more=more) + "shapes:Dated-date-and-span sh:deactivated true ."
    assert find(_with_shapes(world, turtle), "compiled") == find(_with_shapes(world, turtle), "pyshacl") == []


def test_shapes_are_shacl(world: Assembly) -> None:
    shapes = to_rdflib(world.vocabulary.shapes)
    conforms, _, text = run_pyshacl(Graph(), shacl_graph=shapes, meta_shacl=True, inference="none", advanced=False)
    assert conforms, text


def test_every_constraint_binds_this_by_itself(trial: Trial) -> None:
    """Run unbound, as the compiled engine runs it, each query finds the node of a fixture that fails for it."""
    shapes = to_rdflib(trial.assembly.vocabulary.shapes)
    lost = []
    for constraint in nodes(shapes.subjects(RDF.type, SH.SPARQLConstraint)):
        query = query_of(shapes, constraint)
        solutions = trial.assembly.store.query(query, use_default_graph_as_union=True)
        assert isinstance(solutions, ox.QuerySolutions), constraint
        bound = {iri_of(solution["this"]).partition("#")[0] for solution in solutions if solution["this"] is not None}
        failing = {
            trial.iri(fixture)
            for fixture in trial.fixtures
            if str(constraint) in {rule for rule, _, _ in fixture.expects}
        }
        if not failing or not failing <= bound:
            lost.append(f"{constraint}: {sorted(failing - bound)}")
    assert lost == []


def _triples(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse((PREFIXES + turtle).encode(), format=ox.RdfFormat.TURTLE)]


def _with_shapes(assembly: Assembly, turtle: str) -> Assembly:
    shapes = [*assembly.vocabulary.shapes, *_triples(turtle)]
    return replace(assembly, vocabulary=replace(assembly.vocabulary, shapes=shapes))


def _constraint(query: str) -> str:
    return f"""
shapes:Extra a sh:NodeShape ; sh:targetClass statecraft:State ; sh:sparql shapes:Extra-query .
shapes:Extra-query a sh:SPARQLConstraint ; sh:prefixes <{SHAPES}> ; sh:select "{query}" .
"""


def _is_reported(vocabulary: Vocabulary, unknown: str, near: str) -> None:
    faults = _about(unknown_terms(vocabulary), unknown)
    assert len(faults) == 1, faults
    assert near in faults[0]
    assert len(unknown_terms(vocabulary)) == 1


def _about(faults: Iterable[object], iri: str) -> list[str]:
    return [str(fault) for fault in faults if f"{iri}>" in str(fault).partition(" (")[0]]
