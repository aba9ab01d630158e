"""The federated questions and `query --endpoint`, over the invented publication and a stand-in with invented items."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.link.invented import full, item
from tests.link.publication import linked_world, world_items
from tests.link.standins import CUT_OFF, RESULTS, StandIn, query_service, standing
from tests.support import ROOT
from upheaval.cli.main import main
from upheaval.link.wikidataitems import ItemCoordinates, ItemStatement, ItemTime

WD = "http://www.wikidata.org/entity/"


def term(person: str, begin: str, end: str = "", rank: str = "normal") -> ItemStatement:
    ended = {"P582": (ItemTime(end),)} if end else {}
    return ItemStatement(person, rank, {"P580": (ItemTime(begin),), **ended})


def triples() -> str:
    """The invented items, with leaders, borders, coordinates, names and a page on Wikisource."""
    items = world_items()
    arvenia = items["Q901"].statements
    arvenia["P35"] = [term("Q920", "1989-01-01", "1990-05-04"), term("Q921", "1990-05-05")]
    arvenia["P6"] = [term("Q922", "1980-01-01"), term("Q921", "1985-01-01", rank="deprecated")]
    arvenia["P47"] = [ItemStatement("Q902"), ItemStatement("Q903"), ItemStatement("Q77")]
    items["Q904"].statements["P625"] = [ItemStatement(ItemCoordinates(1.5, 2.5))]
    items["Q905"].statements["P1891"].append(ItemStatement("Q903"))
    items["Q902"].labels["ru"] = "Бельмора"
    items["Q901"].labels["ru"] = "Арвения"
    people = [item("Q920", "Old King", "Q5"), item("Q921", "New King", "Q5"), item("Q922", "Minister", "Q5")]
    page = "<https://ru.wikisource.org/wiki/Pact>"
    about = f'{page} <http://schema.org/about> <{WD}Q905> .\n{page} <http://schema.org/inLanguage> "ru" .\n'
    other = f"<https://en.wikipedia.org/wiki/Pact> <http://schema.org/about> <{WD}Q905> .\n"
    return full([*items.values(), *people]) + about + other


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = linked_world(tmp_path_factory.mktemp("federated"))
    (root / "queries").mkdir(exist_ok=True)
    (root / "queries" / "federated").symlink_to(ROOT / "queries" / "federated")
    path = root / "data" / "exercises" / "patrol-2014.yaml"
    path.write_text(path.read_text().replace("date: 2014-07", "date: 2014-07\nplace: port-arven"))
    return root


def query(root: Path, url: str, *arguments: str) -> Result:
    options = ["--root", str(root), "--format", "csv", "--endpoint", f"wikidata={url}"]
    return CliRunner().invoke(main, ["query", *arguments, *options])


EXPECTED = {
    "wikidata-borders": [["Arvenia", "Belmora", "4"], ["Arvenia", "Corvania", "2"]],
    "wikidata-codes": [
        ["Arvenia", f"{WD}Q901", "ARV", "ARV", "same"],
        ["Belmora", f"{WD}Q902", "BEL", "BEL", "same"],
        ["Corvania", f"{WD}Q903", "COR", "COR", "same"],
    ],
    "wikidata-leaders-at-signature --state arvenia": [
        ["1990-05-04", "Neighbourhood Treaty", "Arvenia", "head of government", "Minister"],
        ["1990-05-04", "Neighbourhood Treaty", "Arvenia", "head of state", "Old King"],
    ],
    "wikidata-names --language ru": [["belmora", "Belmora", "Бельмора"]],
    "wikidata-places": [["2014-07-01", "Patrol of 2014", "Port Arven", "Point(2.5 1.5)"]],
    "wikidata-signatories": [
        ["Neighbourhood Treaty", "Arvenia", "held"],
        ["Neighbourhood Treaty", "Belmora", "held"],
        ["Neighbourhood Treaty", "Corvania", "missing here"],
    ],
    "wikidata-texts": [["Neighbourhood Treaty", "ru", "https://ru.wikisource.org/wiki/Pact"]],
}


@pytest.mark.parametrize("question", EXPECTED)
def test_questions_have_the_expected_rows(question: str, root: Path) -> None:
    with standing(query_service(triples())) as service:
        found = query(root, service.url, *question.split())
    assert found.exit_code == 0, found.output
    rows = table(found)
    if "leaders" in question:
        rows = [row for row in rows if row[1] == "Neighbourhood Treaty"]
    assert [[cell.removeprefix(base(root)) for cell in row] for row in rows] == EXPECTED[question]
    about_few(service)


def table(found: Result) -> list[list[str]]:
    return list(csv.reader(found.stdout.splitlines()))[1:]


def base(root: Path) -> str:
    from upheaval.schema.publication import open_publication

    return open_publication(root).iri


def about_few(service: StandIn) -> None:
    """The endpoint is only asked about the items that are linked."""
    assert service.asked
    assert all(f"<{WD}Q905>" in form["query"] for form in service.asked)


def test_there_are_enough_questions() -> None:
    assert len(list((ROOT / "queries" / "federated").glob("*.rq"))) >= 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--endpoint", "dbpedia=https://dbpedia.org/sparql"], "is not an endpoint (write wikidata=URL)"),
        (["--endpoint", "wikidata"], "is not an endpoint (write wikidata=URL)"),
        (["--endpoint", "wikidata=query.wikidata.org"], "is not an address"),
        (["--endpoint", "wikidata=http://[x"], "is not an address"),
        (["--endpoint", "wikidata=http://127.0.0.1:9/> { } SERVICE <http://127.0.0.1:8/"], "is not an address"),
        (["--endpoint", "wikidata=http://127.0.0.1:9/sparql"], "the endpoint does not answer as it should"),
    ],
)
def test_wrong_endpoints_are_refused(options: list[str], message: str, root: Path) -> None:
    found = CliRunner().invoke(main, ["query", "wikidata-codes", "--root", str(root), *options])
    assert found.exit_code == 1
    assert message in found.output
    assert found.output.count("\n") == 1


def test_without_an_endpoint_the_cure_is_named(root: Path) -> None:
    found = CliRunner().invoke(main, ["query", "wikidata-codes", "--root", str(root)])
    assert found.exit_code == 1
    assert "--endpoint wikidata=" in found.output


def test_no_other_host_is_asked(root: Path, tmp_path: Path) -> None:
    with standing(query_service(triples())) as service:
        for other in (f"SERVICE <{service.url}> {{ ?s ?p ?o }}", "SERVICE ?g { ?s ?p ?o }"):
            path = tmp_path / "q.rq"
            path.write_text(f"SELECT * {{ SERVICE <https://query.wikidata.org/sparql> {{ ?a ?b ?c }} {other} }}")
            found = query(root, service.url, str(path))
            assert found.exit_code == 1
            assert "SERVICE is not allowed" in found.output
    assert service.asked == []


@pytest.mark.parametrize(
    "fault",
    [(500, {}, b"oops"), (200, {"Content-Type": "text/html"}, b"<html>"), (200, RESULTS | CUT_OFF, b'{"head"')],
)
def test_failing_endpoints_are_one_clear_line(fault: tuple[int, dict[str, str], bytes], root: Path) -> None:
    with standing(lambda _path, _form: fault) as service:
        found = query(root, service.url, "wikidata-codes")
    assert found.exit_code == 1
    assert "the endpoint does not answer as it should" in found.output
    assert found.output.count("\n") == 1
