"""Each shape lets through what it should and finds what it is for, at the line and column where it stands."""

from collections import defaultdict

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from tests.fixtures import Fixture, Trial, altered, data_of, read_fixtures
from tests.support import ROOT
from upheaval.check.checking import find
from upheaval.populate.assembly import Assembly
from upheaval.populate.documents import Document
from upheaval.rdf.graphs import from_rdflib, nodes, to_rdflib
from upheaval.rdf.namespaces import FAULT_AT, FOLDER, RDF, SH, SHAPES, STATECRAFT, XSD
from upheaval.rdf.terms import named, statements, text_of
from upheaval.schema.contract import Form, local
from upheaval.shacl.compiling import read_shapes
from upheaval.shacl.engine import evaluate
from upheaval.shacl.parameters import PARAMETERS
from upheaval.shacl.paths import Predicate
from upheaval.shacl.prebinding import store_of

FIXTURES = read_fixtures()
# A reason to fail, and the shapes that records cannot fail for it: a citation's bearing has a default.
ONLY_IN_RDF = {("minCount", f"{SHAPES}#Citation-bearing")}
# A single date does not stand beside the span that these have to have.
NEVER_PASS = {"HistoricalState": ["date"], "Phase": ["date"]}
SPACE = "https://example.org/northern-pact/"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_fixture_gives_exactly_the_expected_faults(fixture: Fixture, trial: Trial) -> None:
    found = {(fault.rule, *(fault.at or ())) for fault in trial.faults_in([fixture.file])}
    assert found == fixture.expects


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_fixture_explains_itself(fixture: Fixture) -> None:
    known = {"folder"} if fixture.passes else {"folder", "because", "expects", "with"}
    assert {key for key, _ in fixture.fields} <= known
    assert fixture.field("folder")
    if not fixture.passes:
        assert fixture.name.startswith("fail_")
        assert fixture.field("because").endswith(".")
        assert len(fixture.expects) == sum(key == "expects" for key, _ in fixture.fields) > 0


def test_companions_name_each_other() -> None:
    pairs = {fixture.name: fixture.field("with") for fixture in FIXTURES if fixture.field("with")}
    assert {name: pairs.get(other) for name, other in pairs.items()} == {name: name for name in pairs}


def test_names_are_used_once() -> None:
    names = [fixture.name for fixture in FIXTURES]
    assert len(names) == len(set(names)) > 200


def test_fixtures_cause_no_other_faults(trial: Trial) -> None:
    failing = {fixture.file for fixture in trial.fixtures if not fixture.passes}
    assert [str(fault) for fault in trial.faults if fault.file not in failing] == []


def test_fixtures_are_in_the_folder_of_their_shape(trial: Trial) -> None:
    topics = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "shapes").glob("*.ttl")}
    for fixture in FIXTURES:
        for rule, _, _ in fixture.expects:
            others = {name for name, text in topics.items() if f"\nshapes:{local(rule)} a" in text}
            assert len(others) == 1, rule
        text = topics[fixture.path.parent.name]
        assert not fixture.expects or any(f"\nshapes:{local(rule)} a" in text for rule, _, _ in fixture.expects)


def test_every_shape_and_constraint_has_a_failing_fixture(trial: Trial) -> None:
    failed = {rule for fixture in trial.fixtures for rule, _, _ in fixture.expects}
    unused = {str(prop) for prop in trial.shapes.subjects(SH.maxCount, Literal(0))}
    wanted = {*_property_shapes(trial.shapes), *map(str, trial.shapes.subjects(RDF.type, SH.SPARQLConstraint))}
    assert sorted(wanted - failed - unused) == [], "without a tests/shapes/*/fail_*.yaml that expects them"
    assert failed <= wanted


def test_every_shape_and_constraint_has_a_passing_fixture(trial: Trial) -> None:
    data = data_of(trial.assembly)
    files = {fixture.file for fixture in trial.fixtures if fixture.passes}
    locations = trial.assembly.populated.locations
    passing = {named(node) for node, location in locations.items() if location.record.file in files}
    targets = {str(cls) for cls in trial.shapes.objects(None, SH.targetClass)}
    used: set[tuple[str, str]] = {
        (cls, text_of(path))
        for cls in targets
        for node in passing & data.instances(named(cls)).keys()
        for path in data.nodes[node]
    }
    lacking = []
    for shape, target in trial.shapes.subject_objects(SH.targetClass):
        for prop in trial.shapes.objects(shape, SH.property):
            path = trial.shapes.value(prop, SH.path)
            if (str(target), str(path)) not in used and trial.shapes.value(prop, SH.maxCount) != Literal(0):
                lacking.append(str(prop))
        for constraint in trial.shapes.objects(shape, SH.sparql):
            path = trial.shapes.value(constraint, FAULT_AT) or RDF.type
            if (str(target), str(path)) not in used:
                lacking.append(str(constraint))
    assert sorted(lacking) == [], "without a tests/shapes/*/pass_*.yaml that has the property"


def test_passing_fixtures_use_every_key_of_every_kind(trial: Trial) -> None:
    contract = trial.assembly.contract
    documents = {document["id"]: document for document in trial.assembly.populated.documents}
    used: dict[str, set[str]] = defaultdict(set)
    for fixture in trial.fixtures:
        if fixture.passes:
            _collect(documents[trial.iri(fixture).removeprefix(SPACE)], used)
    kinds = [kind for kind in contract.kinds.values() if kind.folder or kind.name in used]
    unused = {kind.name: sorted(set(kind.keys) - used[kind.name]) for kind in kinds}
    assert {name: keys for name, keys in unused.items() if keys} == NEVER_PASS
    assert len(kinds) > len(contract.folders)


