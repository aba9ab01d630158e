"""Votes in the Council, troops in conflicts, disputes, sanctions and cyber operations become acts."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.importers.support import BASE, CONFLICTS_IN_R, INCIDENTS_AS_LISTS, Imports, imported, lines, written
from upheaval.importers.target import ImportTarget

pytestmark = pytest.mark.slow

PREFIXES = "PREFIX s: <https://w3id.org/statecraft#> "


def ask(folder: Path, text: str) -> list[tuple[str, ...]]:
    """Return the rows of an answer, IRIs cut to their last part."""
    store = ox.Store()
    store.bulk_load("\n".join(lines(folder)).encode(), format=ox.RdfFormat.N_QUADS)
    solutions = store.query(PREFIXES + text, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    found = []
    for row in solutions:
        values = [str(getattr(row[name], "value", "")) for name in solutions.variables]
        found.append(tuple(value.removeprefix(BASE).rpartition("#")[2].rpartition("/")[2] for value in values))
    return sorted(found)


ACTS = """SELECT ?act ?who ?whom ?begin ?end WHERE { ?act s:actor|s:sender ?who ; s:startDate ?begin
  OPTIONAL { ?act s:target ?whom } OPTIONAL { ?act s:endDate ?end } }"""


def test_votes_of_the_council_have_voter_and_choice_and_a_veto_is_one(imports: Imports) -> None:
    found = ask(imports["unsc-votes"], "SELECT ?b ?who ?how WHERE { ?b s:vote [ s:voter ?who ; s:choice ?how ] }")
    assert found == [
        ("1", "belmora", "in-favour"),
        ("1", "france", "abstained"),
        ("1", "old-arvenia", "in-favour"),
        ("1", "taiwan", "absent"),
        ("2", "china", "vetoed"),
        ("2", "france", "in-favour"),
        ("2", "old-arvenia", "vetoed"),
        ("3", "arvenia", "against"),
        ("3", "china", "abstained"),
        ("3", "south-korea", "against"),
        ("9001", "arvenia", "abstained"),
        ("9001", "belmora", "in-favour"),
        ("9001", "south-korea", "absent"),
    ]


def test_troops_are_a_deployment_for_each_unbroken_run_of_years(imports: Imports) -> None:
    assert ask(imports["ucdp-prio"], ACTS) == [
        ("9001-arvenia-a-2015", "arvenia", "", "2015", "2016"),
        ("9001-belmora-a-2015", "belmora", "", "2015", "2016"),
        ("9001-belmora-a-2018", "belmora", "", "2018", "2018"),
        ("9003-belmora-b-2019", "belmora", "iraq", "2019", ""),
    ]
    hosts = ask(imports["ucdp-prio"], "SELECT DISTINCT ?host WHERE { ?d s:host ?host }")
    assert hosts == [("arvenia",), ("syria",)]


def test_what_is_no_support_by_troops_is_excluded_by_name(target: ImportTarget, tmp_path: Path) -> None:
    report = imported(target, "ucdp-prio", written(tmp_path / "in", {"acd.csv": CONFLICTS_IN_R}), tmp_path / "out")
    counted = {name: count for name, count in report.rows.excluded.items() if count}
    assert counted == {"intrastate conflict without troops in support": 1}
    assert (report.imported, report.records["Deployment"]) == (3, 2)


def test_states_on_one_side_act_together_and_each_side_against_the_other(imports: Imports) -> None:
    assert ask(imports["cow-mid"], ACTS) == [
        ("90001-side-a", "old-arvenia", "china", "1969-03-05", "1969-09"),
        ("90001-side-b", "china", "old-arvenia", "1969-03-06", "1969-09"),
        ("90002-side-a", "united-kingdom", "iraq", "1990-01-01", "1991-02-03"),
        ("90002-side-a", "united-states", "iraq", "1990-01-01", "1991-02-03"),
        ("90003-side-a", "belmora", "iraq", "1995-01-01", "1995-02-01"),
        ("90005-side-a", "old-arvenia", "belmora", "1945", "1946"),
    ]


def test_senders_of_sanctions_act_together(imports: Imports) -> None:
    assert ask(imports["ties"], ACTS) == [
        ("1971010101", "european-union", "belmora", "1971-07", "1973-05-27"),
        ("1971010101", "united-states", "belmora", "1971-07", "1973-05-27"),
        ("1971010104", "international-institution-without-a-name-in-the-crosswalk", "belmora", "1971-01-01", ""),
    ]
    assert ask(imports["gsdb"], ACTS) == [
        ("1", "united-states", "belmora", "1979", "1981"),
        ("2", "european-union", "north-korea", "2006", ""),
        ("2", "south-korea", "north-korea", "2006", ""),
        ("2", "united-states", "north-korea", "2006", ""),
        ("3", "league-of-patagonian-states", "democratic-republic-of-the-congo", "1990", "1995"),
        ("4", "belmora", "arvenia", "2014", "2015"),
        ("4", "germany", "arvenia", "2014", "2015"),
        ("7-rus-2014", "germany", "arvenia", "2014", "2015"),
        ("7-rus-2014", "united-states", "arvenia", "2014", "2015"),
        ("7-rus-2018", "germany", "arvenia", "2018", "2018"),
        ("8-rus-2014", "united-states", "arvenia", "2014", "2014"),
    ]


def test_reported_is_not_confirmed_and_each_attributed_state_has_its_operation(imports: Imports) -> None:
    assert ask(imports["eurepoc"], ACTS) == [
        ("1-arvenia", "arvenia", "belmora", "2014-03-05", "2014-03-06"),
        ("1-china", "china", "belmora", "2014-03-05", "2014-03-06"),
        ("2-arvenia", "arvenia", "germany", "2015-01-01", ""),
        ("3-arvenia", "arvenia", "", "2016-01-01", ""),
    ]
    found = ask(imports["eurepoc"], "SELECT ?o ?how WHERE { ?o s:evidentialStatus ?how }")
    assert found == [
        ("1-arvenia", "reported"),
        ("1-china", "reported"),
        ("2-arvenia", "acknowledged"),
        ("3-arvenia", "disputed"),
    ]
    types = ask(imports["eurepoc"], "SELECT ?o ?type WHERE { ?o s:cooperationType ?type }")
    assert ("3-arvenia", "hybrid-operation") in types
    assert ("1-china", "cyber-espionage") in types


def test_lists_as_python_prints_them_are_read(target: ImportTarget, tmp_path: Path) -> None:
    report = imported(target, "eurepoc", written(tmp_path / "in", {"i.csv": INCIDENTS_AS_LISTS}), tmp_path / "out")
    assert report.rows.faults == []
    assert [row[1:3] for row in ask(tmp_path / "out", ACTS)] == [
        ("arvenia", "belmora"),
        ("north-korea", "germany"),
        ("north-korea", "nato"),
    ]
