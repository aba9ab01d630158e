"""The table of docs/force.md: on which of seven days the alliances of the registers are in force, asked anew."""

import re

import pytest

from tests.support import ROOT
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import ask, rows
from upheaval.query.binding import bind
from upheaval.query.known import KnownTerms
from upheaval.schema.packagedquestions import read_questions

DAYS = ("1938-01-01", "1946-01-01", "1961-12-31", "1975-01-01", "1995-01-01", "2010-01-01", "2026-01-01")
TREATIES = {
    "105": "soviet-persian-friendship-treaty-1921",
    "131": "soviet-persian-neutrality-treaty-1927",
    "168": "sino-soviet-non-aggression-treaty-1937",
    "195": "soviet-british-iranian-alliance-treaty-1942",
    "202": "sino-soviet-friendship-alliance-treaty-1945",
    "229": "sino-soviet-alliance-treaty-1950",
    "264": "soviet-north-korea-treaty-1961",
    "265": "china-north-korea-treaty-1961",
    "389": "shanghai-five-confidence-building-agreement-1996",
    "397": "russia-north-korea-friendship-treaty-2000",
    "4968": "russia-iran-basic-treaty-2001",
    "4980": "russia-china-good-neighbourliness-treaty-2001",
    "6020": "sco-good-neighbourliness-treaty-2007",
}
"""The records by the number of the alliance in COW, or else in ATOP."""
ROW = re.compile(r"\| [^|]* \((?P<cow>\d+|–), (?P<atop>\d+|–)\) \| [^|]* \| [^|]* \| (?P<now>[^|]*) \|")


def years(text: str) -> set[str]:
    """Return the days' years that a cell names, a span with all between."""
    first, _, last = text.partition("–")
    if last and first:
        return {day[:4] for day in DAYS if first <= day[:4] <= last}
    return set(text.split(", ")) - {"", "–"}


@pytest.fixture(scope="module")
def bound(axis: Assembly) -> dict[str, set[str]]:
    """Return the agreements known to be in force on each day, by its year."""
    question = read_questions(axis.publication)["in-force"]
    known = KnownTerms(axis.store, axis.publication.iri)
    found = {}
    for day in DAYS:
        answer = ask(axis.store, bind(question, {"at": day}, known), "in-force")
        header, lines = rows(answer)  # type: ignore[arg-type]
        place = header.index("agreement")
        found[day[:4]] = {line[place].removeprefix(axis.publication.iri) for line in lines}
    return found


def test_each_row_says_what_the_dataset_answers(bound: dict[str, set[str]]) -> None:
    text = (ROOT / "docs" / "force.md").read_text(encoding="utf-8")
    stated = {}
    for row in ROW.finditer(text):
        number = row["cow"] if row["cow"] in TREATIES else row["atop"]
        stated[TREATIES[number]] = years(row["now"].strip())
    answered = {slug: {year for year, agreements in bound.items() if slug in agreements} for slug in TREATIES.values()}
    assert stated == answered
