"""What is read out of the ontology and the shapes: the keys of records, the JSON-LD context, the editors' schemas."""

import json
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
from jsonschema import Draft202012Validator
from rdflib import Graph, URIRef

from tests.fixtures import Trial
from upheaval.faults import Refusal
from upheaval.populate.assembly import Assembly
from upheaval.populate.documents import load
from upheaval.rdf.edtf import EDTF
from upheaval.rdf.graphs import canonical_hash, iri_of, to_rdflib
from upheaval.rdf.namespaces import OWL, RDF, SH, SHAPES, STATECRAFT
from upheaval.schema.contract import Contract, Form, local
from upheaval.schema.derivation import derive_contract
from upheaval.schema.jsonschema import schemas

XSD = "http://www.w3.org/2001/XMLSchema#"
CITED = [{"source": "gazette", "locator": "whole"}]
STATE = {"label": {"en": "A state"}, "citation": CITED}
TREATY = {
    **STATE,
    "party": ["arvenia", "belmora"],
    "cooperationType": "trade",
    "step": [{"action": "signed", "date": "2001", "citation": CITED}],
    "evidentialStatus": "reported",
}


@pytest.fixture
def contract(world: Assembly) -> Contract:
    return world.contract


def test_keys_of_a_treaty_are_in_order(contract: Contract) -> None:
    """Those of its own class and of every wider one; dates and places, which an agreement must not have, are none."""
    assert list(contract.folders["treaties"].keys) == [
        *("label", "altLabel", "description", "cooperationType", "item", "framework", "phase", "party", "step"),
        *("entryCondition", "instrumentsRequired", "termYears", "renewsTacitly", "provision", "replaces", "amends"),
        *("depositary", "textStatus", "estimate", "evidentialStatus", "citation", "differentFrom"),
    ]
    assert not {"date", "startDate", "endDate", "place"} & set(contract.folders["treaties"].keys)
    assert {"date", "startDate", "endDate", "place"} < set(contract.folders["exercises"].keys)


def test_narrower_class_has_the_keys_of_the_wider(contract: Contract) -> None:
    charter, treaty = contract.folders["charters"], contract.folders["treaties"]
    assert charter.keys.keys() == treaty.keys.keys()
    assert charter.ancestors > treaty.ancestors
    state, historical = contract.folders["states"], contract.folders["historical-states"]
    assert set(state.keys) < set(historical.keys)
    assert set(historical.keys) - set(state.keys) >= {"continuedBy", "endDate"}


def test_shapes_of_one_path_are_joined(contract: Contract) -> None:
    item = contract.folders["arms-transfers"].keys["item"]
    assert [local(shape) for shape in item.shapes] == ["ArmsTransfer-item", "Supply-item", "Cooperation-item"]
    assert (item.minimum, item.maximum) == (1, None)
    assert [local(cls) for cls in item.classes] == ["WeaponSystem", "Item", "Item"]
    end = contract.folders["historical-states"].keys["endDate"]
    assert (end.minimum, end.maximum) == (1, 1)
    assert (contract.folders["exercises"].keys["endDate"].minimum) == 0


@pytest.mark.parametrize(
    ("folder", "key", "form"),
    [
        ("states", "label", Form.LANGUAGE),
        ("states", "cowCode", Form.LITERAL),
        ("exercises", "date", Form.LITERAL),
        ("sources", "url", Form.IRI),
        ("links", "linkTarget", Form.IRI),
        ("treaties", "cooperationType", Form.CODE),
        ("treaties", "party", Form.RECORD),
        ("assessments", "about", Form.RECORD),
        ("treaties", "step", Form.NODE),
        ("treaties", "citation", Form.NODE),
    ],
)
def test_form_of_a_key(contract: Contract, folder: str, key: str, form: Form) -> None:
    assert contract.folders[folder].keys[key].form is form


