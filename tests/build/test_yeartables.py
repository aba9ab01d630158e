"""The tables by year count each record once, where it certainly is, and tell nought, unknown and not searched apart."""

import csv
import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.support import ROOT, copy_of_world
from upheaval.build.export import Files, export
from upheaval.build.yeartables import panels
from upheaval.populate.assembly import assemble

CODES = ["isoAlpha31", "cowCode1", "gwCode1", "isoAlpha32", "cowCode2", "gwCode2"]
PAIRS = {
    "arvenia belmora": ["ARV", "901", "901", "BEL", "902", ""],
    "arvenia corvania": ["ARV", "901", "901", "COR", "903", ""],
    "belmora corvania": ["BEL", "902", "", "COR", "903", ""],
    "belmora old-arvenia": ["BEL", "902", "", "", "", ""],
}
TYPES = {
    "D": "diplomatic_and_political",
    "E": "economic_and_financial",
    "G": "energy",
    "I": "information_cyber_and_intelligence",
    "L": "legal_and_territorial",
    "M": "military_and_security",
    "S": "societal",
    "T": "technology_science_and_space",
}
CLASSES = {"a": "agreements", "e": "events", "f": "flows"}
# Counted by hand. Capital letters are a record's types, the small one its class; `EMa` is an agreement of two types.
# The gas of 2006 has no end that is known, nor has the embargo of 2016 (`?`).
COUNTED = """
arvenia belmora: 1955 Ma, 1960 Ee, 1985 Ma, 1990 EMa, 1991 EMa, 1999 Da, 2000 Da, 2003 Da, 2005 Ga, 2006 Gf,
    2007 Ge ?Gf, 2008 ?Gf, 2009 Me ?Gf, 2010 EMa Mf ?Gf, 2011 De ?Gf, 2012 De Ta ?Gf, 2013 ?Gf, 2014 Me ?Gf,
    2015 Da ?Gf, 2016 ?Gf, 2017 ?Gf, 2018 Te ?Gf, 2019 ?Gf, 2020 ?Gf
arvenia corvania: 1975 Ef, 2003 Da, 2008 Ma, 2009 Me, 2011 De
belmora corvania: 1970 La, 2003 Da, 2009 Me, 2011 De Mf, 2012 Me, 2013 Me
belmora old-arvenia: 1955 Ma, 1960 Ee, 1985 Ma
"""
AGAINST = {2013: ("1", "military"), 2016: ("1", "economic"), **dict.fromkeys(range(2017, 2021), ("NA", "economic"))}
CONTENTION = ["covert", "diplomatic", "economic", "legal_and_territorial", "military", "verbal"]
DIRECTED = """
arvenia belmora: 2007 Ge, 2010 Mf
arvenia corvania: 1975 Ef, 2011 De
belmora arvenia: 2006 Gf, 2007-2020 ?Gf
belmora corvania: 2011 De Mf, 2012 Me, 2013 Me
"""


@pytest.fixture(scope="module")
def files(world_files: Files) -> Files:
    return world_files


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


WITHIN = ["arvenia belmora", "arvenia corvania", "belmora corvania"]
YEARS = range(1950, 2021)
"""From the first day of the first phase to the year of the version."""
IN_FORCE = {
    "arvenia belmora": [range(1955, 1986), range(1991, 2021), range(2000, 2016)],
    "arvenia corvania": [range(2008, 2021)],
    "belmora old-arvenia": [range(1955, 1986)],
}
UNKNOWN = {"arvenia belmora": [range(2012, 2021)], "belmora corvania": [range(1970, 2021)]}


def recorded(text: str) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for line in text.replace(",\n", ", ").strip().splitlines():
        pair, _, years = line.partition(": ")
        for span, *records in map(str.split, years.split(",")):
            first, _, last = span.partition("-")
            found |= dict.fromkeys(((pair, year) for year in range(int(first), int(last or first) + 1)), records)
    return found


def number(records: list[str]) -> str:
    certain = [record for record in records if record[0] != "?"]
    return str(len(certain)) if certain else "NA" if records else ""


def counts(records: list[str], classes: str, searched: str) -> list[str]:
    types = [number([record for record in records if letter in record]) for letter in TYPES]
    sums = [number(records), *(number([one for one in records if one.endswith(letter)]) for letter in classes)]
    return [*sums, *(cell or ("0" if letter in searched else "") for letter, cell in zip(TYPES, types, strict=True))]


