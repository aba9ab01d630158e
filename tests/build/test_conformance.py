"""The report on other people's suites is of the code that is here, and says what the suites found."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conformance import BASE, DOAP, KNOWN, digest, revision
from upheaval.build.earl import FILE, read_conformance

COUNTS = {
    "SHACL Core and SHACL-SPARQL": {"passed": 121},
    "SPARQL 1.1 Protocol": {"passed": 20, "inapplicable": 14},
    "SPARQL 1.1 Service Description": {"passed": 3},
}


def revisions() -> dict[str, str]:
    found = {}
    for quad in ox.parse(FILE.read_bytes(), format=ox.RdfFormat.TURTLE):
        if quad.predicate.value == f"{DOAP}revision" and isinstance(quad.object, ox.Literal):
            found[str(quad.subject.value).removeprefix(BASE).removesuffix("-subject")] = quad.object.value
    return found


@pytest.mark.parametrize("key", KNOWN)
def test_report_matches_the_current_code(key: str) -> None:
    assert revisions()[key] == revision(KNOWN[key]), f"{', '.join(KNOWN[key].packages)} changed: run `make conformance`"


def test_report_has_every_case_of_the_suites() -> None:
    found = {suite.title: suite for suite in read_conformance(FILE.read_bytes())}
    assert found.keys() == {suite.title for suite in KNOWN.values()}
    for title, counts in COUNTS.items():
        assert {name: found[title].count(name) for name in counts} == counts
        assert len(found[title].outcomes) == sum(counts.values())
    assert {title: suite.count("failed") for title, suite in found.items() if suite.count("failed")} == {}


def test_digest_changes_with_any_file_and_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    before = digest([tmp_path])
    (tmp_path / "a.py").write_text("x = 2\n")
    edited = digest([tmp_path])
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({before, edited, digest([tmp_path])}) == 3
