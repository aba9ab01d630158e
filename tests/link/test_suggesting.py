"""`upheaval link suggest` and `review`: the right item comes first, and decisions are carried out or refused whole."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.link.invented import MARK, dump, full, item, truthy
from tests.link.publication import WD, linked_world, world_items
from tests.link.standins import Answer, as_json, query_service, standing
from tests.support import faults_of, run_tool, suite
from upheaval.cli.main import main
from upheaval.faults import Refusal
from upheaval.link.mappingsets import MappingLine, as_sssom, read_sssom
from upheaval.link.reconciling import ReconciliationService
from upheaval.link.reviewing import REFUSED
from upheaval.link.webservices import WebService
from upheaval.link.wikidataitems import ItemTime, WikidataItem

NAMESAKES = [
    item("Q9001", "Belmora", "Q4167410"),
    item("Q9002", "Belmora", "Q5"),
    item("Q9003", "Neighbourhood Treaty", "Q9051", P1891="Q903", P7588=ItemTime("1850-01-01", 9)),
    item("Q9004", "Sea Drill of 2009", "Q5"),
    item("Q9005", "Port Arvens", "Q515", P17="Q903"),
    item("Q9006", "ARV", "Q3624078"),
]
ANSWERS: dict[str, str] = {
    "belmora": "Q902",
    "neighbourhood-treaty-1990": "Q905",
    "sea-drill-2009": "Q906",
    "port-arven": "Q904",
    "jane-analyst": "Q907",
}


def everything() -> list[WikidataItem]:
    return [*NAMESAKES, *world_items().values()]


def unlinked(folder: Path) -> Path:
    """The invented publication with no link but those to two states."""
    nothing = dict.fromkeys(
        ("belmora", "port_arven", "neighbourhood_treaty_1990", "sea_drill_2009", "jane_analyst"), ""
    )
    return linked_world(folder, **nothing)


def reconciliation(identifiers: str = WD, versions: list[str] | None = None) -> Answer:
    """Return a reconciliation service over the invented items, by name alone; it is as sure of namesakes."""

    def answer(_path: str, form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if "queries" not in form:
            space = {
                "name": MARK,
                "identifierSpace": identifiers,
                "schemaSpace": "http://www.wikidata.org/prop/direct/",
            }
            return as_json({"versions": versions or ["0.1", "0.2"], **space})
        queries = json.loads(form["queries"])
        return as_json({name: {"result": results(query["query"])} for name, query in queries.items()})

    def results(name: str) -> list[dict[str, object]]:
        return [
            {
                "id": one.number,
                "name": one.label,
                "description": one.description,
                "type": [{"id": each, "name": MARK} for each in one.items("P31")],
                "score": 100.0,
                "match": False,
            }
            for one in everything()
            if one.label.lower() == name.lower()
        ]

    return answer


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["link", *arguments])


def suggested(root: Path, *options: str) -> dict[str, list[str]]:
    found = run("suggest", "--root", str(root), "--out", str(root / "review.csv"), *options)
    assert found.exit_code == 0, found.output
    items: dict[str, list[str]] = {}
    for row in csv.DictReader((root / "review.csv").read_text().splitlines()):
        items.setdefault(row["record"], []).append(row["item"].removeprefix(WD))
    return items


@pytest.mark.parametrize("form", [full, truthy, dump])
def test_the_right_item_comes_first(form: Callable[[list[WikidataItem]], str], tmp_path: Path) -> None:
    root = unlinked(tmp_path)
    (tmp_path / "slice").write_text(form(everything()))
    found = suggested(root, "--slice", str(tmp_path / "slice"))
    assert {slug: items[0] for slug, items in found.items()} == ANSWERS
    assert "Q9003" in found["neighbourhood-treaty-1990"]
    assert not {"Q9001", "Q9002", "Q9004"} & {one for items in found.values() for one in items}, "impossible classes"


def test_an_endpoint_finds_the_same(tmp_path: Path) -> None:
    root = unlinked(tmp_path)
    with standing(query_service(full(everything()))) as service:
        found = suggested(root, "--endpoint", service.url)
    assert {slug: items[0] for slug, items in found.items()} == ANSWERS


def test_a_reconciliation_service_gives_candidates(tmp_path: Path) -> None:
    root = unlinked(tmp_path)
    (tmp_path / "slice.nt").write_text(full(everything()))
    with standing(reconciliation()) as service:
        alone = suggested(root, "states", "treaties", "--reconcile", service.url)
        asked = len(service.asked)
        found = suggested(root, "--reconcile", service.url, "--slice", str(tmp_path / "slice.nt"))
    assert alone.keys() == {"belmora", "neighbourhood-treaty-1990"}
    assert set(alone["neighbourhood-treaty-1990"]) == {"Q905", "Q9003"}
    assert {slug: items[0] for slug, items in found.items()} == ANSWERS
    assert 1 < asked < 5, "queries go in batches"


def test_the_stand_in_keeps_to_the_published_schemas(tmp_path: Path) -> None:
    def valid(value: object, name: str) -> None:
        schema = json.loads(suite("reconciliation-0.2", "schemas", name).read_text())
        jsonschema.Draft7Validator(schema).validate(value)

    root = unlinked(tmp_path)
    with standing(reconciliation()) as service:
        suggested(root, "treaties", "--reconcile", service.url)
    manifest, answer = reconciliation()("", {}), reconciliation()("", service.asked[-1])
    valid(json.loads(manifest[2]), "manifest.json")
    valid(json.loads(answer[2]), "reconciliation-result-batch.json")
    valid(json.loads(service.asked[-1]["queries"]), "reconciliation-query-batch.json")


def measured(found: Result) -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.split("│")] for line in found.stdout.splitlines() if "│" in line]
    return {row[0]: row[1:] for row in rows}


def test_suggestions_are_measured_on_what_is_known(tmp_path: Path) -> None:
    """What the source lacks is not counted as missed; what comes first and is wrong is named."""
    root = linked_world(tmp_path)
    path = tmp_path / "slice.nt"

    def measure(items: list[WikidataItem]) -> Result:
        path.write_text(full(items))
        found = run("suggest", "--measure", "--root", str(root), "--slice", str(path))
        assert found.exit_code == 0, found.output
        return found

    assert measured(measure(everything()))["treaties"] == ["1", "1", "1 of 1", "1.00", "1.00", "1 of 1"]
    others = [one for one in everything() if one.number != "Q905"]
    assert measured(measure(others))["treaties"] == ["1", "0", "0 of 0", "–", "–", "0 of 0"]
    renamed = replace(world_items()["Q905"], labels={"en": "Sea Drill of 2009"})
    found = measure([*others, renamed])
    assert measured(found)["treaties"] == ["1", "1", "0 of 1", "0.00", "0.00", "0 of 0"]
    assert "neighbourhood-treaty-1990: Q9003 Neighbourhood Treaty came first (low)" in found.stderr


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            reconciliation(identifiers="https://example.com/"),
            "has identifiers of https://example.com/, not of Wikidata",
        ),
        (reconciliation(versions=["0.9"]), "offers versions ['0.9'] of the API"),
        (lambda _path, _form: as_json({"name": "x"}), "is not a reconciliation service"),
        (lambda _path, _form: as_json([]), "is not a reconciliation service"),
    ],
)
def test_other_services_are_refused(answer: Answer, message: str) -> None:
    with standing(answer) as service, pytest.raises(Refusal) as refused:
        ReconciliationService(WebService(service.url, interval=0))
    assert refused.value.faults[0].message.startswith(message)


@pytest.mark.parametrize("answer", [{}, {"q0": []}, {"q0": {"result": [{"id": "Q1"}]}}, [1], "text"])
def test_a_service_that_answers_out_of_form_is_refused(answer: object, tmp_path: Path) -> None:
    manifest = reconciliation()
    with standing(lambda path, form: as_json(answer) if "queries" in form else manifest(path, form)) as service:
        found = run("suggest", "treaties", "--root", str(unlinked(tmp_path)), "--reconcile", service.url)
    assert found.exit_code == 1
    assert "does not answer query q0 as the Reconciliation API says" in found.output
    assert found.output.count("\n") == 1


def test_unknown_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slice.nt").write_text(full(everything()))
    found = run("suggest", "treatise", "--root", str(unlinked(tmp_path)), "--slice", str(tmp_path / "slice.nt"))
    assert found.exit_code == 1
    assert "treatise: error: no records are of this kind (name one of" in found.output


def decided(root: Path, decisions: dict[tuple[str, str], str], *options: str, **changes: str) -> Result:
    """Carry out decisions by record and item."""
    path = root / "review.csv"
    rows = list(csv.DictReader(path.read_text().splitlines()))
    for row in rows:
        row["decision"] = decisions.get((row["record"], row["item"].removeprefix(WD)), "")
        if row["decision"]:
            row.update({"confidence": "high"} | changes)
    with path.open("w") as target:
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return run("review", str(path), "--root", str(root), "--source", "gazette", *options)


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    root = unlinked(tmp_path)
    (tmp_path / "slice.nt").write_text(full(everything()))
    suggested(root, "--slice", str(tmp_path / "slice.nt"))
    return root


def test_accepting_writes_a_link_and_refusing_is_remembered(reviewed: Path) -> None:
    choices = {("neighbourhood-treaty-1990", "Q905"): "accept", ("neighbourhood-treaty-1990", "Q9003"): "refuse"}
    assert decided(reviewed, choices | {("port-arven", "Q904"): "refuse"}).exit_code == 0
    link = (reviewed / "data" / "links" / "neighbourhood-treaty-1990-wikidata.yaml").read_text()
    assert "linkTarget: http://www.wikidata.org/entity/Q905\n" in link
    assert "Q905 is labelled Neighbourhood Treaty" in link
    assert "signatory (P1891)" in link
    assert faults_of(reviewed) == []
    assert run("verify", "--root", str(reviewed), "--slice", str(reviewed / "slice.nt")).exit_code == 0
    refused = {(one.subject_id, one.object_id) for one in read_sssom((reviewed / REFUSED).read_text(), REFUSED)}
    assert {pair[1] for pair in refused} == {"wikidata:Q904", "wikidata:Q9003"}
    again = suggested(reviewed, "--slice", str(reviewed / "slice.nt"))
    assert "neighbourhood-treaty-1990" not in again
    assert "Q904" not in again.get("port-arven", ())


def test_refusals_add_up(reviewed: Path) -> None:
    decided(reviewed, {("port-arven", "Q904"): "refuse"})
    decided(reviewed, {("belmora", "Q902"): "refuse"})
    lines = read_sssom((reviewed / REFUSED).read_text(), REFUSED)
    assert [one.object_id for one in lines] == ["wikidata:Q902", "wikidata:Q904"]
    assert {one.predicate_modifier for one in lines} == {"Not"}


@pytest.mark.parametrize(
    ("decisions", "changes", "message"),
    [
        ({("belmora", "Q902"): "perhaps"}, {}, "`perhaps` is not a decision"),
        ({("belmora", "Q902"): "accept"}, {"record": "no-such"}, "no record is named `no-such`"),
        ({("belmora", "Q902"): "accept"}, {"item": f"{WD}P31"}, "P31 is a property, not an item"),
        ({("belmora", "Q902"): "accept"}, {"relation": "sameAs"}, "`sameAs` is not a relation"),
        ({("belmora", "Q902"): "accept"}, {"confidence": "low"}, "`low` is too low to accept"),
        ({("belmora", "Q902"): "accept"}, {"record": "corvania", "item": f"{WD}Q901"}, "Q901 is taken by `arvenia`"),
        (
            {("neighbourhood-treaty-1990", "Q905"): "accept", ("neighbourhood-treaty-1990", "Q9003"): "accept"},
            {},
            "`neighbourhood-treaty-1990` is accepted twice, with Q905 and Q9003",
        ),
        (
            {("belmora", "Q902"): "accept", ("port-arven", "Q904"): "accept"},
            {"item": f"{WD}Q902"},
            "Q902 is taken by `port-arven`",
        ),
        ({("belmora", "Q902"): "accept"}, {"record": "arvenia"}, "arvenia-wikidata.yaml exists already"),
    ],
)
def test_wrong_decisions_change_nothing(
    decisions: dict[tuple[str, str], str], changes: dict[str, str], message: str, reviewed: Path
) -> None:
    before = sorted((reviewed / "data" / "links").iterdir())
    found = decided(reviewed, decisions, **changes)
    assert found.exit_code == 1
    assert message in found.output
    assert "review.csv:" in found.output
    assert sorted((reviewed / "data" / "links").iterdir()) == before
    assert not (reviewed / REFUSED).exists()


def test_dry_run_shows_the_change(reviewed: Path) -> None:
    found = decided(reviewed, {("belmora", "Q902"): "accept"}, "--dry-run")
    assert found.exit_code == 0
    assert "+linkTarget: http://www.wikidata.org/entity/Q902\n" in found.output
    assert not (reviewed / "data" / "links" / "belmora-wikidata.yaml").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "is not a table for review: it lacks decision, item, record"),
        ('decision,record,item\n"accept,x\n', "is not CSV"),
        ("", "is not a table for review"),
    ],
)
def test_other_tables_are_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    found = run("review", str(tmp_path / "t.csv"), "--root", str(linked_world(tmp_path)), "--source", "gazette")
    assert found.exit_code == 1
    assert message in found.output


@pytest.mark.slow
def test_sssom_validates_the_suggestions(reviewed: Path) -> None:
    out = reviewed / "suggestions.sssom.tsv"
    options = ("--root", str(reviewed), "--slice", str(reviewed / "slice.nt"), "--out", str(out))
    assert run("suggest", *options).exit_code == 0
    validated = run_tool("sssom", "validate", str(out))
    assert validated.returncode == 0, validated.stderr
    assert "error" not in validated.stderr.lower()
    lines = {(one.subject_label, one.object_id) for one in read_sssom(out.read_text(), "x")}
    assert ("Belmora", "wikidata:Q902") in lines


def test_mapping_sets_are_read_as_they_are_written() -> None:
    line = MappingLine("a:x", 'la"bel', "skos:exactMatch", "wikidata:Q1", "semapv:X", comment="two\nlines\tand a tab")
    (found,) = read_sssom(as_sssom([line], {"license": "x"}, {"a": "https://example.com/"}), "x")
    assert found == MappingLine(
        "a:x", 'la"bel', "skos:exactMatch", "wikidata:Q1", "semapv:X", comment="two lines and a tab"
    )


@pytest.mark.parametrize(("text", "at"), [("#x\n", None), ("subject_id\tpredicate_id\tobject_id\na\tb\n", (2, 1))])
def test_broken_mapping_sets_are_refused(text: str, at: tuple[int, int] | None) -> None:
    with pytest.raises(Refusal) as refused:
        read_sssom(text, REFUSED)
    assert refused.value.faults[0].at == at
