"""Writing a site: what did not change is left alone, what is no page any more goes, nothing foreign is touched."""

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import WORLD
from upheaval.build.tables import to_csv
from upheaval.faults import Refusal
from upheaval.schema.publication import open_publication
from upheaval.schema.termpaths import DescribedTerms, TermPaths
from upheaval.site.citing import reference
from upheaval.site.pagepaths import Paths, root_of
from upheaval.site.tabular import FORMULA, safe, safe_copy
from upheaval.site.writing import write_site


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    target = tmp_path / "site"
    assert write_site(target, [("a/index.html", b"1"), ("b/index.html", b"2")], {}, "x") == (2, 2)
    os.utime(target / "a" / "index.html", (1, 1))
    assert write_site(target, [("a/index.html", b"1"), ("b/index.html", b"3")], {}, "y") == (2, 1)
    assert (target / "a" / "index.html").stat().st_mtime == 1
    assert (target / "b" / "index.html").read_bytes() == b"3"


def test_stale_pages_and_empty_folders_are_removed(tmp_path: Path) -> None:
    target = tmp_path / "site"
    write_site(target, [("a/index.html", b"1"), ("c/d/index.html", b"2")], {}, "x")
    write_site(target, [("a/index.html", b"1")], {}, "x")
    assert sorted(path.name for path in target.iterdir()) == ["a", "site.json"]


def test_folder_that_is_not_a_site_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Refusal, match="is not a site"):
        write_site(tmp_path, [("index.html", b"1")], {}, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_interrupted_rendering_is_recognized(tmp_path: Path) -> None:
    target = tmp_path / "site"
    write_site(target, [("a/index.html", b"1")], {}, "x")

    def broken() -> object:
        yield "a/index.html", b"2"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_site(target, broken(), {}, "y")  # type: ignore[arg-type]
    assert '"rdfc10_sha256": ""' in (target / "site.json").read_text()
    assert write_site(target, [("a/index.html", b"2")], {}, "y")[0] == 1
    assert (target / "a" / "index.html").read_bytes() == b"2"


def test_two_pages_never_share_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two pages have the path a/index"):
        write_site(tmp_path / "site", [("a/index.html", b"1"), ("a/index.html", b"2")], {}, "x")


def test_files_of_the_build_are_refreshed(tmp_path: Path) -> None:
    target, dump = tmp_path / "site", tmp_path / "dump.ttl"
    dump.write_text("one")
    write_site(target, [], {"dump.ttl": dump}, "x")
    dump.unlink()
    dump.write_text("two")
    assert write_site(target, [], {"dump.ttl": dump}, "x") == (1, 1)
    assert (target / "dump.ttl").read_text() == "two"


@given(st.text())
def test_safe_cell_is_never_a_formula_and_loses_nothing(text: str) -> None:
    found = safe(text)
    assert found in (text, f"'{text}")
    if found.startswith(FORMULA):
        float(found)


@pytest.mark.parametrize("number", ["-3.5", "+7", "-2e4"])
def test_numbers_stay_numbers(number: str) -> None:
    assert safe(number) == number


def test_a_safe_copy_keeps_rows_and_columns() -> None:
    table = to_csv(["a", "=b"], [["=1+1", "x\ny"], ["-2", '"q"']])
    assert list(csv.reader(io.StringIO(safe_copy(table).decode(), newline=""))) == [
        ["a", "'=b"],
        ["'=1+1", "x\ny"],
        ["-2", '"q"'],
    ]


def test_bibtex_entry_escapes_tex() -> None:
    publication = open_publication(WORLD)
    found = reference(publication, "0" * 64, r"50% of {all} & \more_", publication.iri + "x")
    assert r"title = {50\% of \{all\} \& \textbackslash{}more\_}" in found.bibtex
    assert found.bibtex.count("{") - found.bibtex.count(r"\{") == found.bibtex.count("}") - found.bibtex.count(r"\}")


def test_pages_have_the_paths_of_their_iris() -> None:
    documents = {"https://w3id.org/statecraft", "https://w3id.org/statecraft/cooperation"}
    terms = {"https://w3id.org/statecraft#Treaty", "https://w3id.org/statecraft/cooperation#coal"}
    paths = Paths(TermPaths("https://example.org/x/", DescribedTerms(frozenset(documents), frozenset(terms))))
    assert paths.record("russia#step-1") == "russia/#step-1"
    assert paths.vocabulary("https://w3id.org/statecraft#Treaty") == "statecraft/terms/Treaty/"
    assert paths.vocabulary("https://w3id.org/statecraft/cooperation#coal") == "statecraft/cooperation/coal/"
    assert paths.vocabulary("https://schema.org/Person") == ""
    assert root_of("statecraft/cooperation/coal/") == "../../../"
    assert root_of("") == "./"
