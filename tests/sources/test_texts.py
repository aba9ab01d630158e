"""Text hygiene: what is blank, padded, lost, invisible or a placeholder, and merge conflicts, in any file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheaval.faults import Fault, Refusal, Severity
from upheaval.sources.conflicts import conflicts
from upheaval.sources.parser import read
from upheaval.sources.restrictions import PLACEHOLDERS, is_unfilled
from upheaval.sources.textfiles import read_text


def found(text: str) -> list[tuple[str, str, int, int]]:
    _, faults = read(text.encode(), "data/states/x.yaml")
    return [(fault.rule, str(fault.severity), *(fault.at or (0, 0))) for fault in faults]


@pytest.mark.parametrize(
    "blank", ["' '", '"\\t"', "'     '", '"\\n"', "\u3000", "'\u200e'", '"\\u2003 \\u2003"', "' \u200f \u200f \u200f '"]
)
@pytest.mark.parametrize("text", ["k: {en: @}\n", "k: [a,  @]\n"])
def test_a_blank_text_is_an_error(text: str, blank: str) -> None:
    assert found(text.replace("@", blank)) == [("yaml/blank", "error", 1, 9)]


@pytest.mark.parametrize("text", sorted(PLACEHOLDERS))
@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"', "|-\n  {}"])
def test_a_placeholder_is_an_error(form: str, text: str) -> None:
    if form == "{}" and text == "???":
        form = "'{}'"  # a plain scalar may not start with a question mark and a space only, but editors quote it
    assert found(f"k: {form.format(text)}\n") == [("yaml/placeholder", "error", 1, 4)]
    assert is_unfilled(text)


def test_each_placeholder_of_a_list_has_its_place() -> None:
    faults = [("yaml/placeholder", "error", 1, 5), ("yaml/placeholder", "error", 1, 10)]
    assert found("k: [..., ...]\n") == faults


@pytest.mark.parametrize("text", ["p. 3", "a...", "... and so on", "To do", "0", "-", "§", "…and", "A.", "中"])
def test_short_texts_are_no_placeholders(text: str) -> None:
    assert found(f"k: '{text}'\n") == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('"a "', "text/space-at-end"),
        ("' a'", "text/space-at-end"),
        ('"a\\n"', "text/space-at-end"),
        ('"a\\t"', "text/space-at-end"),
        ("a\u3000", "text/space-at-end"),
        ("a\tb", "text/tab"),
        ('"a\\tb"', "text/tab"),
        ("|-\n  a\tb", "text/tab"),
    ],
)
def test_white_space_that_is_not_seen_is_a_warning(text: str, rule: str) -> None:
    assert found(f"k: {text}\n") == [(rule, "warning", 1, 4)]


@pytest.mark.parametrize("text", ["|\n  a\n  b", "|+\n  a\n\n", ">\n  a\n", "|-\n  a", "'a b'"])
def test_line_ends_of_blocks_are_no_padding(text: str) -> None:
    assert found(f"k: {text}\n") == []


DUBIOUS = {
    "\u00a0": "text/no-break-space",
    "\u2007": "text/no-break-space",
    "\u202f": "text/no-break-space",
    "\u00ad": "text/soft-hyphen",
    "\ufffd": "text/replacement-character",
    "\ue000": "text/private-use",
    "\U0010fffd": "text/private-use",
}


@pytest.mark.parametrize(("char", "rule"), DUBIOUS.items())
def test_a_character_that_is_seldom_meant_is_a_warning(char: str, rule: str) -> None:
    assert found(f"k: Ruri{char}tania\n") == [(rule, "warning", 1, 8)]
    assert found(f'k: "Ruri\\U{ord(char):08x}tania"\n') == [(rule, "warning", 1, 9)]


def test_a_message_names_the_character() -> None:
    _, (fault,) = read("k: p.\u00a03\n".encode(), "x")
    assert "U+00A0 (no-break space)" in fault.message
    assert fault.cure == "replace it with a space"


@pytest.mark.parametrize("text", ["« Non »", "Oui\u202f!", "50\u00a0%", "«\u00a0Non\u00a0»"])
def test_french_punctuation_keeps_its_spaces(text: str) -> None:
    assert found(f"k: {text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "نمی\u200cشود",  # Persian
        "خانه\u200cها",
        "ابزار\u200cها",
        "क्\u200dष",  # Hindi
        "ශ්\u200dරී",  # Sinhala
        "👩\u200d🔬",
        "🏳️\u200d🌈",
    ],
)
def test_joiners_stay_where_a_script_needs_them(text: str) -> None:
    assert found(f"k: {text}\n") == []
    assert found(f'k: "{text.encode("ascii", "backslashreplace").decode()}"\n') == []


@pytest.mark.parametrize("text", ["Tre\u200caty", "Tre\u200daty", "Дого\u200cвор", "条\u200d约"])
def test_joiners_are_refused_elsewhere(text: str) -> None:
    assert [fault[:2] for fault in found(f"k: {text}\n")] == [("text/invisible-character", "error")]


def test_noncharacters_of_every_plane_are_refused() -> None:
    for code in (0xFDD0, 0xFDEF, 0x1FFFE, 0x10FFFF):
        assert found(f"k: a{chr(code)}b\n") == [("text/noncharacter", "error", 1, 5)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Сhina", "China"), ("Rοme", "Rome"), ("Рoссия", "Россия"), ("Bашингтон", "Вашингтон"), ("Aθήνα", "Αθήνα")],
)
def test_letters_of_another_script_that_look_the_same_are_a_warning(text: str, meant: str) -> None:
    for written, column in ((f"a {text}", 6), (f"'{text}'", 5), (f'"{text}"', 5), (f"[b, {text}]", 8)):
        assert found(f"k: {written}\n") == [("text/look-alike", "warning", 1, column)]
    escaped = text.encode("ascii", "backslashreplace").decode()
    _, (fault,) = read(f'k: "{escaped}"\n'.encode(), "x")
    assert (fault.at, fault.cure) == ((1, 4), f"write `{meant}`, in one script")


@pytest.mark.parametrize("text", ["kΩ", "Δt", "μm", "S-400 (С-400)", "интернет-PR", "ЕС и NATO", "ΕΕ", "café", "北京A"])
def test_words_in_one_script_beside_those_in_another_are_left_alone(text: str) -> None:
    assert found(f"k: {text}\n") == []


CONFLICT = """\
k:
  en: |-
    One
    <<<<<<< HEAD
    two
    =======
    three
    >>>>>>> branch
