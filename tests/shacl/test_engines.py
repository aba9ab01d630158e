"""The compiled engine finds what pySHACL, the reference, finds: on every fixture, and on data broken at random."""

from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from tests.fixtures import Trial, altered, with_shapes
from tests.mutants import MUTATORS, mutate
from tests.support import sampled
from upheaval.check.checking import find
from upheaval.populate.assembly import Assembly
from upheaval.rdf.namespaces import SHAPES, STATECRAFT, XSD
from upheaval.rdf.terms import text_of
from upheaval.shacl.results import ValidationResult

SPACE = "https://example.org/northern-pact/"
SHELLS = SPACE + "shells-to-corvania-2011#estimate-shells-delivered-rounds-2011-03-institute-of-affairs"
EACH = 5
SEEDS = (304, 307, 308)

pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")


def test_engines_agree_on_every_fixture(trial: Trial) -> None:
    assert len(_agreed(trial.assembly)) > 200


@pytest.mark.slow
def test_engines_agree_on_mutants(world: Assembly) -> None:
    """Each seed puts five mutants of each sort into one copy: pySHACL takes seconds a run."""
    assert len(MUTATORS) * EACH * len(SEEDS) > 200
    seeds = sampled(SEEDS, 1)
    found = [one for seed in seeds for one in _agreed(altered(world, *mutate(_quads(world), seed, EACH)))]
    assert len({one.shape for one in found}) > 40 * len(seeds) // len(SEEDS)
    assert len({one.focus for one in found}) > 80 * len(seeds) // len(SEEDS)


@pytest.mark.slow
def test_engines_agree_on_values_that_are_hard_to_compare(world: Assembly) -> None:
    shells = list(world.store.quads_for_pattern(ox.NamedNode(SHELLS), ox.NamedNode(STATECRAFT.high), None))
    more = [
        _quad(world, SHELLS, "high", ox.Literal("5000")),
        _quad(world, SPACE + "dorland", "ofState", ox.Literal(SPACE + "arvenia")),
        _quad(world, SPACE + "dorland", "isoAlpha2", ox.BlankNode("AB")),
        _quad(world, SPACE + "corvania", "isoAlpha2", ox.Literal("AB", language="en")),
        _quad(world, SPACE + "belmora", "ofState", ox.NamedNode("https://w3id.org/statecraft/confidence#high")),
        _quad(world, SPACE + "gas-to-arvenia", "supplier", ox.NamedNode(SPACE + "arvenia-oil")),
        _quad(world, SPACE + "gas-to-arvenia", "date", _typed("2001-02-30", "date")),
        _quad(world, SPACE + "timber-to-corvania", "date", _typed("1976", "gYear")),
        _quad(
            world, SPACE + "arvenia-atlas", "linkTarget", ox.Literal("https://example.com/", datatype=_xsd("anyURI"))
        ),
        *(
            ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(world.publication.graph("derived")))
            for quad in world.store.quads_for_pattern(ox.NamedNode(SPACE + "veto-2011"), None, None)
        ),
    ]
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    dyad = list(world.store.quads_for_pattern(ox.NamedNode(SPACE + "dyad/arvenia--belmora"), label, None))
    found = _agreed(altered(world, [*shells, *dyad], more))
    assert _shapes(found) == {
        *("Actor-ofState", "Dated-date", "Dated-date-and-span", "Entity-label", "Estimate-high", "Estimate-low"),
        *("Link-linkTarget", "State-isoAlpha2", "Supply-supplier"),
    }
    assert not [one for one in found if one.focus == f"<{SPACE}veto-2011>"], "what two graphs state is stated once"


def test_years_and_months_are_checked_more_strictly_than_by_pyshacl(world: Assembly) -> None:
    """An ill-typed literal violates sh:datatype (SHACL section 4.1.2); rdflib takes any text for a year or a month."""
    treaty = SPACE + "fishing-treaty-1970#step-signed-1970"
    ill = [_quad(world, treaty, "until", _typed(*one)) for one in (("2040-13", "gYearMonth"), ("soon", "gYear"))]
    for quad in ill:
        found = find(altered(world, more=[quad]), "compiled")
        shape = f"<{SHAPES}#Step-until>"
        assert [(one.focus, one.value) for one in found if one.shape == shape] == [(f"<{treaty}>", str(quad.object))]


