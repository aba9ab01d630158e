"""Where a register contradicts a record, there is a warning at the step; where it agrees or is silent, none."""

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from tests.support import ROOT, WORLD
from upheaval.cli.main import main
from upheaval.faults import Severity
from upheaval.importers.registers import contradictions
from upheaval.populate.assembly import Assembly


def alliance(assembly: Assembly, parties: str, begin: str, end: str, register: str = "cow") -> list[ox.Quad]:
    """Write an alliance of a register as an import has it."""
    base = assembly.publication.iri
    last = f'statecraft:latest "{end}"^^xsd:date ;' if end else ""
    named = ", ".join(f"<{base}{party}>" for party in parties.split())
    text = f"""
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix statecraft: <https://w3id.org/statecraft#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <{base}import/{register}/alliance/7> a statecraft:Treaty ; rdfs:label "Alliance"@en ; statecraft:party {named} ;
      statecraft:cooperationType <https://w3id.org/statecraft/cooperation#mutual-defence-commitment> ; {last}
      statecraft:earliest "{begin}"^^xsd:date .
    """
    graph = ox.NamedNode(f"{base}import")
    parsed = ox.parse(text, format=ox.RdfFormat.TURTLE)
    return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("1955-03-15", "1985-06-30", []),  # within the month and the year that the record gives
        ("1955-03-15", "", []),
        ("1955-04-10", "1985-06-30", [("register/beginning", 5)]),
        ("1955-03-15", "1979-01-01", [("register/end", 7)]),
        ("1955-03-15", "1986-01-01", [("register/end", 7)]),
        ("1949-03-15", "1979-01-01", []),  # another alliance
    ],
)
def test_register_is_compared_with_the_steps(
    world: Assembly, begin: str, end: str, expected: list[tuple[str, int]]
) -> None:
    faults = contradictions(world, alliance(world, "old-arvenia belmora", begin, end))
    assert [(fault.rule, fault.at[0] if fault.at else 0) for fault in faults] == expected
    assert {fault.file for fault in faults} <= {"data/treaties/friendship-treaty-1955.yaml"}
    assert {fault.severity for fault in faults} <= {Severity.WARNING}
    assert all("COW (7)" in fault.message for fault in faults)


def test_end_in_a_register_contradicts_what_is_in_force(axis: Assembly) -> None:
    end = alliance(axis, "china north-korea", "1961-07-11", "1999-01-01", "atop")
    (fault,) = contradictions(axis, end)
    assert "ATOP (7) has the alliance end on 1999-01-01; the record has it in force, and no end" in fault.message
    assert fault.file == "data/treaties/china-north-korea-treaty-1961.yaml"


def test_other_parties_are_another_alliance(world: Assembly) -> None:
    assert not contradictions(world, alliance(world, "old-arvenia corvania", "1955-03-15", "1979-01-01"))


def test_check_asks_for_a_folder_that_is_there() -> None:
    result = CliRunner().invoke(main, ["check", "--root", str(WORLD), "--with", str(ROOT / "no-such-folder")])
    assert result.exit_code == 2
    assert "no-such-folder" in result.stderr