def test_key_has_what_its_shapes_require(contract: Contract) -> None:
    keys = contract.kinds[str(STATECRAFT.Citation)].keys
    assert keys["bearing"].default == "https://w3id.org/statecraft/bearing#supports"
    assert [name for name, key in keys.items() if key.identifying] == ["source", "locator", "bearing"]
    dates = (XSD + "date", XSD + "gYearMonth", XSD + "gYear", EDTF)
    assert contract.folders["exercises"].keys["date"].datatypes == dates
    label = contract.folders["states"].keys["label"]
    assert label.per_language
    assert not contract.folders["states"].keys["altLabel"].per_language
    assert (label.label, label.group, label.order) == ("label", f"{SHAPES}#group-naming", 1)
    assert contract.folders["states"].keys["isoAlpha2"].pattern == "^[A-Z]{2}$"


def test_every_key_has_one_meaning(contract: Contract) -> None:
    """A JSON-LD context has one definition a key, whichever record the key stands in."""
    meanings: dict[str, set[object]] = {}
    for kind in contract.kinds.values():
        for key in kind.keys.values():
            scheme = {iri.rpartition("#")[0] for cls in key.classes for iri in contract.codes.get(cls, {}).values()}
            meaning = (key.iri, key.form, key.datatypes, key.per_language, tuple(sorted(scheme)))
            meanings.setdefault(key.name, set()).add(meaning)
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_codes_of_one_scheme_have_different_names(world: Assembly) -> None:
    for cls, codes in world.contract.codes.items():
        every = {str(code) for code in world.vocabulary.graph.subjects(RDF.type) if str(code) in codes.values()}
        assert len(every) == len(codes), cls


def test_wider_classes_are_known_for_every_class(world: Assembly) -> None:
    """Also for those that only rules give to nodes: a dyad is an entity, and has to have a label."""
    assert world.contract.wider[str(STATECRAFT.Dyad)] == {str(STATECRAFT.Dyad), str(STATECRAFT.Entity)}
    assert set(world.contract.kinds) - set(world.contract.wider) == {
        str(STATECRAFT[name]) for name in ("Entity", "Sourced", "Dated", "Claim", "Citation", "Search")
    }


def test_contract_does_not_depend_on_the_order_of_triples(world: Assembly) -> None:
    triples = [*world.vocabulary.shapes, *world.vocabulary.ontology]
    again = derive_contract(to_rdflib(reversed(triples)))
    assert replace(again, unshaped=world.contract.unshaped) == world.contract
    assert [list(kind.keys) for kind in again.kinds.values()] == [
        list(kind.keys) for kind in world.contract.kinds.values()
    ]


def test_context_means_the_same_to_another_processor(world: Assembly) -> None:
    assert _same(world) > 900


def test_context_means_the_same_for_every_key(trial: Trial) -> None:
    """The fixtures that pass use every key of every kind."""
    assert _same(trial.assembly) > 5000


def test_every_class_and_property_is_in_the_context(world: Assembly) -> None:
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in world.vocabulary.graph.subjects(RDF.type, kind):
            assert not str(term).startswith(str(STATECRAFT)) or local(str(term)) in world.context


def test_every_code_resolves_to_itself(world: Assembly) -> None:
    """Whatever stands in a scheme: a code must not turn into a term, a record or an address by its name."""
    documents, expected = [], {}
    for kind in world.contract.folders.values():
        for key in kind.keys.values():
            for code, iri in world.contract.codes[key.classes[0]].items() if key.form is Form.CODE else ():
                name = f"{kind.folder}-{key.name}-{code}"
                documents.append({"id": name, "type": kind.name, key.name: code})
                expected[world.publication.iri + name, key.iri] = iri
    store = ox.Store()
    load(store, documents, world.context, world.publication.graph("data"))
    got = {(iri_of(quad.subject), quad.predicate.value): iri_of(quad.object) for quad in store}
    assert {place: iri for place, iri in got.items() if place[1] != str(RDF.type)} == expected


