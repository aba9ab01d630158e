"""Strict YAML: what is read, what is refused and where, and that nothing breaks the reader."""

import pickle
import re
import sys
import time
import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml.error import MarkedYAMLError

from tests.support import examples
from upheaval.faults import Fault, Refusal, Severity, refuse
from upheaval.sources import characters
from upheaval.sources.parser import MAX_BYTES, MAX_DEPTH, MAX_SCALAR, MappingNode, SequenceNode, Value, position, read
from upheaval.sources.restrictions import is_unfilled
from upheaval.sources.syntax import explain

NAME = "data/agreement/treaty.yaml"


def places(faults: list[Fault]) -> list[tuple[str | int, ...]]:
    return [(fault.rule, *(fault.at or ())) for fault in faults]


def accepted(text: str) -> MappingNode:
    record, faults = read(text.encode(), NAME)
    assert faults == []
    assert record is not None
    return record


CONTROLS = [chr(code) for code in range(0xA0) if chr(code) not in "\t\n\r" and not 0x20 <= code < 0x7F]
BIDI = "\u206a\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

INVISIBLE = "\u115f\u1160\u200b\u200c\u200d\u2060\u2064\u2800\u3164\ufeff\uffa0\ufff9\U000e0041"

# Each case: what it is, the text, and for all its faults in order the rule, the line and the column.
REFUSED = [
    ("duplicate key", "a: b\nc: d\na: e\n", [("yaml/duplicate-key", 3, 1)]),
    ("duplicate key, quoted", "a: b\n'a': c\n", [("yaml/duplicate-key", 2, 1)]),
    ("duplicate key inside", "k:\n  - {a: b, c: d, a: e}\n", [("yaml/duplicate-key", 2, 18)]),
    ("three times", "a: b\na: c\na: d\n", [("yaml/duplicate-key", 2, 1), ("yaml/duplicate-key", 3, 1)]),
    ("duplicate of an empty key", "a:\na: b\n", [("yaml/empty", 1, 3), ("yaml/duplicate-key", 2, 1)]),
    ("anchor", "k: &x v\n", [("yaml/anchor", 1, 4)]),
    ("anchor of a key", "&x k: v\n", [("yaml/anchor", 1, 1)]),
    ("anchor of a mapping", "k: &x\n  a: b\n", [("yaml/anchor", 1, 4)]),
    ("anchor of a list", "k: &x [a]\n", [("yaml/anchor", 1, 4)]),
    ("anchor of nothing", "k: &x\n", [("yaml/anchor", 1, 4), ("yaml/empty", 1, 4)]),
    ("alias", "k: *x\n", [("yaml/alias", 1, 4)]),
    ("alias in a list", "k:\n  - a\n  - *x\n", [("yaml/alias", 3, 5)]),
    ("alias as a key", "*x : v\n", [("yaml/alias", 1, 1)]),
    ("alias as the file", "*x\n", [("yaml/empty-file",), ("yaml/alias", 1, 1)]),
    ("anchor without a name", "k: & v\n", [("yaml/anchor", 1, 4)]),
    ("alias without a name", "k: *\n", [("yaml/alias", 1, 4)]),
    ("alias without a name, and a tab", "k: *\tx\n", [("yaml/alias", 1, 4)]),
    ("merge key", "<<: {a: b}\n", [("yaml/merge-key", 1, 1)]),
    ("merge key and alias", "k: v\n<<: *x\n", [("yaml/merge-key", 2, 1), ("yaml/alias", 2, 5)]),
    ("tag", "k: !!str v\n", [("yaml/tag", 1, 4)]),
    ("local tag", "k: !x v\n", [("yaml/tag", 1, 4)]),
    ("non-specific tag", "k: ! v\n", [("yaml/tag", 1, 4)]),
    ("verbatim tag", "k: !<tag:yaml.org,2002:str> v\n", [("yaml/tag", 1, 4)]),
    ("tag of a mapping", "k: !!map {a: b}\n", [("yaml/tag", 1, 4)]),
    ("python tag", "k: !!python/name:os.system\n", [("yaml/tag", 1, 4), ("yaml/empty", 1, 4)]),
    ("tag with an unknown handle", "k: !e!x v\n", [("yaml/tag", 1, 4)]),
    ("ill-formed tag", "k: !<x\n", [("yaml/tag", 1, 4)]),
    ("anchor and tag", "k: &x !!str v\n", [("yaml/anchor", 1, 4), ("yaml/tag", 1, 7)]),
    ("tag, comment, anchor", "k: !!map # & !\n  &x\n  &y a: b\n",
     [("yaml/tag", 1, 4), ("yaml/anchor", 2, 3), ("yaml/anchor", 3, 3)]),
    ("YAML directive", "%YAML 1.2\n---\nk: v\n", [("yaml/directive", 1, 1)]),
    ("TAG directive", "# c\n%TAG ! tag:x,2000:\n---\nk: v\n", [("yaml/directive", 2, 1)]),
    ("TAG directive after a Mac line end", "# c\r%TAG ! x\r---\rk: v\r", [("yaml/directive", 2, 1)]),
    ("text that looks like a directive", "%YAML 1.2\n---\nk: |\n  %a\n  b\n", [("yaml/directive", 1, 1)]),
    ("two directives", "%YAML 1.1\n%TAG ! x\n---\nk: v\n", [("yaml/directive", 1, 1), ("yaml/directive", 2, 1)]),
    ("other version", "%YAML 3.0\n---\nk: v\n", [("yaml/directive", 1, 1)]),
    ("unknown directive", "%FOO\n---\nk: v\n", [("yaml/directive", 1, 1)]),
    ("directive without document, Mac line ends", "# c\r%YAML 1.2\rk: v\r", [("yaml/directive", 2, 1)]),
    ("directive at once without document", "%YAML 1.2\nk: v\n", [("yaml/directive", 1, 1)]),
    ("directive without document", "# c\n%YAML 1.2\nk: v\n", [("yaml/directive", 2, 1)]),
    ("key with a percent sign", "%k: v\n", [("yaml/directive", 1, 1)]),
    ("second document", "k: v\n---\nl: w\n", [("yaml/second-document", 2, 1)]),
    ("second document, empty", "k: v\n---\n", [("yaml/second-document", 2, 1)]),
    ("first document empty", "---\n---\nk: v\n", [("yaml/second-document", 2, 1)]),
    ("three documents", "k: v\n---\nl: w\n---\nm: x\n",
     [("yaml/second-document", 2, 1), ("yaml/second-document", 4, 1)]),
    ("text after the end", "k: v\n...\nl: w\n", [("yaml/syntax", 3, 1)]),
    ("empty file", "", [("yaml/empty-file",)]),
    ("comments alone", "# nothing\n\n", [("yaml/empty-file",)]),
    ("empty document", "---\n...\n", [("yaml/empty-file",)]),
    ("null document", "~\n", [("yaml/empty-file",), ("yaml/null", 1, 1)]),
    ("root is a list", "# c\n- a\n", [("yaml/not-a-mapping", 2, 1)]),
    ("root is a list at once, and a second document", "- a\n---\nk: v\n",
     [("yaml/not-a-mapping", 1, 1), ("yaml/second-document", 2, 1)]),
    ("root is a text", "\n  key:value\n", [("yaml/not-a-mapping", 2, 3)]),
    ("list as a key", "k: v\n? [a, b]\n: w\n", [("yaml/key-not-text", 2, 3)]),
    ("mapping as a key", "{a: b}: c\n", [("yaml/key-not-text", 1, 1)]),
    ("faults inside a complex key", "? {a: b, a: ~}\n: *x\n",
     [("yaml/key-not-text", 1, 3), ("yaml/duplicate-key", 1, 10), ("yaml/null", 1, 13), ("yaml/alias", 2, 3)]),
    ("no value", "a: b\nkey:\nc: d\n", [("yaml/empty", 2, 5)]),
    ("no value at the end", "key:", [("yaml/empty", 1, 5)]),
    ("no value in braces", "k: {a, b: c}\n", [("yaml/empty", 1, 6)]),
    ("empty item", "k:\n  - a\n  -\n  - b\n", [("yaml/empty", 3, 4)]),
    ("empty quotes", "k: ''\nl: \"\"\n", [("yaml/empty", 1, 4), ("yaml/empty", 2, 4)]),
    ("empty block", "k: |\nl: w\n", [("yaml/empty", 1, 4)]),
    ("empty key", "'': v\n", [("yaml/empty", 1, 1)]),
    ("nulls", "a: ~\nb: null\nc: [Null, NULL]\n",
     [("yaml/null", 1, 4), ("yaml/null", 2, 4), ("yaml/null", 3, 5), ("yaml/null", 3, 11)]),
    ("null key", "null: v\n", [("yaml/null", 1, 1)]),
    ("tab before a key", "k:\n\ta: b\n", [("yaml/tab", 2, 1)]),
    ("tab after spaces", "k:\n  \ta: b\n", [("yaml/tab", 2, 3)]),
    ("tab after a plain value", "k: v\n\tl: w\n", [("yaml/tab", 2, 1)]),
    ("tab after a quoted value", "k: 'v'\n\tl: w\n", [("yaml/tab", 2, 1)]),
    ("tab in a list", "k:\n  - a\n\t- b\n", [("yaml/tab", 3, 1)]),
    ("tab in a block", "k: |\n\ttext\n", [("yaml/tab", 2, 1)]),
    ("tab after a dash", "k:\n  -\ta: b\n", [("yaml/tab", 2, 4)]),
    ("tab after a line with Mac line ends", "k:\r\ta: b\r", [("yaml/tab", 2, 1)]),
    ("too deep", "k: " + "[" * MAX_DEPTH + "a" + "]" * MAX_DEPTH, [("yaml/too-deep", 1, 3 + MAX_DEPTH)]),
    ("too long", "k:\n  " + "x" * (MAX_SCALAR + 1), [("yaml/too-long", 2, 3)]),
    ("too long in bytes", "k: " + "я" * (MAX_SCALAR // 2 + 1), [("yaml/too-long", 1, 4)]),
    ("too long in bytes, four a character", "k: " + "😀" * (MAX_SCALAR // 4 + 1), [("yaml/too-long", 1, 4)]),
    ("too long a key", "? " + "x" * (MAX_SCALAR + 1) + "\n: v\n", [("yaml/too-long", 1, 3)]),
    ("byte order mark", "\ufeffk: v\nk: w\n", [("text/byte-order-mark", 1, 1), ("yaml/duplicate-key", 2, 1)]),
    ("UTF-16", b"\xff\xfe" + "k: v".encode("utf-16-le"), [("text/byte-order-mark", 1, 1)]),
    ("UTF-16, big end first", b"\xfe\xff" + "k: v".encode("utf-16-be"), [("text/byte-order-mark", 1, 1)]),
    ("UTF-32", b"\xff\xfe\0\0" + "k: v".encode("utf-32-le"), [("text/byte-order-mark", 1, 1)]),
    ("UTF-32, big end first", b"\0\0\xfe\xff" + "k: v".encode("utf-32-be"),
     [("text/byte-order-mark", 1, 1)]),
    ("Latin-1", "k: v\nя: ".encode() + b"caf\xe9\n", [("text/not-utf-8", 2, 7)]),
    ("UTF-8 cut short", b"k: \xd1", [("text/not-utf-8", 1, 4)]),
    ("surrogate in UTF-8", b"k: \xed\xa0\x80", [("text/not-utf-8", 1, 4)]),
    ("too many bytes", b"k: v\n" + b"#" * MAX_BYTES, [("text/too-large",)]),
    ("bell in a comment", "k: v # \a\n", [("text/control-character", 1, 8)]),
    ("vertical tab and form feed", "k: v\vw\nl: x\fy\n",
     [("text/control-character", 1, 5), ("text/control-character", 2, 5)]),
    ("line separator", "k: a\u2028b\n", [("text/control-character", 1, 5)]),
    ("paragraph separator", "k: a\u2029b\n", [("text/control-character", 1, 5)]),
    ("noncharacter", "k: \ufffe\nl: \uffff\n", [("text/noncharacter", 1, 4), ("text/noncharacter", 2, 4)]),
    ("one fault a run", "k: \u202e\u202e\u202dv\n", [("text/bidi-control", 1, 4), ("text/bidi-control", 1, 6)]),
    ("in a key, and a second key", "k\u200b: v\nk: v\nk: w\n",
     [("text/invisible-character", 1, 2), ("yaml/duplicate-key", 3, 1)]),
    ("escaped bell", 'k: "ab\\a"\n', [("text/control-character", 1, 7)]),
    ("escaped NUL", 'k: "\\0"\n', [("text/control-character", 1, 5)]),
    ("escaped NEL, LS, PS", 'k: "\\N\\L\\P"\n', [("text/control-character", 1, c) for c in (5, 7, 9)]),
    ("escaped by two digits", 'k: "\\\\x07\\x07"\n', [("text/control-character", 1, 10)]),
    ("escaped by four digits", 'k: "a\n  b\\u202e"\n', [("text/bidi-control", 2, 4)]),
    ("escaped by eight digits", '"\\U0000200b": v\n', [("text/invisible-character", 1, 2)]),
    ("escaped noncharacter", 'k: "\\uffff"\n', [("text/noncharacter", 1, 5)]),
    ("escaped surrogate", 'k: "\\ud800"\n', [("yaml/syntax", 1, 7)]),
    *((f"U+{ord(c):04X}", f"k: a{c}b\n", [("text/control-character", 1, 5)]) for c in CONTROLS),
    *((f"U+{ord(c):04X}", f"k: a{c}b\n", [("text/bidi-control", 1, 5)]) for c in BIDI),
    *((f"U+{ord(c):04X}", f"k: a{c}b\n", [("text/invisible-character", 1, 5)]) for c in INVISIBLE),
    ("colon in a value", "title: Treaty: a text\n", [("yaml/syntax", 1, 14)]),
    ("no space after a colon", "a: b\nc:d\ne: f\n", [("yaml/syntax", 3, 1)]),
    ("no space after the first colon", "a:b\nc: d\n", [("yaml/syntax", 2, 2)]),
    ("too little indentation", "a:\n  b: c\n d: e\n", [("yaml/syntax", 3, 2)]),
    ("too much indentation", "a: b\n  c: d\n", [("yaml/syntax", 2, 4)]),
    ("unclosed quote", 'a: "b\nc: d\n', [("yaml/syntax", 3, 1)]),
    ("unclosed bracket", "a: [b, c", [("yaml/syntax", 1, 9)]),
    ("unclosed brace", "a: {b: c\nd: e\n", [("yaml/syntax", 2, 2)]),
    ("apostrophe", "a: 'it's'\n", [("yaml/syntax", 1, 8)]),
    ("at sign", "a: @b\n", [("yaml/syntax", 1, 4)]),
    ("backtick", "a: `b`\n", [("yaml/syntax", 1, 4)]),
    ("percent sign", "a: %b\n", [("yaml/syntax", 1, 4)]),
    ("superfluous comma", "a: [b, , c]\n", [("yaml/syntax", 1, 8)]),
    ("unknown escape", 'a: "C:\\data"\n', [("yaml/syntax", 1, 7)]),
    ("list beside its key", "a: - b\n", [("yaml/syntax", 1, 4)]),
    ("item missing its dash", "a:\n  - b\n  c: d\n", [("yaml/syntax", 3, 3)]),
    ("text beside a bar", "a: | b\n", [("yaml/syntax", 1, 6)]),
    ("question mark", "a: ? b\n", [("yaml/syntax", 1, 4)]),
    ("faults before a syntax error", "a: &x b\na: ~\nc: @d\ne: *y\n",
     [("yaml/anchor", 1, 4), ("yaml/duplicate-key", 2, 1), ("yaml/null", 2, 4), ("yaml/syntax", 3, 4)]),
]  # fmt: skip

CURES = [
    ("title: Treaty: a text\n", "quote text"),
    ("a: b\nc:d\ne: f\n", "space after the key"),
    ("a:b\nc: d\n", "space after the colon"),
    ("a: b\n  c: d\n", "same column"),
    ("a:\n  b: c\n d: e\n", "same column"),
    ("a: 'it's'\n", "apostrophe"),
    ('a: "b\nc: d\n', "close the quote"),
    ("a: [b, c", "close the bracket"),
    ("a: {b: c\nd: e\n", "close the bracket"),
    ("a: [b, , c]\n", "comma"),
    ("a: @b\n", "quote text"),
    ('a: "C:\\data"\n', "backslash"),
    ("a: - b\n", "below its key"),
    ("a:\n  - b\n  c: d\n", "each list item"),
    ("a: | b\n", "line below"),
    ("a: b\n...\nc: d\n", "one record"),
    ("k:\n\ta: b\n", "tab"),
    ("k: v\nk: w\n", "keep one"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_unsupported_yaml_is_refused(text: str | bytes, expected: list[tuple[str, int, int]]) -> None:
    record, faults = read(text if isinstance(text, bytes) else text.encode(), NAME)
    assert places(faults) == expected
    for fault in faults:
        assert fault.severity is Severity.ERROR
        assert fault.file == NAME
        assert fault.message
        assert fault.cure
        for words in (fault.message, fault.cure):
            assert words.isprintable()
            assert not words.endswith(".") or words.endswith("`...`")
    assert record is None or isinstance(record, MappingNode)


@pytest.mark.parametrize(("text", "word"), CURES)
def test_message_has_a_cure(text: str, word: str) -> None:
    assert word in read(text.encode(), NAME)[1][-1].cure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("k:\n    a: b\n    c: d\n\n    a: e\n", "lines 2 and 5"),
        ("{x: y, x: z}: b\nx: w\n", "lines 1 and 1"),
        ("k: [a, b\n", "',' or ']'"),
        ('k: "a\n', "starts on line 1"),
        ("k: \u202e\n", "U+202E (right-to-left override)"),
        ('k: "\\u202e"\n', "written `\\u202e`"),
        ("k: !!int 5\n", "`!!int`"),
        ("k: &x !!int 5\n", "`!!int`"),
        ("می\u200cشود:\n", "`می\u200cشود`"),
        ("k:\n", "`k`"),
        ('"a\\nb":\n', "`a\\nb`"),
        (f"k: {{{'x' * 40}}}\n", f"`{'x' * 40}`"),
        (f"k: {{{'x' * 41}}}\n", f"`{'x' * 39}…`"),
    ],
)
def test_message_names_what_is_meant(text: str, words: str) -> None:
    assert words in read(text.encode(), NAME)[1][-1].message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k: no", "no"),
        ("k: 2024-02-30", "2024-02-30"),
        ("k: 1.10", "1.10"),
        ("k: 017", "017"),
        ("k: 12:30:45", "12:30:45"),
        ("k: .nan", ".nan"),
        ("k: '~'", "~"),
        ('k: "null"', "null"),
        ("k: 'it''s'", "it's"),
        ('k: "a\\n\\x41\\u00e9\\U0001F600\\/"', "a\nAé😀/"),
        ("k: a\n  b\n\n  c", "a b\nc"),
        ("k: |\n  a\n   b\n\n  c\n", "a\n b\n\nc\n"),
        ("k: |-\n  a\n  b\n", "a\nb"),
        ("k: >\n  a\n  b\n\n  c\n", "a b\nc\n"),
        ("k: >+\n  a\n\n", "a\n\n"),
        ("k: |\r\n  a\r\n  b\r\n", "a\nb\n"),
        ("k: https://example.org/#a", "https://example.org/#a"),
        ("k: می‌شود", "می\u200cشود"),
        ("k: a\u200e\u200fb", "a\u200e\u200fb"),
        ("k: 😀é中", "😀é中"),
        ("? k\n: v", "v"),
        ("--- # c\nk: v\n...\n", "v"),
        ("k: [a, b]", ["a", "b"]),
        ("k: {a: b}", {"a": "b"}),
        ("k:\n- a\n-\n  b: c\n  d: e", ["a", {"b": "c", "d": "e"}]),
        ("k: []", []),
        ("k: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), None),
        ("k: " + "x" * MAX_SCALAR, "x" * MAX_SCALAR),
        ("k: " + "я" * (MAX_SCALAR // 2), "я" * (MAX_SCALAR // 2)),
    ],
)
def test_scalars_are_strings(text: str, expected: object) -> None:
    record = accepted(text)
    assert expected is None or record == {"k": expected}


def test_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert accepted("'<<': v\n") == {"<<": "v"}


def test_largest_file_is_read() -> None:
    assert read(b"k: v\n" + b"#" * (MAX_BYTES - 5), NAME) == ({"k": "v"}, [])


def test_record_with_faults_holds_what_was_not_refused() -> None:
    text = "a: b\na: c\nd: ~\ne: *x\nf: [g, ~, h, *x]\n? [i]\n: j\nk: &x l\n<<: {m: n}\no: {p: , q: r}\n"
    record, faults = read(text.encode(), NAME)
    assert faults
    assert record == {"a": "b", "f": ["g", "h"], "k": "l", "o": {"q": "r"}}
    assert position(record, ("d",)) == (3, 1)
    assert position(record, ("f", 1)) == (5, 11)
    assert position(record, ("o", "p", "x")) == (10, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k: *x\nl: w\n", {"l": "w"}),
        ("k:\nl: w\n", {"l": "w"}),
        ("k: {a: ~, b: c}\nl: w\n", {"k": {"b": "c"}, "l": "w"}),
        ("*x : v\nk: w\n", {"k": "w"}),
        ("'': v\nk: w\n", {"k": "w"}),
        ("k: v\nk: {a: b}\nl: w\n", {"k": "v", "l": "w"}),
        ("k: v\n---\nl: w\n", {"k": "v"}),
    ],
)
def test_refused_content_is_left_out_of_the_record(text: str, expected: object) -> None:
    assert read(text.encode(), NAME)[0] == expected


def test_limits_are_enforced() -> None:
    assert (MAX_BYTES, MAX_SCALAR, MAX_DEPTH, characters.MAX_FAULTS) == (1_048_576, 65_536, 16, 100)


def test_refused_characters_are_replaced() -> None:
    assert read("k: a\u202eb\0\n".encode(), NAME)[0] == {"k": "a\ufffdb\ufffd"}


@pytest.mark.parametrize("text", ["a: b: c", "", "- a", "a", "k: " + "[" * 99 + "]" * 99, "- a\n---\nk: v\n"])
def test_file_without_a_record_is_refused(text: str) -> None:
    assert read(text.encode(), NAME)[0] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k: v\nl: cafe\u0301\n", [(2, 7)]),
        ("k: \u212b\nl: \u1100\u1161\n", [(1, 4), (2, 4)]),
        ("# e\u0301\nk: v\n", [(1, 3)]),
        ('k: "abc e\\u0301"\n', [(1, 4)]),
        ('k: "e\u0301 e\\u0301"\n', [(1, 5)]),
        ("k: a\u0323\u0302\n", [(1, 4)]),
    ],
)
def test_text_not_in_nfc_gets_a_warning(text: str, expected: list[tuple[int, int]]) -> None:
    record, faults = read(text.encode(), NAME)
    assert record
    assert [fault.at for fault in faults] == expected
    assert {(fault.rule, fault.severity) for fault in faults} == {("text/not-nfc", Severity.WARNING)}


def test_warning_names_the_letter() -> None:
    assert "`e\u0301`" in read("k: abc e\u0301t\n".encode(), NAME)[1][0].message
    assert "`e\u0301`" in read(b'k: "abc e\\u0301t"\n', NAME)[1][0].message


@pytest.mark.slow
def test_common_characters_take_the_fast_path() -> None:
    every = "".join(map(chr, [*range(0x80, 0xD800), *range(0xE000, sys.maxunicode + 1)]))
    usual = characters._UNUSUAL.sub("", every)
    assert "я" in usual
    assert not characters._REFUSED.search(usual)
    assert not characters._LOOK_AT.search(usual)
    assert not [char for char in usual if unicodedata.category(char)[0] == "M" or unicodedata.combining(char)]


def test_reading_ends_with_the_hundred_and_first_error() -> None:
    most = characters.MAX_FAULTS
    assert len(read(b"a: b\n" * (most + 1), NAME)[1]) == most
    record, faults = read(b"a: b\n" * (most + 2) + b"a: &x c\n", NAME)
    assert record is None
    assert len(faults) == most + 1
    assert faults[-2].at == (most + 1, 1)
    assert str(faults[-1]).startswith(f"{NAME}: error: there are more than 100 errors")
    assert faults[-1].rule == "text/more"


def test_warnings_are_listed_up_to_a_number_and_counted_beyond() -> None:
    most = characters.MAX_FAULTS
    record, faults = read(("# e\u0301\n" * (most + 5) + "k: v\nk: w\n").encode(), NAME)
    assert record == {"k": "v"}
    assert [fault.rule for fault in faults] == ["text/not-nfc"] * most + ["yaml/duplicate-key", "text/more"]
    assert faults[-1].message.startswith("5 more warnings")
    assert faults[-1].severity is Severity.WARNING


ALIAS_BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"[" * 3000, "yaml/too-deep"),
        (b"{a: " * 3000, "yaml/too-deep"),
        (b"? " * 3000, "yaml/too-deep"),
        (b"- " * 3000, "yaml/too-deep"),
        (b"k:\n" + b"".join(b" " * i + b"-\n" for i in range(3000)), "text/too-large"),
        (b"k:\n" + b"".join(b" " * i + b"-\n" for i in range(300)), "yaml/too-deep"),
        (ALIAS_BOMB.encode(), "yaml/alias"),
        (b"x" * 2**21, "text/too-large"),
        (b"\xff" * 2**21, "text/too-large"),
        (b"[a, " * (MAX_BYTES // 4), "yaml/too-deep"),
        (b"a: b\n" * (MAX_BYTES // 5), "yaml/duplicate-key"),
        (b"k: [" + b"~," * (MAX_BYTES // 2 - 4), "yaml/null"),
        (b"k: {" + b"a," * (MAX_BYTES // 2 - 4), "yaml/duplicate-key"),
        ("\u202e\u202d".encode() * (MAX_BYTES // 6), "text/bidi-control"),
        (b"\0" * MAX_BYTES, "text/control-character"),
        ("e\u0301\n".encode() * (MAX_BYTES // 4), "text/not-nfc"),
        (b'k: "' + b"\\a" * (MAX_BYTES // 2 - 4) + b'"', "text/control-character"),
        (b"".join(b"k%d: v\n" % i for i in range(50_000)) * 2, "yaml/duplicate-key"),
        (b"k: v\n---\n" * (MAX_BYTES // 9), "yaml/second-document"),
        (b"!x " * (MAX_BYTES // 3), "yaml/syntax"),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else value,
)
def test_alias_bomb_is_refused(data: bytes, rule: str) -> None:
    start = time.process_time()
    record, faults = read(data, NAME)
    assert rule in {fault.rule for fault in faults}
    assert len(faults) <= 2 * (characters.MAX_FAULTS + 1)
    if record is not None:
        position(record, ("k", 0))
    assert time.process_time() - start < 5


TEXT = """\
# a comment
title: Договор
parties:
  - iran
  -   name: "russia"
      role:   [a,  b]
claim: {source: x, 'quote': y}
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (2, 1)),
        (("title",), (2, 1)),
        (("title", "en"), (2, 1)),
        (("title", 0), (2, 1)),
        (("parties",), (3, 1)),
        (("parties", 0), (4, 5)),
        (("parties", 1), (5, 7)),
        (("parties", 2), (3, 1)),
        (("parties", -1), (3, 1)),
        (("parties", "x"), (3, 1)),
        (("parties", 1, "name"), (5, 7)),
        (("parties", 1, "role"), (6, 7)),
        (("parties", 1, "role", 1), (6, 20)),
        (("claim", "quote"), (7, 20)),
        (("claim", "nothing", "there"), (7, 1)),
        (("nothing",), (2, 1)),
        (("nothing", "claim"), (2, 1)),
    ],
)
def test_positions_are_those_of_keys_and_values(path: tuple[str | int, ...], expected: tuple[int, int]) -> None:
    record = accepted(TEXT)
    assert position(record, path) == expected
    assert position(accepted(TEXT.replace("\n", "\r\n")), path) == expected
    assert position(pickle.loads(pickle.dumps(record)), path) == expected


def test_positions_of_values_mappings_and_lists() -> None:
    record = accepted(TEXT)
    parties, claim = record["parties"], record["claim"]
    assert isinstance(parties, SequenceNode)
    assert isinstance(claim, MappingNode)
    assert record.position == (2, 1)
    assert record.key_position("title") == (2, 1)
    assert record.value_position("title") == (2, 8)
    assert record.value_position("parties") == parties.position == (4, 3)
    assert parties.item_position(1) == (5, 7)
    assert record.value_position("claim") == claim.position == (7, 8)
    assert claim.value_position("quote") == (7, 29)
    with pytest.raises(KeyError):
        record.key_position("nothing")
    with pytest.raises(LookupError):
        parties.item_position(2)


def test_columns_count_characters() -> None:
    record = accepted("k: {😀é中: v, l: w}\n")
    assert position(record, ("k", "l")) == (1, 13)


def test_positions_hold_when_a_record_is_changed() -> None:
    record = accepted(TEXT)
    del record["title"]
    record["new"] = "x"
    assert record.key_position("claim") == (7, 1)
    assert position(record, ("new",)) == record.position


def test_key_inside_a_complex_key_is_not_taken_for_one_outside() -> None:
    record, _ = read(b"{x: y}: b\nx: z\nx: w\n", NAME)
    assert record == {"x": "z"}
    assert record.key_position("x") == (2, 1)


def test_mapping_made_by_hand() -> None:
    record = MappingNode()
    record["k"] = "v"
    assert record.position == SequenceNode().position == position(record, ("k",)) == (1, 1)


@pytest.mark.parametrize("error", [yaml.YAMLError("what\nelse"), MarkedYAMLError(problem="what else")])
def test_other_errors_of_the_parser_have_a_position(error: yaml.YAMLError) -> None:
    offset, rule, message, cure = explain(error, "k: v\n")
    assert (offset, rule) == (0, "yaml/syntax")
    assert message == "this is not YAML: what else"
    assert cure


def test_a_fault_is_written_with_its_position() -> None:
    fault = Fault("data/x.yaml", "the key `a` is given twice", "keep one", at=(3, 7))
    assert str(fault) == "data/x.yaml:3:7: error: the key `a` is given twice (keep one)"
    assert str(Fault("x", "m", severity=Severity.NOTE)) == "x: note: m"
    assert str(Fault("x", "m", at=(1, 1))) == "x:1:1: error: m"
    assert len({fault, Fault("data/x.yaml", "the key `a` is given twice", "keep one", at=(3, 7))}) == 1


def test_faults_sort_by_file_then_location_then_severity() -> None:
    ordered = [
        Fault("a", "z"),
        Fault("a", "m", at=(2, 9)),
        Fault("a", "m", at=(10, 1)),
        Fault("a", "m", at=(10, 2), severity=Severity.ERROR),
        Fault("a", "a", at=(10, 2), severity=Severity.WARNING),
        Fault("a", "a", at=(10, 2), severity=Severity.NOTE),
        Fault("a", "b", at=(10, 2), severity=Severity.NOTE),
        Fault("b", "m"),
    ]
    mixed = [ordered[place] for place in (3, 0, 6, 2, 7, 5, 1, 4)]
    assert sorted(mixed) == ordered
    assert sorted(mixed, key=Fault.sort_key) == ordered


def test_refuse_raises_one_error_and_hides_the_exception_being_handled() -> None:
    def fail() -> None:
        try:
            raise OSError
        except OSError:
            refuse("a", "m", "c", at=(2, 3), rule="r")

    with pytest.raises(Refusal) as refused:
        fail()
    assert refused.value.faults == (Fault("a", "m", "c", at=(2, 3), rule="r"),)
    assert refused.value.__suppress_context__


def test_a_refusal_lists_its_faults_and_survives_pickling() -> None:
    faults = [Fault("a", "m", "c"), Fault("b", "n", at=(2, 2))]
    refusal = Refusal(faults)
    assert refusal.faults == tuple(faults)
    assert str(refusal) == "a: error: m (c)\nb:2:2: error: n"
    assert pickle.loads(pickle.dumps(refusal)).faults == tuple(faults)


def readable(text: str) -> bool:
    """Tell whether a text may stand in a record in double quotes as it is."""
    refused = characters._REFUSED.search(text) or re.search("[\u200c\u200d]", text) or is_unfilled(text)
    return not refused and unicodedata.is_normalized("NFC", text)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(readable)
VALUES = st.recursive(
    TEXTS,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXTS, values, max_size=4),
    max_leaves=20,
)
RECORDS = st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@pytest.mark.slow
@given(RECORDS, st.sampled_from("'\""), st.booleans(), st.integers(20, 200), st.booleans())
def test_what_is_dumped_reads_back(
    record: dict[str, object], style: str, unicode: bool, width: int, flow: bool
) -> None:
    text = yaml.safe_dump(
        record, default_style=style, allow_unicode=unicode, width=width, default_flow_style=flow, sort_keys=False
    )
    found, faults = read(text.encode(), NAME)
    if depth(record) <= MAX_DEPTH:
        assert [fault for fault in faults if fault.severity is Severity.ERROR] == []
        assert found is not None
        assert found == record
        assert list(found) == list(record)


def written(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6).strip()


def check_places(node: MappingNode | SequenceNode, lines: list[str]) -> None:
    """Hold the places of all that stands in a node, down to the last text, against the lines of the file."""
    places: list[tuple[tuple[int, int], Value]]
    if isinstance(node, MappingNode):
        places = [(node.key_position(key), key) for key in node]
        places += [(node.value_position(key), value) for key, value in node.items()]
    else:
        places = [(node.item_position(index), value) for index, value in enumerate(node)]
    for (line, column), value in places:
        if isinstance(value, str):
            assert lines[line - 1][column - 1 :].startswith(written(value))
        else:
            assert value.position == (line, column)
            check_places(value, lines)


@given(RECORDS, st.booleans())
def test_positions_point_at_keys_and_values(record: dict[str, object], flow: bool) -> None:
    text = yaml.safe_dump(record, default_style='"', allow_unicode=True, width=10**6, default_flow_style=flow)
    found, _ = read(text.encode(), NAME)
    if depth(record) <= MAX_DEPTH:
        assert found is not None
        check_places(found, text.split("\n"))


def check_any(data: bytes) -> tuple[MappingNode | None, list[Fault]]:
    record, faults = read(data, NAME)
    assert record is not None or any(fault.severity is Severity.ERROR for fault in faults)
    assert faults == sorted(faults) or faults[-1].rule == "text/more"
    for fault in faults:
        assert fault.at is None or min(fault.at) >= 1
        assert "\n" not in str(fault)
    return record, faults


@given(st.binary(max_size=200))
@examples(500)
def test_any_bytes_give_a_record_or_a_fault(data: bytes) -> None:
    check_any(data)


PIECES = st.sampled_from(
    [
        *"&*!|>%@`'\"#:?-[]{},~<\\\t\r\n ab1",
        *("\n", "\n  ", "\r\n", ": ", "- ", "? ", "---\n", "...\n", "%YAML 1.2\n", "<<", "null", "!!str ", "&a ", "*a"),
        *("\\u202e", "\\x41", "é", "e\u0301", "\u202e", "\0", "\ufeff", "\u2028"),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@examples(2000)
def test_text_that_resembles_yaml_is_read_as_pyyaml_reads_it_or_refused(text: str) -> None:
    record, faults = check_any(text.encode())
    lines = re.split("\r\n?|\n", text.removeprefix("\ufeff"))
    tabs = [fault.at or (0, 0) for fault in faults if fault.rule == "yaml/tab"]
    assert all(lines[line - 1][column - 1] == "\t" for line, column in tabs)
    if not any(fault.severity is Severity.ERROR for fault in faults):
        assert record == yaml.load(text, yaml.CBaseLoader)


@given(st.text(st.sampled_from("ae<o \n\u0301\u0323\u0338\u212b\u1100\u1161\u11a8éя가–"), max_size=12))
def test_nfc_warning_agrees_with_unicodedata(text: str) -> None:
    faults = read(f"# {text}".replace("\n", "\n# ").encode() + b"\nk: v\n", NAME)[1]
    assert bool(faults) is not unicodedata.is_normalized("NFC", text)
