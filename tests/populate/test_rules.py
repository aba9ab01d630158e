"""What the rules conclude: counted by hand in the invented world, and at the edges in a few lines of Turtle."""

import calendar
import re
from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import examples
from upheaval.faults import Refusal
from upheaval.populate.assembly import Assembly
from upheaval.populate.rules import derive
from upheaval.rdf.edtf import EDTF, PATTERN, extent
from upheaval.rdf.graphs import in_graph

BASE = "https://example.org/northern-pact/"
HEADER = """
@prefix : <https://w3id.org/statecraft#> .
@prefix action: <https://w3id.org/statecraft/action#> .
@prefix bearing: <https://w3id.org/statecraft/bearing#> .
@prefix c: <https://w3id.org/statecraft/cooperation#> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix kind: <https://w3id.org/statecraft/source-kind#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix status: <https://w3id.org/statecraft/evidential-status#> .
@prefix x: <https://example.org/northern-pact/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:a a :State ; rdfs:label "A"@en . x:b a :State ; rdfs:label "B"@en . x:z a :State ; rdfs:label "Z"@en .
x:old a :HistoricalState ; rdfs:label "Old"@en ; :continuedBy x:a .
"""


class Conclusions:
    """What is derived, to be asked for by the local name of a property."""

    def __init__(self, triples: list[ox.Triple]) -> None:
        self.triples = triples

    def of(self, predicate: str, subject: str | None = None) -> set[tuple[str, str]]:
        return {
            (name, text(triple.object))
            for triple in self.triples
            if triple.predicate.value.rpartition("#")[2] == predicate
            and (name := text(triple.subject)) == (subject or name)
        }

    def values(self, subject: str, predicate: str) -> list[str]:
        return sorted(value for _, value in self.of(predicate, subject))


def text(term: object) -> str:
    return str(getattr(term, "value", term)).removeprefix(BASE)


@pytest.fixture(scope="module")
def derived(world: Assembly) -> Conclusions:
    graph = ox.NamedNode(world.publication.graph("derived"))
    return Conclusions([quad.triple for quad in world.store.quads_for_pattern(None, None, None, graph)])


def named(term: Any) -> Any:
    """Give a blank node a name, as each node of a dataset has one."""
    return ox.NamedNode(f"urn:part:{term.value}") if isinstance(term, ox.BlankNode) else term


def conclude(world: Assembly, turtle: str, *rules: str) -> Conclusions:
    """Run all rules, or those whose names begin as given, on a few lines of Turtle."""
    store = ox.Store()
    store.extend(in_graph(world.vocabulary.ontology, "urn:vocabulary"))
    quads = ox.parse((HEADER + turtle).encode(), format=ox.RdfFormat.TURTLE)
    store.extend(in_graph((ox.Triple(*map(named, quad.triple)) for quad in quads), "urn:data"))
    chosen = {name: rule for name, rule in world.vocabulary.rules.items() if not rules or name.startswith(rules)}
    derive(store, chosen, "urn:derived")
    return Conclusions([quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode("urn:derived"))])


@pytest.mark.parametrize("whose", ["world", "axis"])
def test_conclusions_are_in_a_graph_of_their_own_and_repeat_nothing(request: pytest.FixtureRequest, whose: str) -> None:
    assembly: Assembly = request.getfixturevalue(whose)
    graphs: dict[str, set[ox.Triple]] = {}
    for quad in assembly.store:
        graphs.setdefault(str(quad.graph_name.value).rpartition("/")[2], set()).add(quad.triple)
    assert set(graphs) == {"data", "derived", "vocabulary"}
    assert not graphs["derived"] & (graphs["data"] | graphs["vocabulary"])
    derived_only = {"involvesState", "dyad", "earliest", "latest", "independentSources", "forceOf", "disputed"}
    assert not {triple.predicate.value.rpartition("#")[2] for triple in graphs["data"]} & derived_only


def test_what_is_stated_is_not_derived(world: Assembly) -> None:
    assert conclude(world, "x:r :supplier x:a , x:b ; :participant x:a .").values("r", "participant") == ["b"]


