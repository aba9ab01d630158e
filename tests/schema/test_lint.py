"""Whether the vocabulary hangs together is found out; and what the engines do not know, they refuse."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate as run_pyshacl
from rdflib import Graph

from tests.fixtures import with_shapes
from upheaval.check.checking import check, find
from upheaval.faults import Refusal, Severity
from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import to_rdflib
from upheaval.rdf.namespaces import SHAPES
from upheaval.schema.lint import STANDARD, look_alikes, unidentified, unknown_terms
from upheaval.schema.vocabulary import Vocabulary

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
    assert unidentified(world.vocabulary, world.contract) == []


def test_words_of_two_scripts_that_look_the_same_are_a_warning(world: Assembly, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text(f'{PREFIXES}statecraft:State rdfs:label "Тreaty"@en .', encoding="utf-8")
    (fault,) = look_alikes(replace(world.vocabulary, files={"ontology/own.ttl": tmp_path / "own.ttl"}))
    assert (fault.file, fault.rule, fault.severity) == ("ontology/own.ttl", "text/look-alike", Severity.WARNING)
    assert (fault.at or (0, 0))[0] == PREFIXES.count("\n") + 1
    assert look_alikes(world.vocabulary) == []


def test_a_class_of_blocks_that_nothing_identifies_is_a_warning(world: Assembly) -> None:
    kinds = {
        iri: replace(kind, keys={name: replace(key, identifying=False) for name, key in kind.keys.items()})
        for iri, kind in world.contract.kinds.items()
        if kind.name in ("Step", "Treaty")
    }
    (fault,) = unidentified(world.vocabulary, replace(world.contract, kinds=kinds))
    assert fault.severity is Severity.WARNING
    assert fault.message == "nothing identifies a step, so that every correction of one changes its IRI"
    assert fault.file.endswith("shapes/agreements.ttl")
    assert fault.at is not None


@pytest.mark.slow
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
def test_misspelt_term_in_the_shapes_is_found(world: Assembly, turtle: str, unknown: str, near: str) -> None:
    vocabulary = replace(world.vocabulary, shapes=[*world.vocabulary.shapes, *_triples(turtle)])
    _is_reported(vocabulary, unknown, near)


@pytest.mark.slow
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
def test_misspelt_term_in_the_ontology_is_found(world: Assembly, turtle: str, unknown: str, near: str) -> None:
    vocabulary = replace(world.vocabulary, ontology=[*world.vocabulary.ontology, *_triples(turtle)])
    _is_reported(vocabulary, unknown, near)


@pytest.mark.slow
def test_unknown_terms_are_among_the_faults_of_a_check(world: Assembly) -> None:
    ontology = [*world.vocabulary.ontology, *_triples("statecraft:State a owl:Clas .")]
    vocabulary = replace(world.vocabulary, ontology=ontology)
    faults = check(replace(world, schema=replace(world.schema, vocabulary=vocabulary)), "pyshacl")
    assert [fault.rule for fault in faults] == ["vocabulary/unknown"]


def test_known_terms_are_those_of_the_standards() -> None:
    words = {iri.rpartition("#")[2] for terms in STANDARD.values() for iri in terms}
    assert {"minCount", "class", "in", "or", "targetClass", "prefLabel", "subClassOf", "type", "Class"} <= words
    assert not {iri for terms in STANDARD.values() for iri in terms if iri.endswith(("#_NS", "#_fail", "#_warn"))}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT ?state WHERE { ?state a statecraft:State }", r"it does not select \$this"),
        ("SELECT $this WHERE { $this a }", "`}` cannot stand here; expected"),
        ("ASK { $this a statecraft:State }", "it is not a SELECT query"),
    ],
)
def test_unusable_constraint_is_refused(world: Assembly, query: str, why: str) -> None:
    with pytest.raises(Refusal, match=f"Extra-query> cannot be used: {why}"):
        _with_shapes(world, _constraint(query))


@pytest.mark.slow
def test_deactivated_shapes_are_skipped_by_both_engines(world: Assembly) -> None:
    more = "sh:minCount 9 ; sh:deactivated true"
    turtle = STATE.format(name="code", more=more) + "shapes:Dated-date-and-span sh:deactivated true ."
    assert find(_with_shapes(world, turtle), "compiled") == find(_with_shapes(world, turtle), "pyshacl") == []


@pytest.mark.slow
def test_shapes_are_shacl(world: Assembly) -> None:
    shapes = to_rdflib(world.vocabulary.shapes)
    conforms, _, text = run_pyshacl(Graph(), shacl_graph=shapes, meta_shacl=True, inference="none", advanced=False)
    assert conforms, text


def _triples(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse((PREFIXES + turtle).encode(), format=ox.RdfFormat.TURTLE)]


def _with_shapes(assembly: Assembly, turtle: str) -> Assembly:
    return with_shapes(assembly, _triples(turtle))


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
