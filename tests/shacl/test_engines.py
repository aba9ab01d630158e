"""The compiled engine finds what pySHACL, the reference, finds: on every fixture, and on data broken at random."""

from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from tests.fixtures import Trial, altered
from tests.mutants import MUTATORS, mutate
from upheaval.check.checking import find
from upheaval.populate.assembly import Assembly
from upheaval.rdf.namespaces import SHAPES, STATECRAFT, XSD
from upheaval.shacl.results import ValidationResult

SPACE = "https://example.org/northern-pact/"
SHELLS = SPACE + "shells-to-corvania-2011#estimate-shells-delivered-1000-2000-2011-03-institute-of-affairs"
EACH = 5
SEEDS = (304, 307, 308)

pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")


def test_engines_agree_on_every_fixture(trial: Trial) -> None:
    assert len(_agreed(trial.assembly)) > 200


def test_engines_agree_on_mutants(world: Assembly) -> None:
    """Each seed puts five mutants of each sort into one copy: pySHACL takes seconds a run."""
    assert len(MUTATORS) * EACH * len(SEEDS) > 200
    found = [one for seed in SEEDS for one in _agreed(altered(world, *mutate(_quads(world), seed, EACH)))]
    assert len({one.shape for one in found}) > 40
    assert len({one.node for one in found}) > 80


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
    assert not [one for one in found if one.node == SPACE + "veto-2011"], "what two graphs state is stated once"


def test_years_and_months_are_looked_at_more_closely_than_by_the_reference(world: Assembly) -> None:
    """An ill-typed literal violates sh:datatype (SHACL section 4.1.2); rdflib takes any text for a year or a month."""
    treaty = SPACE + "fishing-treaty-1970#step-signed-1970"
    ill = [_quad(world, treaty, "until", _typed(*one)) for one in (("2040-13", "gYearMonth"), ("soon", "gYear"))]
    for quad in ill:
        found = find(altered(world, more=[quad]), "compiled")
        assert [(one.node, str(one.value)) for one in found if one.shape == f"{SHAPES}#Step-until"] == [
            (treaty, str(getattr(quad.object, "value", "")))
        ]


def _agreed(assembly: Assembly) -> set[ValidationResult]:
    """Return what both engines find, and fail with what only one of them does."""
    compiled, reference = set(find(assembly, "compiled")), set(find(assembly, "pyshacl"))
    assert _listed(compiled - reference) == [], "found by the compiled engine alone"
    assert _listed(reference - compiled) == [], "found by pySHACL alone"
    return compiled


def _listed(findings: Iterable[ValidationResult]) -> list[str]:
    return sorted(f"{one.node} {one.path} {one.value!r} {one.severity} {one.shape} {one.message}" for one in findings)


def _shapes(findings: Iterable[ValidationResult]) -> set[str]:
    return {one.shape.rpartition("#")[2] for one in findings}


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
