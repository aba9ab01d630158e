"""`upheaval link give`: what is sent is sourced, undisputed and not there yet; all else is listed with its reason."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.link.invented import full, item
from tests.link.publication import linked_world, world_items
from tests.link.standins import query_service, standing
from upheaval.cli.main import main
from upheaval.link.giving import safe_address
from upheaval.link.mappings import mapped_properties
from upheaval.link.wikidataitems import ItemStatement, ItemTime, WikidataItem

Items = dict[str, WikidataItem]
DRILL = "data/exercises/sea-drill-2009.yaml"
GAZETTE = "data/sources/gazette.yaml"


def empty_items() -> Items:
    """The items of the invented publication, of which only names and classes are known."""
    items = world_items()
    for one in items.values():
        one.statements = {name: values for name, values in one.statements.items() if name in ("P31", "P279")}
    return items


def given(root: Path, items: Items, *options: str) -> Result:
    (root / "slice.nt").write_text(full(items.values()))
    slice_ = ("--slice", str(root / "slice.nt"))
    return CliRunner().invoke(main, ["link", "give", "--root", str(root), *slice_, *options])


def sent(root: Path, items: Items) -> tuple[list[list[str]], dict[tuple[str, str, str], str]]:
    """Return the commands, split, and the status of each gap."""
    folder = root / "out"
    found = given(root, items, "--out", str(folder))
    assert found.exit_code == 0, found.output
    rows = csv.DictReader((folder / "gaps.csv").read_text().splitlines())
    commands = [line.split("\t") for file in sorted(folder.glob("batch-*")) for line in file.read_text().splitlines()]
    return commands, {(row["record"], row["property"], row["value"]): row["status"] for row in rows}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return linked_world(tmp_path)


def test_statements_have_references_qualifiers_and_precision(root: Path) -> None:
    commands, statuses = sent(root, empty_items())
    url = yaml.safe_load((root / GAZETTE).read_text())["url"]
    by_pair = {(line[0], line[1], line[2]): line[3:] for line in commands}
    signed = by_pair["Q905", "P1891", "Q901"]
    assert signed[:4] == ["P585", "+1990-05-04T00:00:00Z/11", "S854", f'"{url}"']
    assert signed[4] == "S813"
    assert ("Q905", "P7588", "+1991-01-01T00:00:00Z/11") in by_pair
    assert {("Q906", "P710", one) for one in ("Q901", "Q902", "Q903")} <= by_pair.keys()
    assert all("S854" in line for line in commands)
    assert statuses["sea-drill-2009", "P276", "narrow-strait"] == "the value has no item"
    assert statuses["port-arven", "P17", "Q901"].startswith("not sent: ")


def test_what_is_there_is_not_sent(root: Path) -> None:
    items = empty_items()
    items["Q906"].statements["P710"] = [ItemStatement("Q901"), ItemStatement("Q902", "deprecated")]
    items["Q906"].statements["P580"] = [ItemStatement(ItemTime("2009-09-01", 10))]
    items["Q906"].statements["P582"] = [ItemStatement(ItemTime("2009-10-01", 10))]
    commands, statuses = sent(root, items)
    assert [line[2] for line in commands if line[:2] == ["Q906", "P710"]] == ["Q903"]
    assert ("sea-drill-2009", "P580", "2009-09-01") not in statuses
    assert statuses["sea-drill-2009", "P582", "2009-09-05"] == "contradicts what is there"
    assert not [line for line in commands if line[1] == "P582"]


def alleged(root: Path) -> None:
    text = (root / DRILL).read_text()
    (root / DRILL).write_text(text.replace("evidentialStatus: acknowledged", "evidentialStatus: alleged"))


def disputed(root: Path) -> None:
    text = (root / DRILL).read_text()
    (root / DRILL).write_text(text.replace("locator: page 2}", "locator: page 2, bearing: disputes}"))


def circular(root: Path) -> None:
    for slug, address in (
        ("gazette", "https://en.wikipedia.org/wiki/Gazette"),
        ("institute-2010", "https://wikimili.com/x"),
    ):
        path = root / "data" / "sources" / f"{slug}.yaml"
        lines = [line for line in path.read_text().splitlines() if not line.startswith("url:")]
        path.write_text("\n".join([*lines, f"url: {address}"]) + "\n")


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (alleged, "disputed or alleged"),
        (disputed, "disputed or alleged"),
        (circular, "no reference that Wikidata takes"),
    ],
)
def test_what_is_doubted_or_circular_is_not_sent(spoil: Callable[[Path], None], status: str, root: Path) -> None:
    spoil(root)
    commands, statuses = sent(root, empty_items())
    assert statuses["sea-drill-2009", "P710", "Q901"] == status
    assert not [line for line in commands if line[0] == "Q906"]


def test_inexact_dates_are_not_sent(root: Path) -> None:
    text = (root / DRILL).read_text()
    (root / DRILL).write_text(text.replace("startDate: 2009-09-01", 'startDate: "2009-09~"'))
    statuses = sent(root, empty_items())[1]
    assert statuses["sea-drill-2009", "P580", "2009-09~"] == "our date is not exact"


@pytest.mark.parametrize("gone", ["redirect", "absent"])
def test_items_that_are_gone_get_nothing(gone: str, root: Path) -> None:
    items = empty_items()
    if gone == "absent":
        del items["Q906"]
    else:
        items["Q906"] = WikidataItem("Q906", redirect="Q1")
    assert not [line for line in sent(root, items)[0] if line[0] == "Q906"]


def test_nothing_is_written_by_default(root: Path) -> None:
    before = sorted(root.rglob("*"))
    found = given(root, empty_items())
    assert found.exit_code == 0
    assert "to send" in found.output
    assert sorted(root.rglob("*")) in (before, sorted([*before, root / "slice.nt"]))


def test_batches_have_their_size_and_an_old_folder_stays(root: Path) -> None:
    assert given(root, empty_items(), "--out", str(root / "out"), "--batch", "3").exit_code == 0
    sizes = [len(file.read_text().splitlines()) for file in sorted((root / "out").glob("batch-*.tsv"))]
    assert set(sizes[:-1]) == {3}
    found = given(root, empty_items(), "--out", str(root / "out"))
    assert (found.exit_code, "already exists" in found.output) == (1, True)


def test_csv_says_the_same_as_version_1(root: Path) -> None:
    assert given(root, empty_items(), "--out", str(root / "v1")).exit_code == 0
    assert given(root, empty_items(), "--out", str(root / "csv"), "--format", "csv").exit_code == 0
    lines = [line.split("\t") for line in (root / "v1" / "batch-001.tsv").read_text().splitlines()]
    header, *rows = csv.reader((root / "csv" / "batch-001.csv").read_text().splitlines())
    assert header[0] == "qid"
    assert [[cell for cell in row if cell] for row in rows] == [[line[0], *line[2::2]] for line in lines]
    for row, line in zip(rows, lines, strict=True):
        columns = [name for name, cell in zip(header[1:], row[1:], strict=True) if cell]
        assert [name.replace("qal", "P") for name in columns] == line[1::2]


def test_new_items_need_two_sources_and_no_candidate(root: Path) -> None:
    for path in (root / "data" / "links").glob("neighbourhood*"):
        path.unlink()
    items = empty_items()
    out = root / "out"
    options = ["link", "give", "--root", str(root), "--new", "--out", str(out)]
    with standing(query_service(full(items.values()))) as service:
        assert CliRunner().invoke(main, [*options, "--endpoint", service.url]).exit_code == 0
    assert not any("CREATE" in file.read_text() for file in out.glob("batch-*")), "its item was found"
    del items["Q905"]
    with standing(query_service(full(items.values()))) as service:
        options[-1] = str(out := root / "again")
        assert CliRunner().invoke(main, [*options, "--endpoint", service.url]).exit_code == 0
    text = "".join(file.read_text() for file in sorted(out.glob("batch-*")))
    made = text[text.index("CREATE") :].split("CREATE\n")[1:]
    names = [block.splitlines()[0] for block in made]
    assert 'LAST\tLen\t"Neighbourhood Treaty"' in names
    assert 'LAST\tLen\t"Fishing Treaty"' not in names, "it has one source"
    block = next(block for block in made if "Neighbourhood Treaty" in block)
    assert block.splitlines()[1].startswith("LAST\tP31\tQ131569\tS854\t")
    assert "LAST\tP1891\tQ901\tP585\t+1990-05-04T00:00:00Z/11\tS854\t" in block


def test_new_items_are_not_judged_by_a_slice(root: Path) -> None:
    found = given(root, empty_items(), "--new")
    assert (found.exit_code, "only an endpoint can tell" in found.output) == (1, True)


def test_every_entry_of_the_mapping_is_reviewed() -> None:
    for entry in mapped_properties():
        assert entry.form in ("code", "time", "item")
        assert entry.severity in ("error", "warning", "none")
        assert all((entry.label, entry.definition, entry.constraint, entry.ours, entry.send))
        assert {"?record", "?value", "?node"} <= set(entry.query.split())


def test_addresses_cannot_break_a_line() -> None:
    assert safe_address('https://example.com/a?b=1&c="d"|e\tf%22') == "https://example.com/a?b=1&c=%22d%22%7Ce%09f%22"


def test_items_of_others_are_left_alone(root: Path) -> None:
    items = empty_items() | {"Q1": item("Q1", "Sea drill of 2009")}
    assert not [line for line in sent(root, items)[0] if line[0] not in {f"Q90{at}" for at in range(1, 8)}]
