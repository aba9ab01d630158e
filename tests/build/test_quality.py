"""The quality of a dataset: what is counted, and that each count can go wrong."""

import json
from pathlib import Path

from click.testing import CliRunner

from tests.support import WORLD, copy_of_world
from upheaval.build.quality import assess
from upheaval.build.qualityreport import as_markdown, matrix, series, totals
from upheaval.cli.main import main
from upheaval.populate.assembly import Assembly, assemble

TWIN = (WORLD / "data" / "exercises" / "patrol-2014.yaml").read_text(encoding="utf-8")


def test_every_cell_of_pair_type_and_phase_is_counted(world: Assembly) -> None:
    quality = assess(world)
    assert len(quality.coverage) == 3 * 8 * 2
    states = {tuple(row[:3]): row[5] for row in quality.coverage}
    assert states["Arvenia – Corvania", "energy cooperation", "First phase"] == "searched, nothing found"
    assert states["Arvenia – Corvania", "energy cooperation", "Second phase"] == "gap"
    assert states["Arvenia – Belmora", "energy cooperation", "Second phase"] == "found"


def test_matrix_cell_is_a_number_a_dash_or_a_question_mark(world: Assembly) -> None:
    header, rows = matrix(assess(world))
    assert header == ["pair", "type", "First phase", "Second phase"]
    assert ["Arvenia – Corvania", "energy", "–", "?"] in rows
    assert ["Arvenia – Belmora", "energy", "0", "3"] not in rows
    assert ["Arvenia – Belmora", "energy", "?", "3"] in rows


def test_invented_publication_has_no_likely_duplicates(world: Assembly) -> None:
    assert assess(world).duplicates == []


def test_same_actors_types_and_days_are_a_likely_duplicate(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    near = root / "data" / "exercises" / "patrol-of-july-2014.yaml"
    near.write_text(TWIN.replace("date: 2014-07", "date: 2014-07-04"), encoding="utf-8")
    far = root / "data" / "exercises" / "patrol-of-august-2014.yaml"
    far.write_text(TWIN.replace("date: 2014-07", "date: 2014-08-15"), encoding="utf-8")
    found = assess(assemble(root)).duplicates
    assert found == [("patrol-2014", "2014-07-01", "patrol-of-july-2014", "2014-07-04")]


def test_records_without_a_link_are_named_by_kind(world: Assembly) -> None:
    unlinked = assess(world).unlinked
    assert unlinked["states"] == ["belmora", "corvania", "dorland"]
    assert "sources" not in unlinked


def test_report_counts_what_it_lists(world: Assembly) -> None:
    quality = assess(world)
    text = as_markdown(quality, world.publication)
    assert totals(quality) in text
    assert f"## On a single independent source ({len(quality.single_source)})" in text
    assert "| shells-to-corvania-2011 |" in text.partition("## Disputed (1)")[2]


def test_agreements_are_counted_by_what_is_known_of_their_force(world: Assembly) -> None:
    quality = assess(world)
    assert quality.force == [
        ["charters", "1", "0", "0", "1"],
        ["contracts", "1", "0", "1", "0"],
        ["joint-statements", "1", "0", "0", "1"],
        ["memoranda", "1", "0", "1", "0"],
        ["programmes", "1", "1", "0", "0"],
        ["treaties", "3", "1", "1", "1"],
    ]
    assert "## Agreements in force on 2020-12-31" in as_markdown(quality, world.publication)


def test_members_of_a_series_are_counted_by_what_is_known_of_them(world: Assembly) -> None:
    assert series(assess(world)) == [["Ballots of the council", "3", "2", "1", "0"]]


def test_member_neither_recorded_nor_searched_for_is_an_error_of_the_coverage(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    ballots = root / "data" / "series" / "council-ballots.yaml"
    text = ballots.read_text(encoding="utf-8")
    ballots.write_text(text.replace(", recordedAs: ballot-2012", ""), encoding="utf-8")
    assert CliRunner().invoke(main, ["check", "--root", str(root)]).exit_code == 0
    shown = CliRunner().invoke(main, ["check", "--coverage", "--root", str(root)])
    assert shown.exit_code == 1
    assert "data/series/council-ballots.yaml:6:5: error: `Ballot 2` belongs to the series" in shown.output
    listed = CliRunner().invoke(main, ["check", "--coverage", "--format", "json", "--root", str(root)])
    assert [(fault["line"], fault["rule"]) for fault in json.loads(listed.output)] == [(6, "coverage/not-recorded")]


def test_coverage_and_links_on_the_command_line() -> None:
    coverage = CliRunner().invoke(main, ["check", "--coverage", "--root", str(WORLD)])
    assert coverage.exit_code == 0
    assert "48 cells of pair, type and phase" in coverage.output
    links = CliRunner().invoke(main, ["link", "--check", "--root", str(WORLD)])
    assert links.exit_code == 0
    assert "states: 3 without a link: belmora, corvania, dorland" in links.output
    assert links.output.endswith("1 links, 0 faults\n")


def test_one_target_for_two_records_fails_the_check_of_links(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    link = (root / "data" / "links" / "arvenia-atlas.yaml").read_text(encoding="utf-8")
    other = link.replace("subject: arvenia", "subject: belmora")
    (root / "data" / "links" / "belmora-atlas.yaml").write_text(other, encoding="utf-8")
    result = CliRunner().invoke(main, ["link", "--check", "--root", str(root)])
    assert result.exit_code == 1
    assert "another record is an exact match for the same target" in result.output
