"""The comparison with imported datasets finds what both have, what one has, and each kind of contradiction."""

import csv
import io
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from tests.importers.support import Imports
from upheaval.cli.main import main
from upheaval.importers.comparison import Finding, compare
from upheaval.importers.comparisonreport import HEADER, REASONS, as_csv, as_markdown
from upheaval.importers.target import ImportTarget

START = """
@prefix : <https://own.example/> .
@prefix i: <https://own.example/import/reg/> .
@prefix coop: <https://w3id.org/statecraft/cooperation#> .
@prefix kind: <https://w3id.org/statecraft/item-kind#> .
@prefix choice: <https://w3id.org/statecraft/vote-choice#> .
@prefix promise: <https://w3id.org/statecraft/provision#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix s: <https://w3id.org/statecraft#> .
@prefix status: <https://w3id.org/statecraft/evidential-status#> .
@prefix unit: <https://w3id.org/statecraft/unit#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
s:Treaty rdfs:subClassOf s:Agreement .
:pact a s:Coalition ; s:membership [ s:member :one ] , [ s:member :two ] .
:old s:continuedBy :one .
:jet rdfs:label "Su-27 fighter"@en ; s:itemKind kind:aircraft .
i:jet rdfs:label "Su-27S (FGA aircraft)"@en ; s:itemKind kind:aircraft .
i:gun rdfs:label "M-46 130mm (towed gun)"@en ; s:itemKind kind:gun .
"""


def transfer(name: str, item: str, years: tuple[int, int], number: int, more: str = "", supplier: str = ":one") -> str:
    return f"""{name} a s:ArmsTransfer ; rdfs:label "{name}"@en ; s:supplier {supplier} ;
  s:recipient :two ; s:item {item} ;
  s:earliest "{years[0]}-01-01"^^xsd:date ; s:latest "{years[1]}-12-31"^^xsd:date ; s:cooperationType coop:arms ; {more}
  s:estimate [ s:claimedBy :register ; s:unit unit:pieces ; s:value {number} ] .
"""


def compared(*text: str, begins: str = "") -> list[Finding]:
    store = ox.Store()
    store.load((START + "\n".join(text)).encode(), ox.RdfFormat.TURTLE)
    return compare(store, begins)


def short(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.status, one.reason) for one in found]


ROW = transfer("i:row", "i:jet", (1992, 1996), 24, supplier=":old")


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (transfer(":t", ":jet", (1992, 1996), 24), []),
        (transfer(":t", ":jet", (1992, 1996), 25), [("contradicting", "figure-differs")]),
        (transfer(":t", ":jet", (1991, 1996), 24), [("contradicting", "years-differ")]),
        (transfer(":t", ":jet", (1992, 1998), 24), [("contradicting", "years-differ")]),
    ],
)
def test_a_transfer_is_found_by_designation_and_its_facts_are_compared(
    ours: str, expected: list[tuple[str, str]]
) -> None:
    found = compared(ROW, ours)
    assert short(found) == [*expected, ("matched", "same")]
    assert all(one.ours and one.theirs for one in found)


def test_figures_may_be_of_one_row_or_of_all_together() -> None:
    second = transfer("i:second", "i:jet", (1996, 1997), 38)
    for number, differs in ((24, False), (38, False), (62, False), (63, True)):
        found = short(compared(ROW, second, transfer(":t", ":jet", (1992, 1997), number)))
        assert (("contradicting", "figure-differs") in found) == differs
    other = (
        transfer(":t", ":jet", (1992, 1996), 24).replace(":register", ":newspaper").replace("s:value 24", "s:value 9")
    )
    assert short(compared(ROW, other)) == [("matched", "same")], "another's figure is no contradiction"


@pytest.mark.parametrize(
    ("ours", "begins", "reason"),
    [
        ("", "", "not-recorded"),
        ("", "2000-01-01", "before-our-period"),
        (transfer(":t", ":jet", (1980, 1982), 1), "", "not-recorded"),
        (transfer(":t", "i:gun", (1992, 1996), 1), "", "other-weapon"),
        (transfer(":t", ":jet", (1949, 2019), 400, "s:aggregate true ;"), "", "in-an-aggregate"),
    ],
)
def test_what_only_they_have_says_why(ours: str, begins: str, reason: str) -> None:
    assert ("only-theirs", reason) in short(compared(ROW, ours, begins=begins))


@pytest.mark.parametrize(
    ("ours", "reason"),
    [
        (transfer(":t", ":jet", (1980, 1981), 1), "not-listed"),
        (transfer(":t", ":jet", (1980, 1981), 1, "s:evidentialStatus status:alleged ;"), "contested"),
        (transfer(":t", ":jet", (2020, 2021), 1), "after-their-edition"),
        (transfer(":t", ":jet", (1949, 2019), 1, "s:aggregate true ;"), "aggregate"),
        (transfer(":t", ":jet", (1980, 1981), 1).replace("coop:arms", "coop:shells"), "outside-their-scope"),
    ],
)
def test_what_only_we_have_says_why(ours: str, reason: str) -> None:
    assert ("only-ours", reason) in short(compared(ROW, ours))