def test_narrower_property_implies_the_wider_ones(derived: Conclusions) -> None:
    assert derived.values("drones-to-belmora-2010", "participant") == ["arvenia", "belmora"]
    assert derived.values("drones-to-belmora-2010", "involves") == ["arvenia", "belmora"]
    assert derived.values("fishing-treaty-1970", "involves") == ["belmora", "corvania"]
    assert derived.values("sea-drill-2009", "participant") == [], "it is stated"
    assert len(derived.of("involves", "sea-drill-2009")) == 3


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.builds(
    date, st.sampled_from([1900, 2000, 2024, 2100, 1600]), st.integers(1, 12), st.just(1)
)
EDGES = [date(year, month, 1) for year in (1900, 1999, 2000, 2023, 2024) for month in range(1, 13)]


@pytest.mark.slow
@examples(25)
@given(st.lists(DAYS, min_size=1, max_size=40, unique=True))
@example(EDGES)
def test_earliest_and_latest_follow_the_calendar(world: Assembly, days: list[date]) -> None:
    lines, expected = [], set()
    for number, day in enumerate(days):
        last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        forms = {
            "date": (day.isoformat(), day, day),
            "gYearMonth": (day.isoformat()[:7], day.replace(day=1), last),
            "gYear": (day.isoformat()[:4], date(day.year, 1, 1), date(day.year, 12, 31)),
        }
        for datatype, (written, first, end) in forms.items():
            value = f'"{written}"^^xsd:{datatype}'
            lines.append(f"x:{datatype}-{number} :date {value} . x:span-{datatype}-{number} :startDate {value} .")
            lines.append(f"x:until-{datatype}-{number} :endDate {value} .")
            expected |= {(f"{name}{datatype}-{number}", "earliest", first.isoformat()) for name in ("", "span-")}
            expected |= {(f"{name}{datatype}-{number}", "latest", end.isoformat()) for name in ("", "until-")}
    found = conclude(world, "\n".join(lines), "20").triples
    assert {(text(t.subject), t.predicate.value.rpartition("#")[2], text(t.object)) for t in found} == expected
    assert {t.object.datatype.value.rpartition("#")[2] for t in found if isinstance(t.object, ox.Literal)} == {"date"}


@pytest.mark.slow
@examples(100)
@given(st.lists(st.from_regex(PATTERN, fullmatch=True), min_size=1, max_size=20, unique=True))
@example(
    ["1984~", "199X", "19XX?", "2024-21", "2023-24", "1990/1992", "../1992", "/1992", "1990/..", "1990/", "2004-02-XX"]
)
@example(
    ["[1667,1668,1670..1672]", "{..1983,1985-12}", "[1760-12..]", "1984/2004-02~", "199X/2001", "0950~", "1900-02?"]
)
def test_earliest_and_latest_of_uncertain_dates(world: Assembly, texts: list[str]) -> None:
    lines, expected = [], set()
    for number, written in enumerate(texts):
        try:
            first, last = extent(written)
        except ValueError:
            continue
        value = f'"{written}"^^<{EDTF}>'
        lines.append(
            f"x:at-{number} :date {value} . x:since-{number} :startDate {value} . x:until-{number} :endDate {value} ."
        )
        expected |= {(f"{name}-{number}", "earliest", first) for name in ("at", "since") if first}
        expected |= {(f"{name}-{number}", "latest", last) for name in ("at", "until") if last}
    found = conclude(world, "\n".join(lines), "20").triples
    assert {(text(t.subject), t.predicate.value.rpartition("#")[2], text(t.object)) for t in found} == expected


@pytest.mark.parametrize(
    ("agreement", "earliest", "latest"),
    [
        ("friendship-treaty-1955", ["1955-03-01"], ["1985-12-31"]),
        ("neighbourhood-treaty-1990", ["1990-05-04"], []),
        ("river-charter-1999", ["1999-07-01"], []),
        ("fishing-treaty-1970", ["1970-01-01"], []),
        ("gas-contract-2005", ["2005-04-01"], []),
        ("plan-2008", ["2008-01-01"], []),
        ("summit-statement-2003", ["2003-08-08"], ["2003-08-08"]),
        ("gas-to-arvenia", ["2006-01-01"], []),
    ],
)
def test_agreement_lasts_from_its_first_step_until_the_one_that_ends_it(
    derived: Conclusions, agreement: str, earliest: list[str], latest: list[str]
) -> None:
    assert derived.values(agreement, "earliest") == earliest
    assert derived.values(agreement, "latest") == latest