"""


def test_a_conflict_in_a_block_text_is_an_error() -> None:
    assert found(CONFLICT) == [("text/merge-conflict", "error", 4, 5)]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> x\n", [2]),
        (
            "<<<<<<< HEAD\na: d\n||||||| merged\na: c\n=======\na: e\n>>>>>>> x\nb: c\n<<<<<<< y\n=======\n>>>>>>> z\n",
            [1, 9],
        ),
        ("a: b\n>>>>>>> left over\n", [2]),
        ("a: b\n||||||| left over\n=======\n", [2]),
        ("a: b\n<<<<<<<\n", [2]),
    ],
)
def test_a_conflict_is_one_error_at_its_first_line(text: str, places: list[int], ends: str) -> None:
    assert found(text.replace("\n", ends)) == [("text/merge-conflict", "error", line, 1) for line in places]


@pytest.mark.parametrize("text", ["Heading\n    =======\n    text", "a <<<<<<< b", "<<<<<<<<", "<<<<<<", ">>>>>>>>x"])
def test_what_only_resembles_a_conflict_is_text(text: str) -> None:
    assert found(f"k: |\n    {text}\n") == []


MARKERS = ["<<<<<<< a", "||||||| b", ">>>>>>> c", "  <<<<<<<"]


@given(st.lists(st.sampled_from([*MARKERS, "=======", "text"]), max_size=9))
def test_any_marker_but_a_rule_of_equals_signs_is_found(lines: list[str]) -> None:
    assert bool(conflicts("\n".join(lines))) is not set(MARKERS).isdisjoint(lines)


def refused(tmp_path: Path, data: bytes) -> Fault:
    (tmp_path / "x.ttl").write_bytes(data)
    with pytest.raises(Refusal) as refusal:
        read_text(tmp_path / "x.ttl", "ontology/x.ttl")
    (fault,) = refusal.value.faults
    return fault


def test_text_files_with_a_conflict_are_refused(tmp_path: Path) -> None:
    fault = refused(tmp_path, "# я\r\n<<<<<<< HEAD\r\n".encode())
    assert (fault.file, fault.at, fault.rule, fault.severity) == (
        "ontology/x.ttl",
        (2, 1),
        "text/merge-conflict",
        Severity.ERROR,
    )


def test_text_files_that_are_not_utf_8_are_refused_at_the_byte(tmp_path: Path) -> None:
    assert refused(tmp_path, b"# a\n# caf\xe9\n").at == (2, 6)


def test_a_missing_text_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        read_text(tmp_path / "gone.ttl", "gone.ttl")
    (tmp_path / "b.ttl").write_bytes(b"\xef\xbb\xbfa")
    assert read_text(tmp_path / "b.ttl", "b.ttl") == "a"
