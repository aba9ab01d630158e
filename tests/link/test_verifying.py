"""`upheaval link verify`: what agrees passes, and each way of being wrong is a fault at its line."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.link.invented import dump, full, item, truthy
from tests.link.publication import WD, linked_world, world_items, write_link
from tests.link.standins import query_service, standing
from tests.support import ROOT
from upheaval.cli.main import main
from upheaval.faults import Severity
from upheaval.link.addresses import NotAnItem, item_id
from upheaval.link.comparing import dates_overlap
from upheaval.link.contradictions import LinkVerification, verify_links
from upheaval.link.queryservices import QueryService
from upheaval.link.slicefiles import SliceFile
from upheaval.link.webservices import WebService
from upheaval.link.wikidataitems import ItemStatement, ItemTime, WikidataItem
from upheaval.populate.assembly import Assembly, assemble

Items = dict[str, WikidataItem]


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return assemble(linked_world(tmp_path_factory.mktemp("linked")))


def verified(assembly: Assembly, items: Items, folder: Path) -> LinkVerification:
    path = folder / "slice.nt"
    path.write_text(full(items.values()))
    return verify_links(assembly, SliceFile(path), complete=False)


@pytest.mark.parametrize("form", [full, truthy, dump])
def test_what_agrees_has_no_fault(linked: Assembly, form: Callable[[list[WikidataItem]], str], tmp_path: Path) -> None:
    (tmp_path / "slice").write_text(form(list(world_items().values())))
    result = verify_links(linked, SliceFile(tmp_path / "slice"), complete=False)
    assert (result.links, len(result.verified), result.faults) == (7, 7, [])
    agreed = {(one.record, each.aspect.value) for one in result.verified for each in one.indications if each.agrees}
    assert {("arvenia", "code"), ("port-arven", "relation"), ("sea-drill-2009", "date")} <= agreed
    assert {("neighbourhood-treaty-1990", "relation"), ("jane-analyst", "class")} <= agreed


def other_code(items: Items) -> None:
    items["Q901"].statements["P298"] = [ItemStatement("XXX")]


def other_class(items: Items) -> None:
    items["Q905"].statements["P31"] = [ItemStatement("Q5")]


def disambiguation(items: Items) -> None:
    items["Q904"].statements["P31"] = [ItemStatement("Q4167410")]


def other_date(items: Items) -> None:
    items["Q905"].statements["P7588"] = [ItemStatement(ItemTime("1992-01-01", 9))]


def other_parties(items: Items) -> None:
    items["Q905"].statements["P1891"] = [ItemStatement("Q903")]


def other_place(items: Items) -> None:
    items["Q904"].statements["P17"] = [ItemStatement("Q903")]


def other_name(items: Items) -> None:
    items["Q903"].labels = {"en": "Zzyzx"}


def merged(items: Items) -> None:
    items["Q99"] = replace(items["Q902"], number="Q99")
    items["Q902"] = WikidataItem("Q902", redirect="Q99")


def absent(items: Items) -> None:
    del items["Q907"]


@pytest.mark.parametrize(
    ("spoil", "rule", "severity", "slug"),
    [
        (other_code, "link/code", Severity.ERROR, "arvenia"),
        (other_class, "link/class", Severity.ERROR, "neighbourhood-treaty-1990"),
        (disambiguation, "link/class", Severity.ERROR, "port-arven"),
        (other_date, "link/date", Severity.WARNING, "neighbourhood-treaty-1990"),
        (other_parties, "link/relation", Severity.WARNING, "neighbourhood-treaty-1990"),
        (other_place, "link/relation", Severity.WARNING, "port-arven"),
        (other_name, "link/name", Severity.WARNING, "corvania"),
        (merged, "link/redirect", Severity.WARNING, "belmora"),
        (absent, "link/not-in-slice", Severity.NOTE, "jane-analyst"),
    ],
)
def test_each_contradiction_is_found_at_its_line(
    linked: Assembly, spoil: Callable[[Items], None], rule: str, severity: Severity, slug: str, tmp_path: Path
) -> None:
    items = world_items()
    spoil(items)
    (fault,) = verified(linked, items, tmp_path).faults
    assert (fault.rule, fault.severity) == (rule, severity)
    assert (fault.file, fault.at) == (f"data/links/{slug}-wikidata.yaml", (2, 13))


def test_deprecated_statements_do_not_contradict(linked: Assembly, tmp_path: Path) -> None:
    items = world_items()
    items["Q901"].statements["P298"].append(ItemStatement("OLD", "deprecated"))
    items["Q901"].statements["P297"].insert(0, ItemStatement("ZZ"))
    assert verified(linked, items, tmp_path).faults == []


def test_broader_items_may_differ(tmp_path: Path) -> None:
    root = linked_world(tmp_path, neighbourhood_treaty_1990="")
    write_link(root, "neighbourhood-treaty-1990", f"{WD}Q905", "broad-match")
    items = world_items()
    other_date(items)
    other_parties(items)
    assert verified(assemble(root), items, tmp_path).faults == []


def test_an_endpoint_knows_what_does_not_exist(linked: Assembly) -> None:
    items = world_items()
    absent(items)
    other_code(items)
    with standing(query_service(full(items.values()))) as service:
        result = verify_links(linked, QueryService(WebService(service.url, interval=0)), complete=True)
    assert {fault.rule for fault in result.faults} == {"link/missing", "link/code"}
    assert all("upheaval/" in agent for agent in service.agents)
    references = [each.references for one in result.verified for each in one.indications if each.references]
    assert ({"P854": ("https://example.com/gazette",)},) * 2 in references


def test_a_lying_endpoint_is_refused(linked: Assembly) -> None:
    """It answers about an item that it was not asked for."""
    answer = query_service(full([item("Q1", "universe")]))
    with standing(lambda path, _form: answer(path, {"query": "SELECT ?s ?p ?o { ?s ?p ?o }"})) as service:
        source = QueryService(WebService(service.url, interval=0))
        with pytest.raises(Exception, match="answers about Q1, which it was not asked for"):
            verify_links(linked, source, complete=True)


@pytest.mark.parametrize(
    "text",
    [
        "Q159",
        "wd:Q159",
        "q159",
        "http://www.wikidata.org/entity/Q159",
        "https://www.wikidata.org/wiki/Q159",
        "https://m.wikidata.org/wiki/Q159#P31",
        "http://wikidata.org/wiki/Special:EntityData/Q159.ttl?flavor=dump",
        "https://www.wikidata.org/wiki/Special:EntityPage/Q159",
        "https://www.wikidata.org/wiki/Item:Q159",
    ],
)
def test_every_way_to_write_an_item_is_understood(text: str) -> None:
    assert item_id(text) == "Q159"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("P31", "P31 is a property"),
        ("https://www.wikidata.org/wiki/Property:P31", "P31 is a property"),
        ("https://www.wikidata.org/wiki/Lexeme:L1883-F2", "L1883-F2 is a lexeme"),
        ("https://www.wikidata.org/wiki/EntitySchema:E10", "E10 is an entity schema"),
        ("https://www.wikidata.org/wiki/Help:Contents", "is not a Wikidata item"),
        ("https://example.com/Q159", "is not an address of Wikidata"),
        ("Q0", "is not a Wikidata item"),
        ("http://[broken/Q1", "is not an address of Wikidata"),
    ],
)
def test_what_is_not_an_item_is_refused_by_name(text: str, what: str) -> None:
    with pytest.raises(NotAnItem) as refused:
        item_id(text)
    assert what in str(refused.value)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("https://www.wikidata.org/wiki/Q901", "https://www.wikidata.org/wiki/Q901 is not the IRI of Q901"),
        ("http://www.wikidata.org/entity/P31", "P31 is a property, not an item"),
    ],
)
def test_addresses_in_links_are_judged(target: str, message: str, tmp_path: Path) -> None:
    result = verified(assemble(linked_world(tmp_path, arvenia=target)), world_items(), tmp_path)
    errors = [fault.message for fault in result.faults if fault.rule == "link/address"]
    assert errors == [message]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("1991-01-01", "1991", True),
        ("1991", "1991-07", True),
        ("1991-01", "1991-02", False),
        ("1990/1992", "1991-05-05", True),
        ("1991-03~", "1992", False),
        ("199X", "1995", True),
        ("1990/..", "2020", True),
        ("../1990", "1991-01-01", False),
    ],
)
def test_dates_are_compared_as_precisely_as_they_are_known(ours: str, theirs: str, same: bool) -> None:
    assert dates_overlap(ours, theirs) is same
    assert dates_overlap(theirs, ours) is same


def test_command_reports_both_sides(tmp_path: Path) -> None:
    root, items = linked_world(tmp_path), world_items()
    other_parties(items)
    items["Q905"].statements["P1891"] = [ItemStatement("Q903", references=({"P854": ("https://example.com/x",)},))]
    (tmp_path / "slice.nt").write_text(full(items.values()))
    options = ["--root", str(root), "--slice", str(tmp_path / "slice.nt"), "--report", str(tmp_path / "r.csv")]
    run = CliRunner().invoke(main, ["link", "verify", *options, "--format", "sarif"])
    assert run.exit_code == 0, run.output
    (result,) = json.loads(run.stdout)["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("link/relation", "warning")
    rows = [
        row for row in csv.DictReader((tmp_path / "r.csv").read_text().splitlines()) if row["verdict"] == "contradicts"
    ]
    assert [(row["record"], row["their references"]) for row in rows] == [
        ("neighbourhood-treaty-1990", "https://example.com/x")
    ]
    assert rows[0]["our sources"]
    other_code(items)
    (tmp_path / "slice.nt").write_text(full(items.values()))
    assert CliRunner().invoke(main, ["link", "verify", *options]).exit_code == 1


@pytest.mark.parametrize("options", [[], ["--slice", __file__, "--endpoint", "https://example.com"]])
def test_command_needs_one_source(options: list[str]) -> None:
    assert CliRunner().invoke(main, ["link", "verify", "--root", str(ROOT), *options]).exit_code == 2