PHASES = """
x:one a :Phase ; :startDate "1950"^^xsd:gYear ; :endDate "1979"^^xsd:gYear .
x:two a :Phase ; :startDate "1980"^^xsd:gYear .
x:activity :involves x:a .
"""


@pytest.mark.parametrize(
    ("dated", "phases"),
    [
        (':date "1949-12-31"^^xsd:date', []),
        (':date "1950-01-01"^^xsd:date', ["one"]),
        (':date "1979-12-31"^^xsd:date', ["one"]),
        (':date "1980-01-01"^^xsd:date', ["two"]),
        (':date "1979"^^xsd:gYear', ["one"]),
        (':date "1980-01"^^xsd:gYearMonth', ["two"]),
        (':startDate "1979-12-31"^^xsd:date ; :endDate "1980-01-01"^^xsd:date', ["one", "two"]),
        (':startDate "1940"^^xsd:gYear ; :endDate "1950-01"^^xsd:gYearMonth', ["one"]),
        (':startDate "1979-12"^^xsd:gYearMonth', ["one", "two"]),
        (':step [ :date "1960"^^xsd:gYear ] , [ :date "1985"^^xsd:gYear ]', ["one", "two"]),
        (':step [ :date "1940"^^xsd:gYear ] , [ :date "1985"^^xsd:gYear ]', ["two"]),
    ],
)
def test_phases_are_those_that_overlap(world: Assembly, dated: str, phases: list[str]) -> None:
    assert conclude(world, f"{PHASES} x:activity {dated} .", "20", "27", "30").values("activity", "phase") == phases


def test_actions_of_parts_and_successors_count_for_the_state(derived: Conclusions) -> None:
    assert derived.values("gas-to-arvenia", "involvesState") == ["arvenia", "belmora"]
    assert derived.values("pipeline-stake-2007", "involvesState") == ["arvenia", "belmora"]
    assert derived.values("loan-1960", "involvesState") == ["arvenia", "belmora", "old-arvenia"]
    assert derived.values("hill-militia-support", "involvesState") == ["belmora"], "a target is no partner"


def test_actions_of_nested_parts_and_persons_count_for_the_state(world: Assembly) -> None:
    found = conclude(
        world,
        "x:plant :partOf x:firm . x:firm :partOf x:ministry . x:ministry :ofState x:old . x:person :ofState x:b ."
        "x:deal :cooperationType c:energy ; :supplier x:plant ; :recipient x:person ."
        "x:other :cooperationType c:energy ; :supplier x:firm . x:third :cooperationType c:energy ; :supplier x:first ."
        "x:first a :HistoricalState ; rdfs:label 'F'@en ; :continuedBy x:z .",
    )
    assert found.values("deal", "involvesState") == ["a", "b", "old"]
    assert found.values("other", "involvesState") == ["a", "old"]
    assert found.values("deal", "dyad") == ["dyad/a--b", "dyad/b--old"]
    assert found.values("third", "involvesState") == ["first", "z"]
    assert found.values("other", "dyad") == found.values("third", "dyad") == [], (
        "a state and the one that continues it are no pair"
    )


def test_dyads_of_the_world(derived: Conclusions, world: Assembly) -> None:
    pairs = ["arvenia--belmora", "arvenia--corvania", "belmora--corvania", "belmora--old-arvenia"]
    assert {name for name, _ in derived.of("dyadMember")} == {f"dyad/{pair}" for pair in pairs}
    assert derived.values("dyad/belmora--old-arvenia", "label") == ["Belmora – Old Arvenia"]
    assert derived.values("sea-drill-2009", "dyad") == [f"dyad/{pair}" for pair in pairs[:3]]
    assert derived.values("no-energy-arvenia-corvania", "dyad") == ["dyad/arvenia--corvania"]
    assert derived.values("arvenia", "cooperatesWith") == ["belmora", "corvania"]
    found = conclude(world, "x:finding :searchedActor x:a , x:z .")
    assert found.values("finding", "dyad") == ["dyad/a--z"]
    assert found.of("cooperatesWith") == set(), "a finding of nothing is no cooperation"