@pytest.mark.slow
def test_engines_agree_on_shapes_of_another_publication(world: Assembly) -> None:
    """Every kind of target, and constraints that the project's own shapes do not use, all of which are violated."""
    on_codes = (
        "sh:hasValue '1'",
        "sh:in ( '710' '2' )",
        "sh:minLength 4",
        "sh:minInclusive 5",
        "sh:equals statecraft:gwCode",
        "sh:not [ sh:minLength 1 ]",
        "sh:nodeKind sh:IRI",
        "sh:languageIn ( 'en' )",
        "sh:node [ sh:minLength 9 ]",
        "sh:xone ( [ sh:minLength 1 ] [ sh:minLength 2 ] )",
        "sh:qualifiedValueShape [ sh:minLength 1 ] ; sh:qualifiedMaxCount 0",
        "sh:qualifiedValueShape shapes:IsDay ; sh:qualifiedMinCount 1",
        "sh:property [ sh:path statecraft:gwCode ; sh:minCount 1 ]",
    )
    on_states = (
        "sh:property [ sh:path [ sh:inversePath statecraft:party ] ; sh:maxCount 0 ]",
        "sh:property [ sh:path ( statecraft:partOf [ sh:zeroOrMorePath statecraft:partOf ] ) ; sh:minCount 1 ]",
        "sh:property [ sh:path statecraft:isoAlpha3 ; sh:lessThan statecraft:cowCode ]",
        "sh:closed true ; sh:ignoredProperties ( rdf:type rdfs:label )",
        "sh:not [ sh:nodeKind sh:IRI ]",
        "sh:node shapes:IsDay",
        "sh:nodeKind sh:Literal",
    )
    elsewhere = (
        "sh:targetNode statecraft:State ; sh:nodeKind sh:Literal",
        "sh:targetSubjectsOf statecraft:cowCode ; sh:property [ sh:path statecraft:x ; sh:minCount 1 ]",
        "sh:targetObjectsOf statecraft:party ; sh:property [ sh:path statecraft:x ; sh:minCount 1 ]",
        "sh:path statecraft:cowCode ; sh:targetClass statecraft:Place ; sh:minCount 1",
    )
    codes = (f"sh:path statecraft:cowCode ; sh:targetClass statecraft:State ; {one}" for one in on_codes)
    states = (f"sh:targetClass statecraft:State ; {one}" for one in on_states)
    shapes = [f"shapes:extra-{number} {one} ." for number, one in enumerate((*codes, *states, *elsewhere))]
    shapes.append("statecraft:Place a sh:NodeShape, rdfs:Class ; sh:nodeKind sh:Literal .")
    strange = with_shapes(world, _triples(" ".join(shapes)))
    plan = strange.vocabulary.plan
    failed = {plan.name_of(one.shape) for one in _agreed(strange, messages=False)}
    assert failed == {*(f"<{SHAPES}#extra-{number}>" for number in range(len(shapes) - 1)), f"<{STATECRAFT}Place>"}


def _triples(turtle: str) -> list[ox.Triple]:
    text = f"""
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix shapes: <{SHAPES}#> . @prefix statecraft: <{STATECRAFT}> .
    {turtle}"""
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]


def _agreed(assembly: Assembly, messages: bool = True) -> set[ValidationResult]:
    """Return what both engines find, and fail with what only one of them does."""
    compiled, reference = (
        {_plain(one, messages): one for one in find(assembly, engine)} for engine in ("compiled", "pyshacl")
    )
    assert sorted(compiled.keys() - reference.keys()) == [], "found by the compiled engine alone"
    assert sorted(reference.keys() - compiled.keys()) == [], "found by pySHACL alone"
    return set(compiled.values())


def _plain(result: ValidationResult, messages: bool) -> tuple[str, ...]:
    """Return what both engines say of a result: pySHACL leaves the language of a SPARQL constraint's message out.

    Each has words of its own for a shape without a message.
    """
    return (*result.sort_key()[:-1], result.shape, result.severity, result.message if messages else "")


def _shapes(findings: Iterable[ValidationResult]) -> set[str]:
    return {text_of(one.constraint or one.shape).rpartition("#")[2] for one in findings}


def _quads(assembly: Assembly) -> list[ox.Quad]:
    graphs = [ox.NamedNode(assembly.publication.graph(name)) for name in ("data", "derived")]
    return sorted(
        (quad for graph in graphs for quad in assembly.store.quads_for_pattern(None, None, None, graph)), key=str
    )


def _quad(assembly: Assembly, node: str, name: str, value: ox.NamedNode | ox.BlankNode | ox.Literal) -> ox.Quad:
    graph = ox.NamedNode(assembly.publication.graph("data"))
    return ox.Quad(ox.NamedNode(node), ox.NamedNode(STATECRAFT[name]), value, graph)


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=_xsd(datatype))


def _xsd(name: str) -> ox.NamedNode:
    return ox.NamedNode(str(XSD[name]))
