"""`upheaval link refresh`: the slice holds what the service has, and changes are shown."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.link.invented import entity, full
from tests.link.publication import linked_world, world_items
from tests.link.standins import Answer, as_json, query_service, standing
from upheaval.cli.main import main
from upheaval.link.slicefiles import SliceFile
from upheaval.link.wikidataitems import ItemStatement, ItemTime, WikidataItem


def entity_data(items: dict[str, WikidataItem]) -> Answer:
    """Return what answers as `Special:EntityData` does: one entity, or the one that it was merged into."""

    def answer(path: str, _form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        number = path.removeprefix("/service/").removesuffix(".json")
        if number not in items:
            return as_json({"entities": {number: {"id": number, "missing": ""}}})
        one = items[items[number].redirect or number]
        return as_json({"entities": {one.number: entity(one)}})

    return answer


def refresh(root: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["link", "refresh", str(root / "slice"), "--root", str(root), *options])


def later() -> dict[str, WikidataItem]:
    items = world_items()
    items["Q905"].statements["P7588"] = [ItemStatement(ItemTime("1992-01-01", 9))]
    items["Q904"].labels["ru"] = "Порт-Арвен"
    del items["Q907"]
    return items


CHANGES = [
    ["Q904", "Port Arven", "label (ru)", "", "Порт-Арвен"],
    ["Q905", "Neighbourhood Treaty", "P7588", "1991", "1992"],
    ["Q907", "Jane Analyst", "item", "there", ""],
]


@pytest.mark.parametrize("form", ["endpoint", "entity-data"])
def test_slice_follows_the_service(form: str, tmp_path: Path) -> None:
    root = linked_world(tmp_path)
    for items, rows in ((world_items(), None), (world_items(), []), (later(), CHANGES)):
        answer = query_service(full(items.values())) if form == "endpoint" else entity_data(items)
        with standing(answer) as service:
            url = service.url if form == "endpoint" else f"{service.url}/"
            found = refresh(root, f"--{form}", url)
        assert found.exit_code == 0, found.output
        expected = {number: items[number] for number in ("Q901", "Q905") if number in items}
        assert SliceFile(root / "slice").items(expected) == expected
        about = json.loads((root / "slice.json").read_text())
        assert about["sha256"] == hashlib.sha256((root / "slice").read_bytes()).hexdigest()
        assert about["source"] == url
        if rows is not None:
            assert list(csv.reader(found.stdout.splitlines()))[1:] == rows
    verified = CliRunner().invoke(main, ["link", "verify", "--root", str(root), "--slice", str(root / "slice")])
    assert "link/" not in verified.stdout or verified.exit_code == 0


def test_classes_come_with_the_items_of_an_endpoint(tmp_path: Path) -> None:
    root = linked_world(tmp_path)
    with standing(query_service(full(world_items().values()))) as service:
        refresh(root, "--endpoint", service.url)
    assert SliceFile(root / "slice").superclasses().distances(["Q515"]) == {"Q515": 0, "Q2221906": 1}


@pytest.mark.parametrize(
    "answer", [lambda _path, _form: (404, {}, b""), lambda _path, _form: as_json({"entities": []})]
)
def test_a_failing_service_leaves_the_slice(answer: Answer, tmp_path: Path) -> None:
    root = linked_world(tmp_path)
    with standing(entity_data(world_items())) as service:
        refresh(root, "--entity-data", f"{service.url}/")
    before = (root / "slice").read_bytes(), (root / "slice.json").read_bytes()
    with standing(answer) as service:
        found = refresh(root, "--entity-data", f"{service.url}/")
    assert found.exit_code == 1
    assert found.output.count("\n") == 1
    assert before == ((root / "slice").read_bytes(), (root / "slice.json").read_bytes())


def test_command_needs_one_service(tmp_path: Path) -> None:
    assert refresh(tmp_path).exit_code == 2