CONTENTION = """
@prefix k: <https://w3id.org/statecraft/contention#> .
x:firm :ofState x:old . x:guards :ofState x:z .
x:ban :contentionType k:arms-embargo ; :actor x:b, x:z ; :target x:firm ; :date "2001"^^xsd:gYear .
x:note :contentionType k:protest ; :actor x:a ; :target x:b ; :startDate "2003-05"^^xsd:gYearMonth .
x:clash :contentionType k:border-clash ; :date "2005-01-02"^^xsd:date ; :belligerency x:p1, x:p2, x:p3 .
x:p1 :belligerent x:a ; :side "A" . x:p2 :belligerent x:b ; :side "B" . x:p3 :belligerent x:guards ; :side "B" .
x:pledge :unilateralActKind x:promise ; :actor x:a, x:z .
"""


def test_contention_pairs_those_who_act_with_those_who_are_the_target(world: Assembly) -> None:
    found = conclude(world, CONTENTION)
    assert found.values("ban", "targetState") == ["a", "old"]
    assert found.values("ban", "dyad") == ["dyad/a--b", "dyad/a--z", "dyad/b--old", "dyad/old--z"]
    assert found.values("note", "dyad") == ["dyad/a--b"]
    assert found.values("pledge", "dyad") == []
    assert found.of("cooperatesWith") == set(), "acting side by side against a third is no cooperation here"


def test_those_who_fight_on_one_side_are_no_pair(world: Assembly) -> None:
    found = conclude(world, CONTENTION)
    assert found.values("clash", "involves") == ["a", "b", "guards"]
    assert found.values("clash", "dyad") == ["dyad/a--b", "dyad/a--z"]


def test_contention_of_two_is_counted_apart_from_their_cooperation(world: Assembly) -> None:
    found = conclude(world, CONTENTION + "x:deal :cooperationType c:energy ; :supplier x:a ; :recipient x:b .")
    counts = {name.removeprefix("dyad/a--b#"): count for name, count in found.of("recordCount") if "a--b#" in name}
    assert counts == {
        "energy": "1",
        "contention-verbal": "1",
        "contention-protest": "1",
        "contention-economic": "1",
        "contention-sanctions": "1",
        "contention-arms-embargo": "1",
        "contention-military": "1",
        "contention-use-of-force": "1",
        "contention-border-clash": "1",
    }
    assert found.values("dyad/a--b#contention-military", "earliest") == ["2005-01-02"]
    assert found.values("dyad/a--b", "cooperatesWith") == []


@pytest.mark.parametrize(
    ("node", "count", "earliest", "latest"),
    [
        ("arvenia--belmora#gas-trade", "2", "2005-04-01", "2006-01-01"),
        ("arvenia--belmora#pipeline", "1", "2007-10-01", "2007-10-31"),
        ("arvenia--belmora#energy", "3", "2005-04-01", "2007-10-31"),
        ("arvenia--belmora#economic-and-financial", "2", "1960-01-01", "1990-05-04"),
    ],
)
def test_cooperation_of_two_is_counted_for_each_type_and_every_wider_one(
    derived: Conclusions, node: str, count: str, earliest: str, latest: str
) -> None:
    found = [derived.values(f"dyad/{node}", name) for name in ("recordCount", "earliest", "latest")]
    assert found == [[count], [earliest], [latest]]