def test_a_caliber_is_no_designation_and_kinds_tell_namesakes_apart() -> None:
    other = 'i:other rdfs:label "D-30 130mm (howitzer)"@en ; s:itemKind kind:gun .\n'
    found = short(
        compared(other, transfer("i:row", "i:gun", (1970, 1971), 5), transfer(":t", "i:other", (1970, 1971), 5))
    )
    assert found == [("only-ours", "not-listed"), ("only-theirs", "other-weapon")]
    engine = 'i:engine rdfs:label "Su-27 engine"@en ; s:itemKind kind:component .\n'
    assert ("matched", "name-alike") in short(compared(ROW, engine, transfer(":t", "i:engine", (1992, 1996), 24)))


def treaty(name: str, promise: str, end: str = "", parties: str = ":one, :two") -> str:
    latest = f's:latest "{end}"^^xsd:date ;' if end else ""
    return f"""{name} a s:Treaty ; rdfs:label "{name}"@en ; s:party {parties} ; {latest}
  s:earliest "1961-07-06"^^xsd:date ; s:provision [ s:provisionKind promise:{promise} ] .
[] s:forceOf {name} ; {latest} s:earliest "1961-07-06"^^xsd:date .
"""


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (treaty(":t", "mutual-defence"), treaty("i:t", "mutual-defence"), ("matched", "same")),
        (treaty(":t", "mutual-defence"), treaty("i:t", "mutual-defence", parties=":old, :two"), ("matched", "same")),
        (treaty(":t", "mutual-defence"), treaty("i:t", "neutrality"), ("contradicting", "promise-differs")),
        (
            treaty(":t", "mutual-defence", "1996-09-10"),
            treaty("i:t", "mutual-defence", "1995-09-10"),
            ("contradicting", "end-differs"),
        ),
        (
            treaty(":t", "mutual-defence"),
            treaty("i:t", "mutual-defence", "1995-09-10"),
            ("contradicting", "end-differs"),
        ),
        ("", treaty("i:t", "mutual-defence"), ("only-theirs", "not-recorded")),
        (treaty(":t", "mutual-defence"), "", None),
    ],
)
def test_alliances_are_compared_in_promises_and_ends(ours: str, theirs: str, expected: tuple[str, str] | None) -> None:
    found = short(compared(ours, theirs))
    assert found == ([expected] if expected else [])


def ballot(name: str, symbol: str, choice: str, label: str = "A vote") -> str:
    member = f'[] s:recordedAs {name} ; s:identifier "{symbol}" .\n' if symbol else ""
    return f"""{member}{name} a s:DiplomaticAct ; rdfs:label "{label}"@en ; s:framework :council ;
  s:earliest "2017-04-12"^^xsd:date ;
  s:vote [ s:voter :one ; s:choice choice:{choice} ] , [ s:voter :two ; s:choice choice:abstained ] .
"""


def test_ballots_are_compared_by_symbol_and_choice() -> None:
    theirs = ballot("i:a", "", "against", "Vote on S/2017/315: a text") + ballot(
        "i:b", "", "in-favour", "Vote on S/RES/1: b"
    )
    assert short(compared(theirs, ballot(":v", "S/2017/315", "vetoed"))) == [("matched", "same")]
    assert short(compared(theirs, ballot(":v", "S/2017/315", "abstained"))) == [("contradicting", "choice-differs")]
    assert short(compared(theirs, ballot(":v", "", "vetoed"))) == [("only-theirs", "not-recorded")], "which of two?"
    elsewhere = ballot(":v", "", "vetoed").replace(":council", ":assembly")
    assert short(compared(ballot("i:a", "", "against"), elsewhere)) == [("only-theirs", "not-recorded")]


def test_report_counts_and_explains_every_reason() -> None:
    found = compared(
        ROW, transfer(":t", ":jet", (1991, 1996), 25), treaty(":t2", "neutrality"), treaty("i:t", "consultation")
    )
    report = as_markdown(found)
    for one in found:
        assert f"| {one.dataset} | {one.status} | {one.reason} | 1 | {REASONS[one.reason]} |" in report
    assert "25 pieces; theirs: 24" in report
    rows = list(csv.reader(io.StringIO(as_csv(found))))
    assert tuple(rows[0]) == HEADER
    assert [tuple(row) for row in rows[1:]] == [one.row() for one in found]


@pytest.mark.slow
def test_command_compares_imports_with_the_publication(target: ImportTarget, imports: Imports, tmp_path: Path) -> None:
    folders = [str(imports[name]) for name in ("sipri", "cow")]
    out = tmp_path / "comparison.csv"
    done = CliRunner().invoke(main, ["compare", *folders, "--root", str(target.publication.root), "--out", str(out)])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert {row["dataset"] for row in rows} <= {"sipri", "cow"}
    assert {row["reason"] for row in rows} <= set(REASONS)
    shown = CliRunner().invoke(main, ["compare", folders[0], "--root", str(target.publication.root)])
    assert shown.stdout.splitlines()[0] == ",".join(HEADER)