def test_every_way_to_fail_has_a_fixture(trial: Trial) -> None:
    """Split each property shape into one a component: each of them alone must find something in the fixtures."""
    split, wanted = to_rdflib(trial.assembly.vocabulary.shapes), set()
    kinds = trial.assembly.contract.kinds.values()
    forms = {shape: key.form for kind in kinds for key in kind.keys.values() for shape in key.shapes}
    split.remove((None, SH.property, None))
    for shape, prop in trial.shapes.subject_objects(SH.property):
        for predicate, value in trial.shapes.predicate_objects(prop):
            component = str(predicate).removeprefix(str(SH))
            if named(str(predicate)) in PARAMETERS:
                part = URIRef(f"{prop}~{component}")
                wanted.add((component, str(prop)))
                split.add((shape, SH.property, part))
                split.add((part, predicate, value))
                for kept in (SH.path, SH.qualifiedMinCount):
                    for other in trial.shapes.objects(prop, kept):
                        split.add((part, kept, other))
    shown: set[tuple[str, str]] = set()
    plan = read_shapes(statements(from_rdflib(split)))
    units = [unit for unit in plan.units() if "~" in unit.name]
    for result in evaluate(units, data_of(trial.assembly), lambda: store_of(())):
        path = text_of(result.path.iri) if isinstance(result.path, Predicate) else ""
        if (text_of(result.focus), path) not in trial.assembly.populated.broken:
            owner, _, name = text_of(result.shape).partition("~")
            shown.add((name, owner))
    for fault in trial.assembly.populated.faults:
        shown |= {(part, fault.rule) for part in ("datatype", "node", "nodeKind")}
        if forms[fault.rule] in (Form.CODE, Form.NODE):
            shown.add(("class", fault.rule))
    texts = {("datatype", str(prop)) for prop in trial.shapes.subjects(SH.datatype, XSD.string)}
    unused = {("maxCount", str(prop)) for prop in trial.shapes.subjects(SH.maxCount, Literal(0))}
    assert len(wanted) > 200
    assert sorted(wanted - shown - texts - unused) == sorted(ONLY_IN_RDF)


def test_every_node_shape_has_a_target_in_the_data(trial: Trial) -> None:
    data = data_of(trial.assembly)
    targets = set(trial.shapes.subject_objects(SH.targetClass))
    assert [str(shape) for shape, cls in sorted(targets) if not data.instances(named(str(cls)))] == []
    used = {str(shape) for shape, _ in targets} | {str(shape) for shape in trial.shapes.objects(None, SH.node)}
    used |= {str(shape) for shape in trial.shapes.objects(None, SH.qualifiedValueShape)}
    for choice in trial.shapes.objects(None, SH["or"]):
        used |= {str(shape) for shape in trial.shapes.items(choice) if isinstance(shape, URIRef)}
    assert {str(shape) for shape in trial.shapes.subjects(RDF.type, SH.NodeShape)} == used


@pytest.mark.parametrize("key", ["date", "startDate", "endDate", "place"])
def test_agreements_have_dates_and_places_only_in_their_steps(world: Assembly, key: str) -> None:
    agreement = str(STATECRAFT.Agreement)
    agreements = [kind for kind in world.contract.folders.values() if agreement in kind.ancestors]
    assert agreements
    assert not [kind.name for kind in agreements if key in kind.keys]
    assert key in world.contract.kinds[str(STATECRAFT.Step)].keys


def test_citation_has_a_bearing(world: Assembly) -> None:
    citation = ox.NamedNode(f"{SPACE}dorland#citation-gazette-whole")
    lost = list(world.store.quads_for_pattern(citation, ox.NamedNode(STATECRAFT.bearing), None))
    found = {(one.focus, one.shape) for one in find(altered(world, without=lost), "compiled")}
    assert found == {(named(citation.value), named(f"{SHAPES}#Citation-bearing"))}


def test_every_property_shape_has_texts(trial: Trial) -> None:
    silent = []
    for prop in sorted(_property_shapes(trial.shapes)):
        texts = {
            part: trial.shapes.value(URIRef(prop), SH[part]) for part in ("name", "description", "message", "order")
        }
        group = trial.shapes.value(URIRef(prop), SH.group)
        message = str(texts["message"])
        if None in texts.values() or (group, RDF.type, SH.PropertyGroup) not in trial.shapes:
            silent.append(prop)
        elif not (message.endswith(")") and " (" in message and not message[0].isupper()):
            silent.append(f"{prop}: {message}")
    assert silent == [], "without sh:name, sh:description, sh:order, sh:group, or a sh:message with its (cure)"


def test_every_constraint_has_a_message(trial: Trial) -> None:
    for constraint in trial.shapes.subjects(RDF.type, SH.SPARQLConstraint):
        message = str(trial.shapes.value(constraint, SH.message))
        assert message.endswith(")"), constraint
        assert " (" in message, constraint


def test_property_shapes_have_iris_and_folders_are_unique(trial: Trial) -> None:
    assert all(isinstance(prop, URIRef) for prop in trial.shapes.objects(None, SH.property))
    folders = [str(folder) for folder in trial.shapes.objects(None, FOLDER)]
    assert sorted(folders) == sorted(set(folders)) == sorted(trial.assembly.contract.folders)


def _property_shapes(graph: Graph) -> set[str]:
    props: set[Node] = {*graph.subjects(RDF.type, SH.PropertyShape), *graph.objects(None, SH.property)}
    return set(map(str, nodes(props)))


def _collect(document: Document, used: dict[str, set[str]]) -> None:
    """Note the keys of a document and of the blocks inside it, by the name of their kind."""
    used[document["type"]] |= document.keys()
    for value in document.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and "type" in item:
                _collect(item, used)
