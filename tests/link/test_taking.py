"""`upheaval link take`: a skeleton of the right kind, with the item's own references, for a curator to complete."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.link.invented import full, item
from tests.link.publication import linked_world, world_items
from tests.support import faults_of
from upheaval.cli.main import main
from upheaval.link.wikidataitems import ItemStatement, ItemText, ItemTime, Snaks, WikidataItem

PAGE: Snaks = {
    "P854": ("https://example.com/treaties/7",),
    "P813": (ItemTime("2024-05-06"),),
    "P1476": (ItemText('Pact: the "text"', "en"),),
}
KNOWN: Snaks = {"P854": ("https://example.org/gazette",)}
BOOK: Snaks = {"P248": ("Q77",)}


def stated(value: object, *references: Snaks, rank: str = "normal") -> ItemStatement:
    return ItemStatement(value, rank, references=references)  # type: ignore[arg-type]


def pact() -> WikidataItem:
    made = item(
        "Q500",
        "Pact of Rivers",
        "Q9051",
        P1891=[stated("Q901", PAGE), stated("Q902", PAGE, KNOWN), stated("Q12345", PAGE), stated("Q903", BOOK)],
        P585=stated(ItemTime("2001-02-01", 10), PAGE),
        P7588=stated(ItemTime("2003-01-01", 9), KNOWN),
    )
    made.labels |= {"ru": "Речной пакт", "xx": "not ours"}
    made.aliases = {"en": ["Rivers: a pact"]}
    return made


def take(root: Path, *arguments: str, items: list[WikidataItem] | None = None) -> Result:
    path = root / "slice.nt"
    path.write_text(full([*(items or [pact()]), *world_items().values()]))
    return CliRunner().invoke(main, ["link", "take", *arguments, "--root", str(root), "--slice", str(path)])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return linked_world(tmp_path)


def test_a_treaty_is_taken_with_its_references(root: Path) -> None:
    found = take(root, "https://www.wikidata.org/wiki/Q500")
    assert found.exit_code == 0, found.output
    text = (root / "data/treaties/pact-of-rivers.yaml").read_text()
    record = yaml.load(text, yaml.BaseLoader)
    assert record["label"] == {"en": "Pact of Rivers", "ru": "Речной пакт"}
    assert record["altLabel"] == {"en": ["Rivers: a pact"]}
    assert record["party"] == ["arvenia", "belmora"]
    new = "example-com-pact-the-text"
    assert [(step["action"], step["date"]) for step in record["step"]] == [
        ("signed", "2001-02"),
        ("entered-into-force", "2003"),
    ]
    assert record["step"][0]["citation"] == [{"source": new, "locator": "..."}]
    assert record["step"][1]["citation"] == [{"source": "gazette", "locator": "..."}]
    assert {one["source"] for one in record["citation"]} == {new, "gazette"}
    assert "# left out: P1891 http://www.wikidata.org/entity/Q12345: no record is linked to it" in text
    assert "# left out: P1891 corvania: no reference that can be cited" in text
    source = yaml.safe_load((root / f"data/sources/{new}.yaml").read_text())
    assert source["url"] == "https://example.com/treaties/7"
    assert source["label"] == {"en": 'Pact: the "text"'}
    assert str(source["retrieved"]) == "2024-05-06"


def test_check_leaves_it_to_the_curator(root: Path) -> None:
    take(root, "Q500")
    faults = faults_of(root)
    assert {fault.file.rpartition("/")[2] for fault in faults} == {
        "pact-of-rivers.yaml",
        "example-com-pact-the-text.yaml",
    }
    assert any(fault.rule.startswith("yaml/") for fault in faults)
    for path in (root / "data/treaties/pact-of-rivers.yaml", root / "data/sources/example-com-pact-the-text.yaml"):
        text = (
            path.read_text()
            .replace("publisher: ...", "publisher: Somebody")
            .replace("sourceKind: ...", "sourceKind: news")
        )
        text = text.replace("cooperationType: ...", "cooperationType: trade").replace("locator: ...", "locator: whole")
        path.write_text(text.replace("evidentialStatus: ...", "evidentialStatus: reported"))
    assert faults_of(root) == []


def test_a_place_and_a_person(root: Path) -> None:
    items = [
        item("Q501", "Arven Hill", "Q515", P17=stated("Q901", KNOWN)),
        item("Q502", "No", "Q5", P27=stated("Q901", KNOWN)),
    ]
    found = take(root, "Q501", "Q502", items=items)
    assert found.exit_code == 0, found.output
    place = yaml.load((root / "data/places/arven-hill.yaml").read_text(), yaml.BaseLoader)
    person = yaml.load((root / "data/persons/no.yaml").read_text(), yaml.BaseLoader)
    assert (place["inState"], place["placeKind"]) == ("arvenia", "...")
    assert (person["ofState"], person["label"]) == ("arvenia", {"en": "No"})


@pytest.mark.parametrize(
    ("arguments", "items", "message"),
    [
        (["P31"], None, "P31 is a property, not an item"),
        (["Q404"], None, "does not have Q404"),
        (["Q901"], None, "is linked to `arvenia` already"),
        (["Q500", "--kind", "treatise"], None, "no kind of record has the folder `treatise`"),
        (["Q500", "--name", "Not A Name"], None, "`Not A Name` is not a valid record name"),
        (["Q500", "--name", "arvenia"], None, "the name `arvenia` is taken"),
        (["Q503"], [item("Q503", "thing", P585=stated(ItemTime("2001-01-01"), KNOWN))], "is of no kind"),
        (["Q503"], [item("Q503", "pact", "Q9051", P585=ItemTime("2001-01-01"))], "states nothing with a reference"),
        (["Q503"], [WikidataItem("Q503", redirect="Q500")], "was merged into Q500"),
    ],
)
def test_what_cannot_be_taken_is_refused(
    arguments: list[str], items: list[WikidataItem] | None, message: str, root: Path
) -> None:
    before = sorted((root / "data").rglob("*"))
    found = take(root, *arguments, items=items)
    assert found.exit_code == 1
    assert message in found.output
    assert sorted((root / "data").rglob("*")) == before


def test_one_wrong_item_leaves_all_untouched(root: Path) -> None:
    before = sorted((root / "data").rglob("*"))
    assert take(root, "Q500", "Q901").exit_code == 1
    assert sorted((root / "data").rglob("*")) == before


def test_dry_run_shows_the_files(root: Path) -> None:
    found = take(root, "Q500", "--dry-run")
    assert "+party: [arvenia, belmora]\n" in found.output
    assert not (root / "data/treaties/pact-of-rivers.yaml").exists()
