"""Figures that others published stand beside ours, and ours are computed from the records."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importers.support import DATASETS
from tests.support import ROOT
from upheaval.populate.assembly import Assembly
from upheaval.rdf.sparql import select

FILE = ROOT / "docs" / "reproductions.csv"
VOTES = DATASETS / "un_general_assembly_votes"
AXIS = "https://w3id.org/axis-of-upheaval/"
REASONS = ("universe: ", "unit: ", "source: ", "error: ")
FOUR = ("china", "iran", "north-korea", "russia")
QUERY = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT DISTINCT ?record ?class ?from ?state WHERE {
  VALUES ?class {
    statecraft:MilitaryExercise statecraft:Deployment statecraft:ArmsTransfer statecraft:Agreement
  }
  ?record a/rdfs:subClassOf* ?class ; statecraft:earliest ?from ; statecraft:involvesState ?state ;
    statecraft:cooperationType/skos:broader* <https://w3id.org/statecraft/cooperation#military-and-security> .
  FILTER NOT EXISTS { ?record statecraft:aggregate true }
}
"""


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def military(axis: Assembly) -> list[tuple[str, str, frozenset[str]]]:
    """The class, first day and states of each record of military cooperation."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in select(axis.store, QUERY):
        key = (row["record"].value, row["class"].value.rpartition("#")[2], row["from"].value)
        found[key].add(row["state"].value.removeprefix(AXIS))
    return [(kind, day, frozenset(states)) for (_, kind, day), states in found.items()]


def count(query: str, first: str, last: str, military: list[tuple[str, str, frozenset[str]]]) -> int:
    within = [(kind, states) for kind, day, states in military if first <= day <= last]
    if query == "all-four":
        return sum(
            states >= set(FOUR) if kind in ("Deployment", "ArmsTransfer") else states == set(FOUR)
            for kind, states in within
        )
    both = [states for kind, states in within if kind == "MilitaryExercise" and states >= {"russia", "china"}]
    if query == "bilateral":
        return sum(len(states) == 2 for states in both)
    if query == "with-iran-or-syria":
        return sum(bool(states & {"iran", "syria"}) for states in both)
    assert query == "exercises"
    return len(both)


def test_ours_are_what_the_records_give(military: list[tuple[str, str, frozenset[str]]]) -> None:
    recorded = [row for row in rows() if not row["query"].startswith("assembly-")]
    found = {
        (row["publication"], row["figure"]): count(row["query"], row["from"], row["to"], military) for row in recorded
    }
    assert found == {(row["publication"], row["figure"]): int(row["ours"]) for row in recorded}


def ballots(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with (folder / "un_roll_calls.csv").open(encoding="utf-8", newline="") as file:
        days = {row["rcid"].partition(".")[0]: row["date"] for row in csv.DictReader(file)}
    cast: dict[str, dict[str, str]] = defaultdict(dict)
    with (folder / "un_votes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cast[row["rcid"].partition(".")[0]][row["country_code"]] = row["vote"]
    yield from ((days[number], votes) for number, votes in cast.items())


@pytest.mark.slow
@pytest.mark.skipif(not VOTES.is_dir(), reason="needs a copy of the General Assembly's votes")
def test_ours_are_what_a_copy_of_the_votes_gives() -> None:
    wanted = {row["query"]: row for row in rows() if row["query"].startswith("assembly-")}
    first, last = wanted["assembly-cases"]["from"], wanted["assembly-cases"]["to"]
    cases = alike = 0
    for day, votes in ballots(VOTES):
        american, both = votes.get("US"), votes.get("CN")
        if not first <= day <= last or not american or not both or votes.get("RU") != both or american == both:
            continue
        others = [vote for state, vote in votes.items() if state not in ("US", "CN", "RU")]
        cases += 1
        alike += others.count(american) > others.count(both)
    assert cases == int(wanted["assembly-cases"]["ours"])
    assert round(100 * alike / cases) == int(wanted["assembly-share"]["ours"])


def test_each_row_says_where_it_is_from_and_why_it_differs() -> None:
    text = (ROOT / "docs" / "reproductions.md").read_text(encoding="utf-8")
    for row in rows():
        assert row["address"].startswith("http")
        assert (row["reason"] == "same") == (row["theirs"] == row["ours"]), row["figure"]
        assert row["reason"] == "same" or row["reason"].startswith(REASONS)
        assert f"| `{row['query']}` |" in text