def test_agreement_is_in_force_for_each_party_separately(derived: Conclusions) -> None:
    spans = {
        name.replace("#", " "): (*derived.values(name, "earliest"), *derived.values(name, "latest"))
        for name, _ in derived.of("forceOf")
    }
    assert spans == {
        "fishing-treaty-1970 unknown-belmora-1970-01-01": ("1970-01-01",),
        "fishing-treaty-1970 unknown-corvania-1970-01-01": ("1970-01-01",),
        "friendship-treaty-1955 in-force-belmora": ("1955-06-01", "1985-12-31"),
        "friendship-treaty-1955 in-force-old-arvenia": ("1955-06-01", "1985-12-31"),
        "gas-contract-2005 unknown-arvenia-oil-2005-04-01": ("2005-04-01",),
        "gas-contract-2005 unknown-belmora-gas-2005-04-01": ("2005-04-01",),
        "memorandum-2012 unknown-arvenia-2012-02-02": ("2012-02-02",),
        "memorandum-2012 unknown-belmora-2012-02-02": ("2012-02-02",),
        "neighbourhood-treaty-1990 in-force-arvenia": ("1991-01-01", "2031-12-31"),
        "neighbourhood-treaty-1990 in-force-belmora": ("1991-01-01", "2031-12-31"),
        "plan-2008 in-force-arvenia": ("2008-01-01",),
        "plan-2008 in-force-corvania": ("2008-01-01",),
        "river-charter-1999 in-force-arvenia": ("2000-01-01", "2015-06-30"),
        "river-charter-1999 in-force-belmora": ("2000-01-01", "2015-06-30"),
    }
    assert derived.values("neighbourhood-treaty-1990#in-force-arvenia", "certainUntil") == ["2031-01-01"]
    assert derived.values("neighbourhood-treaty-1990#in-force-arvenia", "endBasis") == [
        "Vienna Convention on the Law of Treaties (1969), article 54(a)"
    ]


def test_agreement_is_in_force_from_accession_until_withdrawal(world: Assembly) -> None:
    steps = [("entered-into-force", ":by x:a", "2000-01"), ("entered-into-force", ":by x:b", "2001-02")]
    steps += [("withdrew", ":by x:b", "2003-05"), ("terminated", "a :Step", "2004-02")]
    written = " , ".join(
        f'[ :action action:{what} ; {who} ; :date "{day}"^^xsd:gYearMonth ]' for what, who, day in steps
    )
    found = conclude(world, f"x:t :party x:a , x:b , x:z ; :step {written} .")
    assert [found.values(f"t#in-force-{who}", "earliest") for who in "ab"] == [["2000-01-01"], ["2001-02-01"]]
    assert [found.values(f"t#in-force-{who}", "latest") for who in "ab"] == [["2004-02-29"], ["2003-05-31"]]
    assert found.values("t", "latest") == ["2004-02-29"]


SOURCES = """
x:paper dc:publisher "Paper" ; :sourceKind kind:news . x:paper2 dc:publisher "Paper" ; :sourceKind kind:news .
x:reprint dc:publisher "Herald" ; :sourceKind kind:news ; :republicationOf x:paper .
x:again dc:publisher "Echo" ; :sourceKind kind:news ; :republicationOf x:reprint .
x:state dc:publisher "Agency" ; :sourceKind kind:state-media . x:other dc:publisher "Post" ; :sourceKind kind:news .
x:office rdfs:label "M"@en , "m"@fr . x:paper rdfs:label "Report"@en .
x:edition rdfs:label "Edition"@en ; dc:publisher "Paper International" ; :publishedBy x:house ; :sourceKind kind:news .
x:house rdfs:label "Paper"@en .
x:ministry dc:publisher "M" ; :sourceKind kind:official . x:text dc:publisher "UN" ; :sourceKind kind:treaty-text .
"""


@pytest.mark.parametrize(
    ("sources", "count", "official"),
    [
        ("paper", "1", "false"),
        ("paper reprint again", "1", "false"),
        ("paper paper2", "1", "false"),
        ("paper edition", "1", "false"),
        ("other from-edition paper", "1", "false"),
        ("edition from-paper paper2", "1", "false"),
        ("ministry", "1", "true"),
        ("ministry text", "2", "true"),
        ("again ministry", "2", "false"),
        ("state", "1", "true"),
        ("paper other", "2", "false"),
        ("paper from-office other from-office", "1", "false"),
        ("paper from-office ministry", "1", "false"),
        ("other from-paper paper", "1", "false"),
        ("other from-paper state", "2", "false"),
    ],
)
def test_sources_count_once_with_their_republications_and_publishers(
    world: Assembly, sources: str, count: str, official: str
) -> None:
    citations = " , ".join(
        f"[ :source x:{name} ; :bearing bearing:supports {origin and f'; :assertedFrom x:{origin}'} ]"
        for name, origin in re.findall(r"(\w+)(?: from-(\w+))?", sources)
    )
    found = conclude(world, f'{SOURCES} x:r rdfs:label "r"@en ; :citation {citations} .', "80")
    assert found.of("independentSources") == {("r", count)}
    assert found.of("officialOnly") == {("r", official)}