def contention(pair: str, year: int) -> list[str]:
    total, kind = AGAINST.get(year, ("", "")) if pair in ("belmora corvania", "corvania belmora") else ("", "")
    if pair == "corvania belmora" and year != 2013:
        total, kind = "", ""
    return [total, *(total if kind == name else "" for name in CONTENTION)]


def expected_rows() -> Iterator[list[str]]:
    found = recorded(COUNTED)
    known = {key for key, records in found.items() if number(records) != "NA"}
    for pair, year in sorted({*known, *((pair, year) for pair in WITHIN for year in YEARS)}):
        searched = "G" if pair == "arvenia corvania" and year < 1980 else ""
        force = [str(sum(year in span for span in spans.get(pair, ()))) for spans in (IN_FORCE, UNKNOWN)]
        cells = counts(found.get((pair, year), []), "aef", searched)
        yield [*pair.split(), *PAIRS[pair], str(year), *cells, *contention(pair, year), *force]


def test_dyad_years_equal_a_count_by_hand(files: Files) -> None:
    rows = list(csv.reader(io.StringIO(files["csv/dyad_year.csv"].decode(), newline="")))
    heads = [*CODES, "year", "records", *CLASSES.values(), *TYPES.values(), "contention"]
    assert rows[0] == [
        *("state1", "state2", *heads),
        *(f"contention_{name}" for name in CONTENTION),
        *("in_force", "force_unknown"),
    ]
    assert rows[1:] == list(expected_rows())


def test_directed_years_have_who_gave_to_whom_and_who_acted_against_whom(files: Files) -> None:
    rows = read(files["csv/dyad_year_directed.csv"])
    found = recorded(DIRECTED)
    both = sorted({*WITHIN, *(" ".join(reversed(pair.split())) for pair in WITHIN)})
    assert [(f"{row['state1']} {row['state2']}", int(row["year"])) for row in rows] == sorted(product(both, YEARS))
    for row in rows:
        pair, year = f"{row['state1']} {row['state2']}", int(row["year"])
        searched = "G" if {row["state1"], row["state2"]} == {"arvenia", "corvania"} and year < 1980 else ""
        assert list(row.values())[9:] == [
            *counts(found.get((pair, year), []), "ef", searched),
            *contention(pair, year),
        ]


def test_state_years_take_the_pairs_of_a_state_together(files: Files) -> None:
    pairs, states = read(files["csv/dyad_year.csv"]), read(files["csv/state_year.csv"])
    assert [(row["state"], int(row["year"])) for row in states] == [
        (state, year) for state in ("arvenia", "belmora", "corvania") for year in YEARS
    ]
    for row in states:
        own = [
            pair["records"]
            for pair in pairs
            if row["state"] in (pair["state1"], pair["state2"])
            and pair["year"] == row["year"]
            and "old" not in pair["state1"] + pair["state2"]
        ]
        numbers = [int(records) for records in own if records not in ("", "NA")]
        if numbers:
            assert max(numbers) <= int(row["records"]) <= sum(numbers)
        else:
            assert row["records"] == ("NA" if "NA" in own else "")
    searched = [row["energy"] for row in states if int(row["year"]) < 1980]
    assert set(searched) == {""}, "nobody has searched the pairs of a state with both others"


