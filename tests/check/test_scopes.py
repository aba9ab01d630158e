"""What rules and constraints read of other records is derived from their queries."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import rivers
from tests.support import ROOT, WORLD
from upheaval.check import parsing
from upheaval.check.footprints import Scope, Scopes
from upheaval.check.plan import Plan, make_plan
from upheaval.cli.main import main
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import list_records
from upheaval.rdf.algebra import parse
from upheaval.schema.contract import local
from upheaval.schema.schema import prepare

NOTHING: Sequence[str] = ()
# What comments in the queries once promised, before it was derived.
OF_OTHERS: Mapping[str, Sequence[str]] = {
    "10-superproperties.rq": NOTHING,
    "11-belligerents.rq": NOTHING,
    "20-dates.rq": NOTHING,
    "20-uncertain-dates.rq": NOTHING,
    "21-terms-set.rq": NOTHING,
    "22-step-parties.rq": ("ofState", "continuedBy"),
    "23-entry-into-force.rq": NOTHING,
    "24-consent-and-notice.rq": NOTHING,
    "25-terms.rq": NOTHING,
    "26-force-unknown.rq": NOTHING,
    "27-agreement-dates.rq": NOTHING,
    "28-agreement-dates-as-written.rq": NOTHING,
    "30-phases.rq": NOTHING,
    "40-states.rq": ("partOf", "ofState", "continuedBy"),
    "41-target-states.rq": ("partOf", "ofState", "continuedBy"),
    "42-belligerent-states.rq": ("partOf", "ofState", "continuedBy"),
    "50-dyads.rq": ("continuedBy", "label"),
    "51-contention-dyads.rq": ("continuedBy", "label"),
    "52-conflict-dyads.rq": ("continuedBy", "label"),
    "70-in-force.rq": ("continuedBy", "endDate", "latest"),
    "80-support.rq": ("republicationOf", "publisher", "publishedBy", "sourceKind", "label"),
    "81-disputed.rq": NOTHING,
    "90-links.rq": NOTHING,
    "Activity-undated": NOTHING,
    "Activity-against-its-own-side": NOTHING,
    "Contention-undated": NOTHING,
    "Conduct-against-its-own-side": NOTHING,
    "ArmedConflict-one-side": NOTHING,
    "UnilateralAct-undated": NOTHING,
    "DiplomaticAct-voter-twice": NOTHING,
    "Actor-member-twice": NOTHING,
    "Agreement-ratified-before-signed": NOTHING,
    "Agreement-in-force-before-concluded": NOTHING,
    "Agreement-ended-before-in-force": NOTHING,
    "Agreement-step-by-stranger-query": ("ofState", "continuedBy"),
    "Agreement-party-has-ended-query": ("endDate", "continuedBy"),
    "Treaty-changes-force-that-nothing-began": NOTHING,
    "Treaty-ratified-without-entry": ("ofState",),
    "Agreement-replaces-itself": ("replaces",),
    "Step-extension-into-the-past": NOTHING,
    "Assessment-judges-itself": NOTHING,
    "Series-count-differs": NOTHING,
    "Dated-ended-before-begun": NOTHING,
    "Dated-date-and-span": NOTHING,
    "Conduct-after-its-sources": ("retrieved",),
    "Conduct-step-after-its-sources": ("retrieved",),
    "Source-read-before-issued": NOTHING,
    "Source-republishes-itself": ("republicationOf",),
    "Sourced-rests-on-retracted": ("republicationOf", "retracted", "correctedBy"),
    "Estimate-no-figure": NOTHING,
    "Estimate-value-and-range": NOTHING,
    "Estimate-undated-figure": NOTHING,
    "Place-within-itself": ("within",),
    "Agreement-in-force-for-one": NOTHING,
    "DiplomaticAct-adopted-against-a-veto": NOTHING,
    "DiplomaticAct-more-against-than-counted": NOTHING,
    "DiplomaticAct-more-in-favour-than-counted": NOTHING,
    "Estimate-prices-of-which-year": NOTHING,
    "FinancialArrangement-of-one": NOTHING,
    "Owned-more-than-whole": NOTHING,
    "Registration-of-nothing": NOTHING,
    "State-succeeded-by-its-continuator": NOTHING,
    "Vessel-imo-number-misread": NOTHING,
}
WHOLE = {"30-phases.rq": ("Phase",)}
AT_ONCE: Mapping[str, Sequence[str]] = {
    "60-dyadic-cooperation.rq": ("aggregate", "dyad", "cooperationType", "earliest", "latest"),
    "61-dyadic-contention.rq": ("aggregate", "dyad", "contentionType", "earliest", "latest"),
    "Link-target-twice": ("linkTarget", "subject", "linkRelation"),
    "Link-two-targets": ("linkTarget", "subject", "linkRelation"),
}


def plan_of(root: Path) -> Plan:
    schema = prepare(root)
    return make_plan(schema, list_records(schema.publication, schema.contract))


def named(scopes: Scopes) -> dict[str, Scope]:
    return {local(name): scope for each in (scopes.rules, scopes.constraints) for name, scope in each.items()}


def stranger(folder: Path, *rules: str) -> Scope:
    """Return the scope of the last of some rules of the rivers' vocabulary."""
    rivers.write_vocabulary(folder, rules, [], [])
    rivers.write_records(folder, random.Random(1))
    return list(plan_of(folder).scopes.rules.values())[-1]