def test_schemas_accept_the_records(world: Assembly, axis: Assembly) -> None:
    for assembly in (world, axis):
        made = schemas(assembly.contract, assembly.publication.iri)
        validators = {folder: Draft202012Validator(schema) for folder, schema in made.items()}
        wrong = [
            f"{record.file}: {error.json_path} {error.message}"[:300]
            for record in assembly.records
            if record.body is not None
            for error in validators[record.kind.folder or ""].iter_errors(record.body)
        ]
        assert wrong == []


def test_schemas_accept_the_fixtures_that_pass(trial: Trial) -> None:
    made = schemas(trial.assembly.contract, trial.assembly.publication.iri)
    passing = {fixture.file for fixture in trial.fixtures if fixture.passes}
    for record in trial.assembly.records:
        if record.file in passing:
            errors = Draft202012Validator(made[record.kind.folder or ""]).iter_errors(record.body)
            assert [f"{record.file}: {error.message}" for error in errors] == []


@pytest.mark.slow
def test_schemas_are_schemas(world: Assembly) -> None:
    for folder, schema in schemas(world.contract, "https://example.org/").items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"https://example.org/schema/{folder}.json"


@pytest.mark.parametrize(
    ("folder", "record"),
    [
        ("states", {"citation": CITED}),
        ("states", {**STATE, "lable": {"en": "A"}}),
        ("states", {**STATE, "label": "A state"}),
        ("states", {**STATE, "label": {"english": "A state"}}),
        ("states", {**STATE, "isoAlpha2": "AVL"}),
        ("states", {**STATE, "isoAlpha2": ["AV", "VA"]}),
        ("states", {**STATE, "citation": [{"source": "gazette"}]}),
        ("states", {**STATE, "citation": [{**CITED[0], "bearing": "doubts"}]}),
        ("states", {**STATE, "ofState": "Belmora"}),
        ("treaties", {**TREATY, "party": []}),
        ("treaties", {**TREATY, "party": ["arvenia", "arvenia"]}),
        ("treaties", {**TREATY, "date": "2001"}),
        ("treaties", {**TREATY, "step": [{"action": "waved", "date": "2001", "citation": CITED}]}),
        ("treaties", {**TREATY, "step": [{"action": "signed", "date": "May 2001", "citation": CITED}]}),
        ("sources", {"label": {"en": "A"}, "publisher": "B", "sourceKind": "news", "url": "ftp://example.org/"}),
        ("sources", {"label": {"en": "A"}, "publisher": "B", "sourceKind": "news", "retrieved": "2001-05"}),
    ],
)
def test_schemas_reject_what_is_wrong(world: Assembly, folder: str, record: dict[str, Any]) -> None:
    schema = schemas(world.contract, world.publication.iri)[folder]
    assert Draft202012Validator(schema).is_valid(TREATY if folder == "treaties" else STATE) is (folder != "sources")
    assert not Draft202012Validator(schema).is_valid(record)


def _same(assembly: Assembly) -> int:
    """Return how many triples both JSON-LD processors make of the documents; fail where they are not the same."""
    theirs = Graph()
    text = json.dumps({"@context": assembly.context, "@graph": assembly.populated.documents})
    theirs.parse(data=text, format="json-ld")
    store = ox.Store()
    load(store, assembly.populated.documents, assembly.context, assembly.publication.graph("data"))
    ours = [quad.triple for quad in store]
    other = ox.Store()
    other.bulk_load(theirs.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    assert sorted(map(str, ours)) == sorted(str(quad.triple) for quad in other)
    assert canonical_hash(ours) == canonical_hash(quad.triple for quad in other)
    return len(ours)


def test_nodes_of_a_class_that_no_shape_targets_are_refused(world: Assembly) -> None:
    graph = Graph() + world.vocabulary.graph
    graph.set((URIRef(f"{SHAPES}#Step"), SH.targetClass, STATECRAFT.Stepp))
    with pytest.raises(Refusal, match="which no shape targets"):
        derive_contract(graph)