SECOND = "label: {en: Another drill}\ncooperationType: joint-naval-exercise\nparticipant: [arvenia, belmora]\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("date: 1966\n", {1966: "1"}),
        ("startDate: 1966\nendDate: 1968\n", {1966: "1", 1967: "1", 1968: "1"}),
        ("date: 196X\n", dict.fromkeys(range(1960, 1970), "NA")),
        ("date: '[1966, 1967]'\n".replace(", ", ","), {1966: "NA", 1967: "NA"}),
        ("date: 1966/1967\n", {1966: "1", 1967: "1"}),
        ("startDate: 1966\nendDate: 196X\n", {1966: "1", 1967: "NA", 1968: "NA", 1969: "NA"}),
        ("date: ../1966\n", {}),
        ("date: 1966\nphase: [first-phase, second-phase]\n", {1966: "1"}),
        ("date: 1955\naggregate: true\n", {1955: "1"}),
        ("startDate: 1954\nendDate: 1956\naggregate: true\n", {1954: "1", 1955: "1", 1956: "1"}),
    ],
)
def test_each_record_counts_once_where_it_certainly_is(more: str, expected: dict[int, str], tmp_path: Path) -> None:
    """In 1955 a treaty of the same type is counted, and an aggregate is not counted beside it."""
    root = copy_of_world(tmp_path)
    (root / "data" / "exercises" / "another-drill.yaml").write_text(
        f"{SECOND}{more}evidentialStatus: reported\ncitation: [{{source: gazette, locator: whole}}]\n", encoding="utf-8"
    )
    assembly = assemble(root)
    rows = read(panels(assembly.store, assembly.vocabulary.graph, 2020)["dyad_year"].to_csv())
    pair = {int(row["year"]): row for row in rows if (row["state1"], row["state2"]) == ("arvenia", "belmora")}
    found = {year: pair[year]["military_and_security"] for year in range(1950, 1980)}
    assert {year: cell for year, cell in found.items() if cell} == {1955: "1"} | expected


def test_a_supply_goes_on_for_as_long_as_figures_show_it(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data" / "energy-supplies" / "gas-to-arvenia.yaml"
    cited = "citation: [{source: gazette, locator: page 1}]"
    figure = f"{{measure: gas, value: 1, unit: pieces, asOf: 2009, claimedBy: belmora-gas, {cited}}}"
    file.write_text(file.read_text(encoding="utf-8") + f"estimate: [{figure}]\n", encoding="utf-8")
    assembly = assemble(root)
    rows = read(panels(assembly.store, assembly.vocabulary.graph, 2020)["dyad_year"].to_csv())
    flows = {int(row["year"]): row["flows"] for row in rows if (row["state1"], row["state2"]) == ("arvenia", "belmora")}
    assert [flows[year] for year in range(2005, 2013)] == ["", "1", "1", "1", "1", "1", "NA", "NA"]


def test_a_narrow_search_says_nothing_of_the_wider_type(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data" / "findings" / "no-energy-arvenia-corvania.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("searchedType: energy", "searchedType: gas-trade"))
    assembly = assemble(root)
    rows = read(panels(assembly.store, assembly.vocabulary.graph, 2020)["dyad_year"].to_csv())
    assert not [row for row in rows if row["energy"] == "0"]


def test_rows_begin_where_the_publication_does(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data" / "publication.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "begins: 1961-10-01\n", encoding="utf-8")
    rows = read(export(assemble(root))["csv/state_year.csv"])
    assert min(row["year"] for row in rows) == "1961"


def test_contention_is_counted_apart(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / "data" / "contentious-acts").mkdir()
    (root / "data" / "contentious-acts" / "protest-2001.yaml").write_text(
        "label: {en: A protest}\ncontentionType: protest\nactor: corvania\ntarget: arvenia\ndate: 2001\n"
        "evidentialStatus: reported\ncitation: [{source: gazette, locator: whole}]\n",
        encoding="utf-8",
    )
    files = export(assemble(root))
    for name, pair in (("dyad_year", ("arvenia", "corvania")), ("dyad_year_directed", ("corvania", "arvenia"))):
        rows = read(files[f"csv/{name}.csv"])
        counted = [row for row in rows if row["contention"] and int(row["year"]) < 2013]
        assert [(row["state1"], row["state2"], row["year"]) for row in counted] == [(*pair, "2001")]
        assert (counted[0]["contention"], counted[0]["records"]) == ("1", "")
        assert sorted(one for one in counted[0] if one.startswith("contention_") and counted[0][one]) == [
            "contention_verbal"
        ]


def test_dyad_years_of_the_question_are_start_years(files: Files) -> None:
    expected = (ROOT / "tests" / "queries" / "dyad-year.expected.csv").read_text(encoding="utf-8")
    counts = {(row["state1"], row["state2"], row["year"]): row for row in read(files["csv/dyad_year.csv"])}
    for row in csv.DictReader(io.StringIO(expected)):
        cells = counts[row["state1"], row["state2"], row["year"]]
        assert int(cells[row["type"].replace("-", "_")]) >= int(row["records"])
