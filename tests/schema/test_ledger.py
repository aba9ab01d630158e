"""The ledger: what it says of an IRI, in whatever order its lines come, and what is refused of a spoilt one."""

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import ROOT
from upheaval.faults import Refusal
from upheaval.schema.ledger import COLUMNS, FILE, Entry, Fate, Ledger, absolute, parse_ledger, read_ledger, relative
from upheaval.schema.ledger import write_ledger as write

HEADER = "\t".join(COLUMNS)
BASE = "https://example.org/pub/"

names = st.from_regex(r"[a-z]{1,3}(#[a-z]{1,2}(/[a-z])?)?|https://example\.net/v#[A-Z]", fullmatch=True)
words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
reasons = st.lists(words, min_size=1, max_size=3).map(" ".join)
versions = st.sampled_from(["0.1.0", "0.2.0", "0.10.0"])
days = st.dates().map(str)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger whose successors sort after what they replace, so that none leads in a circle."""
    found = {}
    for iri in draw(st.lists(names, unique=True, max_size=8)):
        state = draw(st.sampled_from(Fate))
        after = [
            f"z{iri[:1]}{place}" for place in range({Fate.SPLIT: 2, Fate.PRESENT: 0, Fate.RETIRED: 0}.get(state, 1))
        ]
        date, why = (draw(days), draw(reasons)) if state else ("", "")
        found[iri] = Entry(iri, draw(versions), state, tuple(after), date, why)
    return Ledger(found)


def text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in (HEADER, *lines))


def without_lines(ledger: Ledger) -> dict[str, Entry]:
    return {iri: entry._replace(line=0) for iri, entry in ledger.entries.items()}


def only_fault(content: str) -> str:
    with pytest.raises(Refusal) as refused:
        parse_ledger(content)
    (fault,) = refused.value.faults
    assert fault.cure
    return str(fault)


@given(ledgers())
def test_what_is_written_is_read_again(ledger: Ledger) -> None:
    assert without_lines(parse_ledger(ledger.render())) == ledger.entries


@given(ledgers(), st.randoms())
def test_the_order_of_the_lines_does_not_matter(ledger: Ledger, order: random.Random) -> None:
    rows = [entry.row() for entry in ledger.entries.values()]
    order.shuffle(rows)
    assert parse_ledger(text(*rows)).render() == ledger.render()


@given(ledgers(), st.data())
def test_both_sides_of_a_merge_are_kept(whole: Ledger, data: st.DataObject) -> None:
    iris = sorted(whole.entries)
    ours = data.draw(st.sets(st.sampled_from(iris))) if iris else set()
    bare = {iri: Entry(iri, entry.since) for iri, entry in whole.entries.items()}
    sides = [[(whole.entries if (iri in ours) is mine else bare)[iri].row() for iri in iris] for mine in (True, False)]
    union = [*dict.fromkeys([*sides[0], *sides[1]])]
    assert parse_ledger(text(*union)).render() == whole.render()
    assert parse_ledger(text(*reversed(union), HEADER, "")).render() == whole.render()


def test_the_earlier_version_of_two_branches_counts() -> None:
    assert parse_ledger(text("a\t0.10.0\t\t\t\t", "a\t0.9.0\t\t\t\t")).entries["a"].since == "0.9.0"


def test_git_merges_the_shipped_ledger_by_union() -> None:
    asked = subprocess.run(["git", "check-attr", "merge", FILE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout == f"{FILE}: merge: union\n"


RENAMED = text(
    "a\t0.1.0\trenamed\tb\t2026-01-01\t",
    "a#x\t0.1.0\t\t\t\t",
    "a#y\t0.1.0\trenamed\ta#z\t2026-01-01\t",
    "b\t0.2.0\tmerged\tc\t2026-02-01\tthe same treaty",
    "c\t0.1.0\t\t\t\t",
    "d\t0.1.0\tretired\t\t2026-03-01\tnever signed",
    "d#x\t0.1.0\t\t\t\t",
    "e\t0.1.0\trenamed\td\t2026-02-01\t",
    "s\t0.1.0\tsplit\tc a\t2026-02-01\ttwo contracts",
    "s#x\t0.1.0\t\t\t\t",
)


@pytest.mark.parametrize(
    ("iri", "state", "successors"),
    [
        ("c", Fate.PRESENT, ()),
        ("a", Fate.RENAMED, ("c",)),
        ("a#x", Fate.RENAMED, ("c#x",)),
        ("a#x/deep", Fate.RENAMED, ("c#x/deep",)),
        ("a#y", Fate.RENAMED, ("c#z",)),
        ("a#y/deep", Fate.RENAMED, ("c#z/deep",)),
        ("d#x", Fate.RETIRED, ()),
        ("e", Fate.RETIRED, ()),
        ("s", Fate.SPLIT, ("c",)),
        ("s#x", Fate.SPLIT, ("c",)),
    ],
)
def test_an_iri_leads_to_what_is_in_use(iri: str, state: Fate, successors: tuple[str, ...]) -> None:
    entry = parse_ledger(RENAMED).resolve(iri)
    assert entry is not None
    assert (entry.iri, entry.state, entry.successors) == (iri, state, successors)


def test_the_end_of_a_chain_says_why_nothing_is_left() -> None:
    entry = parse_ledger(RENAMED).resolve("e")
    assert entry is not None
    assert (entry.date, entry.why) == ("2026-03-01", "never signed")


def test_what_was_never_published_is_unknown() -> None:
    ledger = parse_ledger(RENAMED)
    assert ledger.resolve("f") is None
    assert ledger.resolve("c#new") is None


@given(ledgers(), names)
def test_no_successor_has_a_successor(ledger: Ledger, iri: str) -> None:
    entry = ledger.resolve(iri)
    for successor in entry.successors if entry else ():
        after = ledger.resolve(successor)
        assert after is None or not after.annotated


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a\t0.1.0", "ledger.tsv:2:1: error: the line has 2 columns"),
        ("a b\t0.1.0\t\t\t\t", "ledger.tsv:2:1: error: `a b` is not an IRI"),
        ("\t0.1.0\t\t\t\t", "ledger.tsv:2:1: error: `` is not an IRI"),
        ("a\t\t\t\t\t", "ledger.tsv:2:3: error: `` is not a version"),
        ("a\t0.1.0\tgone\t\t\t", "ledger.tsv:2:9: error: `gone` is not a state"),
        ("a\t0.1.0\trenamed\t\t2026-01-01\t", "ledger.tsv:2:17: error: an IRI that was renamed has one"),
        ("a\t0.1.0\trenamed\tb\t2026-13-01\t", "ledger.tsv:2:19: error: `2026-13-01` is not the day"),
        ("a\t0.1.0\trenamed\tb\t2026-01\t", "ledger.tsv:2:19: error: `2026-01` is not the day"),
        ("a\t0.1.0\tsplit\tb b\t2026-01-01\t", "ledger.tsv:2:15: error: an IRI that was split has two"),
        ("a\t0.1.0\tretired\tb\t2026-01-01\tx", "ledger.tsv:2:17: error: an IRI that is retired has no"),
        ("a\t0.1.0\tretired\t\t2026-01-01\t", "ledger.tsv:2:29: error: the line does not say why"),
        ("a\t0.1.0\t\tb\t\t", "ledger.tsv:2:10: error: an IRI that is in use has no successors"),
        ("a\t0.1.0\t\t\t2026-01-01\t", "ledger.tsv:2:11: error: the line has a date or a reason, but no state"),
        ("a\t0.1.0\trenamed\ta\t2026-01-01\t", "ledger.tsv:2:1: error: the successors of `a` lead back to it"),
        ("a\t0.1.0\trenamed\ta#x\t2026-01-01\t", "ledger.tsv:2:1: error: the successors of `a` lead back to it"),
    ],
)
def test_a_spoilt_line_is_one_fault(line: str, expected: str) -> None:
    assert only_fault(text(line)).startswith(expected)


def test_another_file_is_not_taken_for_a_ledger() -> None:
    assert only_fault("iri,since\n").startswith("ledger.tsv:1:1: error: the first line is not `iri since state")


def test_two_annotations_of_one_iri_are_refused() -> None:
    lines = ("a\t0.1.0\trenamed\tb\t2026-01-01\t", "a\t0.1.0\t\t\t\t", "a\t0.1.0\tretired\t\t2026-01-01\twrong")
    assert only_fault(text(*lines)).startswith("ledger.tsv:4:1: error: `a` is annotated twice, and line 2")
    assert only_fault(text(*reversed(lines))).startswith("ledger.tsv:4:1: error: `a` is annotated twice, and line 2")


def test_a_circle_is_one_fault() -> None:
    circle = [f"{one}\t0.1.0\trenamed\t{other}\t2026-01-01\t" for one, other in ("ab", "bc", "ca", "xa")]
    assert only_fault(text(*circle)).startswith("ledger.tsv:2:1: error: the successors of `a` lead back to it")


def test_a_circle_through_the_record_of_a_node_is_found() -> None:
    lines = ("a\t0.1.0\trenamed\tb\t2026-01-01\t", "b#x\t0.1.0\trenamed\ta#x\t2026-01-01\t")
    assert "lead back to it" in only_fault(text(*lines))


def test_a_publication_without_a_ledger_has_an_empty_one(tmp_path: Path) -> None:
    assert read_ledger(tmp_path).entries == {}


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / FILE, Ledger({"a": Entry("a", "1")}))

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("upheaval.schema.ledger.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / FILE, Ledger({}))
    assert list(read_ledger(tmp_path).entries) == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("iri", [f"{BASE}a#x", BASE, "https://example.net/v#T", f"{BASE}graph/data"])
def test_names_are_written_without_the_namespace(iri: str) -> None:
    assert absolute(relative(iri, BASE), BASE) == iri