@pytest.fixture(scope="module")
def shipped() -> Scopes:
    return plan_of(ROOT).scopes


def test_shipped_rules_and_constraints_have_narrow_scopes(shipped: Scopes) -> None:
    found = named(shipped)
    assert found.keys() == OF_OTHERS.keys() | AT_ONCE.keys()
    for name, scope in found.items():
        assert bool(scope.unbounded) == (name in AT_ONCE), (name, scope.unbounded)
        allowed = {"type", *OF_OTHERS.get(name, ()), *AT_ONCE.get(name, ())}
        assert {local(prop) for prop in scope.others} <= allowed, name
        assert not scope.inner, name
        assert {local(cls) for cls in scope.classes} <= set(WHOLE.get(name, ())), name
    assert not [scope for scope in shipped.shapes.values() if scope.unbounded]
    assert {local(prop) for prop in shipped.any_record} == {prop for props in AT_ONCE.values() for prop in props}
    assert not shipped.any_inner


def test_no_query_has_a_sees_comment(axis: Assembly) -> None:
    texts = [*axis.vocabulary.rules.values(), *(str(triple.object) for triple in axis.vocabulary.shapes)]
    assert not [text for text in texts if "# sees" in text]


@pytest.mark.parametrize(
    ("rule", "others", "inner"),
    [
        ("own", NOTHING, NOTHING),
        ("another", ("label",), NOTHING),
        ("two-away", ("flowsInto", "label"), NOTHING),
        ("all-downstream", ("flowsInto",), NOTHING),
        ("inverse-conclusion", NOTHING, NOTHING),
        ("inverse-path", ("type",), NOTHING),
        ("negated-forward", NOTHING, NOTHING),
        ("not-flowing", ("flowsInto",), NOTHING),
        ("minus", NOTHING, NOTHING),
        ("terms", NOTHING, NOTHING),
        ("inside-another", ("reading",), ("level",)),
        ("group-of-another", ("flowsInto",), NOTHING),
        ("wider", NOTHING, NOTHING),
        ("values", NOTHING, NOTHING),
        ("from-inside", NOTHING, NOTHING),
    ],
)
def test_rule_of_another_publication_is_bounded(
    rule: str, others: Sequence[str], inner: Sequence[str], tmp_path: Path
) -> None:
    scope = stranger(tmp_path, rule)
    assert scope.unbounded == ""
    assert {local(name) for name in scope.others} == set(others)
    assert {local(name) for name in scope.inner} == set(inner)


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (["count"], "?g is not reached from ?r"),
        (["ungauged"], "?g is not reached from ?r"),
        (["same-code"], "?b is not reached from ?a"),
        (["minus-elsewhere"], "?h is not reached from ?g"),
        (["negated-own"], "a path leads from ?g back to any node that refers to it"),
        (["maybe-anchored"], "?h is not reached from ?g"),
        (["graph"], "it has GRAPH"),
        (["limited"], "it has LIMIT or OFFSET"),
        (["not-any"], "it reads any property of other records"),
        (["by-address"], "of a node that may be anywhere"),
        (["inverse-conclusion", "what-others-concluded"], " derives from other records"),
        (["count", "what-was-counted"], " derives from other records"),
        (["pairs", "pair-label"], "it may start from a node that a rule makes"),
    ],
)
def test_rule_without_a_bound_says_why(rules: list[str], why: str, tmp_path: Path) -> None:
    assert why in stranger(tmp_path, *rules).unbounded


def test_class_of_many_records_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stranger(tmp_path, "class-whole").classes
    monkeypatch.setattr("upheaval.check.scopes.FEW", -1)
    assert stranger(tmp_path, "class-whole").unbounded == "?b is not reached from ?g"


@pytest.mark.slow
def test_explanation_names_each_rule_and_why(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", "--root", str(WORLD), "--explain"], catch_exceptions=False)
    assert result.exit_code == 0
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert lines["ontology/rules/20-dates.rq"] == "batch by batch, reading no other records"
    assert lines["ontology/rules/30-phases.rq"] == "batch by batch, reading all of each Phase"
    assert lines["Link-two-targets"].startswith("over all records at once, because ?other is not reached from ?this")
    assert len(lines) == len(OF_OTHERS) + len(AT_ONCE) + 1


def test_a_parsed_query_is_remembered_by_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    texts = ["SELECT * { ?a ^<x:p>/!<x:q> ?b MINUS { ?a ?c 1 } }", "SELECT * { ?a <x:p> ?b }", "SELECT nonsense"]
    for text in texts:
        assert parsing.parse(text) == parsing.parse(text) == parse(text)
    kept = sorted(tmp_path.rglob("*.json"))
    assert len(kept) == len(texts)
    for file in kept:
        file.write_text("{")
    assert [parsing.parse(text) for text in texts] == [parse(text) for text in texts]


def test_a_query_is_parsed_where_nothing_can_be_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert parsing.parse("SELECT * { ?a ?b ?c }") == parse("SELECT * { ?a ?b ?c }")