def test_sources_of_parts_support_the_whole_and_disputing_ones_do_not(world: Assembly) -> None:
    disputes = "[ :source x:ministry ; :bearing bearing:disputes ]"
    step = ":step [ :citation [ :source x:paper ; :bearing bearing:supports ] ]"
    found = conclude(world, f'{SOURCES} x:r rdfs:label "r"@en ; :citation {disputes} ; {step} .', "80", "81")
    assert found.values("r", "independentSources") == ["1"]
    assert found.values("r", "officialOnly") == ["false"]
    assert found.of("disputed") == {("r", "true")}


def test_disputed_by_its_status_or_by_a_source(derived: Conclusions, world: Assembly) -> None:
    assert derived.of("disputed") == {("shells-to-corvania-2011", "true")}
    record = 'x:r rdfs:label "r"@en'
    assert conclude(world, f"{record} ; :evidentialStatus status:disputed .", "81").of("disputed") == {("r", "true")}
    for part in ("step", "estimate", "attribution"):
        found = conclude(world, f"{record} ; :{part} x:p . x:p :evidentialStatus status:disputed .", "81")
        assert found.of("disputed") == {("r", "true")}


@pytest.mark.parametrize(
    "part",
    [
        *(":tenure", ":ownership", ":registration", ":territorialClaim", ":administration", ":attribution"),
        "<http://www.opengis.net/ont/geosparql#hasGeometry>",
    ],
)
def test_parts_of_each_kind_support_and_dispute(world: Assembly, part: str) -> None:
    inner = f"{part} x:p . x:p :citation x:c . x:c :source x:paper ; :bearing bearing:"
    supported = conclude(world, f'{SOURCES} x:r rdfs:label "r"@en ; {inner}supports .', "80", "81")
    assert supported.values("r", "independentSources") == ["1"]
    assert not supported.of("disputed")
    disputed = conclude(world, f'{SOURCES} x:r rdfs:label "r"@en ; {inner}disputes .', "80", "81")
    assert disputed.of("disputed") == {("r", "true")}


def test_links_become_matches(derived: Conclusions) -> None:
    assert derived.of("exactMatch") == {("arvenia", "https://example.com/atlas/arvenia")}


@pytest.mark.parametrize(("rule", "place"), [("CONSTRUCT {\n ?s ?p", "x.rq:1:11: "), ("SELECT * {}", "x.rq: ")])
def test_rule_that_is_not_a_construct_query_is_refused(rule: str, place: str) -> None:
    with pytest.raises(Refusal, match=f"ontology/rules/{place}error: "):
        derive(ox.Store(), {"x.rq": rule}, "urn:derived")


@pytest.mark.parametrize("concluded", ["?s ?p []", "[] ?p ?s", '?s ?p "a _:b <c> <d> _:e"'])
def test_conclusions_have_names(concluded: str) -> None:
    store = ox.Store()
    node = ox.NamedNode("urn:a")
    store.add(ox.Quad(node, node, ox.Literal("x"), node))
    store.add(ox.Quad(node, node, node, node))
    rule = {"x.rq": f"CONSTRUCT {{ {concluded} }} WHERE {{ GRAPH ?g {{ ?s ?p ?s }} }}"}
    if "[]" in concluded:
        with pytest.raises(Refusal, match=r"ontology/rules/x.rq: error: the rule produces a blank node"):
            derive(store, rule, "urn:derived")
        assert len(store) == 2
    else:
        derive(store, rule, "urn:derived")
        assert len(store) == 3
